//! Digests of the texts that the program was started with last.

use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    FIND = Statement::both("known_texts.find", "SELECT digest FROM known_texts WHERE name = $1");
    SINCE = Statement::both("known_texts.since", "SELECT changed_at FROM known_texts WHERE name = $1");
    SAVE = Statement::both("known_texts.save",
        "INSERT INTO known_texts (name, digest, changed_at) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, changed_at = excluded.changed_at");
}

/// The digest that was known of a text.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<String>> {
    tx.find(&FIND, args![name])
        .await?
        .map(|row| row.text(0))
        .transpose()
}

/// Since when the program was started with a text as it is; none before the first start with one.
pub async fn since(tx: &mut Tx, name: &str) -> Result<Option<Timestamp>> {
    let row = tx.find(&SINCE, args![name]).await?;
    row.map(|row| row.at(0)).transpose()
}

/// Keeps the digest that holds from now on.
pub async fn save(tx: &mut Tx, name: &str, digest: &str, at: Timestamp) -> Result<()> {
    tx.execute(&SAVE, args![name, digest, at]).await?;
    Ok(())
}
