//! Messages leave: cleared at the moment of dispatch, one recipient each.
//!
//! A batch goes through five steps. (1) One transaction claims, clears and writes down the attempts. (2) With
//! nothing open, connections are made ready. (3) One transaction clears once more what is about to leave, since
//! connecting takes time, and sets the marks: from here on a message may have left. (4) The data goes out. (5) One
//! transaction records what came back. A crash before (3) means "try again"; between (3) and (5) it means
//! `unknown`, and a person decides (law 7).

mod addressee;
mod clear_batch;
mod mark;
mod notice;

use domain::draft::Message;
use domain::id::AttemptId;
use futures_util::future::join_all;
use mail::compose::Composed;
use mail::relay::{Failure, Outcome, Relay, Session};

use crate::outcome::{Came, Tried};
use crate::{Gateway, Result};

pub(crate) use addressee::{Addressee, Correspondent};
pub(crate) use clear_batch::restore;

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
    pub(crate) message: Message,
    pub(crate) language: String,
}

/// What has ended so far.
pub(crate) type Ended = Vec<(Tried, Came)>;

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
        let sent = self.send_in_groups(relay, leaving, &mut outcomes).await;
        for (_, came) in &outcomes {
            match came {
                Came::Accepted { .. } => done.accepted += 1,
                Came::Changed => done.held += 1,
                _ => done.failed += 1,
            }
        }
        // What has left is recorded even where a later group could not be marked.
        self.record_outcomes(worker, outcomes).await?;
        sent.map(|()| done)
    }

    /// No more at a time than there are connections: each message holds one until its answer.
    async fn send_in_groups(
        &self,
        relay: &Relay,
        mut waiting: Vec<Leaving>,
        ended: &mut Ended,
    ) -> Result<()> {
        while !waiting.is_empty() {
            let later = waiting.split_off(self.parts.settings.connections_max.min(waiting.len()));
            let ready = get_ready(relay, waiting, ended).await;
            let ready = self.mark(ready, ended).await?;
            ended.extend(join_all(ready.into_iter().map(send)).await);
            waiting = unless_shut(later, ended);
        }
        Ok(())
    }
}

/// Those who may still knock. Once the relay will not have us, the others of the batch do not: they share its answer,
/// since many refused sign-ins lock an account.
fn unless_shut(others: Vec<Leaving>, ended: &mut Ended) -> Vec<Leaving> {
    let shut = ended.iter().map(|(_, came)| came).find(|came| came.is_of_relay());
    let Some(came) = shut.cloned() else { return others };
    ended.extend(others.into_iter().map(|leaving| (leaving.tried, came.clone())));
    Vec::new()
}

/// Connects for each message of a group, for the first alone and then for the others; those without a connection have
/// ended.
async fn get_ready(relay: &Relay, mut first: Vec<Leaving>, ended: &mut Ended) -> Vec<(Leaving, Session)> {
    let others = first.split_off(1.min(first.len()));
    let mut ready = connect(relay, first, ended).await;
    let others = unless_shut(others, ended);
    ready.extend(connect(relay, others, ended).await);
    ready
}

async fn connect(relay: &Relay, group: Vec<Leaving>, ended: &mut Ended) -> Vec<(Leaving, Session)> {
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

async fn send((tried, mail, session): (Tried, Composed, Session)) -> (Tried, Came) {
    let outcome = session.send(&mail).await;
    (tried, came(&outcome))
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
        Failure::Technical { .. } => Came::RefusedUs,
    }
}

fn reply(code: Option<u16>) -> String {
    code.map_or_else(|| "no-answer".to_owned(), |code| code.to_string())
}
