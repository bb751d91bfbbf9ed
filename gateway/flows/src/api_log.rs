//! What other systems may ask of the published contact log: its checkpoint, and proofs. Entries are not handed out: they
//! are of every Area. Whoever holds one, from an auditor's pack, has it proved here.

use audit::merkle::Hash;
use audit::offline_proof::OfflineProof;

use crate::{Error, Gateway, Result};

/// That one size of the log is the beginning of another.
#[derive(Debug, Clone)]
pub struct ConsistencyProof {
    /// The smaller size.
    pub from: u64,
    /// The larger size.
    pub to: u64,
    /// The hashes, in the order of RFC 6962.
    pub path: Vec<Hash>,
}

impl Gateway {
    /// The newest checkpoint as a signed note (C2SP tlog-checkpoint), read under the trust policy.
    pub fn log_checkpoint(&self) -> Result<Vec<u8>> {
        let (_, note) = self.published()?.newest()?;
        Ok(note.to_bytes())
    }

    /// The proof that an entry is in the log of the newest checkpoint.
    pub fn log_inclusion(&self, index: u64) -> Result<OfflineProof> {
        let published = self.published()?;
        let (checkpoint, note) = published.newest()?;
        if index >= checkpoint.size {
            return Err(Error::NotFound("entry"));
        }
        Ok(published.prove(&checkpoint, &note, index)?.1)
    }

    /// The proof that the log of `from` entries is the beginning of that of `to`.
    pub fn log_consistency(&self, from: u64, to: u64) -> Result<ConsistencyProof> {
        let published = self.published()?;
        let (checkpoint, _) = published.newest()?;
        if from == 0 || from > to || to > checkpoint.size {
            return Err(Error::Invalid(format!(
                "from and to: 1 to {}, the size of the newest checkpoint, and from not above to",
                checkpoint.size
            )));
        }
        let path = published.consistency(&checkpoint, from, to)?;
        Ok(ConsistencyProof { from, to, path })
    }
}
