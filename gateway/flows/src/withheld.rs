//! A message that was claimed and does not leave: held, doubtful, overtaken by an event, or one that our own side
//! cannot send.

use audit::entry::{Act, Entry};
use domain::safety::HoldReason;
use jiff::Timestamp;
use store::obligations::ObligationRow;
use store::outbox::Claim;
use store::{Tx, drafts, obligations, outbox};

use crate::entries::about;
use crate::outcome::{CANNOT_BE_COMPOSED, Came, DECISION, WORKER, sentence};
use crate::owed::find_owed;
use crate::{Error, Gateway, Result};

impl Gateway {
    /// How a message goes on that this transaction has claimed.
    async fn settle(
        &self,
        tx: &mut Tx,
        worker: &str,
        claim: &Claim,
        state: &str,
        next_at: Option<Timestamp>,
        reason: &str,
    ) -> Result<()> {
        let settled = outbox::settle(
            tx,
            &claim.message_id,
            worker,
            state,
            next_at,
            Some(reason),
            self.now(),
        );
        if settled.await? {
            Ok(())
        } else {
            Err(Error::broken(
                "the outbox",
                "a claim of this transaction is not there",
            ))
        }
    }

    /// A message that may not leave now: put off to an instant, or handed to a person.
    pub(crate) async fn hold(
        &self,
        tx: &mut Tx,
        worker: &str,
        claim: &Claim,
        owed: &ObligationRow,
        reason: &HoldReason,
    ) -> Result<Vec<Entry>> {
        let now = self.now();
        let code = reason.code();
        let retry = reason.retry_at().filter(|at| *at > now && !reason.needs_person());
        self.settle(tx, worker, claim, "held", retry, code).await?;
        if reason.needs_person() {
            obligations::wait(tx, &owed.id, Some("decision-about-safe-contact")).await?;
            self.notify(tx, owed, Some(&claim.message_id), code, reason.explain())
                .await?;
        }
        let held = about(now, WORKER, Act::Decision, "message-held", owed)?;
        Ok(vec![
            held.with_message(claim.message_id.as_str()).with_reason(code),
        ])
    }

    /// A lease ran out: its worker died. Without a mark nothing had left, and this claim tries again; with
    /// one the end was not seen, and a person decides.
    pub(crate) async fn resolve_unseen_end(
        &self,
        tx: &mut Tx,
        worker: &str,
        claim: &Claim,
    ) -> Result<Option<Entry>> {
        if claim.tries == 1 {
            return Ok(None);
        }
        let open = outbox::list_open_attempts(tx, &claim.message_id).await?;
        let now = self.now();
        let mut doubtful = None;
        for attempt in open {
            let outcome = if attempt.data_at.is_some() {
                "unknown"
            } else {
                "never-began"
            };
            outbox::end_attempt(tx, &attempt.id, now, outcome, None).await?;
            if attempt.data_at.is_some() {
                doubtful = Some(attempt);
            }
        }
        let Some(attempt) = doubtful else { return Ok(None) };
        let row = drafts::find_message(tx, &claim.message_id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = find_owed(tx, &row.obligation_id).await?;
        self.settle(tx, worker, claim, "unknown", None, "end-not-seen")
            .await?;
        self.write_contact(tx, &owed, (&claim.message_id, &row.kind), ("email", "unknown"))
            .await?;
        obligations::wait(tx, &owed.id, Some(DECISION)).await?;
        self.notify(
            tx,
            &owed,
            Some(&claim.message_id),
            "unknown",
            sentence(&Came::Unknown, &row.kind),
        )
        .await?;
        let entry = about(now, WORKER, Act::Outcome, "delivery-ended", &owed)?;
        Ok(Some(
            entry
                .with_message(claim.message_id.as_str())
                .with_attempt(attempt.id.as_str())
                .with_result("unknown"),
        ))
    }

    /// A message whose duty an event has ended does not leave any more.
    pub(crate) async fn drop_ended(
        &self,
        tx: &mut Tx,
        worker: &str,
        claim: &Claim,
        owed: &ObligationRow,
    ) -> Result<Entry> {
        self.settle(tx, worker, claim, "cancelled", None, "duty-ended")
            .await?;
        let cancelled = about(self.now(), WORKER, Act::Decision, "message-cancelled", owed)?;
        Ok(cancelled
            .with_message(claim.message_id.as_str())
            .with_reason("duty-ended"))
    }

    /// A message that our own side cannot read or compose: it must not stop the others. A person is told.
    pub(crate) async fn set_aside(
        &self,
        tx: &mut Tx,
        worker: &str,
        claim: &Claim,
        owed: &ObligationRow,
    ) -> Result<Entry> {
        let (now, reason) = (self.now(), CANNOT_BE_COMPOSED);
        self.settle(tx, worker, claim, "technical-failure", None, reason)
            .await?;
        obligations::wait(tx, &owed.id, Some(DECISION)).await?;
        let came = Came::Technical {
            code: reason.to_owned(),
        };
        let kind = owed.template_kind.as_deref().unwrap_or_default();
        self.notify(tx, owed, Some(&claim.message_id), reason, sentence(&came, kind))
            .await?;
        let aside = about(now, WORKER, Act::Outcome, "message-set-aside", owed)?;
        Ok(aside.with_message(claim.message_id.as_str()).with_reason(reason))
    }
}
