-- Mailboxes hosted elsewhere, read by IMAP: what was found in each, so that the server's count can be held against ours.

-- How the fetching of an Area's mailbox stands. `settled` is 1 once every message of this UIDVALIDITY was taken or refused;
-- before that the server's marks count for nothing. `unheld` are messages marked there as taken that never came in.
CREATE TABLE fetched_mailboxes (
    area TEXT PRIMARY KEY NOT NULL,
    uid_validity INTEGER NOT NULL,
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    checked_at INTEGER,
    unheld INTEGER NOT NULL,
    fault TEXT,
    fault_at INTEGER
) STRICT;

-- One row for each message that was ever seen there. `gone` was deleted there after we took or refused it, `lost` before.
CREATE TABLE fetched (
    area TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'refused', 'gone', 'lost')),
    first_at INTEGER NOT NULL,
    PRIMARY KEY (area, uid_validity, uid)
) STRICT;
