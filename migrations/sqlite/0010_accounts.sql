-- Who may sign in, and who is signed in. The user name stands in the contact log; roles and Areas are JSON that SQL
-- never looks into. Nothing here opens anything by itself: of a session only the hash of its token is kept.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY NOT NULL,
    user_name TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    roles TEXT NOT NULL,
    areas TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    how TEXT NOT NULL CHECK (how IN ('passkey', 'recovery', 'single-sign-on')),
    opened_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    proven_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_why TEXT CHECK (ended_why IN ('signed-out', 'revoked', 'replaced', 'idle', 'too-long', 'disabled'))
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id, ended_at);
