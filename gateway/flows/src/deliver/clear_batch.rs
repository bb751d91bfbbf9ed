//! What is due is claimed and cleared, and each attempt is written down before anything connects.

use audit::entry::{Act, Entry};
use domain::draft::{Message, MessageParts};
use domain::id::AttemptId;
use domain::safety::{self, Cleared, Eligibility, Held, HoldReason};
use jiff::SignedDuration;
use store::drafts::MessageRow;
use store::obligations::ObligationRow;
use store::openings::OpeningRow;
use store::outbox::Claim;
use store::{Tx, drafts, openings, outbox};

use super::{Addressee, Delivered, Leaving};
use crate::entries::about;
use crate::outcome::{Tried, WORKER};
use crate::owed::find_owed;
use crate::person::Victim;
use crate::{Error, Gateway, Result};

impl Gateway {
    /// Claims what is due and clears it; each attempt is written down before anything connects.
    pub(crate) async fn claim_and_clear(&self, worker: &str) -> Result<(Delivered, Vec<Leaving>)> {
        let now = self.now();
        let settings = &self.parts.settings;
        let mut tx = self.pool().begin().await?;
        let lease_until = now + SignedDuration::from_secs(settings.lease_s);
        let claims = outbox::claim(&mut tx, worker, now, lease_until, settings.batch_max).await?;
        let mut done = Delivered {
            claimed: claims.len(),
            ..Delivered::default()
        };
        let (mut leaving, mut entries, mut openings) = (Vec::new(), Vec::new(), Vec::new());
        for claim in claims {
            if let Some(entry) = self.resolve_unseen_end(&mut tx, worker, &claim).await? {
                done.failed += 1;
                entries.push(entry);
                continue;
            }
            let (row, owed) = self.find_claimed(&mut tx, &claim).await?;
            if owed.state != "open" {
                done.held += 1;
                entries.push(self.drop_ended(&mut tx, worker, &claim, &owed).await?);
                continue;
            }
            match self.clear_one(&mut tx, &claim, row, &owed).await {
                Ok(Ok((one, (entry, opening)))) => {
                    leaving.push(one);
                    entries.push(entry);
                    openings.push(opening);
                }
                Ok(Err(reason)) => {
                    done.held += 1;
                    entries.extend(self.hold(&mut tx, worker, &claim, &owed, &reason).await?);
                }
                Err(Error::Store(fault)) => return Err(fault.into()),
                Err(_) => {
                    done.failed += 1;
                    entries.push(self.set_aside(&mut tx, worker, &claim, &owed).await?);
                }
            }
        }
        openings::add_all(&mut tx, &openings).await?;
        tx.commit(&entries).await?;
        Ok((done, leaving))
    }

    async fn find_claimed(&self, tx: &mut Tx, claim: &Claim) -> Result<(MessageRow, ObligationRow)> {
        let row = drafts::find_message(tx, &claim.message_id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = find_owed(tx, &row.obligation_id).await?;
        Ok((row, owed))
    }

    /// Clears one message for the first time and writes down the attempt.
    async fn clear_one(
        &self,
        tx: &mut Tx,
        claim: &Claim,
        row: MessageRow,
        owed: &ObligationRow,
    ) -> Result<std::result::Result<(Leaving, (Entry, OpeningRow)), HoldReason>> {
        let now = self.now();
        let victim = self.load_victim(tx, &row.victim_id).await?;
        let message = restore(&row, &victim)?;
        let Some(to) = self.addressee(tx, &row, &victim).await? else {
            return Ok(Err(HoldReason::NoVerifiedSafeContactPoint));
        };
        let cleared = match self.clear(tx, &victim, message, &to).await? {
            Ok(cleared) => cleared,
            Err(held) => return Ok(Err(held.reason)),
        };
        let attempt = AttemptId::random(self.entropy());
        outbox::add_attempt(tx, &attempt, &row.id, to.id(), now).await?;
        let entry = about(now, WORKER, Act::Attempt, "delivery-attempted", owed)?
            .with_area(&victim.case.area)
            .with_message(row.id.as_str())
            .with_attempt(attempt.as_str())
            .with_channel("email");
        let committed = self.commit_later(&victim, to.noted(entry), "to", cleared.to().reveal())?;
        let tried = Tried {
            attempt,
            tries: claim.tries,
            owed: owed.clone(),
            message: row.id,
            kind: row.kind,
            area: victim.case.area,
            to,
        };
        let leaving = Leaving {
            tried,
            message: cleared.into_message(),
            language: row.language,
        };
        Ok(Ok((leaving, committed)))
    }

    /// Whether a message may leave now to this addressee, as everything stands in this transaction.
    pub(crate) async fn clear(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        message: Message,
        to: &Addressee,
    ) -> Result<std::result::Result<Cleared, Held>> {
        let plan = victim.plan()?;
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let eligibility = Eligibility {
            victim: victim.row.id.clone(),
            standing: victim.standing.clone(),
        };
        let recipient = self.recipient(tx, victim, to).await?;
        Ok(safety::clear(
            message,
            &recipient,
            &eligibility,
            &plan,
            &deny,
            self.now(),
        ))
    }
}

/// The frozen message as it was approved; a digest that does not match stops it.
pub(crate) fn restore(row: &MessageRow, victim: &Victim) -> Result<Message> {
    let parts: MessageParts = Gateway::open(&victim.key, "messages", row.id.as_str(), &row.sealed)?;
    let digest = crate::approve_draft::content_digest(&parts.frozen);
    Message::restore(parts, &digest).map_err(|fault| Error::broken("a stored message", fault))
}
