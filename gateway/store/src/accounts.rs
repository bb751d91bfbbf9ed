//! Accounts: who may sign in, with their roles and Areas.

use domain::id::AccountId;
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("accounts.add",
        "INSERT INTO accounts (id, user_name, name, phone, roles, areas, state, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)");
    FIND = Statement::both("accounts.find",
        "SELECT id, user_name, name, phone, roles, areas, state, version, created_at FROM accounts WHERE id = $1");
    FIND_BY_USER = Statement::both("accounts.find_by_user",
        "SELECT id, user_name, name, phone, roles, areas, state, version, created_at FROM accounts WHERE user_name = $1");
    LIST = Statement::both("accounts.list",
        "SELECT id, user_name, name, phone, roles, areas, state, version, created_at FROM accounts ORDER BY user_name");
    SAVE = Statement::both("accounts.save",
        "UPDATE accounts SET name = $3, phone = $4, roles = $5, areas = $6, state = $7, version = version + 1 \
         WHERE id = $1 AND version = $2");
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its identifier here.
    pub id: AccountId,
    /// The user name that stands in the contact log; never changed, never used again.
    pub user: String,
    /// The name that others read.
    pub name: String,
    /// The telephone number that victims are given; empty for who speaks to none.
    pub phone: String,
    /// JSON list of roles.
    pub roles: String,
    /// JSON list of Area codes.
    pub areas: String,
    /// `active` or `disabled`.
    pub state: String,
    /// Goes up with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

fn account(row: &Row) -> Result<AccountRow> {
    Ok(AccountRow {
        id: row.parsed(0, AccountId::parse)?,
        user: row.text(1)?,
        name: row.text(2)?,
        phone: row.text(3)?,
        roles: row.text(4)?,
        areas: row.text(5)?,
        state: row.text(6)?,
        version: row.int(7)?,
        created_at: row.at(8)?,
    })
}

/// Adds an account; a duplicate when the user name was ever used.
pub async fn add(tx: &mut Tx, row: &AccountRow) -> Result<()> {
    let args = args![
        row.id.as_str(),
        &row.user,
        &row.name,
        &row.phone,
        &row.roles,
        &row.areas,
        &row.state,
        row.created_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// One account.
pub async fn find(tx: &mut Tx, id: &AccountId) -> Result<Option<AccountRow>> {
    tx.find(&FIND, args![id.as_str()])
        .await?
        .as_ref()
        .map(account)
        .transpose()
}

/// The account of a user name.
pub async fn find_by_user(tx: &mut Tx, user: &str) -> Result<Option<AccountRow>> {
    tx.find(&FIND_BY_USER, args![user])
        .await?
        .as_ref()
        .map(account)
        .transpose()
}

/// Every account, by user name.
pub async fn list(tx: &mut Tx) -> Result<Vec<AccountRow>> {
    tx.list(&LIST, args![]).await?.iter().map(account).collect()
}

/// Saves a changed account, unless somebody changed it since it was read at `row.version`.
pub async fn save(tx: &mut Tx, row: &AccountRow) -> Result<()> {
    let args = args![
        row.id.as_str(),
        row.version,
        &row.name,
        &row.phone,
        &row.roles,
        &row.areas,
        &row.state
    ];
    tx.execute_one(&SAVE, args).await
}
