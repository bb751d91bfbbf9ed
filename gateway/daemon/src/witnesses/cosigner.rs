//! Has each checkpoint cosigned, and says when too few do.

use std::collections::BTreeMap;

use audit::checkpoint::Checkpoint;
use audit::folder::Folder;
use audit::policy::Policy;
use audit::proving::Prover;
use flows::Sealer;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::{Known, WitnessFault, Witnesses};
use crate::print::Fault;

/// A checkpoint without its quorum is brought before the witnesses again after this long.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// One with its quorum too, so that it shows that the log is looked after even where nothing happens.
const HEARTBEAT: SignedDuration = SignedDuration::from_hours(1);

/// Whoever has checkpoints cosigned. A quorum that is missing is said; it holds back nothing.
pub struct Cosigner {
    policy: Policy,
    witnesses: Witnesses,
    known: Known,
    /// The checkpoint that was asked for last, when, and whether it has its quorum.
    asked: Option<(String, Timestamp, bool)>,
    /// What was said of each witness last: the same is not said twice.
    faults: BTreeMap<String, WitnessFault>,
}

impl Cosigner {
    /// Asks the witnesses of a policy; none where it names none with an address.
    pub fn new(policy: Policy) -> Result<Self, Fault> {
        let witnesses = Witnesses::new(&policy)
            .map_err(|fault| Fault::input(format!("contact_log.policy_file: {fault}")))?;
        Ok(Self {
            policy,
            witnesses,
            known: Known::new(),
            asked: None,
            faults: BTreeMap::new(),
        })
    }

    /// Brings the newest checkpoint before the witnesses, where that is due.
    pub async fn round(&mut self, sealer: &Mutex<Sealer>, now: Timestamp) -> flows::Result<()> {
        if self.witnesses.is_empty() {
            return Ok(());
        }
        // The sealer goes on while witnesses think.
        let (newest, folder) = {
            let sealer = sealer.lock().await;
            (sealer.checkpoint()?, Folder::new(sealer.folder().path()))
        };
        let Some(mut note) = newest.filter(|note| self.is_due(note.text(), now)) else {
            return Ok(());
        };
        let size = Checkpoint::parse(note.text()).map_or(0, |checkpoint| checkpoint.size);
        let prover = Prover::new(&folder, size);
        let prove = |old, new| prover.consistency(old, new);
        for (party, answer) in self.witnesses.ask(&note, &mut self.known, prove).await {
            let name = party.key.name();
            match answer {
                Ok(signature) => {
                    note.add(signature);
                    if self.faults.remove(name).is_some() {
                        tracing::info!(witness = name, "the witness cosigns again");
                    }
                }
                Err(fault) => self.tell(name, fault),
            }
        }
        let has_quorum = self.policy.trust(&note).is_ok();
        let before = self.asked.as_ref().is_none_or(|(_, _, had)| *had);
        if before && !has_quorum {
            tracing::error!(
                "the newest checkpoint has not the quorum of its policy; messages go on, trust does not"
            );
        } else if !before && has_quorum {
            tracing::info!("the newest checkpoint has its quorum again");
        }
        self.asked = Some((note.text().to_owned(), now, has_quorum));
        sealer.lock().await.publish_cosigned(note).await?;
        Ok(())
    }

    fn is_due(&self, text: &str, now: Timestamp) -> bool {
        self.asked.as_ref().is_none_or(|(asked, at, has_quorum)| {
            let rest = if *has_quorum { HEARTBEAT } else { AGAIN };
            asked != text || now.duration_since(*at) >= rest
        })
    }

    /// Says what is wrong with a witness, once.
    fn tell(&mut self, name: &str, fault: WitnessFault) {
        if self.faults.get(name) == Some(&fault) {
            return;
        }
        if matches!(fault, WitnessFault::Ahead { .. }) {
            tracing::error!(witness = name, %fault, "look at this at once");
        } else {
            tracing::warn!(witness = name, %fault, "the witness has not cosigned");
        }
        self.faults.insert(name.to_owned(), fault);
    }
}
