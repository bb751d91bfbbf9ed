-- What the contact log is searched by: codes, user names and random identifiers out of each entry, nothing personal. Filled
-- behind the sealer, from the first entry on, so that it needs no writing where an entry is appended, and entries from
-- before this migration come in the same way. It can be emptied and filled again at any time: set the head to 0.

CREATE TABLE log_search_head (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    size INTEGER NOT NULL
) STRICT;
INSERT INTO log_search_head (one, size) VALUES (1, 0);

CREATE TABLE log_search (
    idx INTEGER PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    verb TEXT NOT NULL,
    case_id TEXT,
    victim_id TEXT,
    obligation_id TEXT,
    message_id TEXT,
    -- The entry's own, or that of its case.
    area TEXT,
    channel TEXT,
    result TEXT,
    rule TEXT
) STRICT;
CREATE INDEX log_search_by_case ON log_search (case_id, idx);
CREATE INDEX log_search_by_victim ON log_search (victim_id, idx);
CREATE INDEX log_search_by_actor ON log_search (actor, idx);
CREATE INDEX log_search_by_verb ON log_search (verb, idx);

-- Suspected breaches and near misses, with codes alone: no content of anybody.
CREATE TABLE breaches (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('suspected-breach', 'near-miss')),
    what TEXT NOT NULL,
    done TEXT NOT NULL,
    area TEXT NOT NULL,
    noticed_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('suspected', 'assessed', 'reported', 'not-reportable')),
    assessed_by TEXT,
    ended_by TEXT,
    ended_at INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX breaches_by_time ON breaches (noticed_at, id);
