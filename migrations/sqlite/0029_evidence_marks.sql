-- Messages of advisers that hold what may be evidence: they are a prosecutor's from then on, and nobody else gets their files.
CREATE TABLE evidence_marks (
    inbound_id TEXT PRIMARY KEY NOT NULL REFERENCES inbound (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    obligation_id TEXT NOT NULL REFERENCES obligations (id),
    state TEXT NOT NULL CHECK (state IN ('marked', 'taken', 'none')),
    marked_by TEXT NOT NULL,
    marked_at INTEGER NOT NULL,
    ended_by TEXT,
    ended_at INTEGER
) STRICT;
CREATE INDEX evidence_marks_waiting ON evidence_marks (marked_at) WHERE state = 'marked';
