//! `gateway log prove` and `gateway log consistency`.

use std::fs;
use std::path::Path;

use audit::checkpoint::Checkpoint;
use audit::folder::Folder;
use audit::merkle::verify_consistency;
use audit::note::Note;
use audit::policy::Policy;
use audit::proving::Prover;

use super::{no, source, write};
use crate::config::ContactLog;
use crate::house;
use crate::print::{self, Fault};

/// Proves one entry.
pub fn entry(log: &ContactLog, index: u64, into: Option<&Path>) -> Result<u8, Fault> {
    let (folder, checkpoint, note, _) = source(log)?;
    let prover = Prover::new(&folder, checkpoint.size);
    let entry = prover.entry(index).map_err(no)?;
    let proof = prover.inclusion(index, note).map_err(no)?;
    // Tiles that were changed give a proof that does not hold; it is not handed out.
    proof.check(&entry).map_err(no)?;
    match into {
        Some(dir) => pair(dir, index, &entry, &proof.to_bytes())?,
        None => print::line(String::from_utf8_lossy(&proof.to_bytes()).trim_end()),
    }
    Ok(0)
}

/// Writes an entry and its proof side by side.
pub fn pair(dir: &Path, index: u64, entry: &[u8], proof: &[u8]) -> Result<(), Fault> {
    write(&dir.join(format!("entry-{index}.json")), entry)?;
    write(&dir.join(format!("entry-{index}.tlog-proof")), proof)
}

/// Which log of which length somebody means: a size, or a checkpoint that is then held against the proof.
enum Meant {
    Size(u64),
    Signed(Checkpoint),
}

impl Meant {
    fn read(text: &str, policy: &Policy) -> Result<Self, Fault> {
        if let Ok(size) = text.parse() {
            return Ok(Self::Size(size));
        }
        let named = |fault: &dyn std::fmt::Display| {
            Fault::input(format!(
                "{text}: {fault}; right would be a size or a file with a checkpoint"
            ))
        };
        let bytes = fs::read(text).map_err(|fault| named(&fault))?;
        let note = Note::parse(&bytes).map_err(|fault| named(&fault))?;
        let trusted = policy
            .read(&note)
            .map_err(|fault| Fault::no(format!("{text}: {fault}")))?;
        Ok(Self::Signed(trusted.checkpoint))
    }

    const fn size(&self) -> u64 {
        match self {
            Self::Size(size) => *size,
            Self::Signed(checkpoint) => checkpoint.size,
        }
    }
}

/// Proves that one log is the beginning of another.
pub fn consistency(log: &ContactLog, old: &str, new: &str) -> Result<u8, Fault> {
    let (policy, _) = house::policy(log)?;
    let (old, new) = (Meant::read(old, &policy)?, Meant::read(new, &policy)?);
    let folder = Folder::new(&log.folder);
    let (published, _) = super::published(&folder, &policy)?;
    if new.size() > published.size {
        return Err(Fault::no(format!(
            "NEW has {} entries, but only {} are published",
            new.size(),
            published.size
        )));
    }
    let proof = Prover::new(&folder, published.size)
        .consistency(old.size(), new.size())
        .map_err(no)?;
    if let (Meant::Signed(old), Meant::Signed(new)) = (&old, &new) {
        verify_consistency(old.size, new.size, &old.root, &new.root, &proof)
            .map_err(|fault| Fault::no(format!("the two checkpoints are not of one log: {fault}")))?;
    }
    for hash in &proof {
        print::line(&hash.to_base64());
    }
    Ok(0)
}
