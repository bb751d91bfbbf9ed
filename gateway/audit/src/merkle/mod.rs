//! The Merkle tree of RFC 6962 section 2.1 over SHA-256 (RFC 9162 hashes the same).
//!
//! Leaves and inner nodes begin with different bytes, so that nobody can show an inner node as an entry.
//! [`root`] is the definition, written as the RFC writes it. [`Frontier`] gets the same root entry by
//! entry, and [`proof`] lets somebody check one entry, or two sizes of the log, without the entries.

mod hash;
pub mod proof;

pub use hash::{BadHash, Hash};
pub use proof::{ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};

pub use crate::frontier::{BadFrontier, Frontier};
use ring::digest::{Context, SHA256};

/// The hash of an entry: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    digest(&[&[0], entry])
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left.as_bytes());
    bytes[33..].copy_from_slice(right.as_bytes());
    digest(&[&bytes])
}

/// The root over no entries: the SHA-256 of nothing.
pub fn empty_root() -> Hash {
    digest(&[])
}

/// The root over these leaf hashes, by the recursive definition.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The largest power of two smaller than `size`, for `size` of at least 2.
pub(crate) fn split(size: usize) -> usize {
    debug_assert!(size > 1);
    1 << (size - 1).ilog2()
}

fn digest(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    Hash::from_bytes(bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The eight leaves that certificate transparency has used since its first implementation.
    pub(crate) fn classic_leaves() -> Vec<Hash> {
        [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ]
        .iter()
        .map(|text| leaf_hash(&hex::decode(text).unwrap()))
        .collect()
    }

    /// `count` different leaves.
    pub(crate) fn leaves(count: u64) -> Vec<Hash> {
        (0..count)
            .map(|number| leaf_hash(&number.to_be_bytes()))
            .collect()
    }

    #[test]
    fn the_root_of_nothing_is_the_hash_of_nothing() {
        assert_eq!(
            root(&[]).to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn the_classic_eight_leaves_have_their_published_root() {
        assert_eq!(
            root(&classic_leaves()).to_string(),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn an_inner_node_cannot_pass_for_an_entry() {
        let pair = leaves(2);
        let bytes = [pair[0].as_bytes().as_slice(), pair[1].as_bytes()].concat();
        assert_ne!(leaf_hash(&bytes), root(&pair));
    }

    #[test]
    fn the_split_is_the_largest_power_of_two_below() {
        let splits: Vec<_> = (2..=9).map(split).collect();
        assert_eq!(splits, [1, 2, 2, 4, 4, 4, 4, 8]);
    }
}
