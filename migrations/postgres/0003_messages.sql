-- Drafts, messages, the outbox with its leases, attempts, and the contacts that came of them.

CREATE TABLE template_vettings (
    digest TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    vetted_by TEXT NOT NULL,
    seconded_by TEXT NOT NULL,
    vetted_at BIGINT NOT NULL
);

CREATE TABLE drafts (
    id TEXT PRIMARY KEY NOT NULL,
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    state TEXT NOT NULL CHECK (state IN ('drafted', 'approved', 'void')),
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    second_person BIGINT NOT NULL CHECK (second_person IN (0, 1)),
    drafted_by TEXT NOT NULL,
    drafted_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    sealed BYTEA NOT NULL
);
-- One live draft for a duty, also with several processes composing.
CREATE UNIQUE INDEX drafts_by_obligation ON drafts (obligation_id) WHERE state <> 'void';
CREATE INDEX drafts_by_state ON drafts (state, drafted_at);

CREATE TABLE messages (
    id TEXT PRIMARY KEY NOT NULL,
    draft_id TEXT NOT NULL UNIQUE REFERENCES drafts (id),
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    hold_until_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX messages_by_obligation ON messages (obligation_id);

CREATE TABLE outbox (
    message_id TEXT PRIMARY KEY NOT NULL REFERENCES messages (id),
    state TEXT NOT NULL CHECK (state IN ('created', 'sending', 'delivered', 'temporary-failure',
        'permanent-failure', 'technical-failure', 'unknown', 'held', 'cancelled')),
    due_at BIGINT NOT NULL,
    next_at BIGINT,
    tries BIGINT NOT NULL,
    held_reason TEXT,
    lease_by TEXT,
    lease_until_at BIGINT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX outbox_by_next ON outbox (due_at, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_by_state ON outbox (state);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY NOT NULL,
    message_id TEXT NOT NULL REFERENCES messages (id),
    point_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    data_at BIGINT,
    ended_at BIGINT,
    outcome TEXT,
    code TEXT
);
CREATE INDEX attempts_by_message ON attempts (message_id);

CREATE TABLE contacts (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    obligation_id TEXT REFERENCES obligations (id),
    message_id TEXT REFERENCES messages (id),
    method TEXT NOT NULL CHECK (method IN ('telephone-call', 'email', 'post', 'text-message', 'in-person', 'other')),
    direction TEXT NOT NULL CHECK (direction IN ('outbound', 'inbound')),
    person TEXT NOT NULL CHECK (person IN ('victim', 'via-police', 'via-isva', 'via-idva', 'other')),
    result TEXT NOT NULL,
    informed BIGINT NOT NULL CHECK (informed IN (0, 1)),
    occurred_at BIGINT NOT NULL,
    logged_at BIGINT NOT NULL,
    logged_by TEXT NOT NULL,
    sealed BYTEA
);
CREATE INDEX contacts_by_victim ON contacts (victim_id, occurred_at);
