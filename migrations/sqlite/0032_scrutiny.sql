-- Scrutiny of what was sent: advisers whom an Area named read letters in which nobody can be recognised, and say what they think.

CREATE TABLE scrutiny_reviewers (
    account_id TEXT NOT NULL REFERENCES adviser_accounts (account_id),
    area TEXT NOT NULL,
    named_by TEXT NOT NULL,
    named_at INTEGER NOT NULL,
    ended_by TEXT,
    ended_at INTEGER,
    PRIMARY KEY (account_id, area)
) STRICT;

CREATE TABLE scrutiny_samples (
    id TEXT PRIMARY KEY NOT NULL,
    message_id TEXT NOT NULL UNIQUE REFERENCES messages (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    area TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    chosen TEXT NOT NULL CHECK (chosen IN ('random', 'risk')),
    was_late INTEGER NOT NULL CHECK (was_late IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('drawn', 'ready', 'left-out')),
    drawn_by TEXT NOT NULL,
    drawn_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    -- The words without what tells whose they are, under the victim's key: what erases the victim takes them along.
    sealed BLOB
) STRICT;
CREATE INDEX scrutiny_samples_by_area ON scrutiny_samples (area, state, drawn_at);
CREATE INDEX scrutiny_samples_by_victim ON scrutiny_samples (victim_id);

CREATE TABLE scrutiny_scores (
    sample_id TEXT NOT NULL REFERENCES scrutiny_samples (id),
    account_id TEXT NOT NULL REFERENCES adviser_accounts (account_id),
    scored_at INTEGER NOT NULL,
    correct TEXT NOT NULL CHECK (correct IN ('yes', 'partly', 'no', 'cannot-tell')),
    plain TEXT NOT NULL CHECK (plain IN ('yes', 'partly', 'no', 'cannot-tell')),
    explained TEXT NOT NULL CHECK (explained IN ('yes', 'partly', 'no', 'cannot-tell')),
    empathy TEXT NOT NULL CHECK (empathy IN ('yes', 'partly', 'no', 'cannot-tell')),
    next_steps TEXT NOT NULL CHECK (next_steps IN ('yes', 'partly', 'no', 'cannot-tell')),
    standard TEXT NOT NULL CHECK (standard IN ('yes', 'partly', 'no', 'cannot-tell')),
    -- What the reviewer added, under the victim's key too.
    sealed BLOB,
    PRIMARY KEY (sample_id, account_id)
) STRICT;
CREATE INDEX scrutiny_scores_by_time ON scrutiny_scores (scored_at);
