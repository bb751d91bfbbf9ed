//! The bank holidays with which open obligations were last computed.

use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    FIND = Statement::both("calendar_state.find", "SELECT holidays FROM calendar_state WHERE one = 1");
    SAVE = Statement::both("calendar_state.save",
        "INSERT INTO calendar_state (one, holidays, changed_at) VALUES (1, $1, $2) \
         ON CONFLICT (one) DO UPDATE SET holidays = excluded.holidays, changed_at = excluded.changed_at");
}

/// The holidays as JSON, in the format that gov.uk publishes.
pub async fn find(tx: &mut Tx) -> Result<Option<String>> {
    tx.find(&FIND, args![]).await?.map(|row| row.text(0)).transpose()
}

/// Keeps the holidays that are in use from now on.
pub async fn save(tx: &mut Tx, holidays: &str, at: Timestamp) -> Result<()> {
    tx.execute(&SAVE, args![holidays, at]).await?;
    Ok(())
}
