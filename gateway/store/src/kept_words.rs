//! What was typed into a form whose session had run out, for the same browser and the same person. Here it is sealed with a key
//! that only that browser has; of the key, a hash alone.

use domain::id::{AccountId, KeptId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("kept_words.add",
        "INSERT INTO kept_words (id, token_hash, account_id, kept_at, sealed) VALUES ($1, $2, $3, $4, $5)");
    COUNT = Statement::both("kept_words.count", "SELECT COUNT(*) FROM kept_words WHERE account_id = $1 AND kept_at > $2");
    LIST = Statement::both("kept_words.list",
        "SELECT id, account_id, kept_at, sent_at, sealed FROM kept_words \
         WHERE token_hash = $1 AND account_id = $2 AND kept_at > $3 ORDER BY kept_at, id");
    SEND = Statement::both("kept_words.send",
        "UPDATE kept_words SET sent_at = $3 WHERE id = $1 AND account_id = $2 AND sent_at IS NULL");
    REMOVE = Statement::both("kept_words.remove", "DELETE FROM kept_words WHERE id = $1 AND account_id = $2");
    REMOVE_ALL = Statement::both("kept_words.remove_all", "DELETE FROM kept_words WHERE account_id = $1");
    REMOVE_OLD = Statement::both("kept_words.remove_old", "DELETE FROM kept_words WHERE kept_at <= $1");
}

/// One form that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// Its identifier.
    pub id: KeptId,
    /// Who had typed it.
    pub account_id: AccountId,
    /// When it came.
    pub kept_at: Timestamp,
    /// When it was sent once more.
    pub sent_at: Option<Timestamp>,
    /// Where it was sent to, and its fields.
    pub sealed: Vec<u8>,
}

fn kept(row: &Row) -> Result<KeptRow> {
    Ok(KeptRow {
        id: row.parsed(0, KeptId::parse)?,
        account_id: row.parsed(1, AccountId::parse)?,
        kept_at: row.at(2)?,
        sent_at: row.at_opt(3)?,
        sealed: row.bytes(4)?,
    })
}

/// Keeps a form.
pub async fn add(tx: &mut Tx, row: &KeptRow, token_hash: &[u8]) -> Result<()> {
    let args = args![
        row.id.as_str(),
        token_hash,
        row.account_id.as_str(),
        row.kept_at,
        row.sealed.as_slice()
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// How many of an account were kept after `since`, in whatever browser.
pub async fn count(tx: &mut Tx, account: &AccountId, since: Timestamp) -> Result<i64> {
    let row = tx.find(&COUNT, args![account.as_str(), since]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The forms of a browser and an account that were kept after `since`, oldest first.
pub async fn list(
    tx: &mut Tx,
    token_hash: &[u8],
    account: &AccountId,
    since: Timestamp,
) -> Result<Vec<KeptRow>> {
    let rows = tx.list(&LIST, args![token_hash, account.as_str(), since]).await?;
    rows.iter().map(kept).collect()
}

/// It is sent once more; fails when it was before.
pub async fn send(tx: &mut Tx, id: &KeptId, account: &AccountId, at: Timestamp) -> Result<()> {
    tx.execute_one(&SEND, args![id.as_str(), account.as_str(), at])
        .await
}

/// Throws one away.
pub async fn remove(tx: &mut Tx, id: &KeptId, account: &AccountId) -> Result<()> {
    tx.execute(&REMOVE, args![id.as_str(), account.as_str()]).await?;
    Ok(())
}

/// Throws everything of an account away.
pub async fn remove_all(tx: &mut Tx, account: &AccountId) -> Result<()> {
    tx.execute(&REMOVE_ALL, args![account.as_str()]).await?;
    Ok(())
}

/// Throws away what was kept at this instant or before.
pub async fn remove_old(tx: &mut Tx, until: Timestamp) -> Result<u64> {
    tx.execute(&REMOVE_OLD, args![until]).await
}
