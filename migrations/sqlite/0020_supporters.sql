-- People who help a victim, each link with its beginning and end. An adviser of a service is named by the register, and
-- anybody else is sealed under the victim's key.

CREATE TABLE supporters (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    kind TEXT NOT NULL CHECK (kind IN ('isva', 'idva', 'flo', 'officer-in-case', 'witness-care', 'local-support', 'other')),
    adviser_id TEXT REFERENCES advisers (id),
    replaces TEXT REFERENCES supporters (id),
    replaced_why TEXT,
    version INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    ended_at INTEGER,
    ended_why TEXT,
    sealed BLOB,
    CHECK ((kind = 'isva') = (adviser_id IS NOT NULL)),
    CHECK ((adviser_id IS NULL) = (sealed IS NOT NULL))
) STRICT;
CREATE INDEX supporters_by_victim ON supporters (victim_id, added_at);
CREATE INDEX supporters_by_adviser ON supporters (adviser_id);
CREATE UNIQUE INDEX supporters_once ON supporters (victim_id, adviser_id) WHERE ended_at IS NULL;

-- Whoever has a consent is linked.
INSERT INTO supporters (id, victim_id, kind, adviser_id, version, added_at, added_by, changed_at, changed_by, ended_at, ended_why)
SELECT MIN(id), victim_id, 'isva', adviser_id, 1, MIN(given_at), 'system:import', MIN(given_at), 'system:import',
    CASE WHEN COUNT(revoked_at) = COUNT(*) THEN MAX(revoked_at) END,
    CASE WHEN COUNT(revoked_at) = COUNT(*) THEN 'person-took-it-back' END
FROM consents GROUP BY victim_id, adviser_id;

-- A consent that is recorded here waits for a second person. Those that came with a case are confirmed by their source.
ALTER TABLE consents ADD COLUMN state TEXT NOT NULL DEFAULT 'confirmed' CHECK (state IN ('recorded', 'confirmed', 'refused'));
ALTER TABLE consents ADD COLUMN how TEXT CHECK (how IN ('in-person', 'telephone', 'signed-form', 'police'));
ALTER TABLE consents ADD COLUMN recorded_by TEXT;
ALTER TABLE consents ADD COLUMN recorded_at INTEGER;
ALTER TABLE consents ADD COLUMN decided_by TEXT;
ALTER TABLE consents ADD COLUMN decided_at INTEGER;
ALTER TABLE consents ADD COLUMN ended_why TEXT;
