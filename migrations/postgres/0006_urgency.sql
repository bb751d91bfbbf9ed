-- A claim takes the most urgent messages that are due. Thousands are due at the end of the same day, so the index
-- has the order of the claim whole: then a claim reads what it takes, however much waits.
DROP INDEX outbox_by_next;
CREATE INDEX outbox_by_urgency ON outbox (due_at, message_id, next_at) WHERE next_at IS NOT NULL;
