//! Messages leave: cleared at the moment of dispatch, one recipient each.
//!
//! A batch goes through five steps. (1) One transaction claims, clears and writes down the attempts. (2) With
//! nothing open, connections are made ready. (3) One transaction sets the marks: from here on a message may
//! have left. (4) The data goes out. (5) One transaction records what came back. A crash before (3) means
//! "try again"; between (3) and (5) it means `unknown`, and a person decides (law 7).

use audit::entry::{Act, Entry};
use domain::address::EmailAddress;
use domain::draft::{Message, MessageParts};
use domain::id::AttemptId;
use domain::safety::{self, Cleared, Eligibility, HoldReason, Recipient};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use mail::compose::{Composed, Outgoing, compose};
use mail::relay::{Failure, Outcome, Relay, Session};
use store::drafts::MessageRow;
use store::obligations::ObligationRow;
use store::outbox::Claim;
use store::{Tx, drafts, obligations, outbox};

use crate::entries::about;
use crate::outcome::{Came, Tried, ended};
use crate::person::Victim;
use crate::{Error, Gateway, Result};

/// What one batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages looked at.
    pub claimed: usize,
    /// Accepted by the receiving server.
    pub accepted: usize,
    /// Held, or put off to an instant.
    pub held: usize,
    /// Failed, for now or for good, or unknown.
    pub failed: usize,
}

/// A message on its way: everything that later steps need.
pub(crate) struct Leaving {
    pub(crate) tried: Tried,
    mail: Composed,
}

impl Gateway {
    /// Delivers what is due now, up to one batch, through `relay`. Each batch has a lease of its own, which begins
    /// with `worker`: who comes late for a message that somebody took over has no lease on it any more.
    pub async fn deliver_batch(&self, worker: &str, relay: &Relay) -> Result<Delivered> {
        let lease = format!("{worker}/{}", AttemptId::random(self.entropy()));
        let worker = lease.as_str();
        let (mut done, leaving) = self.claim_and_clear(worker).await?;
        if leaving.is_empty() {
            return Ok(done);
        }
        let mut outcomes = Vec::with_capacity(leaving.len());
        let mut waiting = leaving.into_iter();
        loop {
            // No more at a time than there are connections: each message holds one from here to its answer.
            let group = waiting
                .by_ref()
                .take(self.parts.settings.connections_max)
                .collect::<Vec<_>>();
            if group.is_empty() {
                break;
            }
            let ready = get_ready(relay, group, &mut outcomes).await;
            let ready = self.mark(ready).await?;
            outcomes.extend(join_all(ready.into_iter().map(send)).await);
        }
        for (_, came) in &outcomes {
            if matches!(came, Came::Accepted { .. }) {
                done.accepted += 1;
            } else {
                done.failed += 1;
            }
        }
        self.record_outcomes(worker, outcomes).await?;
        Ok(done)
    }

    async fn claim_and_clear(&self, worker: &str) -> Result<(Delivered, Vec<Leaving>)> {
        let now = self.now();
        let settings = &self.parts.settings;
        let mut tx = self.pool().begin().await?;
        let lease_until = now + SignedDuration::from_secs(settings.lease_s);
        let claims = outbox::claim(&mut tx, worker, now, lease_until, settings.batch_max).await?;
        let mut done = Delivered {
            claimed: claims.len(),
            ..Delivered::default()
        };
        let (mut leaving, mut entries) = (Vec::new(), Vec::new());
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
                Ok(Ok((one, entry))) => {
                    leaving.push(one);
                    entries.push(entry);
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
        tx.commit(&entries).await?;
        Ok((done, leaving))
    }

    async fn find_claimed(&self, tx: &mut Tx, claim: &Claim) -> Result<(MessageRow, ObligationRow)> {
        let row = drafts::find_message(tx, &claim.message_id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = obligations::find(tx, &row.obligation_id)
            .await?
            .ok_or(Error::NotFound("obligation"))?;
        Ok((row, owed))
    }

    /// Clears one message at the moment of dispatch and writes down the attempt.
    async fn clear_one(
        &self,
        tx: &mut Tx,
        claim: &Claim,
        row: MessageRow,
        owed: &ObligationRow,
    ) -> Result<std::result::Result<(Leaving, Entry), HoldReason>> {
        let now = self.now();
        let victim = self.load_victim(tx, &row.victim_id).await?;
        let plan = victim.plan()?;
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let message = restore(&row, &victim)?;
        let eligibility = Eligibility {
            victim: victim.row.id.clone(),
            standing: victim.standing.clone(),
        };
        let Some(point) = plan.email_point(now).map(|point| point.id().clone()) else {
            return Ok(Err(HoldReason::NoVerifiedSafeContactPoint));
        };
        let recipient = Recipient::Victim { point: point.clone() };
        let cleared = match safety::clear(message, &recipient, &eligibility, &plan, &deny, now) {
            Ok(cleared) => cleared,
            Err(held) => return Ok(Err(held.reason)),
        };
        let mail = self.compose_mail(&cleared, &row, now)?;
        let attempt = AttemptId::random(self.entropy());
        outbox::add_attempt(tx, &attempt, &row.id, &point, now).await?;
        let entry = about(now, "system:outbox", Act::Attempt, "delivery-attempted", owed)?
            .with_area(&victim.case.area)
            .with_message(row.id.as_str())
            .with_attempt(attempt.as_str())
            .with_channel("email")
            .with_fact("point", point.as_str());
        let tried = Tried {
            attempt,
            tries: claim.tries,
            owed: owed.clone(),
            message: row.id,
            kind: row.kind,
            area: victim.case.area,
            point,
        };
        Ok(Ok((Leaving { tried, mail }, entry)))
    }

    fn compose_mail(&self, cleared: &Cleared, row: &MessageRow, now: Timestamp) -> Result<Composed> {
        let settings = &self.parts.settings;
        let from = EmailAddress::parse(&settings.sender_address)
            .map_err(|fault| Error::broken("sender address", fault))?;
        let back = mail::return_path::make(&settings.bounce_key, row.id.as_str(), &settings.mail_domain)
            .map_err(|fault| Error::broken("return path", fault))?;
        let frozen = cleared.message().frozen();
        let message_id = format!("<{}@{}>", row.id, settings.mail_domain);
        let mail = compose(&Outgoing {
            from_name: &settings.sender_name,
            from: &from,
            to: cleared.to(),
            subject: frozen.subject(),
            text: frozen.text(),
            html: frozen.html().unwrap_or_default(),
            message_id: &message_id,
            date: now,
            auto_submitted: false,
            return_path: &back,
            language: &row.language,
        })
        .map_err(|fault| Error::broken("composing mail", fault))?;
        match &self.parts.signer {
            Some(signer) => mail
                .signed(signer, now)
                .map_err(|fault| Error::broken("signing mail", fault)),
            None => Ok(mail),
        }
    }

    /// Sets the marks. A message that somebody has taken over meanwhile gets none and does not leave.
    async fn mark(&self, ready: Vec<(Leaving, Session)>) -> Result<Vec<(Leaving, Session)>> {
        if ready.is_empty() {
            return Ok(ready);
        }
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let (mut marked, mut taken_over) = (Vec::with_capacity(ready.len()), Vec::new());
        for (leaving, session) in ready {
            let tried = &leaving.tried;
            if outbox::mark_attempt(&mut tx, &tried.attempt, now).await? {
                marked.push((leaving, session));
            } else {
                taken_over.push(ended(
                    now,
                    "delivery-ended-late",
                    tried,
                    "never-began",
                    "taken-over",
                )?);
            }
        }
        if taken_over.is_empty() {
            tx.commit_unlogged("the mark before the data; the attempt has its entry")
                .await?;
        } else {
            tx.commit(&taken_over).await?;
        }
        Ok(marked)
    }
}

/// Connects for each message of a group; those without a connection have ended.
async fn get_ready(
    relay: &Relay,
    group: Vec<Leaving>,
    ended: &mut Vec<(Tried, Came)>,
) -> Vec<(Leaving, Session)> {
    let sessions = join_all(group.iter().map(|_| relay.ready())).await;
    let mut ready = Vec::with_capacity(group.len());
    for (leaving, session) in group.into_iter().zip(sessions) {
        match session {
            Ok(session) => ready.push((leaving, session)),
            Err(failure) => ended.push((leaving.tried, not_ready(&failure))),
        }
    }
    ready
}

async fn send((leaving, session): (Leaving, Session)) -> (Tried, Came) {
    let outcome = session.send(&leaving.mail).await;
    (leaving.tried, came(&outcome))
}

fn came(outcome: &Outcome) -> Came {
    match outcome {
        Outcome::Accepted { code, .. } => Came::Accepted {
            code: code.to_string(),
        },
        Outcome::Temporary { code, .. } => Came::Temporary { code: reply(*code) },
        Outcome::Tls { .. } => Came::NoTls,
        Outcome::Permanent { code, .. } => Came::Permanent {
            code: code.to_string(),
        },
        Outcome::Technical { .. } => Came::Technical {
            code: "technical".to_owned(),
        },
        Outcome::Unknown { .. } => Came::Unknown,
    }
}

/// Nothing of the message has left.
fn not_ready(failure: &Failure) -> Came {
    match failure {
        Failure::Tls { .. } => Came::NoTls,
        Failure::Temporary { code, .. } => Came::Temporary { code: reply(*code) },
        Failure::Technical { .. } => Came::Technical {
            code: "refused-us".to_owned(),
        },
    }
}

fn reply(code: Option<u16>) -> String {
    code.map_or_else(|| "no-answer".to_owned(), |code| code.to_string())
}

/// The frozen message as it was approved; a digest that does not match stops it.
pub(crate) fn restore(row: &MessageRow, victim: &Victim) -> Result<Message> {
    let parts: MessageParts = Gateway::open(&victim.key, "messages", row.id.as_str(), &row.sealed)?;
    let digest = crate::approve_draft::content_digest(&parts.frozen);
    Message::restore(parts, &digest).map_err(|fault| Error::broken("a stored message", fault))
}
