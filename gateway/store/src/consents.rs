//! What victims allowed advisers: scoped, dated, recorded by one person and confirmed by another, and taken back.

use domain::id::{AdviserId, ConsentId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("consents.add",
        "INSERT INTO consents (id, victim_id, adviser_id, scope, given_at, until_at, state, how, recorded_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    FIND = Statement::both("consents.find",
        "SELECT id, victim_id, adviser_id, scope, given_at, until_at, state, how, recorded_by, recorded_at, decided_by, \
         decided_at, revoked_at, ended_why FROM consents WHERE id = $1 AND victim_id = $2");
    LIST = Statement::both("consents.list_by_victim",
        "SELECT id, victim_id, adviser_id, scope, given_at, until_at, state, how, recorded_by, recorded_at, decided_by, \
         decided_at, revoked_at, ended_why FROM consents WHERE victim_id = $1 ORDER BY given_at, id");
    DECIDE = Statement::both("consents.decide",
        "UPDATE consents SET state = $2, decided_by = $3, decided_at = $4 \
         WHERE id = $1 AND state = 'recorded' AND revoked_at IS NULL");
    END = Statement::both("consents.end",
        "UPDATE consents SET revoked_at = $3, ended_why = $4 \
         WHERE victim_id = $1 AND adviser_id = $2 AND revoked_at IS NULL AND state <> 'refused'");
    // Of an adviser who still helps, in a case that is open.
    ENDING = Statement::both("consents.list_ending",
        "SELECT c.id, c.victim_id FROM consents c JOIN victims v ON v.id = c.victim_id JOIN cases x ON x.id = v.case_id \
         WHERE c.ending_noticed_at IS NULL AND c.until_at > $1 AND c.until_at <= $2 AND c.state = 'confirmed' \
         AND c.revoked_at IS NULL AND v.erased_at IS NULL AND x.closed_at IS NULL \
         AND EXISTS (SELECT 1 FROM supporters s WHERE s.victim_id = c.victim_id AND s.adviser_id = c.adviser_id \
         AND s.ended_at IS NULL) ORDER BY c.until_at, c.id LIMIT $3");
    NOTICED = Statement::both("consents.notice_ending",
        "UPDATE consents SET ending_noticed_at = $2 WHERE id = $1 AND ending_noticed_at IS NULL");
    // An adviser who has left the service, or no longer helps this victim, is told nothing, whatever was allowed.
    LIVE = Statement::both("consents.list_live",
        "SELECT c.scope FROM consents c JOIN advisers a ON a.id = c.adviser_id \
         WHERE c.victim_id = $1 AND c.state = 'confirmed' AND c.revoked_at IS NULL AND c.given_at <= $2 \
         AND (c.until_at IS NULL OR c.until_at > $2) AND a.from_at <= $2 AND (a.until_at IS NULL OR a.until_at > $2) \
         AND EXISTS (SELECT 1 FROM supporters s WHERE s.victim_id = c.victim_id AND s.adviser_id = c.adviser_id \
         AND s.ended_at IS NULL) ORDER BY c.id");
}

/// A victim's dated, scoped, revocable leave for one adviser.
#[derive(Debug, Clone)]
pub struct ConsentRow {
    /// The consent's identifier.
    pub id: ConsentId,
    /// Whose leave.
    pub victim_id: VictimId,
    /// For whom.
    pub adviser_id: AdviserId,
    /// Scopes as a JSON list.
    pub scope: String,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it ends, if it does.
    pub until_at: Option<Timestamp>,
    /// A word of `domain::people::ConsentState`.
    pub state: String,
    /// How it was given, a word of `domain::people::ConsentHow`; none of what came with a case.
    pub how: Option<String>,
    /// Who wrote it down; none of what came with a case.
    pub recorded_by: Option<String>,
    /// When.
    pub recorded_at: Option<Timestamp>,
    /// Who confirmed or refused it.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub ended_why: Option<String>,
}

fn consent(row: &Row) -> Result<ConsentRow> {
    Ok(ConsentRow {
        id: row.parsed(0, ConsentId::parse)?,
        victim_id: row.parsed(1, VictimId::parse)?,
        adviser_id: row.parsed(2, AdviserId::parse)?,
        scope: row.text(3)?,
        given_at: row.at(4)?,
        until_at: row.at_opt(5)?,
        state: row.text(6)?,
        how: row.text_opt(7)?,
        recorded_by: row.text_opt(8)?,
        recorded_at: row.at_opt(9)?,
        decided_by: row.text_opt(10)?,
        decided_at: row.at_opt(11)?,
        revoked_at: row.at_opt(12)?,
        ended_why: row.text_opt(13)?,
    })
}

/// Adds a consent.
pub async fn add(tx: &mut Tx, c: &ConsentRow) -> Result<()> {
    let args = args![
        &c.id,
        &c.victim_id,
        &c.adviser_id,
        &c.scope,
        c.given_at,
        c.until_at,
        &c.state,
        &c.how,
        &c.recorded_by,
        c.recorded_at,
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// This consent of this victim.
pub async fn find(tx: &mut Tx, id: &ConsentId, victim: &VictimId) -> Result<Option<ConsentRow>> {
    tx.find(&FIND, args![id, victim])
        .await?
        .as_ref()
        .map(consent)
        .transpose()
}

/// Everything that a victim ever allowed, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<ConsentRow>> {
    tx.list(&LIST, args![victim]).await?.iter().map(consent).collect()
}

/// Confirms or refuses what waits for it; fails when somebody was faster.
pub async fn decide(tx: &mut Tx, id: &ConsentId, state: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&DECIDE, args![id, state, by, at]).await
}

/// Takes back what a victim allowed an adviser, and what waits to be confirmed; how many consents that ended.
pub async fn end(
    tx: &mut Tx,
    victim: &VictimId,
    adviser: &AdviserId,
    at: Timestamp,
    why: &str,
) -> Result<u64> {
    tx.execute(&END, args![victim, adviser, at, why]).await
}

/// The scopes of every consent that a victim has given and that holds now, each a JSON list.
pub async fn list_live(tx: &mut Tx, victim: &VictimId, now: Timestamp) -> Result<Vec<String>> {
    let rows = tx.list(&LIVE, args![victim, now]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Consents that hold at `now` and end at `until` or before, of which no officer was told yet, the first to end first.
pub async fn list_ending(
    tx: &mut Tx,
    now: Timestamp,
    until: Timestamp,
    most: u32,
) -> Result<Vec<(ConsentId, VictimId)>> {
    let rows = tx.list(&ENDING, args![now, until, i64::from(most)]).await?;
    rows.iter()
        .map(|row| Ok((row.parsed(0, ConsentId::parse)?, row.parsed(1, VictimId::parse)?)))
        .collect()
}

/// An officer is told that a consent ends soon; false when one was.
pub async fn notice_ending(tx: &mut Tx, id: &ConsentId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&NOTICED, args![id, at]).await? == 1)
}
