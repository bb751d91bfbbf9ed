//! Who helps a victim: each link in clear, with its beginning and end; names and addresses sealed, an adviser's in the
//! register under the adviser's key, anybody else's here under the victim's.

use domain::id::{AdviserId, SupporterId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::people::AdviserRow;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("supporters.add",
        "INSERT INTO supporters (id, victim_id, kind, adviser_id, replaces, replaced_why, version, added_at, added_by, \
         changed_at, changed_by, sealed) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $7, $8, $9)");
    FIND = Statement::both("supporters.find",
        "SELECT id, victim_id, kind, adviser_id, replaces, replaced_why, version, added_at, added_by, changed_at, \
         changed_by, ended_at, ended_why, sealed FROM supporters WHERE id = $1 AND victim_id = $2");
    LIST = Statement::both("supporters.list_by_victim",
        "SELECT id, victim_id, kind, adviser_id, replaces, replaced_why, version, added_at, added_by, changed_at, \
         changed_by, ended_at, ended_why, sealed FROM supporters WHERE victim_id = $1 ORDER BY added_at, id");
    OF_ADVISER = Statement::both("supporters.list_by_adviser",
        "SELECT id, victim_id, kind, adviser_id, replaces, replaced_why, version, added_at, added_by, changed_at, \
         changed_by, ended_at, ended_why, sealed FROM supporters WHERE adviser_id = $1 AND ended_at IS NULL ORDER BY id");
    SAVE = Statement::both("supporters.save",
        "UPDATE supporters SET version = version + 1, changed_at = $2, changed_by = $3, sealed = $4 \
         WHERE id = $1 AND version = $5 AND ended_at IS NULL");
    END = Statement::both("supporters.end",
        "UPDATE supporters SET version = version + 1, changed_at = $2, changed_by = $3, ended_at = $2, ended_why = $4 \
         WHERE id = $1 AND version = $5 AND ended_at IS NULL");
    ADVISER = Statement::both("advisers.find",
        "SELECT id, service, transport, from_at, until_at, sealed FROM advisers WHERE id = $1");
    // Advisers who help, or helped, somebody in this Area and are still at their service.
    KNOWN = Statement::both("advisers.list_known",
        "SELECT id, service, transport, from_at, until_at, sealed FROM advisers WHERE from_at <= $2 \
         AND (until_at IS NULL OR until_at > $2) AND id IN (SELECT s.adviser_id FROM supporters s \
         JOIN victims v ON v.id = s.victim_id JOIN cases c ON c.id = v.case_id \
         WHERE c.area = $1 AND v.erased_at IS NULL AND s.adviser_id IS NOT NULL) ORDER BY service, from_at, id LIMIT $3");
    SERVICES = Statement::both("advisers.list_services",
        "SELECT service, transport FROM advisers WHERE service <> '' GROUP BY service, transport \
         ORDER BY service, MAX(created_at) DESC");
}

/// Somebody who helps a victim, or helped.
#[derive(Debug, Clone)]
pub struct SupporterRow {
    /// The link's identifier.
    pub id: SupporterId,
    /// Whom they help.
    pub victim_id: VictimId,
    /// What they do, a word of `domain::supporter::Kind`.
    pub kind: String,
    /// Who, if it is an adviser of the register.
    pub adviser_id: Option<AdviserId>,
    /// In whose place they came.
    pub replaces: Option<SupporterId>,
    /// Why, a word of `domain::supporter::ChangeWhy`.
    pub replaced_why: Option<String>,
    /// Counts the changes: who saves one over another's is refused.
    pub version: i64,
    /// When they were recorded.
    pub added_at: Timestamp,
    /// By whom.
    pub added_by: String,
    /// When something was changed last.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why, a word of `domain::supporter::EndWhy` or `ChangeWhy`.
    pub ended_why: Option<String>,
    /// `domain::supporter::Supporter` as JSON, sealed under the victim's key; none of an adviser of the register.
    pub sealed: Option<Vec<u8>>,
}

fn supporter(row: &Row) -> Result<SupporterRow> {
    Ok(SupporterRow {
        id: row.parsed(0, SupporterId::parse)?,
        victim_id: row.parsed(1, VictimId::parse)?,
        kind: row.text(2)?,
        adviser_id: row.parsed_opt(3, AdviserId::parse)?,
        replaces: row.parsed_opt(4, SupporterId::parse)?,
        replaced_why: row.text_opt(5)?,
        version: row.int(6)?,
        added_at: row.at(7)?,
        added_by: row.text(8)?,
        changed_at: row.at(9)?,
        changed_by: row.text(10)?,
        ended_at: row.at_opt(11)?,
        ended_why: row.text_opt(12)?,
        sealed: row.bytes_opt(13)?,
    })
}

pub(crate) fn adviser(row: &Row) -> Result<AdviserRow> {
    Ok(AdviserRow {
        id: row.parsed(0, AdviserId::parse)?,
        service: row.text(1)?,
        transport: row.text(2)?,
        from_at: row.at(3)?,
        until_at: row.at_opt(4)?,
        sealed: row.bytes(5)?,
    })
}

/// Adds a link as its first version.
pub async fn add(tx: &mut Tx, row: &SupporterRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.victim_id,
        &row.kind,
        row.adviser_id.as_ref(),
        row.replaces.as_ref(),
        &row.replaced_why,
        row.added_at,
        &row.added_by,
        &row.sealed,
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// This link of this victim.
pub async fn find(tx: &mut Tx, id: &SupporterId, victim: &VictimId) -> Result<Option<SupporterRow>> {
    tx.find(&FIND, args![id, victim])
        .await?
        .as_ref()
        .map(supporter)
        .transpose()
}

/// Everybody who helps or helped a victim, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<SupporterRow>> {
    tx.list(&LIST, args![victim])
        .await?
        .iter()
        .map(supporter)
        .collect()
}

/// The links of an adviser that hold, whoever they help.
pub async fn list_by_adviser(tx: &mut Tx, adviser: &AdviserId) -> Result<Vec<SupporterRow>> {
    tx.list(&OF_ADVISER, args![adviser])
        .await?
        .iter()
        .map(supporter)
        .collect()
}

/// Saves a change over the version that the caller read.
pub async fn save(
    tx: &mut Tx,
    row: &SupporterRow,
    sealed: &Option<Vec<u8>>,
    by: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute_one(&SAVE, args![&row.id, at, by, sealed, row.version])
        .await
}

/// Ends a link over the version that the caller read.
pub async fn end(tx: &mut Tx, row: &SupporterRow, by: &str, at: Timestamp, why: &str) -> Result<()> {
    tx.execute_one(&END, args![&row.id, at, by, why, row.version])
        .await
}

/// An adviser of the register.
pub async fn find_adviser(tx: &mut Tx, id: &AdviserId) -> Result<Option<AdviserRow>> {
    tx.find(&ADVISER, args![id])
        .await?
        .as_ref()
        .map(adviser)
        .transpose()
}

/// Up to `most` advisers who are at their service now and are known in an Area.
pub async fn list_known_advisers(
    tx: &mut Tx,
    area: &str,
    now: Timestamp,
    most: u32,
) -> Result<Vec<AdviserRow>> {
    let rows = tx.list(&KNOWN, args![area, now, i64::from(most)]).await?;
    rows.iter().map(adviser).collect()
}

/// Every registered service with how it may be written to; of one that has several ways, the newest stands first.
pub async fn list_services(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let rows = tx.list(&SERVICES, args![]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}
