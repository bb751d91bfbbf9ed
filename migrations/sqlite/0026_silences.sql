-- Silence, each spell of it noticed once.

CREATE INDEX inbound_by_arrival ON inbound (area, received_at);

-- A mailbox without mail for longer than usual: since when, and how many working days were usual. It ends with the next message.
CREATE TABLE mailbox_silences (
    area TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    usual_days INTEGER NOT NULL,
    found_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (area, since_at)
) STRICT;

-- Duties to answer an adviser that were late for so long that the manager was told.
CREATE TABLE late_answers (
    obligation_id TEXT PRIMARY KEY NOT NULL REFERENCES obligations (id),
    found_at INTEGER NOT NULL
) STRICT;

-- Questions of advisers that an officer handed to a prosecutor. What was written is `sealed` under the victim's key.
CREATE TABLE referrals (
    id TEXT PRIMARY KEY NOT NULL,
    inbound_id TEXT NOT NULL REFERENCES inbound (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'returned', 'taken-back')),
    asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    ended_by TEXT,
    ended_at INTEGER,
    sealed BLOB NOT NULL
) STRICT;
-- Of each message one question waits at a time.
CREATE UNIQUE INDEX referrals_asked ON referrals (inbound_id) WHERE state = 'asked';
CREATE INDEX referrals_by_victim ON referrals (victim_id);
