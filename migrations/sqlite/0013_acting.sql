-- Drafts that were sent for a second check: whoever sent one cannot approve it.

CREATE TABLE draft_checks (
    draft_id TEXT PRIMARY KEY NOT NULL REFERENCES drafts (id),
    sent_by TEXT NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT;
