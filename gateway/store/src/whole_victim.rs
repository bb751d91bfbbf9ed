//! Everything that a victim's page lists, beside what the other modules list: states and instants, and what is sealed
//! only where the page opens it.

use domain::id::{CaseId, MessageId, ObligationId, ProposalId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::drafts::{DraftRow, draft};
use crate::obligations::{ObligationRow, obligation};
use crate::people::{CaseRow, case_from};
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    CASE = Statement::both("cases.find", "SELECT id, urn, area, unit, offence, opened_at, closed_at, charging FROM cases WHERE id = $1");
    OBLIGATIONS = Statement::both("obligations.list_by_victim",
        "SELECT id, case_id, victim_id, event_id, rule, owner, template_kind, second_person, discharge, state, \
         clock_start_at, enhanced, original_due_at, due_at, latest_at, deadline, waiting_for, ended_by, ended_why, \
         ended_at, created_at, moved_by_hand FROM obligations WHERE victim_id = $1 ORDER BY last_at, id");
    DRAFTS = Statement::both("drafts.list_by_victim",
        "SELECT id, obligation_id, victim_id, state, kind, version, language, digest, second_person, drafted_by, drafted_at, sealed \
         FROM drafts WHERE victim_id = $1 ORDER BY drafted_at, id");
    MESSAGES = Statement::both("messages.list_by_victim",
        "SELECT m.id, m.obligation_id, m.kind, m.approved_by, m.approved_at, b.state, b.held_reason, b.changed_at \
         FROM messages m JOIN outbox b ON b.message_id = m.id WHERE m.victim_id = $1 ORDER BY m.approved_at, m.id");
    PROPOSALS = Statement::both("plan_proposals.list_by_victim",
        "SELECT id, state, created_at, closed_at FROM plan_proposals WHERE victim_id = $1 ORDER BY created_at, id");
}

/// A message with its delivery.
#[derive(Debug, Clone)]
pub struct SentRow {
    /// The message.
    pub id: MessageId,
    /// The duty.
    pub obligation_id: ObligationId,
    /// Its kind.
    pub kind: String,
    /// Who approved it.
    pub approved_by: String,
    /// When.
    pub approved_at: Timestamp,
    /// How its delivery stands.
    pub state: String,
    /// Why it did not leave.
    pub held_reason: Option<String>,
    /// Since when it stands so.
    pub changed_at: Timestamp,
}

/// A change of the contact plan, without its values.
#[derive(Debug, Clone)]
pub struct PlanChangeRow {
    /// Its identifier.
    pub id: ProposalId,
    /// `proposed`, `verified`, `approved` or `refused`.
    pub state: String,
    /// When it was proposed.
    pub created_at: Timestamp,
    /// When it was approved or refused.
    pub closed_at: Option<Timestamp>,
}

/// A case.
pub async fn find_case(tx: &mut Tx, id: &CaseId) -> Result<Option<CaseRow>> {
    let row = tx.find(&CASE, args![id]).await?;
    row.as_ref().map(|row| case_from(row, 0)).transpose()
}

/// Every duty to a victim, open or ended, soonest first.
pub async fn list_obligations(tx: &mut Tx, victim: &VictimId) -> Result<Vec<ObligationRow>> {
    let rows = tx.list(&OBLIGATIONS, args![victim]).await?;
    rows.iter().map(obligation).collect()
}

/// Every draft for a victim, oldest first.
pub async fn list_drafts(tx: &mut Tx, victim: &VictimId) -> Result<Vec<DraftRow>> {
    tx.list(&DRAFTS, args![victim]).await?.iter().map(draft).collect()
}

/// Every message to a victim with its delivery, oldest first.
pub async fn list_messages(tx: &mut Tx, victim: &VictimId) -> Result<Vec<SentRow>> {
    let one = |row: &Row| {
        Ok(SentRow {
            id: row.parsed(0, MessageId::parse)?,
            obligation_id: row.parsed(1, ObligationId::parse)?,
            kind: row.text(2)?,
            approved_by: row.text(3)?,
            approved_at: row.at(4)?,
            state: row.text(5)?,
            held_reason: row.text_opt(6)?,
            changed_at: row.at(7)?,
        })
    };
    tx.list(&MESSAGES, args![victim]).await?.iter().map(one).collect()
}

/// Every change of a victim's plan, oldest first.
pub async fn list_plan_changes(tx: &mut Tx, victim: &VictimId) -> Result<Vec<PlanChangeRow>> {
    let one = |row: &Row| {
        Ok(PlanChangeRow {
            id: row.parsed(0, ProposalId::parse)?,
            state: row.text(1)?,
            created_at: row.at(2)?,
            closed_at: row.at_opt(3)?,
        })
    };
    tx.list(&PROPOSALS, args![victim])
        .await?
        .iter()
        .map(one)
        .collect()
}
