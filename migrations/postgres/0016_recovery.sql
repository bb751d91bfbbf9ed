-- The other way in, for whoever lost their passkeys: a password and an app's one-time codes, good only while an
-- administrator's grant lasts; and how often somebody tried.

CREATE TABLE recoveries (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    password_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    set_at BIGINT NOT NULL,
    -- Set when the owner has typed a first code; nobody comes in before that.
    confirmed_at BIGINT,
    -- The step of the last code that was used.
    last_step BIGINT
);

CREATE TABLE recovery_grants (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    granted_by TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);

CREATE TABLE sign_in_tries (
    -- A keyed index of a user name or of a client's address.
    who BYTEA PRIMARY KEY NOT NULL,
    tries BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX sign_in_tries_by_time ON sign_in_tries (last_at);
