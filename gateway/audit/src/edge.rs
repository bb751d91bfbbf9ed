//! The right edge of a log's tiles: the files that are not full yet, to which the next entries are added.
//!
//! It knows less than [`crate::frontier`] about the past and more about files: each entry may complete tiles, which
//! are then final, and what is left over becomes the partial tiles of the next checkpoint.

use crate::merkle::{Hash, empty_root, leaf_hash, node_hash};
use crate::tile::{
    Kind, Tile, TileError, WIDTH, decode_entries, decode_hashes, encode_entries, encode_hashes, fold,
};

/// A file of the log's folder with its bytes.
pub type File = (Tile, Vec<u8>);

/// The unfinished bundle and the unfinished tile of each level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    entries: Vec<Vec<u8>>,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of an empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the edge of a log of `size` entries out of its files, which `fetch` brings.
    pub fn from_files<E: From<TileError>>(
        size: u64,
        mut fetch: impl FnMut(Tile) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut edge = Self {
            size,
            ..Self::default()
        };
        let partial = |kind, count: u64| {
            let width = u16::try_from(count % WIDTH).unwrap_or_default();
            let index = count / WIDTH;
            (width > 0).then_some(Tile { kind, index, width })
        };
        if let Some(tile) = partial(Kind::Entries, size) {
            let bytes = fetch(tile)?;
            let entries = decode_entries(&bytes, tile.width)?;
            edge.entries = entries.into_iter().map(<[u8]>::to_vec).collect();
        }
        let mut count = size;
        for level in 0.. {
            if count == 0 {
                break;
            }
            let tile = partial(Kind::Hashes(level), count);
            edge.levels.push(match tile {
                Some(tile) => decode_hashes(&fetch(tile)?, tile.width)?,
                None => Vec::new(),
            });
            count /= WIDTH;
        }
        Ok(edge)
    }

    /// How many entries the log has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes in the next entry and answers its hash; the files that it completes go to `full`.
    pub fn append(&mut self, entry: &[u8], full: &mut Vec<File>) -> Result<Hash, TileError> {
        let bundle = self.size / WIDTH;
        self.entries.push(entry.to_vec());
        self.size += 1;
        if self.size.is_multiple_of(WIDTH) {
            full.push((whole(Kind::Entries, bundle), encode_entries(&self.entries)?));
            self.entries.clear();
        }
        let leaf = leaf_hash(entry);
        self.push(0, leaf, full);
        Ok(leaf)
    }

    fn push(&mut self, level: u8, hash: Hash, full: &mut Vec<File>) {
        let at = usize::from(level);
        if self.levels.len() == at {
            self.levels.push(Vec::new());
        }
        self.levels[at].push(hash);
        let above = match fold(&self.levels[at]) {
            Some(above) if self.levels[at].len() as u64 == WIDTH => above,
            _ => return,
        };
        let index = (self.size >> (8 * (u32::from(level) + 1))) - 1;
        full.push((whole(Kind::Hashes(level), index), encode_hashes(&self.levels[at])));
        self.levels[at].clear();
        self.push(level + 1, above, full);
    }

    /// The partial files of a log that ends here.
    pub fn partial(&self) -> Result<Vec<File>, TileError> {
        let mut files = Vec::new();
        let tile = |kind, index, held: usize| Tile {
            kind,
            index,
            width: u16::try_from(held).unwrap_or_default(),
        };
        if !self.entries.is_empty() {
            let bundle = tile(Kind::Entries, self.size / WIDTH, self.entries.len());
            files.push((bundle, encode_entries(&self.entries)?));
        }
        for (level, hashes) in (0_u8..).zip(&self.levels) {
            if !hashes.is_empty() {
                let index = self.size >> (8 * (u32::from(level) + 1));
                let tile = tile(Kind::Hashes(level), index, hashes.len());
                files.push((tile, encode_hashes(hashes)));
            }
        }
        Ok(files)
    }

    /// The root over all entries (RFC 6962 section 2.1). An edge read from damaged files has another.
    pub fn root(&self) -> Hash {
        // From the right: each level's hashes are complete subtrees, the smallest on the right.
        let mut root = None;
        for hashes in &self.levels {
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (left, subtree) = rest.split_at(rest.len() - (1 << rest.len().trailing_zeros()));
                let Some(node) = fold(subtree) else { break };
                root = Some(root.map_or(node, |right| node_hash(&node, &right)));
                rest = left;
            }
        }
        root.unwrap_or_else(empty_root)
    }
}

const fn whole(kind: Kind, index: u64) -> Tile {
    Tile {
        kind,
        index,
        width: 256,
    }
}
