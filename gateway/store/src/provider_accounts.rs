//! People whom the organisation's single sign-on knows: which account is theirs, and what of it came from there.

use domain::id::AccountId;
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    ADD = Statement::both("provider_accounts.add",
        "INSERT INTO provider_accounts (issuer, subject, account_id, roles, areas, linked_at) VALUES ($1, $2, $3, $4, $5, $6)");
    FIND = Statement::both("provider_accounts.find",
        "SELECT account_id, roles, areas, linked_at FROM provider_accounts WHERE issuer = $1 AND subject = $2");
    SAVE = Statement::both("provider_accounts.save",
        "UPDATE provider_accounts SET roles = $3, areas = $4 WHERE issuer = $1 AND subject = $2");
}

/// Somebody whom a provider knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAccountRow {
    /// Who the provider is.
    pub issuer: String,
    /// Under which name it knows them; it never gives that to anybody else.
    pub subject: String,
    /// Their account here.
    pub account_id: AccountId,
    /// JSON list of the account's roles that came from the provider.
    pub roles: String,
    /// JSON list of the account's Areas that came from the provider.
    pub areas: String,
    /// Since when they are known.
    pub linked_at: Timestamp,
}

/// Adds somebody; a duplicate when the account or the name is known already.
pub async fn add(tx: &mut Tx, row: &ProviderAccountRow) -> Result<()> {
    let args = args![
        &row.issuer,
        &row.subject,
        row.account_id.as_str(),
        &row.roles,
        &row.areas,
        row.linked_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// Somebody, by the name under which a provider knows them.
pub async fn find(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<ProviderAccountRow>> {
    let Some(row) = tx.find(&FIND, args![issuer, subject]).await? else {
        return Ok(None);
    };
    Ok(Some(ProviderAccountRow {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        account_id: row.parsed(0, AccountId::parse)?,
        roles: row.text(1)?,
        areas: row.text(2)?,
        linked_at: row.at(3)?,
    }))
}

/// Keeps what came from the provider this time.
pub async fn save(tx: &mut Tx, row: &ProviderAccountRow) -> Result<()> {
    let args = args![&row.issuer, &row.subject, &row.roles, &row.areas];
    tx.execute_one(&SAVE, args).await
}
