-- Why somebody reads about a victim, asked once in a session and written into each reading; and drafts that were sent for
-- a second check, which whoever sent them cannot approve.

CREATE TABLE reading_reasons (
    session_id TEXT NOT NULL REFERENCES sessions (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    reason TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, victim_id)
);

CREATE TABLE draft_checks (
    draft_id TEXT PRIMARY KEY NOT NULL REFERENCES drafts (id),
    sent_by TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
