//! A proof that an entry is in the log, as one file that is checked without a network (C2SP tlog-proof, `@v1`).

use crate::checkpoint::{Checkpoint, CheckpointError, decimal};
use crate::merkle::{Hash, ProofError, leaf_hash, verify_inclusion};
use crate::note::{Note, NoteError};

const FIRST: &str = "c2sp.org/tlog-proof@v1";
/// More hashes than any log's proof has.
const HASHES_MAX: usize = 64;

/// Why a file is no proof, or one that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfflineProofError {
    /// Not the form.
    #[error("line {line} of the proof: {right}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// What would be right.
        right: &'static str,
    },
    /// The note in it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint in it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The path does not lead to the root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// The proof for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineProof {
    /// The entry's index.
    pub index: u64,
    /// The path to the root, the entry's sibling first.
    pub path: Vec<Hash>,
    /// The checkpoint with its signatures and cosignatures.
    pub note: Note,
}

impl OfflineProof {
    /// The bytes of the file; its name ends in `.tlog-proof`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let path = self.path.iter().map(|hash| hash.to_base64() + "\n");
        let head = format!("{FIRST}\nindex {}\n{}\n", self.index, path.collect::<String>());
        [head.into_bytes(), self.note.to_bytes()].concat()
    }

    /// Reads a file. A line of extra data is passed over: nobody vouches for it.
    pub fn parse(bytes: &[u8]) -> Result<Self, OfflineProofError> {
        let form = |line, right| OfflineProofError::Form { line, right };
        let text = std::str::from_utf8(bytes).map_err(|_| form(1, "a proof is UTF-8 text"))?;
        let (head, note) = text
            .split_once("\n\n")
            .ok_or(form(1, "a proof has a blank line before its checkpoint"))?;
        let mut lines = (1..).zip(head.split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != FIRST) {
            return Err(form(1, "a proof begins with c2sp.org/tlog-proof@v1"));
        }
        lines.next_if(|(_, line)| line.starts_with("extra "));
        let (number, line) = lines.next().ok_or(form(2, "`index N`"))?;
        let index = line
            .strip_prefix("index ")
            .and_then(decimal)
            .ok_or(form(number, "`index N`, a decimal number without leading zeros"))?;
        let mut path = Vec::new();
        for (number, line) in lines {
            if path.len() == HASHES_MAX {
                return Err(form(number, "a proof has at most 64 hashes"));
            }
            path.push(Hash::from_base64(line).map_err(|_| form(number, "one hash in base64 to a line"))?);
        }
        Ok(Self {
            index,
            path,
            note: Note::parse(note.as_bytes())?,
        })
    }

    /// Checks that `entry` is where the proof says, in the log of its checkpoint. Whether the checkpoint is to be
    /// believed, a policy says.
    pub fn check(&self, entry: &[u8]) -> Result<Checkpoint, OfflineProofError> {
        let checkpoint = Checkpoint::parse(self.note.text())?;
        verify_inclusion(
            &leaf_hash(entry),
            self.index,
            checkpoint.size,
            &self.path,
            &checkpoint.root,
        )?;
        Ok(checkpoint)
    }
}
