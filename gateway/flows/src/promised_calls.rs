//! The time of a call that a text promises is a duty of its own, due at that very time: it stands in the worklist, is late
//! when it is late, and ends with the call. A call ends the earliest promise that was made before it; one in which somebody
//! spoke ends all of them, since the later times were for when nobody would be reached (decision 0019).

use audit::entry::Entry;
use domain::contact::{CallOutcome, Direction, MadeContact, Method, PersonContacted};
use domain::event::Detail;
use domain::id::ContactId;
use store::contacts::{self, ContactRow};
use store::obligations::ObligationRow;
use store::{Tx, events, obligations};

use crate::person::Victim;
use crate::{Gateway, Result};

/// The rule of a promised call.
pub(crate) const CALL_PROMISED: &str = "HOUSE-CALL-PROMISED";
/// Why a promise ended.
const WHY: &str = "call-made";

impl Gateway {
    /// Raises what a text promises, and ends what a call keeps, in the transaction of the contact.
    pub(crate) async fn keep_promises(
        &self,
        tx: &mut Tx,
        actor: &str,
        id: &ContactId,
        (made, victim): (&MadeContact, &Victim),
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        match &made.method {
            Method::TextMessage { promised } if made.direction == Direction::Outbound => {
                let calls = contacts::list_by_victim(tx, &victim.row.id).await?;
                let calls = calls.iter().filter(|row| is_call_after(row, made)).count();
                let mut promised = promised.clone();
                promised.sort();
                // What was rung before the text was written down is kept already.
                for (number, call_at) in promised.into_iter().enumerate().skip(calls) {
                    let victim = self.load_victim(tx, &victim.row.id).await?;
                    let own = (format!("{id}-{number}"), made.occurred_at);
                    let detail = Detail::CallPromised { call_at };
                    self.record_own(tx, actor, victim, own, detail, entries).await?;
                }
            }
            Method::TelephoneCall { outcome, .. } if made.person == PersonContacted::Victim => {
                let mut kept = self.promises_before(tx, victim, made).await?;
                if *outcome != CallOutcome::Answered {
                    kept.truncate(1);
                }
                for owed in kept {
                    entries.extend(
                        self.discharge_obligation(tx, actor, &owed, id.as_str(), WHY)
                            .await?,
                    );
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Open promises that were made before this call, the earliest time first.
    async fn promises_before(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        call: &MadeContact,
    ) -> Result<Vec<ObligationRow>> {
        let mut found = Vec::new();
        for owed in obligations::list_open_by_victim(tx, &victim.row.id).await? {
            if owed.rule != CALL_PROMISED {
                continue;
            }
            let promise = events::find(tx, &owed.event_id).await?;
            if promise.is_some_and(|promise| promise.occurred_at <= call.occurred_at) {
                found.push(owed);
            }
        }
        found.sort_by_key(|owed| owed.original_due_at);
        Ok(found)
    }
}

/// A call with the victim that came after this text.
fn is_call_after(row: &ContactRow, text: &MadeContact) -> bool {
    row.method == "telephone-call" && row.person == "victim" && row.occurred_at > text.occurred_at
}
