-- Signing in: invitations by the hash of their token, passkeys (public keys, nothing secret), and the challenges that are
-- open at the moment, one of each kind for a browser.

CREATE TABLE invitations (
    token_hash BYTEA PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX invitations_by_account ON invitations (account_id);

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    credential_id BYTEA NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    credential TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    used_at BIGINT,
    removed_at BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id, removed_at);

CREATE TABLE ceremonies (
    browser BYTEA NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('register', 'sign-in')),
    state TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (browser, kind)
);
CREATE INDEX ceremonies_by_end ON ceremonies (ends_at);
