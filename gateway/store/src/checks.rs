//! Drafts that wait for the eyes of another person.

use domain::id::{DraftId, MessageId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    CHECK_FIND = Statement::both("draft_checks.find", "SELECT sent_by, sent_at FROM draft_checks WHERE draft_id = $1");
    CHECK_ADD = Statement::both("draft_checks.add", "INSERT INTO draft_checks (draft_id, sent_by, sent_at) VALUES ($1, $2, $3)");
    MESSAGE_OF = Statement::both("messages.find_by_draft", "SELECT id FROM messages WHERE draft_id = $1");
}

/// Who sent a draft for a second check, and when.
pub async fn find_check(tx: &mut Tx, draft: &DraftId) -> Result<Option<(String, Timestamp)>> {
    let row = tx.find(&CHECK_FIND, args![draft]).await?;
    row.map(|row| Ok((row.text(0)?, row.at(1)?))).transpose()
}

/// Sends a draft for a second check; once is enough.
pub async fn add_check(tx: &mut Tx, draft: &DraftId, by: &str, at: Timestamp) -> Result<()> {
    tx.execute(&CHECK_ADD, args![draft, by, at]).await?;
    Ok(())
}

/// The message that a draft became.
pub async fn find_message_of(tx: &mut Tx, draft: &DraftId) -> Result<Option<MessageId>> {
    let row = tx.find(&MESSAGE_OF, args![draft]).await?;
    row.map(|row| row.parsed(0, MessageId::parse)).transpose()
}
