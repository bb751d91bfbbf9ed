//! Drafts and messages: before and after approval.

use domain::id::{DraftId, MessageId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("drafts.add",
        "INSERT INTO drafts (id, obligation_id, victim_id, state, kind, version, language, digest, second_person, drafted_by, drafted_at, sealed) \
         VALUES ($1, $2, $3, 'drafted', $4, $5, $6, $7, $8, $9, $10, $11)");
    FIND = Statement::both("drafts.find",
        "SELECT id, obligation_id, victim_id, state, kind, version, language, digest, second_person, drafted_by, drafted_at, sealed FROM drafts WHERE id = $1");
    LIST = Statement::both("drafts.list_waiting",
        "SELECT id, obligation_id, victim_id, state, kind, version, language, digest, second_person, drafted_by, drafted_at, sealed \
         FROM drafts WHERE state = 'drafted' ORDER BY drafted_at, id LIMIT $1");
    WAITS = Statement::both("drafts.waits_for_obligation", "SELECT id FROM drafts WHERE obligation_id = $1 AND state = 'drafted'");
    LIVE = Statement::both("drafts.live_for_obligation", "SELECT id FROM drafts WHERE obligation_id = $1 AND state <> 'void'");
    DECIDE = Statement::both("drafts.decide", "UPDATE drafts SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'drafted'");
    VOID_BY_OBLIGATION = Statement::both("drafts.void_by_obligation",
        "UPDATE drafts SET state = 'void', decided_by = $2, decided_at = $3 WHERE obligation_id = $1 AND state = 'drafted'");
    VOID_ALL = Statement::both("drafts.void_all",
        "UPDATE drafts SET state = 'void', decided_by = $2, decided_at = $3 WHERE obligation_id = $1 AND state <> 'void'");
    MESSAGE_ADD = Statement::both("messages.add",
        "INSERT INTO messages (id, draft_id, obligation_id, victim_id, kind, version, language, digest, content_digest, approved_by, approved_at, hold_until_at, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
    MESSAGE_FIND = Statement::both("messages.find",
        "SELECT id, draft_id, obligation_id, victim_id, kind, version, language, digest, content_digest, approved_by, approved_at, hold_until_at, sealed \
         FROM messages WHERE id = $1");
    MESSAGES_OF = Statement::both("messages.list_by_obligation",
        "SELECT id, draft_id, obligation_id, victim_id, kind, version, language, digest, content_digest, approved_by, approved_at, hold_until_at, sealed \
         FROM messages WHERE obligation_id = $1 ORDER BY approved_at, id");
}

/// A message before approval.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// Its identifier.
    pub id: DraftId,
    /// What it would discharge.
    pub obligation_id: ObligationId,
    /// For whom.
    pub victim_id: VictimId,
    /// `drafted`, `approved` or `void`.
    pub state: String,
    /// The message kind.
    pub kind: String,
    /// The template version.
    pub version: i64,
    /// `en` or `cy`.
    pub language: String,
    /// The digest of the template's words.
    pub digest: String,
    /// Whether another person than the drafter has to approve.
    pub second_person: bool,
    /// The drafter's user name.
    pub drafted_by: String,
    /// When.
    pub drafted_at: Timestamp,
    /// The merge values and the rendered parts as JSON, sealed under the victim's key.
    pub sealed: Vec<u8>,
}

/// A message after approval; its bytes are frozen.
#[derive(Debug, Clone)]
pub struct MessageRow {
    /// Its identifier, also the stable part of its Message-ID.
    pub id: MessageId,
    /// The draft it was.
    pub draft_id: DraftId,
    /// What it discharges.
    pub obligation_id: ObligationId,
    /// For whom.
    pub victim_id: VictimId,
    /// The message kind.
    pub kind: String,
    /// The template version.
    pub version: i64,
    /// `en` or `cy`.
    pub language: String,
    /// The digest of the template's words.
    pub digest: String,
    /// The digest of the frozen parts.
    pub content_digest: String,
    /// Who approved.
    pub approved_by: String,
    /// When.
    pub approved_at: Timestamp,
    /// Until then it can be cancelled and does not go (requirement D10).
    pub hold_until_at: Timestamp,
    /// The frozen parts as JSON, sealed under the victim's key.
    pub sealed: Vec<u8>,
}

pub(crate) fn draft(row: &Row) -> Result<DraftRow> {
    Ok(DraftRow {
        id: row.parsed(0, DraftId::parse)?,
        obligation_id: row.parsed(1, ObligationId::parse)?,
        victim_id: row.parsed(2, VictimId::parse)?,
        state: row.text(3)?,
        kind: row.text(4)?,
        version: row.int(5)?,
        language: row.text(6)?,
        digest: row.text(7)?,
        second_person: row.flag(8)?,
        drafted_by: row.text(9)?,
        drafted_at: row.at(10)?,
        sealed: row.bytes(11)?,
    })
}

fn message(row: &Row) -> Result<MessageRow> {
    Ok(MessageRow {
        id: row.parsed(0, MessageId::parse)?,
        draft_id: row.parsed(1, DraftId::parse)?,
        obligation_id: row.parsed(2, ObligationId::parse)?,
        victim_id: row.parsed(3, VictimId::parse)?,
        kind: row.text(4)?,
        version: row.int(5)?,
        language: row.text(6)?,
        digest: row.text(7)?,
        content_digest: row.text(8)?,
        approved_by: row.text(9)?,
        approved_at: row.at(10)?,
        hold_until_at: row.at(11)?,
        sealed: row.bytes(12)?,
    })
}

/// Adds a draft.
pub async fn add(tx: &mut Tx, d: &DraftRow) -> Result<()> {
    let args = args![
        &d.id,
        &d.obligation_id,
        &d.victim_id,
        &d.kind,
        d.version,
        &d.language,
        &d.digest,
        d.second_person,
        &d.drafted_by,
        d.drafted_at,
        &d.sealed
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The draft with this identifier.
pub async fn find(tx: &mut Tx, id: &DraftId) -> Result<Option<DraftRow>> {
    tx.find(&FIND, args![id]).await?.as_ref().map(draft).transpose()
}

/// Drafts that wait for a decision, oldest first.
pub async fn list_waiting(tx: &mut Tx, most: u32) -> Result<Vec<DraftRow>> {
    tx.list(&LIST, args![i64::from(most)])
        .await?
        .iter()
        .map(draft)
        .collect()
}

/// Whether a draft for this obligation waits for a decision.
pub async fn waits(tx: &mut Tx, obligation: &ObligationId) -> Result<bool> {
    Ok(tx.find(&WAITS, args![obligation]).await?.is_some())
}

/// Whether this obligation has a draft that is not void.
pub async fn has_live(tx: &mut Tx, obligation: &ObligationId) -> Result<bool> {
    Ok(tx.find(&LIVE, args![obligation]).await?.is_some())
}

/// Ends a draft: `approved` or `void`.
pub async fn decide(tx: &mut Tx, id: &DraftId, state: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&DECIDE, args![id, state, by, at]).await
}

/// Voids what was drafted for an obligation that ended otherwise.
pub async fn void_by_obligation(tx: &mut Tx, id: &ObligationId, by: &str, at: Timestamp) -> Result<u64> {
    tx.execute(&VOID_BY_OBLIGATION, args![id, by, at]).await
}

/// Voids what was drafted for an obligation, approved or not, so that it can be drafted anew.
pub async fn void_all(tx: &mut Tx, id: &ObligationId, by: &str, at: Timestamp) -> Result<u64> {
    tx.execute(&VOID_ALL, args![id, by, at]).await
}

/// Adds a message.
pub async fn add_message(tx: &mut Tx, m: &MessageRow) -> Result<()> {
    let args = args![
        &m.id,
        &m.draft_id,
        &m.obligation_id,
        &m.victim_id,
        &m.kind,
        m.version,
        &m.language,
        &m.digest,
        &m.content_digest,
        &m.approved_by,
        m.approved_at,
        m.hold_until_at,
        &m.sealed
    ];
    tx.execute(&MESSAGE_ADD, args).await?;
    Ok(())
}

/// The message with this identifier.
pub async fn find_message(tx: &mut Tx, id: &MessageId) -> Result<Option<MessageRow>> {
    tx.find(&MESSAGE_FIND, args![id])
        .await?
        .as_ref()
        .map(message)
        .transpose()
}

/// The messages made for an obligation, oldest first.
pub async fn list_messages(tx: &mut Tx, obligation: &ObligationId) -> Result<Vec<MessageRow>> {
    tx.list(&MESSAGES_OF, args![obligation])
        .await?
        .iter()
        .map(message)
        .collect()
}
