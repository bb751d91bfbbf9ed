//! An officer asks, a manager decides: to waive a duty, or to move its due time. The duty stands as it was until then, and
//! its first due time is kept whatever is decided (law 6).

use audit::entry::{Act, Entry};
use domain::id::{ObligationId, RequestId};
use jiff::civil::Date;
use store::due_requests::{self, DueRequestRow, NewRequest};
use store::obligations::ObligationRow;
use store::reach::Named;

use crate::entries::about;
use crate::owed::{find_open, find_owed};
use crate::{Error, Gateway, Result, Role};

/// The reasons for which an officer may ask.
pub const REQUEST_REASONS: [&str; 6] = [
    "victim-asked-for-it",
    "told-by-another-agency",
    "waiting-for-facts",
    "unsafe-to-contact-now",
    "raised-by-mistake",
    "no-purpose-any-more",
];
const ROWS_MAX: u32 = 100;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// To waive the duty.
    Waive,
    /// To move its due time to the end of this working day.
    Move(Date),
}

impl Gateway {
    /// Asks a manager to waive a duty or to move its due time.
    pub async fn request_decision(
        &self,
        actor: &str,
        id: &ObligationId,
        ask: Ask,
        reason: &str,
    ) -> Result<RequestId> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager])?;
        if !REQUEST_REASONS.contains(&reason) {
            return Err(Error::Invalid(format!(
                "reason: one of {}",
                REQUEST_REASONS.join(", ")
            )));
        }
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        let owed = find_open(&mut tx, id).await?;
        let (kind, day) = match ask {
            Ask::Waive => ("waive", None),
            Ask::Move(day) => {
                self.end_of_working_day(&owed, day)?;
                ("move", Some(day.to_string()))
            }
        };
        let request = RequestId::random(self.entropy());
        let new = NewRequest {
            id: &request,
            obligation: id,
            kind,
            to_date: day.as_deref(),
            reason,
            by: actor,
        };
        due_requests::add(&mut tx, &new, now)
            .await
            .map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Conflict("a request about this obligation waits for a manager already".to_owned())
                }
                fault => fault.into(),
            })?;
        let mut asked = about(now, actor, Act::Change, "decision-requested", &owed)?
            .with_fact("request", request.as_str())
            .with_fact("kind", kind)
            .with_reason(reason);
        if let Some(day) = day {
            asked = asked.with_fact("to", day);
        }
        tx.commit(&[asked]).await?;
        Ok(request)
    }

    /// What waits for a manager's decision, oldest first.
    pub async fn list_requests(&self, actor: &str) -> Result<Vec<DueRequestRow>> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        Ok(due_requests::list(&mut tx, &scope, ROWS_MAX).await?)
    }

    /// Approves a request, and with it waives or moves; or refuses it. Never who asked.
    pub async fn decide_request(&self, actor: &str, id: &RequestId, approves: bool) -> Result<()> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let request = due_requests::find(&mut tx, &scope, id)
            .await?
            .ok_or(Error::NotFound("request"))?;
        if request.asked_by == actor {
            return Err(Error::NotAllowed(
                "somebody else than who asked decides about a request".to_owned(),
            ));
        }
        let decided = if approves { "approved" } else { "refused" };
        due_requests::decide(&mut tx, id, decided, actor, now).await?;
        let owed = find_owed(&mut tx, &request.obligation_id).await?;
        let mut entries = vec![about_request(actor, now, decided, &request, &owed)?];
        if approves {
            let owed = find_open(&mut tx, &request.obligation_id).await?;
            entries.extend(match &request.to_date {
                None => self.waive_in(&mut tx, actor, &owed, &request.reason).await?,
                Some(day) => {
                    let day = day
                        .parse::<Date>()
                        .map_err(|fault| Error::broken("a request", fault))?;
                    vec![self.move_in(&mut tx, actor, &owed, day, &request.reason).await?]
                }
            });
        }
        Ok(tx.commit(&entries).await?)
    }
}

fn about_request(
    actor: &str,
    now: jiff::Timestamp,
    decided: &str,
    request: &DueRequestRow,
    owed: &ObligationRow,
) -> Result<Entry> {
    Ok(about(now, actor, Act::Decision, "request-decided", owed)?
        .with_fact("request", request.id.as_str())
        .with_fact("asked-by", &request.asked_by)
        .with_result(decided)
        .with_reason(&request.reason))
}
