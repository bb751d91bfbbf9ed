//! Meetings with victims: where each stands in clear, what was typed sealed.

use domain::id::{CaseId, MeetingId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope, named_victims};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("meetings.add",
        "INSERT INTO meetings (id, case_id, victim_id, purpose, state, version, begun_at, changed_at, changed_by, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    FIND = Statement::both("meetings.find",
        "SELECT id, case_id, victim_id, purpose, state, version, begun_at, changed_at, changed_by, sealed FROM meetings \
         WHERE id = $1 AND victim_id = $2");
    LIST = Statement::both("meetings.list_by_victim",
        "SELECT id, case_id, victim_id, purpose, state, version, begun_at, changed_at, changed_by, sealed FROM meetings \
         WHERE victim_id = $1 ORDER BY begun_at, id");
    // By what has stood longest, so that nothing is left out for ever.
    LIST_OPEN = Statement::both("meetings.list_open",
        concat!("SELECT m.id, m.case_id, m.victim_id, m.purpose, m.state, m.version, m.begun_at, m.changed_at, m.changed_by, m.sealed, c.urn \
                 FROM meetings m JOIN victims v ON v.id = m.victim_id JOIN cases c ON c.id = v.case_id \
                 WHERE m.state IN ('asked', 'offered', 'accepted', 'arranged') AND m.victim_id IN (", named_victims!(), ") AND ",
                in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id"), " ORDER BY m.changed_at, m.id LIMIT $1"));
    SAVE = Statement::both("meetings.save",
        "UPDATE meetings SET state = $2, version = version + 1, changed_at = $3, changed_by = $4, sealed = $5 \
         WHERE id = $1 AND version = $6");
}

/// A meeting as it stands.
#[derive(Debug, Clone)]
pub struct MeetingRow {
    /// Its identifier.
    pub id: MeetingId,
    /// The case.
    pub case_id: CaseId,
    /// With whom.
    pub victim_id: VictimId,
    /// What it is about, a word of `domain::meeting::Purpose`.
    pub purpose: String,
    /// Where it stands, a word of `domain::meeting::State`.
    pub state: String,
    /// Counts the steps: who saves one over another's is refused.
    pub version: i64,
    /// When it was written down.
    pub begun_at: Timestamp,
    /// When its last step was recorded.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// `domain::meeting::Meeting` as JSON, sealed under the victim's key.
    pub sealed: Vec<u8>,
}

fn meeting(row: &Row) -> Result<MeetingRow> {
    Ok(MeetingRow {
        id: row.parsed(0, MeetingId::parse)?,
        case_id: row.parsed(1, CaseId::parse)?,
        victim_id: row.parsed(2, VictimId::parse)?,
        purpose: row.text(3)?,
        state: row.text(4)?,
        version: row.int(5)?,
        begun_at: row.at(6)?,
        changed_at: row.at(7)?,
        changed_by: row.text(8)?,
        sealed: row.bytes(9)?,
    })
}

/// Adds a meeting.
pub async fn add(tx: &mut Tx, row: &MeetingRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.case_id,
        &row.victim_id,
        &row.purpose,
        &row.state,
        row.version,
        row.begun_at,
        row.changed_at,
        &row.changed_by,
        &row.sealed,
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// This meeting with this victim.
pub async fn find(tx: &mut Tx, id: &MeetingId, victim: &VictimId) -> Result<Option<MeetingRow>> {
    tx.find(&FIND, args![id, victim])
        .await?
        .as_ref()
        .map(meeting)
        .transpose()
}

/// A victim's meetings, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<MeetingRow>> {
    tx.list(&LIST, args![victim]).await?.iter().map(meeting).collect()
}

/// Saves the next step over the version that the caller read; `row` holds what is new.
pub async fn save(tx: &mut Tx, row: &MeetingRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.state,
        row.changed_at,
        &row.changed_by,
        &row.sealed,
        row.version
    ];
    tx.execute_one(&SAVE, args).await
}

/// The meetings that are not over, of everybody whom somebody has by name, each with its case's URN; what has stood longest
/// first.
pub async fn list_open(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<(MeetingRow, String)>> {
    let rows = tx
        .list(&LIST_OPEN, &scope.args(Arg::from(i64::from(most))))
        .await?;
    rows.iter()
        .map(|row| Ok((meeting(row)?, row.text(10)?)))
        .collect()
}
