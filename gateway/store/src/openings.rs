//! What opens the commitments of the contact log: each one's key and value, sealed under the key of whom it is about.

use crate::arg::args;
use crate::statement::statements;
use crate::{Arg, Result, Statement, Tx};

/// Openings that one statement writes.
const ROWS: usize = 8;

statements! {
    ADD = Statement::both("openings.add_one", "INSERT INTO openings (commitment, owner, sealed) VALUES ($1, $2, $3)");
    // As many rows as `ROWS` says: each attempt of a batch has one, and the batch is on its way to the wire.
    ADD_ROWS = Statement::both("openings.add_rows",
        "INSERT INTO openings (commitment, owner, sealed) VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), \
         ($13, $14, $15), ($16, $17, $18), ($19, $20, $21), ($22, $23, $24)");
    FIND = Statement::both("openings.find", "SELECT owner, sealed FROM openings WHERE commitment = $1");
}

/// What opens one commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningRow {
    /// The commitment, as the entry has it: 64 hexadecimal digits.
    pub commitment: String,
    /// Whose key seals the opening.
    pub owner: String,
    /// The commitment's key and the value.
    pub sealed: Vec<u8>,
}

/// Keeps openings.
pub async fn add_all(tx: &mut Tx, openings: &[OpeningRow]) -> Result<()> {
    for rows in openings.chunks(ROWS) {
        let each = if rows.len() == ROWS { ROWS } else { 1 };
        let statement = if each == ROWS { &ADD_ROWS } else { &ADD };
        for rows in rows.chunks(each) {
            let args = rows.iter().flat_map(|row| {
                [
                    (&row.commitment).into(),
                    (&row.owner).into(),
                    (&row.sealed).into(),
                ]
            });
            tx.execute(statement, &args.collect::<Vec<Arg>>()).await?;
        }
    }
    Ok(())
}

/// What opens this commitment; none after an erasure.
pub async fn find(tx: &mut Tx, commitment: &str) -> Result<Option<OpeningRow>> {
    let Some(row) = tx.find(&FIND, args![commitment]).await? else {
        return Ok(None);
    };
    Ok(Some(OpeningRow {
        commitment: commitment.to_owned(),
        owner: row.text(0)?,
        sealed: row.bytes(1)?,
    }))
}
