//! The keys that sign a log's checkpoints.

use audit::checkpoint::Checkpoint;
use audit::key::{KeyKind, SigningKey, VerifierKey};
use audit::note::{Note, Signature};

use super::broken;
use crate::{Error, Result};

/// The name of a log and the keys that sign for it. All of them sign: while a key is being replaced, the old one
/// vouches for the new.
#[derive(Debug)]
pub struct LogKeys {
    origin: String,
    keys: Vec<SigningKey>,
}

impl LogKeys {
    /// The keys of the log `origin`: at least one, each an Ed25519 key of that name.
    pub fn new(origin: &str, keys: Vec<SigningKey>) -> Result<Self> {
        if keys.is_empty() {
            return Err(Error::Invalid(
                "a contact log needs a key to sign with".to_owned(),
            ));
        }
        for key in &keys {
            let key = key.verifier();
            if key.name() != origin || key.kind() != KeyKind::Ed25519 {
                return Err(Error::Invalid(format!(
                    "the key {} does not sign for the log {origin}: it must be an Ed25519 key (0x01) of the log's own name",
                    key.name()
                )));
            }
        }
        let origin = origin.to_owned();
        Ok(Self { origin, keys })
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The halves of the keys that anybody may have.
    pub fn verifiers(&self) -> Vec<VerifierKey> {
        self.keys.iter().map(|key| key.verifier().clone()).collect()
    }

    /// Signs a checkpoint with every key.
    pub(super) fn sign(&self, checkpoint: &Checkpoint) -> Result<Note> {
        let mut note = Note::new(checkpoint.to_text()).map_err(broken)?;
        for key in &self.keys {
            // A log's signature has no time of its own.
            let signature = Signature::make(key, note.text(), 0);
            note.add(signature);
        }
        Ok(note)
    }

    /// Whether every key has signed.
    pub(super) fn all_signed(&self, note: &Note) -> bool {
        let verifiers = self.verifiers();
        note.verify(&verifiers)
            .is_ok_and(|holding| holding.len() == verifiers.len())
    }

    /// Reads a checkpoint that one of these keys signed.
    pub(super) fn read(&self, note: &Note) -> Result<Checkpoint> {
        let verifiers = self.verifiers();
        note.verify(&verifiers).map_err(|fault| {
            broken(format!(
                "its checkpoint is not signed by a key of the key file ({fault}); a key is taken out of the file only after \
                 one that signs beside it"
            ))
        })?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(broken)?;
        if checkpoint.origin == self.origin {
            Ok(checkpoint)
        } else {
            Err(broken("its checkpoint is of another log"))
        }
    }
}
