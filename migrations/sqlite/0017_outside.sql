-- What comes from outside and goes there: people known by the organisation's single sign-on, certificates of other
-- systems, and what they are told of changes.

-- A challenge lives for minutes: the table is made anew with one more kind.
DROP TABLE ceremonies;
CREATE TABLE ceremonies (
    browser BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('register', 'sign-in', 'single-sign-on')),
    state TEXT NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (browser, kind)
) STRICT;
CREATE INDEX ceremonies_by_end ON ceremonies (ends_at);

-- Whom a provider knows under a name of its own. `roles` and `areas` are JSON: what of the account's came from there.
CREATE TABLE provider_accounts (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id TEXT NOT NULL UNIQUE REFERENCES accounts (id),
    roles TEXT NOT NULL,
    areas TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

-- A client certificate (mutual TLS) opens what a token opens, within the same scopes and end; of it too only a hash is kept.
ALTER TABLE api_tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'token' CHECK (kind IN ('token', 'certificate'));

-- What another system is told of changes, made from the contact log behind its appends: the log is the outbox, and the
-- head says how far it was read. `stream` is what keeps its order: an obligation, or else a victim.
CREATE TABLE webhook_head (
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    size INTEGER NOT NULL
) STRICT;

CREATE TABLE webhook_events (
    id TEXT PRIMARY KEY NOT NULL,
    entry_index INTEGER NOT NULL UNIQUE,
    stream TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'given-up')),
    tries INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    -- When it may be tried; while somebody tries, when somebody else may. Null once it has ended.
    next_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE INDEX webhook_events_by_time ON webhook_events (next_at);
CREATE INDEX webhook_events_by_stream ON webhook_events (stream, state, entry_index);
CREATE INDEX webhook_events_by_state ON webhook_events (state);
