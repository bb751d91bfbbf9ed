//! Checking a whole log in its folder, with nothing but the folder and a trust policy.
//!
//! Every entry is read, parsed and hashed; every tile is compared with what its entries give; the root is built anew
//! and compared with the signed one, and with every older checkpoint that the auditor kept. The first thing that does
//! not hold is named, by its entry where one can be named.

mod bundles;

use crate::checkpoint::Checkpoint;
use crate::entry::EntryError;
use crate::folder::{Folder, FolderError};
use crate::frontier::Frontier;
use crate::merkle::Hash;
use crate::note::Note;
use crate::policy::{Distrust, Policy, Witnessed};
use crate::tile::{Kind, Tile, TileError, WIDTH, decode_hashes, fold};
use bundles::Bundle;

/// The first thing about a log that does not hold.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A file is missing, unreadable or damaged.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no checkpoint, so nothing was ever promised.
    #[error("{0}: has no checkpoint; this is no log's folder")]
    NoCheckpoint(String),
    /// The checkpoint is not one that the policy trusts.
    #[error("checkpoint: {0}")]
    Distrust(#[from] Distrust),
    /// An entry is none.
    #[error("entry {index} does not hold: {fault}")]
    Entry {
        /// Its index.
        index: u64,
        /// Why.
        fault: EntryError,
    },
    /// An entry does not have the hash that the tree keeps for it.
    #[error("entry {index} does not hold: its hash is {found}, but {tile} says {kept}")]
    Leaf {
        /// Its index.
        index: u64,
        /// The tile that keeps its hash.
        tile: String,
        /// The hash that was kept.
        kept: Hash,
        /// The hash of the entry as it is now.
        found: Hash,
    },
    /// A tile above the entries does not follow from those below it.
    #[error("{tile} does not hold: it does not follow from the tiles below it, from entry {first} on")]
    Tile {
        /// The tile.
        tile: String,
        /// The first entry below the hash that does not follow.
        first: u64,
    },
    /// Entries and tiles agree with one another, but not with what was signed.
    #[error(
        "the {size} entries have the root {found}, but {what} says {signed}: one of the entries {first} to {} is not what \
         it was, and a root cannot say which",
        .size - 1
    )]
    Root {
        /// How many entries there are.
        size: u64,
        /// Which checkpoint says otherwise.
        what: &'static str,
        /// The first entry that may be another: those before it agree with a checkpoint that was kept.
        first: u64,
        /// The root that was signed.
        signed: Hash,
        /// The root that they have.
        found: Hash,
    },
    /// The log was shortened: a checkpoint that the auditor kept is of a longer one.
    #[error(
        "the checkpoint that was kept is of {kept} entries, this log has {size}: entry {size} is the first that is gone"
    )]
    Shorter {
        /// The size that was kept.
        kept: u64,
        /// The size now.
        size: u64,
    },
}

/// A log that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// Which witnesses have cosigned, and when.
    pub witnessed: Witnessed,
    /// Whether these are as many as the policy asks for.
    pub has_quorum: bool,
    /// Entries that are dated before one that stands before them.
    pub backwards: Backwards,
}

/// Entries that say that they are older than one before them. A few, by parts of a second, are work that went on side
/// by side; more is a clock that was set back, or somebody who dates back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backwards {
    /// How many.
    pub count: u64,
    /// The one that lies furthest back.
    pub worst: Option<u64>,
    /// How far, in microseconds.
    pub by_us: i64,
}

/// Checks a folder. `kept` are checkpoints that the auditor has from before, in any order; `progress` is told how many
/// entries of how many are done. A missing quorum is reported, not refused: whether it matters is the caller's to say.
pub fn verify(
    folder: &Folder,
    policy: &Policy,
    kept: &[Note],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, Broken> {
    let note = folder
        .checkpoint()?
        .ok_or_else(|| Broken::NoCheckpoint(folder.path().display().to_string()))?;
    let trusted = policy.read(&note)?;
    let mut older = Vec::new();
    for note in kept {
        older.push(policy.read(note)?.checkpoint);
    }
    let size = trusted.checkpoint.size;
    if let Some(longer) = older.iter().map(|old| old.size).filter(|old| *old > size).max() {
        return Err(Broken::Shorter { kept: longer, size });
    }
    older.sort_by_key(|old| old.size);
    let mut check = Check {
        folder,
        size,
        older: older.into_iter().peekable(),
        agreed: 0,
        frontier: Frontier::new(),
        levels: Vec::new(),
        latest: i64::MIN,
        backwards: Backwards::default(),
    };
    bundles::each(folder, size, |bundle| {
        check.take(&bundle)?;
        progress(check.frontier.size(), size);
        Ok(())
    })?;
    check.finish(&trusted.checkpoint)?;
    Ok(Verified {
        has_quorum: policy.quorum_of(&trusted.witnessed),
        checkpoint: trusted.checkpoint,
        witnessed: trusted.witnessed,
        backwards: check.backwards,
    })
}

/// How far the check has got.
struct Check<'a> {
    folder: &'a Folder,
    size: u64,
    older: std::iter::Peekable<std::vec::IntoIter<Checkpoint>>,
    /// Up to here the entries agree with a checkpoint that was kept.
    agreed: u64,
    frontier: Frontier,
    /// For each level above the lowest, the hashes that its unfinished tile must hold.
    levels: Vec<Vec<Hash>>,
    latest: i64,
    backwards: Backwards,
}

impl Check<'_> {
    fn take(&mut self, bundle: &Bundle) -> Result<(), Broken> {
        self.compare_older(&bundle.leaves)?;
        for (index, at) in (self.frontier.size()..).zip(&bundle.instants) {
            let by_us = self.latest.saturating_sub(*at);
            if by_us > 0 {
                self.backwards.count += 1;
                if by_us > self.backwards.by_us {
                    self.backwards.by_us = by_us;
                    self.backwards.worst = Some(index);
                }
            }
            self.latest = self.latest.max(*at);
        }
        if let Some(root) = bundle.root {
            self.frontier.append_full(8, root);
            return self.rise(0, root);
        }
        bundle.leaves.iter().for_each(|leaf| self.frontier.append(*leaf));
        Ok(())
    }

    /// Compares every checkpoint that was kept and ends within these entries.
    fn compare_older(&mut self, leaves: &[Hash]) -> Result<(), Broken> {
        let start = self.frontier.size();
        while let Some(old) = self.older.next_if(|old| old.size <= start + leaves.len() as u64) {
            let mut frontier = self.frontier.clone();
            let within = usize::try_from(old.size - start).unwrap_or_default();
            leaves[..within].iter().for_each(|leaf| frontier.append(*leaf));
            self.compare(&old, "the checkpoint that was kept", frontier.root())?;
        }
        Ok(())
    }

    fn compare(&mut self, signed: &Checkpoint, what: &'static str, found: Hash) -> Result<(), Broken> {
        if signed.root != found {
            return Err(Broken::Root {
                size: signed.size,
                what,
                first: self.agreed,
                signed: signed.root,
                found,
            });
        }
        self.agreed = signed.size;
        Ok(())
    }

    /// Takes the root over a full tile of `level` into the tile above it.
    fn rise(&mut self, level: usize, root: Hash) -> Result<(), Broken> {
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(root);
        if self.levels[level].len() as u64 != WIDTH {
            return Ok(());
        }
        self.compare_tile(level)?;
        let above = fold(&self.levels[level]);
        self.levels[level].clear();
        above.map_or(Ok(()), |above| self.rise(level + 1, above))
    }

    /// Compares the tile of a level above the lowest with the hashes that it must hold.
    fn compare_tile(&self, level: usize) -> Result<(), Broken> {
        let must = &self.levels[level];
        // The lowest of these levels holds one hash for each tile of entries.
        let entries_each = 1_u64 << (8 * (level + 1));
        let before = self.frontier.size() / entries_each - must.len() as u64;
        let tile = Tile {
            kind: Kind::Hashes(u8::try_from(level + 1).unwrap_or(u8::MAX)),
            index: before / WIDTH,
            width: u16::try_from(must.len()).unwrap_or(256),
        };
        let held = decode_hashes(&self.folder.tile(tile)?, tile.width);
        let held = held.map_err(|fault: TileError| self.folder.fault(tile, fault))?;
        match (before..)
            .zip(held.iter().zip(must))
            .find(|(_, (held, must))| held != must)
        {
            None => Ok(()),
            Some((place, _)) => Err(Broken::Tile {
                tile: tile.path(),
                first: place * entries_each,
            }),
        }
    }

    fn finish(&mut self, signed: &Checkpoint) -> Result<(), Broken> {
        self.compare_older(&[])?;
        for level in 0..self.levels.len() {
            if !self.levels[level].is_empty() {
                self.compare_tile(level)?;
            }
        }
        debug_assert_eq!(self.frontier.size(), self.size, "every entry was taken");
        let root = self.frontier.root();
        self.compare(signed, "the signed checkpoint", root)
    }
}
