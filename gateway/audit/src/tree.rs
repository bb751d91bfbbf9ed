//! Roots and proofs from single nodes, wherever they are kept: only what a proof needs is fetched.
//!
//! A node of height `h` and index `i` is the root over the `2^h` entries from `i * 2^h` on. The definitions are those
//! of RFC 6962 section 2.1, as in [`crate::merkle::proof`], over a source of nodes instead of all leaf hashes.

use crate::merkle::{Hash, ProofError, empty_root, node_hash};
use crate::tile::{Kind, Tile, TileError, WIDTH, decode_hashes, subtrees};

/// Where nodes are kept.
pub trait Nodes {
    /// What can go wrong.
    type Error: From<ProofError>;
    /// The root over the `2^height` entries from `index * 2^height` on.
    fn node(&mut self, height: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The root over the first `size` entries.
pub fn root<N: Nodes>(nodes: &mut N, size: u64) -> Result<Hash, N::Error> {
    if size == 0 {
        return Ok(empty_root());
    }
    span(nodes, 0, size)
}

/// The root over the entries from `from` up to, not including, `to`; `from` begins a subtree.
fn span<N: Nodes>(nodes: &mut N, from: u64, to: u64) -> Result<Hash, N::Error> {
    let count = to - from;
    if count.is_power_of_two() && from.is_multiple_of(count) {
        return nodes.node(count.trailing_zeros(), from / count);
    }
    let middle = from + split(count);
    let left = span(nodes, from, middle)?;
    let right = span(nodes, middle, to)?;
    Ok(node_hash(&left, &right))
}

/// The largest power of two below `count`, which is at least 2.
const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The hashes that lead from entry `index` to the root over `size` entries, its sibling first.
pub fn inclusion_proof<N: Nodes>(nodes: &mut N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size }.into());
    }
    let mut proof = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(span(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(span(nodes, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The hashes that show that the log of `new` entries begins with that of `old` entries.
pub fn consistency_proof<N: Nodes>(nodes: &mut N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    if old == 0 || old > new {
        return Err(ProofError::Sizes { old, new }.into());
    }
    let mut proof = Vec::new();
    let (mut from, mut to) = (0, new);
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(span(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(span(nodes, from, middle)?);
            from = middle;
        }
    }
    // The verifier holds the old root itself when the old log is a subtree of the new one.
    if from > 0 {
        proof.push(span(nodes, from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Nodes of a log of `size` entries out of its tiles, which `fetch` brings. The last tiles are kept in memory, with the
/// roots over their subtrees.
pub struct Tiles<F> {
    size: u64,
    fetch: F,
    kept: Vec<(Tile, Vec<Vec<Hash>>)>,
}

/// How many tiles are kept in memory: more than one proof passes through.
const KEPT_MAX: usize = 32;

impl<F> Tiles<F> {
    /// Over the tiles of a log of `size` entries.
    pub const fn new(size: u64, fetch: F) -> Self {
        Self {
            size,
            fetch,
            kept: Vec::new(),
        }
    }
}

impl<E, F> Nodes for Tiles<F>
where
    E: From<ProofError> + From<TileError>,
    F: FnMut(Tile) -> Result<Vec<u8>, E>,
{
    type Error = E;

    fn node(&mut self, height: u32, index: u64) -> Result<Hash, E> {
        let level = u8::try_from(height / 8).unwrap_or(u8::MAX);
        let within = height % 8;
        let first = index << within;
        let have = self.size >> (8 * u32::from(level));
        let tile_index = first / WIDTH;
        let width = have.saturating_sub(tile_index * WIDTH).min(WIDTH);
        let tile = Tile {
            kind: Kind::Hashes(level),
            index: tile_index,
            width: u16::try_from(width).unwrap_or(256),
        };
        let kept = self.kept.iter().position(|(known, _)| *known == tile);
        let at = if let Some(at) = kept {
            at
        } else {
            let hashes = decode_hashes(&(self.fetch)(tile)?, tile.width)?;
            if self.kept.len() == KEPT_MAX {
                self.kept.remove(0);
            }
            self.kept.push((tile, subtrees(hashes)));
            self.kept.len() - 1
        };
        let levels = &self.kept[at].1;
        let place = usize::try_from((first % WIDTH) >> within).unwrap_or_default();
        let hash = usize::try_from(within)
            .ok()
            .and_then(|within| levels.get(within)?.get(place));
        hash.copied().ok_or_else(|| {
            let (width, found) = (tile.width, usize::from(tile.width) * 32);
            TileError::Length { width, found }.into()
        })
    }
}
