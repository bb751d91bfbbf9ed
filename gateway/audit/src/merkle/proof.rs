//! Proofs that an entry is in the log, and that a later log holds an earlier one unchanged.
//!
//! The builders follow the recursive definitions of RFC 6962 sections 2.1.1 and 2.1.2; the verifiers
//! follow RFC 9162 sections 2.1.3.2 and 2.1.4.2, which are loops over the proof and share no code with the
//! builders. Libraries differ about size 0: here a consistency proof from an empty log is refused, since
//! it would prove nothing.

use super::{Hash, node_hash, root, split};

/// Why there is no proof, or why one does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index is not below the size.
    #[error("a log of {size} entries has no entry {index}; the first is 0")]
    NoSuchEntry {
        /// The index asked for.
        index: u64,
        /// Entries in the log.
        size: u64,
    },
    /// The sizes are not `0 < old <= new`.
    #[error("no consistency from size {old} to size {new}; it needs 0 < old <= new")]
    Sizes {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The proof has a hash too many or too few for these sizes.
    #[error("the proof has {0} hashes, which does not fit these sizes")]
    Length(usize),
    /// The proof gives another root than the one to be proved.
    #[error("the proof leads to another root")]
    Root,
}

/// The hashes that lead from entry `index` to the root over `leaves`, its sibling first.
pub fn inclusion_proof(index: u64, leaves: &[Hash]) -> Result<Vec<Hash>, ProofError> {
    let size = leaves.len() as u64;
    let place = usize::try_from(index).ok().filter(|place| *place < leaves.len());
    let Some(place) = place else {
        return Err(ProofError::NoSuchEntry { index, size });
    };
    let mut proof = Vec::new();
    add_path(place, leaves, &mut proof);
    Ok(proof)
}

/// `PATH(m, D[n])` of RFC 6962 section 2.1.1.
fn add_path(place: usize, leaves: &[Hash], proof: &mut Vec<Hash>) {
    if leaves.len() <= 1 {
        return;
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    if place < middle {
        add_path(place, left, proof);
        proof.push(root(right));
    } else {
        add_path(place - middle, right, proof);
        proof.push(root(left));
    }
}

/// The hashes that show that the first `old` of `leaves` are the log as it was at that size.
pub fn consistency_proof(old: u64, leaves: &[Hash]) -> Result<Vec<Hash>, ProofError> {
    let new = leaves.len() as u64;
    let first = usize::try_from(old)
        .ok()
        .filter(|first| (1..=leaves.len()).contains(first));
    let Some(first) = first else {
        return Err(ProofError::Sizes { old, new });
    };
    let mut proof = Vec::new();
    add_subproof(first, leaves, true, &mut proof);
    Ok(proof)
}

/// `SUBPROOF(m, D[n], b)` of RFC 6962 section 2.1.2; `known` says that the verifier holds this root.
fn add_subproof(first: usize, leaves: &[Hash], known: bool, proof: &mut Vec<Hash>) {
    if first == leaves.len() {
        if !known {
            proof.push(root(leaves));
        }
        return;
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    if first <= middle {
        add_subproof(first, left, known, proof);
        proof.push(root(right));
    } else {
        add_subproof(first - middle, right, false, proof);
        proof.push(root(left));
    }
}

/// Checks that the entry with this leaf hash is number `index` of the log with this size and root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size });
    }
    let mut walk = Walk {
        node: index,
        last: size - 1,
    };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match walk.step() {
            None => return Err(ProofError::Length(proof.len())),
            Some(Side::Left) => node_hash(sibling, &hash),
            Some(Side::Right) => node_hash(&hash, sibling),
        };
    }
    walk.ends(proof.len())?;
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Checks that the log of `new` entries begins with the log of `old` entries.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::Sizes { old, new });
    }
    if old == new {
        return match (proof.is_empty(), old_root == new_root) {
            (false, _) => Err(ProofError::Length(proof.len())),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    // A full tree is itself the first subtree, and its root is known, so the proof leaves it out.
    let (start, rest) = match proof.split_first() {
        _ if old.is_power_of_two() => (*old_root, proof),
        Some((start, rest)) => (*start, rest),
        None => return Err(ProofError::Length(0)),
    };
    let levels = (old - 1).trailing_ones();
    let mut walk = Walk {
        node: (old - 1) >> levels,
        last: (new - 1) >> levels,
    };
    let (mut old_hash, mut new_hash) = (start, start);
    for sibling in rest {
        match walk.step() {
            None => return Err(ProofError::Length(proof.len())),
            Some(Side::Left) => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Some(Side::Right) => new_hash = node_hash(&new_hash, sibling),
        }
    }
    walk.ends(proof.len())?;
    if old_hash == *old_root && new_hash == *new_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// On which side of the path the next hash of the proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    /// Goes up to the next node that has a sibling; None at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level may have no sibling there: it goes up until it has one.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// A proof that stops before the root is too short.
    fn ends(&self, length: usize) -> Result<(), ProofError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(ProofError::Length(length))
        }
    }
}
