//! Advisers who sign in: whose registered address an account belongs to, who leads a service, and who stands in for whom.

use domain::id::{AccountId, AdviserId, CoverId};
use jiff::Timestamp;

use crate::arg::args;
use crate::people::AdviserRow;
use crate::statement::statements;
use crate::supporters::adviser;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("adviser_accounts.add",
        "INSERT INTO adviser_accounts (account_id, value_index, service, is_lead, given_at, given_by) VALUES ($1, $2, $3, $4, $5, $6)");
    FIND = Statement::both("adviser_accounts.find_by_user",
        "SELECT x.account_id, x.value_index, x.service, x.is_lead, x.given_at FROM adviser_accounts x \
         JOIN accounts a ON a.id = x.account_id WHERE a.user_name = $1 AND x.left_at IS NULL");
    FIND_BY_ADDRESS = Statement::both("adviser_accounts.find_by_address",
        "SELECT x.account_id, x.value_index, x.service, x.is_lead, x.given_at FROM adviser_accounts x \
         JOIN accounts a ON a.id = x.account_id WHERE x.value_index = $1 AND x.service = $2 AND x.left_at IS NULL \
         AND a.state = 'active'");
    LIST = Statement::both("adviser_accounts.list_by_service",
        "SELECT account_id, value_index, service, is_lead, given_at FROM adviser_accounts \
         WHERE service = $1 AND left_at IS NULL ORDER BY given_at, account_id");
    LEAVE = Statement::both("adviser_accounts.leave",
        "UPDATE adviser_accounts SET left_at = $2, left_by = $3 WHERE account_id = $1 AND left_at IS NULL");
    // The first of what lies there counts: what comes after it is said with it.
    PLACE = Statement::both("adviser_accounts.place",
        "UPDATE adviser_accounts SET placed_at = COALESCE(placed_at, $3) WHERE value_index = $1 AND service = $2 AND left_at IS NULL");
    WAITING = Statement::both("adviser_accounts.list_waiting",
        "SELECT x.account_id, x.value_index, x.service, x.is_lead, x.given_at, x.placed_at, x.noticed_at FROM adviser_accounts x \
         JOIN accounts a ON a.id = x.account_id WHERE x.placed_at IS NOT NULL AND x.left_at IS NULL AND a.state = 'active' \
         AND (x.noticed_at IS NULL OR x.noticed_at <= $1) ORDER BY x.placed_at, x.account_id LIMIT $2");
    NOTICE = Statement::both("adviser_accounts.notice",
        "UPDATE adviser_accounts SET placed_at = NULL, noticed_at = $3 WHERE account_id = $1 AND placed_at = $2");
    // A registration at the service, newest first: the one of this moment, for a name.
    REGISTERED = Statement::both("advisers.list_by_address",
        "SELECT a.id, a.service, a.transport, a.from_at, a.until_at, a.sealed FROM adviser_addresses x \
         JOIN advisers a ON a.id = x.adviser_id WHERE x.value_index = $1 AND a.from_at <= $2 \
         AND (a.until_at IS NULL OR a.until_at > $2) ORDER BY a.from_at DESC, a.id");
    END_POST = Statement::both("advisers.end_post", "UPDATE advisers SET until_at = $2 WHERE id = $1 AND (until_at IS NULL OR until_at > $2)");
    COVER = Statement::both("adviser_covers.add",
        "INSERT INTO adviser_covers (id, service, absent, deputy, from_at, until_at, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    COVERS = Statement::both("adviser_covers.list",
        "SELECT id, service, absent, deputy, from_at, until_at, set_by, set_at FROM adviser_covers \
         WHERE service = $1 AND until_at > $2 AND ended_at IS NULL ORDER BY from_at, id");
    END_COVER = Statement::both("adviser_covers.end",
        "UPDATE adviser_covers SET ended_by = $3, ended_at = $4 WHERE id = $1 AND service = $2 AND ended_at IS NULL");
    END_COVERS = Statement::both("adviser_covers.end_of",
        "UPDATE adviser_covers SET ended_by = $2, ended_at = $3 WHERE (absent = $1 OR deputy = $1) AND ended_at IS NULL");
}

/// The account of an adviser of a service.
#[derive(Debug, Clone)]
pub struct AdviserAccountRow {
    /// The account.
    pub account_id: AccountId,
    /// The registered address under its keyed index.
    pub value_index: Vec<u8>,
    /// The service.
    pub service: String,
    /// Whether they look after the service's advisers.
    pub is_lead: bool,
    /// Since when.
    pub given_at: Timestamp,
}

/// A colleague stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdviserCoverRow {
    /// Its identifier.
    pub id: CoverId,
    /// The service of both.
    pub service: String,
    /// Who is away.
    pub absent: AccountId,
    /// Who stands in.
    pub deputy: AccountId,
    /// From then on.
    pub from_at: Timestamp,
    /// Until before then.
    pub until_at: Timestamp,
    /// The lead who set it, by user name.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
}

fn account(row: &Row) -> Result<AdviserAccountRow> {
    Ok(AdviserAccountRow {
        account_id: row.parsed(0, AccountId::parse)?,
        value_index: row.bytes(1)?,
        service: row.text(2)?,
        is_lead: row.flag(3)?,
        given_at: row.at(4)?,
    })
}

fn cover(row: &Row) -> Result<AdviserCoverRow> {
    Ok(AdviserCoverRow {
        id: row.parsed(0, CoverId::parse)?,
        service: row.text(1)?,
        absent: row.parsed(2, AccountId::parse)?,
        deputy: row.parsed(3, AccountId::parse)?,
        from_at: row.at(4)?,
        until_at: row.at(5)?,
        set_by: row.text(6)?,
        set_at: row.at(7)?,
    })
}

/// Gives an account to whoever is registered at an address; a duplicate when they have one at this service.
pub async fn add(tx: &mut Tx, row: &AdviserAccountRow, by: &str) -> Result<()> {
    let args = args![
        row.account_id.as_str(),
        &row.value_index,
        &row.service,
        row.is_lead,
        row.given_at,
        by
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The adviser behind a user name, until they have left.
pub async fn find_by_user(tx: &mut Tx, user: &str) -> Result<Option<AdviserAccountRow>> {
    tx.find(&FIND, args![user])
        .await?
        .as_ref()
        .map(account)
        .transpose()
}

/// The account of whoever is registered at an address of a service, if they may sign in.
pub async fn find_by_address(tx: &mut Tx, index: &[u8], service: &str) -> Result<Option<AdviserAccountRow>> {
    tx.find(&FIND_BY_ADDRESS, args![index, service])
        .await?
        .as_ref()
        .map(account)
        .transpose()
}

/// The advisers of a service who sign in, oldest account first.
pub async fn list_by_service(tx: &mut Tx, service: &str) -> Result<Vec<AdviserAccountRow>> {
    tx.list(&LIST, args![service])
        .await?
        .iter()
        .map(account)
        .collect()
}

/// Something was put into the mailbox of whoever is registered at an address of a service.
pub async fn place(tx: &mut Tx, index: &[u8], service: &str, at: Timestamp) -> Result<()> {
    tx.execute(&PLACE, args![index, service, at]).await?;
    Ok(())
}

/// Whose mailbox has something of which no notice was sent, and whose last notice was at or before `until`; with when the
/// first of it came and when the last notice was.
pub async fn list_waiting(
    tx: &mut Tx,
    until: Timestamp,
    most: u32,
) -> Result<Vec<(AdviserAccountRow, Timestamp, Option<Timestamp>)>> {
    let rows = tx.list(&WAITING, args![until, i64::from(most)]).await?;
    rows.iter()
        .map(|row| Ok((account(row)?, row.at(5)?, row.at_opt(6)?)))
        .collect()
}

/// A notice of what has lain there since `placed_at` leaves now; fails when somebody else sends it.
pub async fn notice(tx: &mut Tx, id: &AccountId, placed_at: Timestamp, now: Timestamp) -> Result<()> {
    tx.execute_one(&NOTICE, args![id.as_str(), placed_at, now]).await
}

/// Ends what an account opens, for good.
pub async fn leave(tx: &mut Tx, id: &AccountId, at: Timestamp, by: &str) -> Result<()> {
    tx.execute_one(&LEAVE, args![id.as_str(), at, by]).await
}

/// Everything under which somebody is registered at an address now, newest first.
pub async fn list_registrations(tx: &mut Tx, index: &[u8], at: Timestamp) -> Result<Vec<AdviserRow>> {
    tx.list(&REGISTERED, args![index, at])
        .await?
        .iter()
        .map(adviser)
        .collect()
}

/// Ends a registration at the service.
pub async fn end_post(tx: &mut Tx, id: &AdviserId, at: Timestamp) -> Result<()> {
    tx.execute(&END_POST, args![id, at]).await?;
    Ok(())
}

/// Adds a cover.
pub async fn add_cover(tx: &mut Tx, row: &AdviserCoverRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.service,
        row.absent.as_str(),
        row.deputy.as_str(),
        row.from_at,
        row.until_at,
        &row.set_by,
        row.set_at
    ];
    tx.execute(&COVER, args).await?;
    Ok(())
}

/// The covers of a service that are not over.
pub async fn list_covers(tx: &mut Tx, service: &str, at: Timestamp) -> Result<Vec<AdviserCoverRow>> {
    tx.list(&COVERS, args![service, at])
        .await?
        .iter()
        .map(cover)
        .collect()
}

/// Ends a cover of this service early.
pub async fn end_cover(tx: &mut Tx, id: &CoverId, service: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&END_COVER, args![id, service, by, at]).await
}

/// Ends every cover that somebody has a part in.
pub async fn end_covers_of(tx: &mut Tx, id: &AccountId, by: &str, at: Timestamp) -> Result<()> {
    tx.execute(&END_COVERS, args![id.as_str(), by, at]).await?;
    Ok(())
}
