//! What came back of a message that a server had taken.

use domain::id::{AttemptId, MessageId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    SENT = Statement::both("bounces.find_sent",
        "SELECT a.message_id, a.point_id, a.ended_at, a.outcome, o.tries FROM attempts a \
         JOIN outbox o ON o.message_id = a.message_id WHERE a.id = $1");
    ADD = Statement::both("bounces.add",
        "INSERT INTO bounces (attempt_id, what, received_at) VALUES ($1, $2, $3) ON CONFLICT (attempt_id, what) DO NOTHING");
    FAIL = Statement::both("outbox.fail_delivered",
        "UPDATE outbox SET state = $2, held_reason = $3, changed_at = $4 WHERE message_id = $1 AND state = 'delivered'");
}

/// A try to deliver, as far as a bounce asks.
#[derive(Debug, Clone)]
pub struct SentRow {
    /// The message.
    pub message_id: MessageId,
    /// To whom: the identifier of a contact point, or of an adviser.
    pub to: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// How often the message was tried.
    pub tries: i64,
}

/// One try.
pub async fn find_sent(tx: &mut Tx, id: &AttemptId) -> Result<Option<SentRow>> {
    let sent = |row: &Row| {
        Ok(SentRow {
            message_id: row.parsed(0, MessageId::parse)?,
            to: row.text(1)?,
            ended_at: row.at_opt(2)?,
            outcome: row.text_opt(3)?,
            tries: row.int(4)?,
        })
    };
    tx.find(&SENT, args![id]).await?.as_ref().map(sent).transpose()
}

/// Writes down that this came back of a try; false when that is known.
pub async fn add(tx: &mut Tx, id: &AttemptId, what: &str, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&ADD, args![id, what, at]).await? == 1)
}

/// What counted as delivered has failed; false, and nothing changed, when it did not count so.
pub async fn fail(tx: &mut Tx, id: &MessageId, state: &str, code: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&FAIL, args![id, state, code, now]).await? == 1)
}
