-- Who may see what, and the worklist. What the worklist filters and sorts by stands beside each duty, so that one index
-- answers; it follows the case and the victim, and nothing here is personal: codes, user names, URNs, keyed indexes.

ALTER TABLE obligations ADD COLUMN area TEXT NOT NULL DEFAULT '';
ALTER TABLE obligations ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE obligations ADD COLUMN urn TEXT NOT NULL DEFAULT '';
-- The officer's user name; empty for nobody.
ALTER TABLE obligations ADD COLUMN vlo TEXT NOT NULL DEFAULT '';
-- The due time or the last moment at which the duty makes sense, whichever comes first; the end of time for neither.
ALTER TABLE obligations ADD COLUMN last_at INTEGER NOT NULL DEFAULT 9223372036854775807;
UPDATE obligations SET
    area = (SELECT c.area FROM cases c WHERE c.id = obligations.case_id),
    unit = (SELECT COALESCE(c.unit, '') FROM cases c WHERE c.id = obligations.case_id),
    urn = (SELECT c.urn FROM cases c WHERE c.id = obligations.case_id),
    vlo = (SELECT COALESCE(v.vlo, '') FROM victims v WHERE v.id = obligations.victim_id),
    last_at = CASE WHEN latest_at IS NULL THEN COALESCE(due_at, 9223372036854775807)
                   WHEN due_at IS NULL OR latest_at < due_at THEN latest_at ELSE due_at END;
-- What is open is read in order of `last_at`; an index on every state made the planner choose it and sort.
DROP INDEX obligations_by_due;
CREATE INDEX obligations_by_last ON obligations (last_at, id) WHERE state = 'open';
CREATE INDEX obligations_by_vlo ON obligations (vlo, last_at, id) WHERE state = 'open';
CREATE INDEX obligations_by_urn ON obligations (urn, id) WHERE state = 'open';
CREATE INDEX obligations_waiting ON obligations (last_at, id) WHERE state = 'open' AND waiting_for IS NOT NULL;
CREATE INDEX victims_by_vlo ON victims (vlo);
CREATE INDEX drafts_by_victim ON drafts (victim_id);
CREATE INDEX messages_by_victim ON messages (victim_id);

-- Somebody covers for somebody who is away.
CREATE TABLE covers (
    id TEXT PRIMARY KEY NOT NULL,
    absent TEXT NOT NULL,
    covering TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    ended_by TEXT,
    ended_at INTEGER
) STRICT;
CREATE INDEX covers_by_covering ON covers (covering, until_at);

-- Somebody broke the glass: a victim who is not theirs, for a short time and with a reason, reviewed by somebody else.
CREATE TABLE glasses (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    user_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    broken_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    finding TEXT CHECK (finding IN ('right', 'wrong')),
    reviewed_by TEXT,
    reviewed_at INTEGER
) STRICT;
CREATE INDEX glasses_by_user ON glasses (user_name, until_at);
CREATE INDEX glasses_by_review ON glasses (reviewed_at, broken_at);

-- The reason for which somebody opened a victim's page: asked once in a session and a day.
CREATE TABLE openings_of_pages (
    session_id TEXT NOT NULL REFERENCES sessions (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    reason TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, victim_id)
) STRICT;

-- Words of victims' names and their years of birth under a keyed index: a search finds a victim by them, exactly.
CREATE TABLE person_indexes (
    value_index BLOB NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    PRIMARY KEY (value_index, victim_id)
) STRICT;
CREATE INDEX person_indexes_by_victim ON person_indexes (victim_id);

-- An officer asks a manager to waive a duty or to move its due time. At most one request for a duty waits.
CREATE TABLE due_requests (
    id TEXT PRIMARY KEY NOT NULL,
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    kind TEXT NOT NULL CHECK (kind IN ('waive', 'move')),
    to_date TEXT,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    decided TEXT CHECK (decided IN ('approved', 'refused', 'withdrawn')),
    decided_by TEXT,
    decided_at INTEGER
) STRICT;
CREATE UNIQUE INDEX due_requests_waiting ON due_requests (obligation_id) WHERE decided_at IS NULL;
