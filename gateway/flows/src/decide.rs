//! What only a person decides: to waive a duty, to send again what may have arrived.

use audit::entry::{Act, Entry};
use domain::id::{MessageId, ObligationId};
use store::obligations::{self, ObligationRow};
use store::{Tx, drafts, outbox};

use crate::entries::about;
use crate::{Error, Gateway, Result, StaffRole};

/// A reason that may stand in the contact log: a short code, never a sentence about somebody.
pub(crate) fn check_reason(reason: &str) -> Result<()> {
    let is_code = |c: char| c.is_ascii_lowercase() || c == '-';
    if reason.is_empty() || reason.len() > 64 || !reason.chars().all(is_code) {
        let right =
            "the reason is a short code such as wrong-decision: lower-case letters and hyphens, at most 64";
        return Err(Error::Invalid(right.to_owned()));
    }
    Ok(())
}

impl Gateway {
    /// Ends an open obligation undone, with a name and a reason (law 6). What was under way for it stops,
    /// unless it has left.
    pub async fn waive_obligation(&self, actor: &str, id: &ObligationId, reason: &str) -> Result<()> {
        self.authorise(actor, &[StaffRole::Approver])?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let owed = obligations::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("obligation"))?;
        if owed.state != "open" {
            return Err(Error::Conflict(format!(
                "this obligation is {} already",
                owed.state
            )));
        }
        obligations::end(&mut tx, id, "waived", actor, reason, now).await?;
        let mut entries =
            vec![about(now, actor, Act::Decision, "obligation-waived", &owed)?.with_reason(reason)];
        entries.extend(self.stop_under_way(&mut tx, actor, &owed, reason).await?);
        Ok(tx.commit(&entries).await?)
    }

    /// Stops what is under way for an obligation that has ended: drafts become void, messages are cancelled.
    pub(crate) async fn stop_under_way(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        reason: &str,
    ) -> Result<Vec<Entry>> {
        let now = self.now();
        drafts::void_by_obligation(tx, &owed.id, actor, now).await?;
        let mut entries = Vec::new();
        for message in drafts::list_messages(tx, &owed.id).await? {
            match outbox::cancel(tx, &message.id, reason, now).await {
                Ok(()) => {
                    let cancelled = about(now, actor, Act::Change, "message-cancelled", owed)?;
                    entries.push(cancelled.with_message(message.id.as_str()).with_reason(reason));
                }
                // It has left, or is leaving: there is no recall (requirement D10).
                Err(store::Error::Changed { .. }) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(entries)
    }

    /// Queues again a message that is held, unknown, or failed by our own fault. An unknown one may arrive a second time, and then under the
    /// same Message-ID (law 7). It is cleared again at dispatch: a decision here overrides no safety.
    pub async fn resend_message(&self, actor: &str, id: &MessageId, reason: &str) -> Result<()> {
        self.authorise(actor, &[StaffRole::Approver, StaffRole::Vlo])?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let message = drafts::find_message(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = obligations::find(&mut tx, &message.obligation_id)
            .await?
            .ok_or(Error::NotFound("obligation"))?;
        if owed.state != "open" {
            return Err(Error::Conflict(format!(
                "the obligation behind this message is {} already",
                owed.state
            )));
        }
        outbox::release(&mut tx, id, now)
            .await
            .map_err(|fault| match fault {
                store::Error::Changed { .. } => Error::Conflict(
                    "only a message that is held, unknown or failed by our own fault can be sent again"
                        .to_owned(),
                ),
                fault => fault.into(),
            })?;
        obligations::wait(&mut tx, &owed.id, None).await?;
        let entry = about(now, actor, Act::Decision, "message-sent-again", &owed)?;
        Ok(tx
            .commit(&[entry.with_message(id.as_str()).with_reason(reason)])
            .await?)
    }
}
