//! What officers write to advisers unasked.

use domain::id::{AdviserId, EventId, ObligationId, ThreadId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("adviser_updates.add",
        "INSERT INTO adviser_updates (id, victim_id, adviser_id, thread_id, area, scope, begun_at, begun_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    OF_DUTY = Statement::both("adviser_updates.find_by_obligation",
        "SELECT u.id, u.victim_id, u.adviser_id, u.thread_id, u.area, u.scope, u.begun_at, u.begun_by FROM adviser_updates u \
         JOIN events e ON e.source = 'mailbox' AND e.source_event_id = u.id JOIN obligations o ON o.event_id = e.id WHERE o.id = $1");
}

/// What an officer writes to an adviser unasked; the words are those of its draft.
#[derive(Debug, Clone)]
pub struct AdviserUpdateRow {
    /// Its identifier, which its event bears at the source `mailbox`.
    pub id: EventId,
    /// About whom.
    pub victim_id: VictimId,
    /// To whom.
    pub adviser_id: AdviserId,
    /// In which conversation.
    pub thread_id: ThreadId,
    /// Whose mailbox.
    pub area: String,
    /// Under which part of the consent, a word of `domain::people::ConsentScope`.
    pub scope: String,
    /// When.
    pub begun_at: Timestamp,
    /// By whom.
    pub begun_by: String,
}

fn update(row: &Row) -> Result<AdviserUpdateRow> {
    Ok(AdviserUpdateRow {
        id: row.parsed(0, EventId::parse)?,
        victim_id: row.parsed(1, VictimId::parse)?,
        adviser_id: row.parsed(2, AdviserId::parse)?,
        thread_id: row.parsed(3, ThreadId::parse)?,
        area: row.text(4)?,
        scope: row.text(5)?,
        begun_at: row.at(6)?,
        begun_by: row.text(7)?,
    })
}

/// Adds one.
pub async fn add(tx: &mut Tx, row: &AdviserUpdateRow) -> Result<()> {
    let args = args![
        row.id.as_str(),
        &row.victim_id,
        &row.adviser_id,
        &row.thread_id,
        &row.area,
        &row.scope,
        row.begun_at,
        &row.begun_by
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The one that a duty is about.
pub async fn find_by_obligation(tx: &mut Tx, id: &ObligationId) -> Result<Option<AdviserUpdateRow>> {
    tx.find(&OF_DUTY, args![id])
        .await?
        .as_ref()
        .map(update)
        .transpose()
}
