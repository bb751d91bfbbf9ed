-- Files that came with a message and were taken. The content is `sealed`, under the key of the victim the message was filed
-- for, or of the mailbox while it waits in quarantine. Nobody gets one that is not `clean`; of one that is `infected` nothing is kept.
CREATE TABLE inbound_files (
    inbound_id TEXT NOT NULL REFERENCES inbound (id),
    -- Its place among the files of the message, from 1.
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'clean', 'infected')),
    -- How often the scanner gave no verdict, and when it is asked next.
    tries INTEGER NOT NULL,
    next_at INTEGER,
    judged_at INTEGER,
    sealed BLOB NOT NULL,
    PRIMARY KEY (inbound_id, number)
) STRICT;
CREATE INDEX inbound_files_waiting ON inbound_files (next_at) WHERE state = 'waiting';
