//! Sessions: one time of being signed in. Of the token only its hash is kept.

use domain::id::{AccountId, SessionId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("sessions.add",
        "INSERT INTO sessions (id, token_hash, account_id, how, opened_at, seen_at, ends_at, proven_at) \
         VALUES ($1, $2, $3, $4, $5, $5, $6, $5)");
    FIND_BY_TOKEN = Statement::both("sessions.find_by_token",
        "SELECT id, account_id, how, opened_at, seen_at, ends_at, proven_at FROM sessions \
         WHERE token_hash = $1 AND ended_at IS NULL");
    // Nobody ended it: its time was over.
    FIND_RUN_OUT = Statement::both("sessions.find_run_out",
        "SELECT account_id FROM sessions WHERE token_hash = $1 AND ended_why IN ('idle', 'too-long') AND seen_at > $2");
    LIST = Statement::both("sessions.list_open",
        "SELECT id, account_id, how, opened_at, seen_at, ends_at, proven_at FROM sessions \
         WHERE account_id = $1 AND ended_at IS NULL ORDER BY opened_at DESC");
    SEEN = Statement::both("sessions.save_seen", "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL");
    END = Statement::both("sessions.end", "UPDATE sessions SET ended_at = $2, ended_why = $3 WHERE id = $1 AND ended_at IS NULL");
    END_ALL = Statement::both("sessions.end_all",
        "UPDATE sessions SET ended_at = $2, ended_why = $3 WHERE account_id = $1 AND ended_at IS NULL");
}

/// A session that was not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its identifier here; opens nothing.
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// How they signed in.
    pub how: String,
    /// When.
    pub opened_at: Timestamp,
    /// When they last did something, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, whatever they do.
    pub ends_at: Timestamp,
    /// When they last proved who they are.
    pub proven_at: Timestamp,
}

fn session(row: &Row) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.parsed(0, SessionId::parse)?,
        account_id: row.parsed(1, AccountId::parse)?,
        how: row.text(2)?,
        opened_at: row.at(3)?,
        seen_at: row.at(4)?,
        ends_at: row.at(5)?,
        proven_at: row.at(6)?,
    })
}

/// Adds a session that begins at `row.opened_at`.
pub async fn add(tx: &mut Tx, row: &SessionRow, token_hash: &[u8]) -> Result<()> {
    let args = args![
        row.id.as_str(),
        token_hash,
        row.account_id.as_str(),
        &row.how,
        row.opened_at,
        row.ends_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The session of a token, unless it was ended. Whether its time is over, the caller decides.
pub async fn find_by_token(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<SessionRow>> {
    let row = tx.find(&FIND_BY_TOKEN, args![token_hash]).await?;
    row.as_ref().map(session).transpose()
}

/// Whose session this was, if its time ran out and somebody was there after `since`.
pub async fn find_run_out(tx: &mut Tx, token_hash: &[u8], since: Timestamp) -> Result<Option<AccountId>> {
    let row = tx.find(&FIND_RUN_OUT, args![token_hash, since]).await?;
    row.map(|row| row.parsed(0, AccountId::parse)).transpose()
}

/// The open sessions of an account, the newest first.
pub async fn list_open(tx: &mut Tx, account: &AccountId) -> Result<Vec<SessionRow>> {
    let rows = tx.list(&LIST, args![account.as_str()]).await?;
    rows.iter().map(session).collect()
}

/// Somebody was there.
pub async fn save_seen(tx: &mut Tx, id: &SessionId, at: Timestamp) -> Result<()> {
    tx.execute(&SEEN, args![id.as_str(), at]).await?;
    Ok(())
}

/// Ends a session; whether it was open.
pub async fn end(tx: &mut Tx, id: &SessionId, at: Timestamp, why: &str) -> Result<bool> {
    Ok(tx.execute(&END, args![id.as_str(), at, why]).await? > 0)
}

/// Ends every session of an account; how many were open.
pub async fn end_all(tx: &mut Tx, account: &AccountId, at: Timestamp, why: &str) -> Result<u64> {
    tx.execute(&END_ALL, args![account.as_str(), at, why]).await
}
