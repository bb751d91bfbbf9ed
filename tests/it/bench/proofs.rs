//! Verification of a long log, and proofs from a longer one.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use audit::checkpoint::Checkpoint;
use audit::edge::Edge;
use audit::folder::Folder;
use audit::key::SigningKey;
use audit::merkle::{Hash, ProofError, leaf_hash, verify_consistency, verify_inclusion};
use audit::note::{Note, Signature};
use audit::tile::fold;
use audit::tree::{self, Nodes};
use audit::verification::verify;
use domain::time::random;
use harness::chance::SeededEntropy;
use harness::contact_log::{ORIGIN, key_text, policy};
use tempfile::TempDir;

use super::appends::entry;

/// Entries that are written to the folder at a time.
const TOGETHER: u64 = 25_600;

/// What a full verification came to.
pub(super) struct Verified {
    pub(super) bytes: u64,
    pub(super) took: Duration,
    /// The same bytes through SHA-256 of the same library, on one core and in one go.
    pub(super) plain: Duration,
}

/// Writes a log of so many entries into a folder and verifies it.
pub(super) fn verification(entries: u64) -> Verified {
    let dir = TempDir::new().expect("a folder");
    let folder = Folder::new(dir.path());
    let (mut edge, mut bytes) = (Edge::new(), 0);
    let mut digest = Duration::ZERO;
    for first in (0..entries).step_by(usize::try_from(TOGETHER).expect("a number")) {
        let mut files = Vec::new();
        let mut plain = Vec::new();
        for number in first..(first + TOGETHER).min(entries) {
            let body = entry(number).to_canonical().expect("bytes");
            edge.append(&body, &mut files).expect("a short entry");
            plain.extend_from_slice(&body);
        }
        if edge.size() == entries {
            files.extend(edge.partial().expect("short entries"));
        }
        folder.stage(&files).expect("written");
        folder.apply(&files).expect("written");
        bytes += plain.len() as u64;
        let begun = Instant::now();
        std::hint::black_box(ring::digest::digest(&ring::digest::SHA256, &plain));
        digest += begun.elapsed();
    }
    let (size, root, origin) = (edge.size(), edge.root(), ORIGIN.to_owned());
    let text = Checkpoint { origin, size, root }.to_text();
    let key = SigningKey::parse(&key_text()).expect("a key");
    let mut note = Note::new(text.clone()).expect("a note");
    note.add(Signature::make(&key, &text, 0));
    folder.publish(&note).expect("published");
    let begun = Instant::now();
    let verified = verify(&folder, &policy(), &[], &mut |_, _| {}).expect("it holds");
    let took = begun.elapsed();
    assert_eq!(verified.checkpoint.size, entries);
    Verified {
        bytes,
        took,
        plain: digest,
    }
}

/// Full tiles of a long log in memory: the hashes of every eighth height.
struct Tall(Vec<Vec<Hash>>);

#[derive(Debug)]
struct Refused;

impl From<ProofError> for Refused {
    fn from(_: ProofError) -> Self {
        Self
    }
}

impl From<Infallible> for Refused {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Nodes for Tall {
    type Error = Refused;

    fn node(&mut self, height: u32, index: u64) -> Result<Hash, Refused> {
        let level = &self.0[usize::try_from(height / 8).expect("few levels")];
        let width = 1 << (height % 8);
        let first = usize::try_from(index).expect("in memory") * width;
        fold(&level[first..first + width]).ok_or(Refused)
    }
}

/// Hashes in the longest proof, and the mean time of making one.
pub(super) struct Proofs {
    pub(super) longest: usize,
    pub(super) each: Duration,
    pub(super) consistency: Duration,
}

pub(super) fn proofs(leaves: u64, count: u32) -> Proofs {
    let mut levels = vec![
        (0..leaves)
            .map(|n| leaf_hash(&n.to_be_bytes()))
            .collect::<Vec<_>>(),
    ];
    while let Some(above) = levels.last().filter(|level| level.len() >= 256) {
        let above = above
            .as_chunks::<256>()
            .0
            .iter()
            .map(|tile| fold(tile).expect("a full tile"));
        let above = above.collect();
        levels.push(above);
    }
    let (mut tall, chance) = (Tall(levels), SeededEntropy::new(6));
    let root = tree::root(&mut tall, leaves).expect("a root");
    let (mut longest, mut each, mut consistency) = (0, Duration::ZERO, Duration::ZERO);
    for _ in 0..count {
        let index = u64::from_be_bytes(random(&chance)) % leaves;
        let begun = Instant::now();
        let proof = tree::inclusion_proof(&mut tall, index, leaves).expect("a proof");
        each += begun.elapsed();
        longest = longest.max(proof.len());
        let leaf = tall.node(0, index).expect("a leaf");
        verify_inclusion(&leaf, index, leaves, &proof, &root).expect("it holds");
        let old = index.max(1);
        let begun = Instant::now();
        let proof = tree::consistency_proof(&mut tall, old, leaves).expect("a proof");
        consistency += begun.elapsed();
        let old_root = tree::root(&mut tall, old).expect("a root");
        verify_consistency(old, leaves, &old_root, &root, &proof).expect("it holds");
    }
    Proofs {
        longest,
        each: each / count,
        consistency: consistency / count,
    }
}
