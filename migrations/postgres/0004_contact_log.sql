-- The contact log. An entry is written in the transaction of what it records and never changes (law 5).
-- `log_head` hands out indexes; `log_tree` is where the one sealer has got to.

CREATE TABLE log_head (
    one BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
    size BIGINT NOT NULL
);
INSERT INTO log_head (one, size) VALUES (1, 0);

CREATE TABLE log_entries (
    idx BIGINT PRIMARY KEY NOT NULL,
    leaf BYTEA NOT NULL,
    body BYTEA NOT NULL
);
CREATE TRIGGER log_entries_keep BEFORE UPDATE ON log_entries
FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER log_entries_stay BEFORE DELETE ON log_entries
FOR EACH ROW EXECUTE FUNCTION only_grows();

CREATE TABLE log_tree (
    one BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    root BYTEA NOT NULL,
    sealed_at BIGINT NOT NULL
);

CREATE TABLE openings (
    commitment TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX openings_by_owner ON openings (owner);
