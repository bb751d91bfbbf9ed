-- Digests of the texts that decide what the program does (rulebook, roles, keys of the log), as they were at the last
-- start: a change of one has its entry in the contact log.
CREATE TABLE known_texts (
    name TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
