//! Checking a whole log from its entries.
//!
//! [`Verifier`] takes the entries one after the other and keeps only the right edge of the tree, so a log
//! of any length is checked in constant memory; [`verify`] is the same for an iterator.
//!
//! A root names no entry: when only the root differs, some entry was changed to another valid one, and
//! which one shows as soon as the leaf hashes kept beside the entries are given too
//! ([`Verifier::push_with_leaf`]).
//!
//! Here belong, with the next issue: checkpoints (C2SP tlog-checkpoint), signed notes (C2SP signed-note),
//! witness cosignatures, tiles (C2SP tlog-tiles) and offline proofs. They build on [`crate::merkle`] and
//! change nothing below it.

use crate::entry::{Entry, EntryError};
use crate::merkle::{Frontier, Hash, leaf_hash};

/// The first thing about a log that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing, doubled or out of order.
    #[error("contact log: entry {expected} should follow, but entry {found} does")]
    Order {
        /// The index that should have come.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// An entry is none.
    #[error("contact log: entry {index} does not hold: {fault}")]
    Entry {
        /// Its index.
        index: u64,
        /// Why.
        fault: EntryError,
    },
    /// An entry does not have the leaf hash that was kept for it.
    #[error("contact log: entry {index} does not hold: its leaf hash is {found}, the log kept {kept}")]
    Leaf {
        /// Its index.
        index: u64,
        /// The hash that was kept.
        kept: Hash,
        /// The hash of the entry as it is now.
        found: Hash,
    },
    /// There are fewer or more entries than the log is said to have.
    #[error("contact log: {found} entries, but it should have {expected}; entry {} is the first in doubt", .expected.min(.found))]
    Size {
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// Every entry is well formed, and yet they are not the ones under this root.
    #[error(
        "contact log: the {size} entries have the root {found}, not {expected}; one was changed, and a root cannot say which"
    )]
    Root {
        /// How many entries there are.
        size: u64,
        /// The root that they should have.
        expected: Hash,
        /// The root that they have.
        found: Hash,
    },
}

/// A check that takes one entry after the other.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    frontier: Frontier,
}

impl Verifier {
    /// Begins at an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries held so far.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Takes the next entry: its index must follow, its bytes must be a canonical entry.
    pub fn push(&mut self, index: u64, bytes: &[u8]) -> Result<Hash, Broken> {
        self.take(index, bytes, None)
    }

    /// Like [`Verifier::push`], and the entry must have the leaf hash that was kept for it.
    pub fn push_with_leaf(&mut self, index: u64, bytes: &[u8], kept: &Hash) -> Result<Hash, Broken> {
        self.take(index, bytes, Some(kept))
    }

    /// The root over the entries so far.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Ends: the entries must be as many as `size` and have the root `root`.
    pub fn finish(self, size: u64, root: &Hash) -> Result<(), Broken> {
        let found = self.size();
        if found != size {
            return Err(Broken::Size {
                expected: size,
                found,
            });
        }
        let found = self.root();
        if found == *root {
            Ok(())
        } else {
            Err(Broken::Root {
                size,
                expected: *root,
                found,
            })
        }
    }

    fn take(&mut self, index: u64, bytes: &[u8], kept: Option<&Hash>) -> Result<Hash, Broken> {
        let expected = self.size();
        if index != expected {
            return Err(Broken::Order {
                expected,
                found: index,
            });
        }
        // The hash first: a changed entry that no longer parses is best told by both hashes.
        let found = leaf_hash(bytes);
        match kept {
            Some(kept) if *kept != found => {
                return Err(Broken::Leaf {
                    index,
                    kept: *kept,
                    found,
                });
            }
            _ => {}
        }
        Entry::parse(bytes).map_err(|fault| Broken::Entry { index, fault })?;
        self.frontier.append(found);
        Ok(found)
    }
}

/// Checks that these entries, in this order, are the log with this size and root. The error names the first
/// entry that does not hold.
pub fn verify<B: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = (u64, B)>,
    size: u64,
    root: &Hash,
) -> Result<(), Broken> {
    let mut verifier = Verifier::new();
    for (index, bytes) in entries {
        if verifier.size() == size {
            return Err(Broken::Size {
                expected: size,
                found: size.saturating_add(1),
            });
        }
        verifier.push(index, bytes.as_ref())?;
    }
    verifier.finish(size, root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Act;
    use crate::merkle;

    type Log = Vec<(u64, Vec<u8>)>;

    fn log(count: u64) -> Log {
        (0..count)
            .map(|index| {
                let at = 1_795_424_400_000_000 + i64::try_from(index).unwrap();
                let entry = Entry::new(at, "system:import", Act::Collection, "event-recorded").unwrap();
                (
                    index,
                    entry.with_fact("row", index.to_string()).to_canonical().unwrap(),
                )
            })
            .collect()
    }

    fn root(log: &[(u64, Vec<u8>)]) -> Hash {
        merkle::root(&log.iter().map(|(_, bytes)| leaf_hash(bytes)).collect::<Vec<_>>())
    }

    #[test]
    fn an_untouched_log_holds_at_every_size() {
        let log = log(20);
        for size in 0..=20 {
            let part = &log[..size];
            assert_eq!(verify(part.iter().cloned(), size as u64, &root(part)), Ok(()));
        }
    }

    #[test]
    fn a_missing_doubled_or_moved_entry_is_named() {
        let whole = log(9);
        let good = root(&whole);
        let check = |change: &dyn Fn(&mut Log)| {
            let mut log = whole.clone();
            change(&mut log);
            verify(log, 9, &good)
        };
        assert_eq!(
            check(&|log| drop(log.remove(3))),
            Err(Broken::Order {
                expected: 3,
                found: 4
            })
        );
        assert_eq!(
            check(&|log| log.insert(3, log[3].clone())),
            Err(Broken::Order {
                expected: 4,
                found: 3
            })
        );
        assert_eq!(
            check(&|log| log.swap(3, 4)),
            Err(Broken::Order {
                expected: 3,
                found: 4
            })
        );
        assert_eq!(
            check(&|log| drop(log.pop())),
            Err(Broken::Size {
                expected: 9,
                found: 8
            })
        );
        let (_, again) = whole[0].clone();
        assert_eq!(
            check(&|log| log.push((9, again.clone()))),
            Err(Broken::Size {
                expected: 9,
                found: 10
            })
        );
    }

    #[test]
    fn no_byte_of_any_entry_can_change_unseen() {
        let whole = log(3);
        let good = root(&whole);
        for place in 0..whole.len() {
            for byte in 0..whole[place].1.len() {
                let mut log = whole.clone();
                log[place].1[byte] ^= 1;
                let kept = leaf_hash(&whole[place].1);
                let found = leaf_hash(&log[place].1);
                let index = place as u64;
                // Without the kept leaf hashes, a change that leaves an entry valid shows in the root.
                match verify(log.clone(), 3, &good) {
                    Err(Broken::Entry { index: named, .. }) => assert_eq!(named, index),
                    Err(Broken::Root { size: 3, .. }) => {}
                    other => panic!("byte {byte} of entry {index}: {other:?}"),
                }
                let mut verifier = Verifier::new();
                for (earlier, bytes) in &log[..place] {
                    verifier.push(*earlier, bytes).unwrap();
                }
                let told = verifier.push_with_leaf(index, &log[place].1, &kept);
                assert_eq!(told, Err(Broken::Leaf { index, kept, found }));
            }
        }
    }

    #[test]
    fn entries_with_the_wrong_numbers_on_them_do_not_hold() {
        let mut swapped = log(5);
        let good = root(&swapped);
        let (first, second) = (swapped[1].1.clone(), swapped[2].1.clone());
        swapped[1].1 = second;
        swapped[2].1 = first;
        assert!(matches!(
            verify(swapped, 5, &good),
            Err(Broken::Root { size: 5, .. })
        ));
    }
}
