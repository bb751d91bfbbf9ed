//! What a log sends to a witness.

use crate::checkpoint::{Checkpoint, CheckpointError, decimal};
use crate::merkle::Hash;
use crate::note::{Note, NoteError};

/// The longest request that is read, in bytes.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// The most hashes of a consistency proof that C2SP lets a client send.
pub const PROOF_HASHES_MAX: usize = 63;

/// Why bytes are no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Too long.
    #[error("a request has at most {REQUEST_BYTES_MAX} bytes and {PROOF_HASHES_MAX} hashes")]
    TooLong,
    /// Not the form.
    #[error(
        "a request is `old N`, the hashes of a consistency proof in base64, one to a line, a blank line and a signed \
         checkpoint"
    )]
    Form,
    /// The note in it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint in it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A request to cosign a checkpoint: the body of `add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// A request: the size that the witness has seen last, the proof from there, and the signed checkpoint.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Result<Self, RequestError> {
        if proof.len() > PROOF_HASHES_MAX {
            return Err(RequestError::TooLong);
        }
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self {
            old,
            proof,
            note,
            checkpoint,
        })
    }

    /// Reads the body.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > REQUEST_BYTES_MAX {
            return Err(RequestError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| RequestError::Form)?;
        let (head, note) = text.split_once("\n\n").ok_or(RequestError::Form)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let old = old.ok_or(RequestError::Form)?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == PROOF_HASHES_MAX {
                return Err(RequestError::TooLong);
            }
            proof.push(Hash::from_base64(line).map_err(|_| RequestError::Form)?);
        }
        Self::new(old, proof, Note::parse(note.as_bytes())?)
    }

    /// The body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let proof = self.proof.iter().map(|hash| hash.to_base64() + "\n");
        let head = format!("old {}\n{}\n", self.old, proof.collect::<String>());
        [head.into_bytes(), self.note.to_bytes()].concat()
    }

    /// The size that the witness is thought to have seen last.
    pub const fn old(&self) -> u64 {
        self.old
    }

    /// The proof from there.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint with its signatures.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// What the checkpoint says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}
