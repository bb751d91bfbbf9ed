//! The right edge of the tree: all that is needed to take in the next entry and to know the root.
//!
//! A tree of `n` entries is one full subtree for each bit set in `n`, the largest on the left. Keeping
//! their roots is enough: at most 64 hashes for any log, and one to 64 hashings for an entry.

use crate::merkle::{Hash, empty_root, node_hash};

/// A compact range over the first `size` entries: the roots of its full subtrees, largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// Stored bytes that are no frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a stored frontier is its size in 8 bytes and 32 bytes for each full subtree; these {0} bytes are not"
)]
pub struct BadFrontier(usize);

impl Frontier {
    /// The frontier of an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries are in.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes in the leaf hash of the next entry, whose index is [`Frontier::size`].
    pub fn append(&mut self, leaf: Hash) {
        self.append_full(0, leaf);
    }

    /// Takes in a full subtree of `2^height` entries by its root. The size must be a multiple of `2^height`.
    pub fn append_full(&mut self, height: u32, root: Hash) {
        debug_assert!(
            self.size.trailing_zeros() >= height,
            "a full subtree begins where one can"
        );
        let mut node = root;
        // Each trailing one is a full subtree that the new one completes to a larger one.
        for _ in 0..(self.size >> height).trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1 << height;
    }

    /// The root over all entries so far (RFC 6962 section 2.1).
    pub fn root(&self) -> Hash {
        let mut from_right = self.peaks.iter().rev().copied();
        let Some(last) = from_right.next() else {
            return empty_root();
        };
        from_right.fold(last, |right, left| node_hash(&left, &right))
    }

    /// For storage: the size as 8 bytes, most significant first, then the hashes, largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for peak in &self.peaks {
            bytes.extend_from_slice(peak.as_bytes());
        }
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote. The number of hashes follows from the size and must agree;
    /// whether they are the right ones shows only in the root.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFrontier> {
        let bad = BadFrontier(bytes.len());
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(bad)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, left_over) = rest.as_chunks::<32>();
        if !left_over.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(bad);
        }
        Ok(Self {
            size,
            peaks: peaks.iter().copied().map(Hash::from_bytes).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::tests::{classic_leaves, leaves};
    use crate::merkle::{leaf_hash, root};

    fn frontier(leaves: &[Hash]) -> Frontier {
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.append(*leaf);
        }
        frontier
    }

    #[test]
    fn the_classic_leaves_give_the_published_root() {
        let root = frontier(&classic_leaves()).root().to_hex();
        assert_eq!(
            root,
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn at_every_size_the_root_is_that_of_the_definition() {
        let all = leaves(300);
        let mut growing = Frontier::new();
        for size in 0..all.len() {
            assert_eq!(growing.root(), root(&all[..size]), "size {size}");
            growing.append(all[size]);
        }
    }

    #[test]
    fn stored_bytes_of_the_wrong_length_are_refused() {
        let bytes = frontier(&leaves(5)).to_bytes();
        assert_eq!(bytes.len(), 8 + 2 * 32);
        for wrong in [&bytes[..0], &bytes[..7], &bytes[..8], &bytes[..40], &bytes[..71]] {
            assert_eq!(Frontier::from_bytes(wrong), Err(BadFrontier(wrong.len())));
        }
        let longer = [bytes.as_slice(), &[0; 32]].concat();
        assert_eq!(Frontier::from_bytes(&longer), Err(BadFrontier(104)));
    }

    proptest! {
        #[test]
        fn stopping_and_going_on_from_storage_changes_nothing(
            entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..200),
            stop in 0_usize..200,
        ) {
            let hashes: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
            let stop = stop.min(hashes.len());
            let mut resumed = Frontier::from_bytes(&frontier(&hashes[..stop]).to_bytes()).unwrap();
            for leaf in &hashes[stop..] {
                resumed.append(*leaf);
            }
            prop_assert_eq!(resumed.size(), hashes.len() as u64);
            prop_assert_eq!(resumed.root(), root(&hashes));
            prop_assert_eq!(resumed, frontier(&hashes));
        }
    }
}
