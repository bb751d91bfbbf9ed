-- Found when its words are to go.
CREATE INDEX inbound_rejected ON inbound (decided_at) WHERE state = 'rejected';
