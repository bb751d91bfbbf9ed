//! Why somebody reads in this session, and which drafts wait for the eyes of another person.

use domain::id::{DraftId, SessionId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    REASON_FIND = Statement::both("reading_reasons.find",
        "SELECT reason FROM reading_reasons WHERE session_id = $1 AND victim_id = $2");
    REASON_SAVE = Statement::both("reading_reasons.save",
        "INSERT INTO reading_reasons (session_id, victim_id, reason, given_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (session_id, victim_id) DO UPDATE SET reason = excluded.reason, given_at = excluded.given_at");
    CHECK_FIND = Statement::both("draft_checks.find", "SELECT sent_by, sent_at FROM draft_checks WHERE draft_id = $1");
    CHECK_ADD = Statement::both("draft_checks.add", "INSERT INTO draft_checks (draft_id, sent_by, sent_at) VALUES ($1, $2, $3)");
    MESSAGE_OF = Statement::both("messages.find_by_draft", "SELECT id FROM messages WHERE draft_id = $1");
}

/// The reason that was given in this session for reading about this victim.
pub async fn find_reason(tx: &mut Tx, session: &SessionId, victim: &VictimId) -> Result<Option<String>> {
    tx.find(&REASON_FIND, args![session.as_str(), victim])
        .await?
        .map(|row| row.text(0))
        .transpose()
}

/// Keeps the reason; a later one takes its place.
pub async fn save_reason(
    tx: &mut Tx,
    session: &SessionId,
    victim: &VictimId,
    reason: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&REASON_SAVE, args![session.as_str(), victim, reason, at])
        .await?;
    Ok(())
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
pub async fn find_message_of(tx: &mut Tx, draft: &DraftId) -> Result<Option<domain::id::MessageId>> {
    let row = tx.find(&MESSAGE_OF, args![draft]).await?;
    row.map(|row| row.parsed(0, domain::id::MessageId::parse))
        .transpose()
}
