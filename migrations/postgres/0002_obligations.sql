-- What is owed, to whom, by when. No row disappears (law 6); a moved due time keeps the old one.

CREATE TABLE obligations (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    event_id TEXT NOT NULL REFERENCES events (id),
    rule TEXT NOT NULL,
    owner TEXT NOT NULL,
    template_kind TEXT,
    second_person BIGINT NOT NULL CHECK (second_person IN (0, 1)),
    discharge TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'discharged', 'waived', 'lapsed')),
    clock_start_at BIGINT NOT NULL,
    enhanced BIGINT NOT NULL CHECK (enhanced IN (0, 1)),
    original_due_at BIGINT,
    due_at BIGINT,
    latest_at BIGINT,
    deadline TEXT,
    waiting_for TEXT,
    ended_by TEXT,
    ended_why TEXT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX obligations_by_due ON obligations (state, due_at);
CREATE INDEX obligations_by_victim ON obligations (victim_id, state);

CREATE TABLE obligation_moves (
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    moved_at BIGINT NOT NULL,
    old_due_at BIGINT,
    new_due_at BIGINT,
    reason TEXT NOT NULL,
    moved_by TEXT NOT NULL
);
CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$;
CREATE TRIGGER obligation_moves_keep BEFORE UPDATE ON obligation_moves
FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER obligation_moves_stay BEFORE DELETE ON obligation_moves
FOR EACH ROW EXECUTE FUNCTION only_grows();

CREATE TABLE notices (
    id TEXT PRIMARY KEY NOT NULL,
    victim_id TEXT NOT NULL REFERENCES victims (id),
    obligation_id TEXT REFERENCES obligations (id),
    message_id TEXT,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    seen_by TEXT,
    seen_at BIGINT
);
CREATE INDEX notices_by_victim ON notices (victim_id, seen_at);

CREATE TABLE calendar_state (
    one BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
    holidays TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
