-- Who is involved. Everything personal is in a `sealed` column, under the key of its owner in `data_keys`.
-- Times are microseconds UTC; enums are text with CHECK; structured values are JSON that SQL never reads.

CREATE TABLE data_keys (
    owner TEXT PRIMARY KEY NOT NULL,
    kek_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE cases (
    id TEXT PRIMARY KEY NOT NULL,
    urn TEXT NOT NULL UNIQUE,
    area TEXT NOT NULL,
    offence TEXT NOT NULL CHECK (offence IN ('adult-rape', 'serious-sexual', 'other')),
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE victims (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    source_ref TEXT NOT NULL,
    service TEXT NOT NULL CHECK (service IN ('universal', 'enhanced', 'rasso', 'bereaved')),
    enhanced INTEGER NOT NULL CHECK (enhanced IN (0, 1)),
    enhanced_ground TEXT,
    vlo TEXT,
    standing TEXT NOT NULL,
    dates TEXT NOT NULL,
    person_sealed BLOB NOT NULL,
    plan_sealed BLOB NOT NULL,
    plan_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (case_id, source_ref)
) STRICT;

CREATE TABLE point_indexes (
    point_id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    value_index BLOB NOT NULL
) STRICT;
CREATE INDEX point_indexes_by_value ON point_indexes (value_index);

-- Names under a keyed index, so that free text can be searched for the people of other cases (requirement C2)
-- without a name in clear.
CREATE TABLE name_indexes (
    value_index BLOB NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (value_index, case_id)
) STRICT;

CREATE TABLE defendants (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    label TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (case_id, label)
) STRICT;

CREATE TABLE advisers (
    id TEXT PRIMARY KEY NOT NULL,
    service TEXT NOT NULL,
    transport TEXT NOT NULL CHECK (transport IN ('cjsm', 'aligned-tls-dmarc', 'portal-only')),
    from_at INTEGER NOT NULL,
    until_at INTEGER,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE consents (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    adviser_id TEXT NOT NULL REFERENCES advisers (id),
    scope TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    until_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX consents_by_victim ON consents (victim_id);

CREATE TABLE plan_proposals (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'verified', 'approved', 'refused')),
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX plan_proposals_by_victim ON plan_proposals (victim_id);

CREATE TABLE events (
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    source_event_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    kind TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    received_at INTEGER,
    recorded_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (source, source_event_id)
) STRICT;
CREATE INDEX events_by_victim ON events (victim_id, occurred_at);
