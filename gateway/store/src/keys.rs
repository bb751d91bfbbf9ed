//! Wrapped data keys: one for each victim, one for each case (its defence side) and each adviser.

use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    ADD = Statement::both("data_keys.add", "INSERT INTO data_keys (owner, kek_id, wrapped, created_at) VALUES ($1, $2, $3, $4)");
    FIND = Statement::both("data_keys.find", "SELECT kek_id, wrapped FROM data_keys WHERE owner = $1");
}

/// Keeps a new wrapped key.
pub async fn add(tx: &mut Tx, owner: &str, kek_id: &str, wrapped: &[u8], at: Timestamp) -> Result<()> {
    tx.execute(&ADD, args![owner, kek_id, wrapped, at]).await?;
    Ok(())
}

/// The wrapped key of an owner: which key-encrypting key wraps it, and the bytes. None after an erasure.
pub async fn find(tx: &mut Tx, owner: &str) -> Result<Option<(String, Vec<u8>)>> {
    let Some(row) = tx.find(&FIND, args![owner]).await? else {
        return Ok(None);
    };
    Ok(Some((row.text(0)?, row.bytes(1)?)))
}
