//! Proposed changes of contact plans, from the proposal to its approval or refusal (requirement A5).

use domain::id::{ProposalId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("plan_proposals.add",
        "INSERT INTO plan_proposals (id, victim_id, state, sealed, created_at) VALUES ($1, $2, 'proposed', $3, $4)");
    FIND = Statement::both("plan_proposals.find", "SELECT id, victim_id, state, sealed, created_at FROM plan_proposals WHERE id = $1");
    OPEN = Statement::both("plan_proposals.list_open",
        "SELECT id, victim_id, state, sealed, created_at FROM plan_proposals WHERE state IN ('proposed', 'verified') ORDER BY created_at, id LIMIT $1");
    SAVE = Statement::both("plan_proposals.save",
        "UPDATE plan_proposals SET state = $2, sealed = $3, closed_at = $4 WHERE id = $1 AND state = $5");
}

/// A proposal as it stands.
#[derive(Debug, Clone)]
pub struct ProposalRow {
    /// Its identifier.
    pub id: ProposalId,
    /// Whose plan it would change.
    pub victim_id: VictimId,
    /// `proposed`, `verified`, `approved` or `refused`.
    pub state: String,
    /// `domain::contact::change::Proposal` as JSON, sealed under the victim's key.
    pub sealed: Vec<u8>,
    /// When it was proposed.
    pub created_at: Timestamp,
}

fn proposal(row: &Row) -> Result<ProposalRow> {
    Ok(ProposalRow {
        id: row.parsed(0, ProposalId::parse)?,
        victim_id: row.parsed(1, VictimId::parse)?,
        state: row.text(2)?,
        sealed: row.bytes(3)?,
        created_at: row.at(4)?,
    })
}

/// Adds a proposal.
pub async fn add(
    tx: &mut Tx,
    id: &ProposalId,
    victim: &VictimId,
    sealed: &[u8],
    at: Timestamp,
) -> Result<()> {
    tx.execute(&ADD, args![id, victim, sealed, at]).await?;
    Ok(())
}

/// The proposal with this identifier.
pub async fn find(tx: &mut Tx, id: &ProposalId) -> Result<Option<ProposalRow>> {
    tx.find(&FIND, args![id])
        .await?
        .as_ref()
        .map(proposal)
        .transpose()
}

/// Proposals that wait for somebody, oldest first.
pub async fn list_open(tx: &mut Tx, most: u32) -> Result<Vec<ProposalRow>> {
    tx.list(&OPEN, args![i64::from(most)])
        .await?
        .iter()
        .map(proposal)
        .collect()
}

/// Saves the next state over the one that the caller read.
pub async fn save(
    tx: &mut Tx,
    row: &ProposalRow,
    state: &str,
    sealed: &[u8],
    closed_at: Option<Timestamp>,
) -> Result<()> {
    tx.execute_one(&SAVE, args![&row.id, state, sealed, closed_at, &row.state])
        .await
}
