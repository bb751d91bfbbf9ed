//! Asking witnesses to cosign a checkpoint (C2SP tlog-witness v1.0.0, the log's side).
//!
//! All witnesses of a policy are asked at once, each within a time limit, and whatever one of them does concerns only
//! its own answer: a quorum that is missing is seen, and stops nothing.
//!
//! **Invariant:** nothing counts as a cosignature that the policy's key for that witness has not checked, and a
//! witness's answer is bounded, never followed to another address, and never quoted.

mod cosigner;
mod fault;
mod post;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use audit::checkpoint::Checkpoint;
use audit::merkle::Hash;
use audit::note::{Note, Signature};
use audit::policy::{Party, Policy};
use audit::witness::{AddCheckpoint, cosignature_in, size_in};
use futures_util::future::join_all;
use hyper::{StatusCode, Uri};

pub use cosigner::Cosigner;
pub use fault::WitnessFault;
use post::{Answer, Http};

/// How long a witness has for its whole answer, a second try included.
const PATIENCE: Duration = Duration::from_secs(5);

/// The size of the log that each witness has cosigned last, by its public key. Kept between checkpoints it saves a
/// question; lost, it is learnt anew.
pub type Known = BTreeMap<[u8; 32], u64>;

/// What each witness has answered.
pub type Answers = Vec<(Party, Result<Signature, WitnessFault>)>;

/// The witnesses of a policy that have an address.
pub struct Witnesses {
    http: Http,
    asked: Vec<(Party, Uri)>,
    patience: Duration,
}

impl Witnesses {
    /// The witnesses that a policy gives an address. One without an address is nobody's to ask here. The fault is a
    /// sentence that names the witness.
    pub fn new(policy: &Policy) -> Result<Self, String> {
        let mut asked = Vec::new();
        for party in policy.witnesses() {
            if let Some(url) = &party.url {
                let address = post::address(url).ok_or_else(|| {
                    format!(
                        "the address of the witness {} must be http://HOST[:PORT][/PATH] or https://, without `?`",
                        party.key.name()
                    )
                })?;
                asked.push((party.clone(), address));
            }
        }
        Ok(Self {
            http: Http::new()?,
            asked,
            patience: PATIENCE,
        })
    }

    /// Whether there is nobody to ask.
    pub const fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// Asks all of them to cosign a checkpoint that the log has signed, and answers with one line for each. `prove`
    /// gives the consistency proof between two sizes, for `0 < old < new`; it may block for as long as reading a few
    /// tiles takes. `known` is brought up to date.
    pub async fn ask<P, E>(&self, note: &Note, known: &mut Known, prove: P) -> Answers
    where
        P: FnMut(u64, u64) -> Result<Vec<Hash>, E> + Send,
        E: Display,
    {
        let Ok(checkpoint) = Checkpoint::parse(note.text()) else {
            let fault = || Err(WitnessFault::Ours("this is no checkpoint".to_owned()));
            return self
                .asked
                .iter()
                .map(|(party, _)| (party.clone(), fault()))
                .collect();
        };
        let prove = Mutex::new(prove);
        let prove = |old: u64| match old {
            0 => Ok(Vec::new()),
            old if old == checkpoint.size => Ok(Vec::new()),
            old => {
                let mut prove = prove.lock().unwrap_or_else(PoisonError::into_inner);
                prove(old, checkpoint.size).map_err(|fault| WitnessFault::Ours(fault.to_string()))
            }
        };
        let questions = self.asked.iter().map(|(party, address)| {
            let old = known.get(party.key.public()).copied().unwrap_or_default();
            let question = Question {
                http: &self.http,
                party,
                address,
                note,
                size: checkpoint.size,
            };
            let prove = &prove;
            async move {
                let talk = question.ask(old.min(checkpoint.size), prove);
                let late = WitnessFault::Late(self.patience);
                let answer = tokio::time::timeout(self.patience, talk).await;
                (party.clone(), answer.unwrap_or(Err(late)))
            }
        });
        let answers: Answers = join_all(questions).await;
        for (party, _) in answers.iter().filter(|(_, answer)| answer.is_ok()) {
            known.insert(*party.key.public(), checkpoint.size);
        }
        answers
    }
}

/// What one witness is asked.
struct Question<'a> {
    http: &'a Http,
    party: &'a Party,
    address: &'a Uri,
    note: &'a Note,
    size: u64,
}

impl Question<'_> {
    /// Asks once, and once more where the witness has seen another size than was thought.
    async fn ask(
        &self,
        old: u64,
        prove: &(impl Fn(u64) -> Result<Vec<Hash>, WitnessFault> + Sync),
    ) -> Result<Signature, WitnessFault> {
        let first = self.post(old, prove(old)?).await?;
        if first.status() != StatusCode::CONFLICT {
            return self.read(&first);
        }
        let seen = size_in(first.body()).ok_or(WitnessFault::NoSize)?;
        if seen > self.size {
            return Err(WitnessFault::Ahead {
                seen,
                size: self.size,
            });
        }
        self.read(&self.post(seen, prove(seen)?).await?)
    }

    async fn post(&self, old: u64, proof: Vec<Hash>) -> Result<Answer, WitnessFault> {
        let request = AddCheckpoint::new(old, proof, self.note.clone())
            .map_err(|fault| WitnessFault::Ours(fault.to_string()))?;
        self.http.post(self.address, request.to_bytes()).await
    }

    fn read(&self, answer: &Answer) -> Result<Signature, WitnessFault> {
        if answer.status() != StatusCode::OK {
            return Err(WitnessFault::Refused(answer.status().as_u16()));
        }
        Ok(cosignature_in(answer.body(), self.note.text(), &self.party.key)?)
    }
}
