//! Events that happened before others that are recorded already: they arrive late, and what overtook them is asked for.

use domain::event::{Detail, Event};
use jiff::Timestamp;
use store::{Tx, events};

use crate::person::Victim;
use crate::{Gateway, Result};

impl Gateway {
    /// What is recorded for the victim and happened after this event. Nothing is looked up for an event that is the
    /// newest, as nearly all are.
    pub(crate) async fn load_later(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        event: &Event,
    ) -> Result<Vec<(Timestamp, Detail)>> {
        if victim
            .newest_event_at
            .is_none_or(|newest| newest <= event.occurred_at)
        {
            return Ok(Vec::new());
        }
        let mut later = Vec::new();
        for row in events::list_by_victim(tx, &victim.row.id).await? {
            if row.occurred_at > event.occurred_at {
                let detail = Self::open(&victim.key, "events", row.id.as_str(), &row.sealed)?;
                later.push((row.occurred_at, detail));
            }
        }
        Ok(later)
    }
}
