//! Wrapped data keys: one for each victim, one for each case (its defence side) and each adviser.

use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("data_keys.add", "INSERT INTO data_keys (owner, kek_id, wrapped, created_at) VALUES ($1, $2, $3, $4)");
    ADD_FIRST = Statement::both("data_keys.add_first",
        "INSERT INTO data_keys (owner, kek_id, wrapped, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (owner) DO NOTHING");
    FIND = Statement::both("data_keys.find", "SELECT kek_id, wrapped FROM data_keys WHERE owner = $1");
    // In the order of the owners, so that two who wrap anew lock the rows in the same order.
    NOT_UNDER = Statement::both("data_keys.list_not_under",
        "SELECT owner, kek_id, wrapped FROM data_keys WHERE kek_id <> $1 AND owner > $2 ORDER BY owner LIMIT $3");
    REWRAP = Statement::both("data_keys.rewrap",
        "UPDATE data_keys SET kek_id = $2, wrapped = $3 WHERE owner = $1 AND kek_id = $4 AND wrapped = $5");
    USES = Statement::both("data_keys.count_by_kek", "SELECT kek_id, COUNT(*) FROM data_keys GROUP BY kek_id ORDER BY kek_id");
}

/// A wrapped key with its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Whose key it is.
    pub owner: String,
    /// Which key-encrypting key wraps it.
    pub kek_id: String,
    /// The wrapped bytes.
    pub wrapped: Vec<u8>,
}

/// Keeps a new wrapped key.
pub async fn add(tx: &mut Tx, owner: &str, kek_id: &str, wrapped: &[u8], at: Timestamp) -> Result<()> {
    tx.execute(&ADD, args![owner, kek_id, wrapped, at]).await?;
    Ok(())
}

/// The same for an owner who may have a key by now, which then stays.
pub async fn add_first(tx: &mut Tx, owner: &str, kek_id: &str, wrapped: &[u8], at: Timestamp) -> Result<()> {
    tx.execute(&ADD_FIRST, args![owner, kek_id, wrapped, at]).await?;
    Ok(())
}

/// The wrapped key of an owner: which key-encrypting key wraps it, and the bytes. None after an erasure.
pub async fn find(tx: &mut Tx, owner: &str) -> Result<Option<(String, Vec<u8>)>> {
    let Some(row) = tx.find(&FIND, args![owner]).await? else {
        return Ok(None);
    };
    Ok(Some((row.text(0)?, row.bytes(1)?)))
}

/// Up to `most` keys that another key-encrypting key than `kek_id` wraps, by owner, after the owner `after`.
pub async fn list_not_under(tx: &mut Tx, kek_id: &str, after: &str, most: u32) -> Result<Vec<KeyRow>> {
    let one = |row: &Row| {
        Ok(KeyRow {
            owner: row.text(0)?,
            kek_id: row.text(1)?,
            wrapped: row.bytes(2)?,
        })
    };
    tx.list(&NOT_UNDER, args![kek_id, after, i64::from(most)])
        .await?
        .iter()
        .map(one)
        .collect()
}

/// Puts the same key wrapped anew in the place of `old`; false, and nothing changed, when it is not there any more:
/// somebody else wrapped it anew, or it was erased.
pub async fn rewrap(tx: &mut Tx, old: &KeyRow, kek_id: &str, wrapped: &[u8]) -> Result<bool> {
    let args = args![&old.owner, kek_id, wrapped, &old.kek_id, &old.wrapped];
    Ok(tx.execute(&REWRAP, args).await? == 1)
}

/// How many keys each key-encrypting key wraps.
pub async fn count_by_kek(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    tx.list(&USES, args![])
        .await?
        .iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}
