//! Notices: what a Victim Liaison Officer has to be told at once, until somebody has seen it.

use domain::id::{EventId, MessageId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope, named_victims};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! in_reach {
    ($rest:expr) => {
        concat!(
            "SELECT n.id, n.victim_id, n.obligation_id, n.message_id, n.kind, n.detail, n.raised_at, c.urn FROM notices n \
             JOIN victims v ON v.id = n.victim_id JOIN cases c ON c.id = v.case_id WHERE n.seen_at IS NULL AND ",
            $rest,
            in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id"),
            " ORDER BY n.raised_at, n.id LIMIT $1"
        )
    };
}

statements! {
    ADD = Statement::both("notices.add",
        "INSERT INTO notices (id, victim_id, obligation_id, message_id, kind, detail, raised_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    LIST = Statement::both("notices.list_unseen",
        "SELECT id, victim_id, obligation_id, message_id, kind, detail, raised_at FROM notices WHERE seen_at IS NULL ORDER BY raised_at, id LIMIT $1");
    // A manager's: of people whom nobody has, their own, what is for managers, and what an officer has not looked at since $22.
    IN_REACH = Statement::both("notices.list_in_reach",
        in_reach!("(n.raised_at < $22 OR v.vlo IS NULL OR v.vlo = $2 OR n.kind = 'answer-late') AND "));
    // Of an officer's own people, whom they cover, and behind a broken glass: nobody else's notices are walked through.
    OF_OFFICER = Statement::both("notices.list_of_officer",
        in_reach!(concat!("n.victim_id IN (", named_victims!(), ") AND ")));
    FIND = Statement::both("notices.find",
        "SELECT id, victim_id, obligation_id, message_id, kind, detail, raised_at FROM notices WHERE id = $1");
    WAITING = Statement::both("notices.is_waiting",
        "SELECT COUNT(*) FROM notices WHERE message_id = $1 AND kind = $2 AND seen_at IS NULL");
    SEE = Statement::both("notices.see", "UPDATE notices SET seen_by = $2, seen_at = $3 WHERE id = $1 AND seen_at IS NULL");
}

/// One notice.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its identifier (of the same form as an event's).
    pub id: EventId,
    /// Whom it concerns.
    pub victim_id: VictimId,
    /// Which duty.
    pub obligation_id: Option<ObligationId>,
    /// Which message.
    pub message_id: Option<MessageId>,
    /// What happened, a code.
    pub kind: String,
    /// A plain sentence without personal data.
    pub detail: String,
    /// When.
    pub raised_at: Timestamp,
}

fn notice(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.parsed(0, EventId::parse)?,
        victim_id: row.parsed(1, VictimId::parse)?,
        obligation_id: row.parsed_opt(2, ObligationId::parse)?,
        message_id: row.parsed_opt(3, MessageId::parse)?,
        kind: row.text(4)?,
        detail: row.text(5)?,
        raised_at: row.at(6)?,
    })
}

/// Raises a notice.
pub async fn add(tx: &mut Tx, n: &Notice) -> Result<()> {
    let args = args![
        &n.id,
        &n.victim_id,
        n.obligation_id.as_ref(),
        n.message_id.as_ref(),
        &n.kind,
        &n.detail,
        n.raised_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// Notices that nobody has seen, oldest first.
pub async fn list_unseen(tx: &mut Tx, most: u32) -> Result<Vec<Notice>> {
    tx.list(&LIST, args![i64::from(most)])
        .await?
        .iter()
        .map(notice)
        .collect()
}

/// Notices that nobody has seen, about whom somebody reaches, oldest first, each with its case's URN. A manager is shown what is
/// an officer's only when it was raised before `since` and nobody has seen it.
pub async fn list_in_reach(
    tx: &mut Tx,
    scope: &Scope,
    since: Timestamp,
    most: u32,
) -> Result<Vec<(Notice, String)>> {
    let mut args = scope.args(Arg::from(i64::from(most)));
    let statement = if scope.is_of_officer() {
        &OF_OFFICER
    } else {
        args.push(since.into());
        &IN_REACH
    };
    let rows = tx.list(statement, &args).await?;
    rows.iter().map(|row| Ok((notice(row)?, row.text(7)?))).collect()
}

/// One notice, seen or not.
pub async fn find(tx: &mut Tx, id: &EventId) -> Result<Option<Notice>> {
    tx.find(&FIND, args![id]).await?.as_ref().map(notice).transpose()
}

/// Whether a notice of this kind about a message is there that nobody has seen.
pub async fn is_waiting(tx: &mut Tx, message: &MessageId, kind: &str) -> Result<bool> {
    let row = tx.find(&WAITING, args![message, kind]).await?;
    Ok(row.map(|row| row.int(0)).transpose()?.unwrap_or_default() > 0)
}

/// Somebody has seen it; fails when somebody had before.
pub async fn see(tx: &mut Tx, id: &EventId, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&SEE, args![id, by, at]).await
}
