//! An obligation that somebody named.

use domain::id::ObligationId;
use store::obligations::ObligationRow;
use store::{Tx, obligations};

use crate::{Error, Result};

/// The obligation of this id.
pub(crate) async fn find_owed(tx: &mut Tx, id: &ObligationId) -> Result<ObligationRow> {
    obligations::find(tx, id)
        .await?
        .ok_or(Error::NotFound("obligation"))
}

/// The obligation of this id, which must still be open.
pub(crate) async fn find_open(tx: &mut Tx, id: &ObligationId) -> Result<ObligationRow> {
    let owed = find_owed(tx, id).await?;
    if owed.state == "open" {
        Ok(owed)
    } else {
        Err(Error::Conflict(format!(
            "this obligation is {} already",
            owed.state
        )))
    }
}

/// What a duty waits for while nothing is under way for it: for its officer, where no vetted words are made of the record
/// alone.
pub(crate) fn idle(owed: &ObligationRow) -> Option<&'static str> {
    owed.template_kind.is_none().then_some("act-by-the-officer")
}
