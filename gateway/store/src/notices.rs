//! Notices: what a Victim Liaison Officer has to be told at once, until somebody has seen it.

use domain::id::{EventId, MessageId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("notices.add",
        "INSERT INTO notices (id, victim_id, obligation_id, message_id, kind, detail, raised_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    LIST = Statement::both("notices.list_unseen",
        "SELECT id, victim_id, obligation_id, message_id, kind, detail, raised_at FROM notices WHERE seen_at IS NULL ORDER BY raised_at, id LIMIT $1");
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
    let one = |row: &Row| {
        Ok(Notice {
            id: row.parsed(0, EventId::parse)?,
            victim_id: row.parsed(1, VictimId::parse)?,
            obligation_id: row.parsed_opt(2, ObligationId::parse)?,
            message_id: row.parsed_opt(3, MessageId::parse)?,
            kind: row.text(4)?,
            detail: row.text(5)?,
            raised_at: row.at(6)?,
        })
    };
    tx.list(&LIST, args![i64::from(most)])
        .await?
        .iter()
        .map(one)
        .collect()
}
