//! Tiles and entry bundles (C2SP tlog-tiles): the tree and the entries as files that never change.
//!
//! A tile of level `l` holds up to 256 hashes, each the root over 256^l entries; a bundle holds up to 256 entries.
//! A full one is written once; a partial one is a file of its own with its width in the name.

use crate::merkle::{Hash, node_hash};

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;
/// The longest entry that a bundle can hold, in bytes: its length is written in two.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// Levels that a log of any size can have.
const LEVELS_MAX: u8 = 8;

/// What a file of a log's folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Hashes of this level.
    Hashes(u8),
    /// Entries.
    Entries,
}

/// One file: what it holds, its place, and how many it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub kind: Kind,
    /// Its place among those of its kind, from 0.
    pub index: u64,
    /// How many it holds, 1 to 256.
    pub width: u16,
}

/// Why a tile or bundle cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The wrong number of bytes.
    #[error("a tile of {width} hashes has {} bytes; this has {found}", u32::from(*.width) * 32)]
    Length {
        /// Hashes that it should hold.
        width: u16,
        /// Bytes that it has.
        found: usize,
    },
    /// A bundle that ends in the middle, or holds more or fewer entries than its name says.
    #[error(
        "a bundle of {width} entries holds each with its length in two bytes before it; this one does not"
    )]
    Bundle {
        /// Entries that it should hold.
        width: u16,
    },
    /// An entry too long for a bundle.
    #[error("an entry has at most 65,535 bytes")]
    EntryTooLong,
}

impl Tile {
    /// The path below the log's folder.
    pub fn path(&self) -> String {
        let level = match self.kind {
            Kind::Hashes(level) => level.to_string(),
            Kind::Entries => "entries".to_owned(),
        };
        let partial = if u64::from(self.width) == WIDTH {
            String::new()
        } else {
            format!(".p/{}", self.width)
        };
        format!("tile/{level}/{}{partial}", index_path(self.index))
    }

    /// Every file that a log of this size consists of, entries first.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        Self::grown(0, size)
    }

    /// The files that a log of `new` entries has and the one of `old` entries had not; none of them replaces another.
    pub fn grown(old: u64, new: u64) -> impl Iterator<Item = Self> {
        let kinds = std::iter::once(Kind::Entries).chain((0..LEVELS_MAX).map(Kind::Hashes));
        kinds.flat_map(move |kind| {
            let (had, has) = (count(kind, old), count(kind, new));
            let full = had / WIDTH..has / WIDTH;
            let width = u16::try_from(has % WIDTH).unwrap_or_default();
            let partial = (width > 0 && has != had).then_some(Self {
                kind,
                index: has / WIDTH,
                width,
            });
            let full = full.map(move |index| Self {
                kind,
                index,
                width: 256,
            });
            full.chain(partial)
        })
    }
}

/// How many of a kind a log of this size has.
fn count(kind: Kind, size: u64) -> u64 {
    match kind {
        Kind::Entries => size,
        Kind::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or_default(),
    }
}

/// A number in groups of three digits, all but the last behind an `x`: 1234067 is `x001/x234/067`.
fn index_path(index: u64) -> String {
    let mut groups = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    groups.join("/")
}

/// The bytes of a tile.
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Reads a tile of `width` hashes.
pub fn decode_hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, TileError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() || hashes.len() != usize::from(width) {
        return Err(TileError::Length {
            width,
            found: bytes.len(),
        });
    }
    Ok(hashes.iter().copied().map(Hash::from_bytes).collect())
}

/// The bytes of a bundle.
pub fn encode_entries<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TileError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Reads a bundle of `width` entries.
pub fn decode_entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let bad = TileError::Bundle { width };
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, behind) = behind.split_at_checked(length).ok_or(bad)?;
        entries.push(entry);
        rest = behind;
    }
    if rest.is_empty() && entries.len() == usize::from(width) {
        Ok(entries)
    } else {
        Err(bad)
    }
}

/// The roots over all full subtrees of a tile: at place `h` those over `2^h` of its hashes, from the left.
pub(crate) fn subtrees(hashes: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut levels = vec![hashes];
    while let Some(pairs) = levels
        .last()
        .map(|level| level.as_chunks::<2>().0)
        .filter(|pairs| !pairs.is_empty())
    {
        let above = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
        levels.push(above);
    }
    levels
}

/// The root over a full tile: one hash of the level above. None where the number is no power of two.
pub fn fold(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    subtrees(hashes.to_vec()).last()?.first().copied()
}
