//! What officers ask managers to decide about duties: to waive one, or to move its due time.

use domain::id::{ObligationId, RequestId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! waiting {
    ($condition:literal, $rest:literal) => {
        concat!(
            "SELECT r.id, r.obligation_id, r.kind, r.to_date, r.reason, r.asked_by, r.asked_at, o.urn, o.rule, o.due_at, \
             o.victim_id FROM due_requests r JOIN obligations o ON o.id = r.obligation_id \
             WHERE r.decided_at IS NULL AND ",
            $condition,
            in_scope!("o.area", "o.vlo", "o.victim_id"),
            $rest
        )
    };
}

statements! {
    ADD = Statement::both("due_requests.add",
        "INSERT INTO due_requests (id, obligation_id, kind, to_date, reason, asked_by, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    FIND = Statement::both("due_requests.find_waiting", waiting!("r.id = $1 AND ", ""));
    LIST = Statement::both("due_requests.list_waiting", waiting!("o.state = 'open' AND ", " ORDER BY r.asked_at, r.id LIMIT $1"));
    DECIDE = Statement::both("due_requests.decide",
        "UPDATE due_requests SET decided = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND decided_at IS NULL");
}

/// A request that waits for a manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRequestRow {
    /// Its identifier.
    pub id: RequestId,
    /// The duty.
    pub obligation_id: ObligationId,
    /// `waive` or `move`.
    pub kind: String,
    /// To which day, as `2026-11-27`, where it is to be moved.
    pub to_date: Option<String>,
    /// Why, a code.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// The case's URN.
    pub urn: String,
    /// The duty's rule.
    pub rule: String,
    /// The duty's due time now.
    pub due_at: Option<Timestamp>,
    /// To whom it is owed.
    pub victim_id: VictimId,
}

fn request(row: &Row) -> Result<DueRequestRow> {
    Ok(DueRequestRow {
        id: row.parsed(0, RequestId::parse)?,
        obligation_id: row.parsed(1, ObligationId::parse)?,
        kind: row.text(2)?,
        to_date: row.text_opt(3)?,
        reason: row.text(4)?,
        asked_by: row.text(5)?,
        asked_at: row.at(6)?,
        urn: row.text(7)?,
        rule: row.text(8)?,
        due_at: row.at_opt(9)?,
        victim_id: row.parsed(10, VictimId::parse)?,
    })
}

/// A request as it is made.
pub struct NewRequest<'r> {
    /// Its identifier.
    pub id: &'r RequestId,
    /// The duty.
    pub obligation: &'r ObligationId,
    /// `waive` or `move`.
    pub kind: &'r str,
    /// To which day.
    pub to_date: Option<&'r str>,
    /// Why, a code.
    pub reason: &'r str,
    /// Who asks.
    pub by: &'r str,
}

/// Adds a request; a duplicate when one for this duty waits already.
pub async fn add(tx: &mut Tx, new: &NewRequest<'_>, at: Timestamp) -> Result<()> {
    let args = args![
        new.id,
        new.obligation,
        new.kind,
        new.to_date,
        new.reason,
        new.by,
        at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// A request that waits, in reach.
pub async fn find(tx: &mut Tx, scope: &Scope, id: &RequestId) -> Result<Option<DueRequestRow>> {
    let args = scope.args(id.into());
    tx.find(&FIND, &args).await?.as_ref().map(request).transpose()
}

/// The requests that wait, oldest first, in reach.
pub async fn list(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<DueRequestRow>> {
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&LIST, &args).await?.iter().map(request).collect()
}

/// Decides one: `approved`, `refused` or `withdrawn`. Fails when somebody decided before.
pub async fn decide(tx: &mut Tx, id: &RequestId, decided: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&DECIDE, args![id, decided, by, at]).await
}
