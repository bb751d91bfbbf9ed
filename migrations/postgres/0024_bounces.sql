-- What came back of a message that a server had taken, once for each try and kind. Whatever else the report held is not kept.

CREATE TABLE bounces (
    attempt_id TEXT NOT NULL REFERENCES attempts (id),
    what TEXT NOT NULL CHECK (what IN ('failed', 'delayed', 'arrived', 'unreadable')),
    received_at BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, what)
);
CREATE TRIGGER bounces_keep BEFORE UPDATE ON bounces
FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER bounces_stay BEFORE DELETE ON bounces
FOR EACH ROW EXECUTE FUNCTION only_grows();
