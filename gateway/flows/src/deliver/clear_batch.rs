//! What is due is claimed and cleared, and each attempt is written down before anything connects.

use audit::entry::{Act, Entry};
use domain::draft::{Message, MessageParts};
use domain::id::AttemptId;
use domain::safety::{self, AdviserRecipient, Cleared, Eligibility, Held, HoldReason, Placed, Recipient};
use jiff::SignedDuration;
use store::drafts::MessageRow;
use store::obligations::ObligationRow;
use store::openings::OpeningRow;
use store::outbox::Claim;
use store::{Tx, drafts, openings, outbox};

use super::{Addressee, Delivered, Leaving};
use crate::entries::about;
use crate::outcome::{Came, MAILBOX, Tried, WORKER};
use crate::owed::find_owed;
use crate::person::Victim;
use crate::{Error, Gateway, Result};

/// By which way a cleared message goes.
enum ByWhichWay {
    /// By the wire.
    Wire(Box<Leaving>, (Entry, OpeningRow)),
    /// Into an adviser's mailbox here.
    Mailbox(Box<Tried>, Entry),
}

impl ByWhichWay {
    fn tried(&self) -> &Tried {
        match self {
            Self::Wire(leaving, _) => &leaving.tried,
            Self::Mailbox(tried, _) => tried,
        }
    }
}

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
                Ok(Ok(ByWhichWay::Wire(one, (entry, opening)))) => {
                    leaving.push(*one);
                    entries.push(entry);
                    openings.push(opening);
                }
                Ok(Ok(ByWhichWay::Mailbox(tried, entry))) => {
                    outbox::mark_attempt(&mut tx, &tried.attempt, now).await?;
                    self.announce(&mut tx, &tried.to).await?;
                    done.accepted += 1;
                    entries.push(entry);
                    self.record_outcome(&mut tx, worker, &tried, &Came::Placed, &mut entries)
                        .await?;
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

    /// Clears one message for the first time and writes down the attempt. What goes into a mailbox here is there with this
    /// transaction.
    async fn clear_one(
        &self,
        tx: &mut Tx,
        claim: &Claim,
        row: MessageRow,
        owed: &ObligationRow,
    ) -> Result<std::result::Result<ByWhichWay, HoldReason>> {
        let now = self.now();
        let victim = self.load_victim(tx, &row.victim_id).await?;
        let message = restore(&row, &victim)?;
        let Some(to) = self.addressee(tx, &row, &victim).await? else {
            return Ok(Err(HoldReason::NoVerifiedSafeContactPoint));
        };
        let attempt = AttemptId::random(self.entropy());
        let entry = about(now, WORKER, Act::Attempt, "delivery-attempted", owed)?
            .with_area(&victim.case.area)
            .with_message(row.id.as_str())
            .with_attempt(attempt.as_str());
        let entry = to.noted(entry);
        let recipient = self.recipient(tx, &victim, &to).await?;
        let tried = Tried {
            attempt,
            tries: claim.tries,
            owed: owed.clone(),
            message: row.id.clone(),
            kind: row.kind.clone(),
            area: victim.case.area.clone(),
            to,
        };
        let language = row.language;
        let way = match &recipient {
            Recipient::Adviser(adviser) if adviser.reads_here() => {
                let placed = self.place(tx, &victim, message, adviser).await?;
                placed.map(|_| ByWhichWay::Mailbox(Box::new(tried), entry.with_channel(MAILBOX)))
            }
            _ => match self.clear(tx, &victim, message, &tried.to).await? {
                Err(held) => Err(held),
                Ok(cleared) => {
                    let entry = entry.with_channel("email");
                    let committed = self.commit_later(&victim, entry, "to", cleared.to().reveal())?;
                    let message = cleared.into_message();
                    let leaving = Leaving {
                        tried,
                        message,
                        language,
                    };
                    Ok(ByWhichWay::Wire(Box::new(leaving), committed))
                }
            },
        };
        match way {
            Ok(way) => {
                let tried = way.tried();
                outbox::add_attempt(tx, &tried.attempt, &row.id, tried.to.id(), now).await?;
                Ok(Ok(way))
            }
            Err(held) => Ok(Err(held.reason)),
        }
    }

    async fn place(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        message: Message,
        adviser: &AdviserRecipient,
    ) -> Result<std::result::Result<Placed, Held>> {
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let eligibility = Self::eligibility(victim);
        let (plan, now) = (victim.plan()?, self.now());
        Ok(safety::clear_into_mailbox(
            message,
            adviser,
            &eligibility,
            &plan,
            &deny,
            now,
        ))
    }

    fn eligibility(victim: &Victim) -> Eligibility {
        Eligibility {
            victim: victim.row.id.clone(),
            standing: victim.standing.clone(),
        }
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
        let eligibility = Self::eligibility(victim);
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
