-- The unit that has a case, and what people do by hand: messages handed over, contacts with the day on which the victim
-- was informed, due times that somebody moved.

ALTER TABLE cases ADD COLUMN unit TEXT;
ALTER TABLE contacts ADD COLUMN informed_at BIGINT;
ALTER TABLE obligations ADD COLUMN moved_by_hand BIGINT NOT NULL DEFAULT 0 CHECK (moved_by_hand IN (0, 1));
CREATE INDEX obligation_moves_by_obligation ON obligation_moves (obligation_id, moved_at);

-- The outbox again, with the state `by-hand`: the words were given to somebody who posts or passes them on.
CREATE TABLE outbox_with_by_hand (
    message_id TEXT PRIMARY KEY NOT NULL REFERENCES messages (id),
    state TEXT NOT NULL CHECK (state IN ('created', 'sending', 'delivered', 'temporary-failure',
        'permanent-failure', 'technical-failure', 'unknown', 'held', 'cancelled', 'by-hand')),
    due_at BIGINT NOT NULL,
    next_at BIGINT,
    tries BIGINT NOT NULL,
    held_reason TEXT,
    lease_by TEXT,
    lease_until_at BIGINT,
    changed_at BIGINT NOT NULL
);
INSERT INTO outbox_with_by_hand (message_id, state, due_at, next_at, tries, held_reason, lease_by, lease_until_at, changed_at)
    SELECT message_id, state, due_at, next_at, tries, held_reason, lease_by, lease_until_at, changed_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_with_by_hand RENAME TO outbox;
CREATE INDEX outbox_by_next ON outbox (due_at, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_state ON outbox (state);
