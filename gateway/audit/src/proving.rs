//! Entries and proofs out of a log's folder.

use crate::folder::{Folder, FolderError};
use crate::merkle::{Hash, ProofError};
use crate::note::Note;
use crate::offline_proof::OfflineProof;
use crate::tile::{Kind, Tile, TileError, WIDTH, decode_entries};
use crate::tree::{self, Tiles};

/// Why a folder gives no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProvingError {
    /// A file.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What was asked for.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A tile whose bytes are none.
    #[error(transparent)]
    Tile(#[from] TileError),
}

/// A folder at the size of one of its checkpoints.
#[derive(Debug, Clone, Copy)]
pub struct Prover<'f> {
    folder: &'f Folder,
    size: u64,
}

impl<'f> Prover<'f> {
    /// Over the first `size` entries of a folder.
    pub const fn new(folder: &'f Folder, size: u64) -> Self {
        Self { folder, size }
    }

    /// The entries of the bundle with this index: 256 of them, fewer in the last.
    pub fn bundle(&self, index: u64) -> Result<Vec<Vec<u8>>, ProvingError> {
        let width = self.size.saturating_sub(index * WIDTH).min(WIDTH);
        let width = u16::try_from(width).unwrap_or(256);
        let kind = Kind::Entries;
        let tile = Tile { kind, index, width };
        let bytes = self.folder.tile(tile)?;
        let entries = decode_entries(&bytes, width).map_err(|fault| self.folder.fault(tile, fault))?;
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// One entry.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, ProvingError> {
        let none = ProofError::NoSuchEntry {
            index,
            size: self.size,
        };
        if index >= self.size {
            return Err(none.into());
        }
        let mut bundle = self.bundle(index / WIDTH)?;
        let place = usize::try_from(index % WIDTH).unwrap_or_default();
        Ok(bundle.swap_remove(place))
    }

    /// The proof that an entry is in the log of this checkpoint, whose size is the prover's.
    pub fn inclusion(&self, index: u64, note: Note) -> Result<OfflineProof, ProvingError> {
        let path = tree::inclusion_proof(&mut self.nodes(), index, self.size)?;
        Ok(OfflineProof { index, path, note })
    }

    /// The proof that the log of `old` entries is the beginning of that of `new`, which are no more than there are.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, ProvingError> {
        if new > self.size {
            let (old, new) = (new, self.size);
            return Err(ProofError::Sizes { old, new }.into());
        }
        tree::consistency_proof(&mut self.nodes(), old, new)
    }

    fn nodes(&self) -> Tiles<impl FnMut(Tile) -> Result<Vec<u8>, ProvingError> + 'f> {
        let folder = self.folder;
        Tiles::new(self.size, move |tile| Ok(folder.tile(tile)?))
    }
}
