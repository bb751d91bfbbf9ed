-- Details of a victim that people change: what stood there before is kept, sealed under the victim's key.

-- Goes up with each change of names, needs, service, rights and standing: who saves over another's change is refused.
ALTER TABLE victims ADD COLUMN details_version INTEGER NOT NULL DEFAULT 1;

CREATE TABLE detail_changes (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX detail_changes_by_victim ON detail_changes (victim_id, changed_at);

-- How the case was charged, or is to be: the casework application's charging type.
ALTER TABLE cases ADD COLUMN charging TEXT CHECK (charging IN ('red', 'green', 'police-charged'));
