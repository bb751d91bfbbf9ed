//! A contact log made of `audit`'s own encoders and nothing else: entries, tiles, checkpoints and proofs of any size.

use std::fmt;
use std::fs;
use std::path::Path;

use audit::checkpoint::Checkpoint;
use audit::key::{KeyKind, SigningKey, VerifierKey};
use audit::merkle::{Hash, ProofError, leaf_hash};
use audit::note::{Note, Signature};
use audit::offline_proof::OfflineProof;
use audit::tile::{Kind, Tile, TileError, encode_entries, encode_hashes, fold};
use audit::tree::{self, Tiles};

/// What cannot be proved about a sample log.
pub struct Fault(String);

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ProofError> for Fault {
    fn from(fault: ProofError) -> Self {
        Self(fault.to_string())
    }
}

impl From<TileError> for Fault {
    fn from(fault: TileError) -> Self {
        Self(fault.to_string())
    }
}

/// A log with its key. Each size up to that of all its entries is a state that it has been in.
pub struct SampleLog {
    key: SigningKey,
    entries: Vec<Vec<u8>>,
    /// The hashes of each level of tiles.
    levels: Vec<Vec<Hash>>,
}

/// A key of a test, whose secret is this byte 32 times.
pub fn key(name: &str, kind: KeyKind, secret: u8) -> SigningKey {
    SigningKey::from_seed(name, kind, &[secret; 32]).expect("a key")
}

/// Entry number `index` of a log with nothing special in it.
pub fn record(index: usize) -> Vec<u8> {
    format!("record {index}").into_bytes()
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).expect("a sample is small")
}

impl SampleLog {
    /// The log whose entries are [`record`].
    pub fn new(origin: &str, count: usize) -> Self {
        Self::of(key(origin, KeyKind::Ed25519, 3), (0..count).map(record).collect())
    }

    /// A log of these entries.
    pub fn of(key: SigningKey, entries: Vec<Vec<u8>>) -> Self {
        let mut levels = vec![entries.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>()];
        while let Some(full) = levels.last().filter(|level| level.len() >= 256) {
            let (tiles, _) = full.as_chunks::<256>();
            levels.push(tiles.iter().map(|tile| fold(tile).expect("256 hashes")).collect());
        }
        Self { key, entries, levels }
    }

    /// The key that checks what the log signs.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    fn bytes(&self, tile: Tile) -> Vec<u8> {
        let from = usize_of(tile.index * 256);
        let places = from..from + usize::from(tile.width);
        match tile.kind {
            Kind::Entries => encode_entries(&self.entries[places]).expect("short entries"),
            Kind::Hashes(level) => encode_hashes(&self.levels[usize::from(level)][places]),
        }
    }

    fn tiles(&self, size: u64) -> Tiles<impl FnMut(Tile) -> Result<Vec<u8>, Fault>> {
        Tiles::new(size, |tile| Ok(self.bytes(tile)))
    }

    /// The root at a size.
    pub fn root(&self, size: u64) -> Hash {
        tree::root(&mut self.tiles(size), size).expect("a root")
    }

    /// The checkpoint at a size, signed.
    pub fn checkpoint(&self, size: u64) -> Note {
        let checkpoint = Checkpoint {
            origin: self.key.verifier().name().to_owned(),
            size,
            root: self.root(size),
        };
        let mut note = Note::new(checkpoint.to_text()).expect("a text");
        note.add(Signature::make(&self.key, note.text(), 0));
        note
    }

    /// The proof that the log at `new` begins with the log at `old`.
    pub fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        tree::consistency_proof(&mut self.tiles(new), old, new).expect("a proof")
    }

    /// The path of every entry to the root at a size.
    pub fn paths(&self, size: u64) -> Vec<Vec<Hash>> {
        let mut tiles = self.tiles(size);
        let path = |index| tree::inclusion_proof(&mut tiles, index, size).expect("a proof");
        (0..size).map(path).collect()
    }

    /// The proof file for an entry at a size.
    pub fn proof(&self, index: u64, note: Note) -> OfflineProof {
        let size = Checkpoint::parse(note.text()).expect("a checkpoint").size;
        let path = tree::inclusion_proof(&mut self.tiles(size), index, size).expect("a proof");
        OfflineProof { index, path, note }
    }

    /// Writes the whole log into a folder, as it is published.
    pub fn write(&self, folder: &Path) {
        for tile in Tile::all(self.size()) {
            let path = folder.join(tile.path());
            fs::create_dir_all(path.parent().expect("a folder above")).expect("its folders");
            fs::write(path, self.bytes(tile)).expect("a tile");
        }
        let note = self.checkpoint(self.size());
        fs::write(folder.join("checkpoint"), note.to_bytes()).expect("the checkpoint");
    }
}
