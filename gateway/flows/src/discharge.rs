//! An obligation is discharged, and with it what the same message or contact did too.

use audit::entry::{Act, Entry};
use store::Tx;
use store::obligations::{self, ObligationRow};

use crate::carry_out::carried_by;
use crate::entries::about;
use crate::{Gateway, Result};

impl Gateway {
    /// Ends an open obligation as done: `by` is the message or contact that did it, `why` a code. A duty that the
    /// same act does too (the national meeting offer beside the local one) ends with it, each with an entry.
    pub(crate) async fn discharge_obligation(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        by: &str,
        why: &str,
    ) -> Result<Vec<Entry>> {
        let now = self.now();
        let carried = carried_by(&owed.rule);
        let mut ended = vec![owed.clone()];
        let open = obligations::list_open_by_victim(tx, &owed.victim_id).await?;
        ended.extend(open.into_iter().filter(|other| {
            other.event_id == owed.event_id && other.waiting_for.as_deref() == Some(carried.as_str())
        }));
        let mut entries = Vec::with_capacity(ended.len());
        for one in ended {
            obligations::end(tx, &one.id, "discharged", by, why, now).await?;
            entries.push(about(now, actor, Act::Change, "obligation-discharged", &one)?.with_reason(why));
        }
        Ok(entries)
    }
}
