//! Messages of advisers that hold what may be evidence.

use domain::id::{InboundId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! columns {
    ($rest:expr) => {
        concat!(
            "SELECT e.inbound_id, e.victim_id, e.obligation_id, e.state, e.marked_at, e.ended_at, o.urn, o.due_at \
             FROM evidence_marks e JOIN obligations o ON o.id = e.obligation_id WHERE ",
            $rest
        )
    };
}

statements! {
    // What a prosecutor found to be no evidence may be marked again.
    ADD = Statement::both("evidence_marks.add",
        "INSERT INTO evidence_marks (inbound_id, victim_id, obligation_id, state, marked_by, marked_at) \
         VALUES ($1, $2, $3, 'marked', $4, $5) ON CONFLICT (inbound_id) DO UPDATE SET obligation_id = $3, state = 'marked', \
         marked_by = $4, marked_at = $5, ended_by = NULL, ended_at = NULL WHERE evidence_marks.state = 'none'");
    LIST = Statement::both("evidence_marks.list_waiting",
        concat!(columns!("e.state = 'marked' AND "), in_scope!("o.area", "o.vlo", "o.victim_id"),
                " ORDER BY e.marked_at, e.inbound_id LIMIT $1"));
    FIND = Statement::both("evidence_marks.find", columns!("e.inbound_id = $1 AND e.victim_id = $2"));
    END = Statement::both("evidence_marks.end",
        "UPDATE evidence_marks SET state = $2, ended_by = $3, ended_at = $4 WHERE inbound_id = $1 AND state = 'marked'");
}

/// A message that was marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The message.
    pub inbound: InboundId,
    /// In whose record it stands.
    pub victim: VictimId,
    /// The duty to hand it to a prosecutor.
    pub obligation: ObligationId,
    /// `marked`, `taken` by a prosecutor, or `none`: a prosecutor found that it is no evidence.
    pub state: String,
    /// Since when.
    pub marked_at: Timestamp,
    /// When a prosecutor decided.
    pub ended_at: Option<Timestamp>,
    /// The case.
    pub urn: String,
    /// By when a prosecutor is to have it.
    pub due_at: Option<Timestamp>,
}

fn mark(row: &Row) -> Result<EvidenceRow> {
    Ok(EvidenceRow {
        inbound: row.parsed(0, InboundId::parse)?,
        victim: row.parsed(1, VictimId::parse)?,
        obligation: row.parsed(2, ObligationId::parse)?,
        state: row.text(3)?,
        marked_at: row.at(4)?,
        ended_at: row.at_opt(5)?,
        urn: row.text(6)?,
        due_at: row.at_opt(7)?,
    })
}

/// Marks a message; fails when it is marked.
pub async fn add(
    tx: &mut Tx,
    (inbound, victim): (&InboundId, &VictimId),
    obligation: &ObligationId,
    (by, at): (&str, Timestamp),
) -> Result<()> {
    tx.execute_one(&ADD, args![inbound, victim, obligation, by, at])
        .await
}

/// What waits for a prosecutor, in reach, the oldest first.
pub async fn list_waiting(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<EvidenceRow>> {
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&LIST, &args).await?.iter().map(mark).collect()
}

/// The mark of a message of this victim's, however it stands.
pub async fn find(tx: &mut Tx, inbound: &InboundId, victim: &VictimId) -> Result<Option<EvidenceRow>> {
    let row = tx.find(&FIND, args![inbound, victim]).await?;
    row.as_ref().map(mark).transpose()
}

/// A prosecutor decides; fails when somebody did before.
pub async fn end(tx: &mut Tx, inbound: &InboundId, state: &str, (by, at): (&str, Timestamp)) -> Result<()> {
    tx.execute_one(&END, args![inbound, state, by, at]).await
}
