-- The other way in, for whoever lost their passkeys: a password and an app's one-time codes, good only while an
-- administrator's grant lasts; and how often somebody tried.

CREATE TABLE recoveries (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    password_hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    set_at INTEGER NOT NULL,
    -- Set when the owner has typed a first code; nobody comes in before that.
    confirmed_at INTEGER,
    -- The step of the last code that was used.
    last_step INTEGER
) STRICT;

CREATE TABLE recovery_grants (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    granted_by TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_in_tries (
    -- A keyed index of a user name or of a client's address.
    who BLOB PRIMARY KEY NOT NULL,
    tries INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_tries_by_time ON sign_in_tries (last_at);
