//! Key-stage events as they arrived; an event id of a source is taken once.

use domain::id::{CaseId, EventId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    // The idempotency key: a second arrival of the same source event changes nothing and answers 0 rows.
    ADD = Statement::both("events.add",
        "INSERT INTO events (id, source, source_event_id, case_id, victim_id, kind, occurred_at, received_at, recorded_at, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (source, source_event_id) DO NOTHING");
    FIND = Statement::both("events.find",
        "SELECT id, source, source_event_id, case_id, victim_id, kind, occurred_at, received_at, recorded_at, sealed FROM events WHERE id = $1");
    LIST = Statement::both("events.list_by_victim",
        "SELECT id, source, source_event_id, case_id, victim_id, kind, occurred_at, received_at, recorded_at, sealed FROM events \
         WHERE victim_id = $1 ORDER BY occurred_at, id");
    COUNT = Statement::both("events.count", "SELECT COUNT(*) FROM events");
}

/// One event.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its identifier here.
    pub id: EventId,
    /// Who told us.
    pub source: String,
    /// The source's own identifier.
    pub source_event_id: String,
    /// The case.
    pub case_id: CaseId,
    /// The victim.
    pub victim_id: VictimId,
    /// The kind, as `domain::event` names it.
    pub kind: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the agency that owes the update received it, where the clock starts there.
    pub received_at: Option<Timestamp>,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// Its details as JSON, sealed under the victim's key.
    pub sealed: Vec<u8>,
}

fn event(row: &Row) -> Result<EventRow> {
    Ok(EventRow {
        id: row.parsed(0, EventId::parse)?,
        source: row.text(1)?,
        source_event_id: row.text(2)?,
        case_id: row.parsed(3, CaseId::parse)?,
        victim_id: row.parsed(4, VictimId::parse)?,
        kind: row.text(5)?,
        occurred_at: row.at(6)?,
        received_at: row.at_opt(7)?,
        recorded_at: row.at(8)?,
        sealed: row.bytes(9)?,
    })
}

/// Adds an event; false when this source event was here before.
pub async fn add(tx: &mut Tx, e: &EventRow) -> Result<bool> {
    let args = args![
        &e.id,
        &e.source,
        &e.source_event_id,
        &e.case_id,
        &e.victim_id,
        &e.kind,
        e.occurred_at,
        e.received_at,
        e.recorded_at,
        &e.sealed
    ];
    Ok(tx.execute(&ADD, args).await? == 1)
}

/// The event with this identifier.
pub async fn find(tx: &mut Tx, id: &EventId) -> Result<Option<EventRow>> {
    tx.find(&FIND, args![id]).await?.as_ref().map(event).transpose()
}

/// A victim's events, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<EventRow>> {
    tx.list(&LIST, args![victim]).await?.iter().map(event).collect()
}

/// How many events there are.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    tx.find(&COUNT, args![]).await?.map_or(Ok(0), |row| row.int(0))
}
