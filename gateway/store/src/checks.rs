//! Drafts that wait for the eyes of another person.

use domain::id::{DraftId, MessageId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::drafts::{DraftRow, draft};
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    CHECK_FIND = Statement::both("draft_checks.find", "SELECT sent_by, sent_at FROM draft_checks WHERE draft_id = $1");
    CHECK_ADD = Statement::both("draft_checks.add", "INSERT INTO draft_checks (draft_id, sent_by, sent_at) VALUES ($1, $2, $3)");
    PAGE = Statement::both("drafts.page_by_victim",
        "SELECT id, obligation_id, victim_id, state, kind, version, language, digest, second_person, drafted_by, drafted_at, sealed, \
         (SELECT COUNT(*) FROM draft_checks k WHERE k.draft_id = drafts.id) \
         FROM drafts WHERE victim_id = $1 AND (drafted_at, id) > ($2, $3) ORDER BY drafted_at, id LIMIT $4");
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

/// Drafts for a victim and whether each was sent for a second check, oldest first, after an instant (in microseconds since
/// 1970 UTC) and identifier.
pub async fn page_by_victim(
    tx: &mut Tx,
    victim: &VictimId,
    (after_us, after_id): (i64, &str),
    most: u32,
) -> Result<Vec<(DraftRow, bool)>> {
    let args = args![victim, after_us, after_id, i64::from(most)];
    let one = |row: &Row| Ok((draft(row)?, row.int(12)? > 0));
    tx.list(&PAGE, args).await?.iter().map(one).collect()
}

/// The message that a draft became.
pub async fn find_message_of(tx: &mut Tx, draft: &DraftId) -> Result<Option<MessageId>> {
    let row = tx.find(&MESSAGE_OF, args![draft]).await?;
    row.map(|row| row.parsed(0, MessageId::parse)).transpose()
}
