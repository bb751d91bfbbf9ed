//! Whether a witness signs.

use ring::digest::{SHA256, digest};

use super::request::AddCheckpoint;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{KeyKind, SigningKey, VerifierKey};
use crate::merkle::{empty_root, verify_consistency};
use crate::note::{Note, NoteError, Signature};

/// The name of a log in addresses and files: the SHA-256 of its origin in hexadecimal.
pub fn log_id(origin: &str) -> String {
    hex::encode(digest(&SHA256, origin.as_bytes()))
}

/// Why a witness does not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A log that it was not told to watch.
    #[error("this witness does not watch the log that the checkpoint names")]
    UnknownLog,
    /// Not signed by that log.
    #[error("the checkpoint has no signature of that log's key that holds")]
    NotSigned,
    /// The old size is larger than the new one.
    #[error("the old size is larger than the checkpoint's")]
    OldTooLarge,
    /// The old size is not the one that it has seen last.
    #[error("this witness has last seen the log with {size} entries")]
    Conflict {
        /// The size that it has seen.
        size: u64,
    },
    /// The new log does not begin with the old one.
    #[error("the proof does not show that this log begins with the one that was seen last")]
    BadProof,
    /// The clock stands before the last cosignature.
    #[error("the clock of this witness stands before its last cosignature")]
    TimeWentBack,
}

/// What cannot be a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// A log's key.
    #[error("a witness signs with a key of type 0x04; this one is of another type")]
    Kind,
    /// Nothing to watch.
    #[error("there is no log to watch")]
    NoLog,
}

/// Why what was kept cannot be gone on from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeenError {
    /// Not a note, or not cosigned by this witness.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Of another log.
    #[error("it is of another log")]
    Origin,
}

/// The checkpoint of a log that a witness has cosigned last: all that it must remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    note: Note,
    checkpoint: Checkpoint,
    at_s: u64,
}

impl Seen {
    /// Reads what was kept. Only what bears this witness's own cosignature is believed.
    pub fn parse(bytes: &[u8], origin: &str, witness: &VerifierKey) -> Result<Self, SeenError> {
        let note = Note::parse(bytes)?;
        let holding = note.verify(std::slice::from_ref(witness))?;
        let at_s = holding.iter().find_map(|held| held.signed.at_s);
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin != origin {
            return Err(SeenError::Origin);
        }
        Ok(Self {
            at_s: at_s.ok_or(NoteError::Unsigned)?,
            note,
            checkpoint,
        })
    }

    /// What is kept, and what monitors are shown: the checkpoint with the signatures of the log and of the witness.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }

    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

/// A decision to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// To be kept, safe from a crash, before the signature is given to anybody.
    pub seen: Seen,
    /// The cosignature.
    pub signature: Signature,
}

/// A witness: its key, and the logs that it watches.
#[derive(Debug)]
pub struct Witness {
    key: SigningKey,
    logs: Vec<VerifierKey>,
}

impl Witness {
    /// A witness of these logs. A log may have several keys under its name, while it changes them.
    pub fn new(key: SigningKey, logs: Vec<VerifierKey>) -> Result<Self, WitnessError> {
        if key.verifier().kind() != KeyKind::Cosignature {
            return Err(WitnessError::Kind);
        }
        if logs.is_empty() {
            return Err(WitnessError::NoLog);
        }
        Ok(Self { key, logs })
    }

    /// The key that checks its cosignatures.
    pub const fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// The names of the logs that it watches; one that changes its keys may come twice.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.iter().map(VerifierKey::name)
    }

    /// Decides about a request. `seen` is what was kept of the log that the request names, None when this witness has
    /// never cosigned it; nobody else may decide about that log until the answer is kept. `now_s` is in seconds since
    /// 1970 UTC.
    pub fn cosign(
        &self,
        seen: Option<&Seen>,
        request: &AddCheckpoint,
        now_s: u64,
    ) -> Result<Cosigned, Refusal> {
        let (note, new) = (request.note(), request.checkpoint());
        let of_log = |key: &&VerifierKey| key.name() == new.origin;
        let known = self.logs.iter().filter(of_log).cloned().collect::<Vec<_>>();
        if known.is_empty() {
            return Err(Refusal::UnknownLog);
        }
        let holding = note.verify(&known).map_err(|_| Refusal::NotSigned)?;
        if request.old() > new.size {
            return Err(Refusal::OldTooLarge);
        }
        let size = seen.map_or(0, |seen| seen.checkpoint.size);
        if request.old() != size {
            return Err(Refusal::Conflict { size });
        }
        if !grows(seen, request) {
            return Err(Refusal::BadProof);
        }
        if seen.is_some_and(|seen| now_s < seen.at_s) {
            return Err(Refusal::TimeWentBack);
        }
        // What strangers signed is not kept: it would grow what monitors are shown with what nobody checked.
        let mut kept = Note::new(note.text().to_owned()).map_err(|_| Refusal::NotSigned)?;
        let of_log = note
            .signatures()
            .iter()
            .filter(|signature| holding.iter().any(|held| signature.is_of(held.key)));
        for signature in of_log {
            kept.add(signature.clone());
        }
        let signature = Signature::make(&self.key, note.text(), now_s);
        kept.add(signature.clone());
        let seen = Seen {
            note: kept,
            checkpoint: new.clone(),
            at_s: now_s,
        };
        Ok(Cosigned { seen, signature })
    }
}

/// Whether the log of the request begins with what was seen of it.
fn grows(seen: Option<&Seen>, request: &AddCheckpoint) -> bool {
    let new = request.checkpoint();
    match seen.map(Seen::checkpoint).filter(|old| old.size > 0) {
        // Nothing can be proved from an empty log, and every log begins with it.
        None => request.proof().is_empty() && (new.size > 0 || new.root == empty_root()),
        Some(old) => verify_consistency(old.size, new.size, &old.root, &new.root, request.proof()).is_ok(),
    }
}
