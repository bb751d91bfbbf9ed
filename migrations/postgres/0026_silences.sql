-- Silence, each spell of it noticed once.

CREATE INDEX inbound_by_arrival ON inbound (area, received_at);

-- A mailbox without mail for longer than usual: since when, and how many working days were usual. It ends with the next message.
CREATE TABLE mailbox_silences (
    area TEXT NOT NULL,
    since_at BIGINT NOT NULL,
    usual_days BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (area, since_at)
);

-- Duties to answer an adviser that were late for so long that the manager was told.
CREATE TABLE late_answers (
    obligation_id TEXT PRIMARY KEY NOT NULL REFERENCES obligations (id),
    found_at BIGINT NOT NULL
);
