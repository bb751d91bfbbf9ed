-- What keeps a case from being erased, and by whose word a victim was. `erased_at` stays with what is left of a victim:
-- random identifiers, codes and instants.

ALTER TABLE victims ADD COLUMN erased_at INTEGER;

-- A flag is lifted by two people: the first asks, the second lifts.
CREATE TABLE case_flags (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    flag TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    lift_reason TEXT,
    lift_asked_by TEXT,
    lift_asked_at INTEGER,
    lifted_by TEXT,
    lifted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX case_flags_in_force ON case_flags (case_id, flag) WHERE lifted_at IS NULL;

CREATE TABLE erasures (
    victim_id TEXT PRIMARY KEY NOT NULL REFERENCES victims (id),
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    done_by TEXT,
    done_at INTEGER
) STRICT;
