-- Who is involved. Everything personal is in a `sealed` column, under the key of its owner in `data_keys`.
-- Times are microseconds UTC; enums are text with CHECK; structured values are JSON that SQL never reads.

CREATE TABLE data_keys (
    owner TEXT PRIMARY KEY NOT NULL,
    kek_id TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE cases (
    id TEXT PRIMARY KEY NOT NULL,
    urn TEXT NOT NULL UNIQUE,
    area TEXT NOT NULL,
    offence TEXT NOT NULL CHECK (offence IN ('adult-rape', 'serious-sexual', 'other')),
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE victims (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    source_ref TEXT NOT NULL,
    service TEXT NOT NULL CHECK (service IN ('universal', 'enhanced', 'rasso', 'bereaved')),
    enhanced BIGINT NOT NULL CHECK (enhanced IN (0, 1)),
    enhanced_ground TEXT,
    vlo TEXT,
    standing TEXT NOT NULL,
    dates TEXT NOT NULL,
    person_sealed BYTEA NOT NULL,
    plan_sealed BYTEA NOT NULL,
    plan_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (case_id, source_ref)
);

CREATE TABLE point_indexes (
    point_id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    value_index BYTEA NOT NULL
);
CREATE INDEX point_indexes_by_value ON point_indexes (value_index);

-- Names under a keyed index, so that free text can be searched for the people of other cases (requirement C2)
-- without a name in clear.
CREATE TABLE name_indexes (
    value_index BYTEA NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    PRIMARY KEY (value_index, case_id)
);

CREATE TABLE defendants (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    label TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (case_id, label)
);

CREATE TABLE advisers (
    id TEXT PRIMARY KEY NOT NULL,
    service TEXT NOT NULL,
    transport TEXT NOT NULL CHECK (transport IN ('cjsm', 'aligned-tls-dmarc', 'portal-only')),
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE consents (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    adviser_id TEXT NOT NULL REFERENCES advisers (id),
    scope TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    until_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX consents_by_victim ON consents (victim_id);

CREATE TABLE plan_proposals (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'verified', 'approved', 'refused')),
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX plan_proposals_by_victim ON plan_proposals (victim_id);

CREATE TABLE events (
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    source_event_id TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    kind TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT,
    recorded_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    UNIQUE (source, source_event_id)
);
CREATE INDEX events_by_victim ON events (victim_id, occurred_at);
