-- Meetings with a victim, from the offer to what came of it. What was typed is sealed under the victim's key.

CREATE TABLE meetings (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('pre-trial', 'charging-decision', 'stopped-or-altered', 'review', 'complaint', 'other')),
    state TEXT NOT NULL CHECK (state IN ('asked', 'not-offered', 'offered', 'accepted', 'declined', 'no-response', 'arranged', 'cancelled', 'held')),
    version BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX meetings_by_victim ON meetings (victim_id, begun_at);
