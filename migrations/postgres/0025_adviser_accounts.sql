-- Advisers who sign in: which account belongs to which registered address, who leads a service, who stands in for whom.

CREATE TABLE adviser_accounts (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    -- The registered address under the keyed index of `adviser_addresses`: each registration of this person at the service.
    value_index BYTEA NOT NULL,
    service TEXT NOT NULL,
    is_lead BIGINT NOT NULL CHECK (is_lead IN (0, 1)),
    given_at BIGINT NOT NULL,
    given_by TEXT NOT NULL,
    left_at BIGINT,
    left_by TEXT,
    -- Since when something lies there of which no notice was sent, and when the last notice was.
    placed_at BIGINT,
    noticed_at BIGINT
);
CREATE UNIQUE INDEX adviser_accounts_once ON adviser_accounts (value_index, service) WHERE left_at IS NULL;
CREATE INDEX adviser_accounts_by_service ON adviser_accounts (service);

CREATE TABLE adviser_covers (
    id TEXT PRIMARY KEY NOT NULL,
    service TEXT NOT NULL,
    absent TEXT NOT NULL REFERENCES accounts (id),
    deputy TEXT NOT NULL REFERENCES accounts (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_at BIGINT,
    CHECK (absent <> deputy),
    CHECK (from_at < until_at)
);
CREATE INDEX adviser_covers_by_deputy ON adviser_covers (deputy);
CREATE INDEX consents_by_adviser ON consents (adviser_id);

-- What an officer writes to an adviser unasked: in which conversation, and under which part of the consent. The event that
-- makes it owed bears its identifier.
CREATE TABLE adviser_updates (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    adviser_id TEXT NOT NULL REFERENCES advisers (id),
    thread_id TEXT NOT NULL REFERENCES threads (id),
    area TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('updates', 'meeting-offers')),
    begun_at BIGINT NOT NULL,
    begun_by TEXT NOT NULL
);
CREATE INDEX adviser_updates_by_thread ON adviser_updates (thread_id);
