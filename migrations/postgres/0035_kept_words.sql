-- What was typed into a form whose session had run out, for the same browser and the same person: sealed with a key that only
-- that browser has, and thrown away after a day.

CREATE TABLE kept_words (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash BYTEA NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kept_at BIGINT NOT NULL,
    -- Set when it was sent once more.
    sent_at BIGINT,
    sealed BYTEA NOT NULL
);
CREATE INDEX kept_words_by_account ON kept_words (account_id, token_hash);
CREATE INDEX kept_words_by_time ON kept_words (kept_at);
