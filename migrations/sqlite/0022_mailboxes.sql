-- Mailboxes for advisers: what came in, and the conversations that it belongs to. What somebody wrote is `sealed`, under the
-- key of the victim it was filed for, or of the mailbox while it waits in quarantine.

-- Registered addresses and their domains under keyed indexes.
CREATE TABLE adviser_addresses (
    adviser_id TEXT PRIMARY KEY NOT NULL REFERENCES advisers (id),
    value_index BLOB NOT NULL,
    domain_index BLOB NOT NULL
) STRICT;
CREATE INDEX adviser_addresses_by_value ON adviser_addresses (value_index);

-- The domains of the services that we know, each once, sealed under the key of the mailboxes: a domain that resembles one
-- of them is found by looking at them all. One goes with the last adviser of its service.
CREATE TABLE service_domains (
    domain_index BLOB PRIMARY KEY NOT NULL,
    domain_sealed BLOB NOT NULL
) STRICT;

-- One conversation with one adviser about one victim.
CREATE TABLE threads (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    victim_id TEXT NOT NULL REFERENCES victims (id),
    adviser_id TEXT NOT NULL REFERENCES advisers (id),
    area TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    token_hash BLOB NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX threads_by_victim ON threads (victim_id, changed_at);

-- Message-IDs of a conversation, under a keyed index.
CREATE TABLE thread_references (
    value_index BLOB NOT NULL,
    thread_id TEXT NOT NULL REFERENCES threads (id),
    PRIMARY KEY (value_index, thread_id)
) STRICT;

CREATE TABLE inbound (
    id TEXT PRIMARY KEY NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    area TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('filed', 'quarantined', 'rejected')),
    reason TEXT,
    case_id TEXT REFERENCES cases (id),
    victim_id TEXT REFERENCES victims (id),
    adviser_id TEXT REFERENCES advisers (id),
    thread_id TEXT REFERENCES threads (id),
    received_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    decided_why TEXT,
    attachments INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX inbound_by_area ON inbound (area, state, received_at);
CREATE INDEX inbound_by_thread ON inbound (thread_id, received_at);
CREATE INDEX inbound_by_victim ON inbound (victim_id, received_at);
