-- What came back of a message that a server had taken, once for each try and kind. Whatever else the report held is not kept.

CREATE TABLE bounces (
    attempt_id TEXT NOT NULL REFERENCES attempts (id),
    what TEXT NOT NULL CHECK (what IN ('failed', 'delayed', 'arrived', 'unreadable')),
    received_at INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, what)
) STRICT;
CREATE TRIGGER bounces_keep BEFORE UPDATE ON bounces
BEGIN SELECT RAISE(ABORT, 'bounces only grows'); END;
CREATE TRIGGER bounces_stay BEFORE DELETE ON bounces
BEGIN SELECT RAISE(ABORT, 'bounces only grows'); END;
