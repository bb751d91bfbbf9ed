-- The contact log. An entry is written in the transaction of what it records and never changes (law 5).
-- `log_head` hands out indexes; `log_tree` is where the one sealer has got to.

CREATE TABLE log_head (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    size INTEGER NOT NULL
) STRICT;
INSERT INTO log_head (one, size) VALUES (1, 0);

CREATE TABLE log_entries (
    idx INTEGER PRIMARY KEY NOT NULL,
    leaf BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE TRIGGER log_entries_keep BEFORE UPDATE ON log_entries
BEGIN SELECT RAISE(ABORT, 'the contact log only grows'); END;
CREATE TRIGGER log_entries_stay BEFORE DELETE ON log_entries
BEGIN SELECT RAISE(ABORT, 'the contact log only grows'); END;

CREATE TABLE log_tree (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL,
    root BLOB NOT NULL,
    sealed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE openings (
    commitment TEXT PRIMARY KEY NOT NULL,
    owner TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX openings_by_owner ON openings (owner);
