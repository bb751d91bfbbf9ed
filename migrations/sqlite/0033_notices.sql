-- What nobody has seen yet, in the order in which it came.
CREATE INDEX notices_unseen ON notices (raised_at, id) WHERE seen_at IS NULL;

-- When the officer was told that a consent ends soon.
ALTER TABLE consents ADD COLUMN ending_noticed_at INTEGER;
CREATE INDEX consents_ending ON consents (until_at) WHERE ending_noticed_at IS NULL;
