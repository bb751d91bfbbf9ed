//! Tiles hold the tree: what is computed from them is what is computed from all entries.

use std::collections::BTreeMap;

use audit::merkle::{self, Hash, ProofError, leaf_hash, node_hash, verify_consistency, verify_inclusion};
use audit::tile::{
    Kind, Tile, TileError, decode_entries, decode_hashes, encode_entries, encode_hashes, fold,
};
use audit::tree::{Tiles, consistency_proof, inclusion_proof, root};
use proptest::prelude::*;

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error(transparent)]
    Tile(#[from] TileError),
    #[error("no tile {0}")]
    Missing(String),
}

/// A log as a folder of files, by their paths.
struct Folder {
    size: u64,
    files: BTreeMap<String, Vec<u8>>,
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).expect("a small number")
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

/// Publishes a log from scratch at each of these sizes, one after the other.
fn publish(leaves: &[Hash], sizes: &[u64]) -> Folder {
    let mut levels = vec![leaves.to_vec()];
    while let Some(full) = levels.last().filter(|level| level.len() >= 256) {
        let (tiles, _) = full.as_chunks::<256>();
        levels.push(tiles.iter().map(|tile| fold(tile).expect("256")).collect());
    }
    let mut folder = Folder {
        size: 0,
        files: BTreeMap::new(),
    };
    for size in sizes {
        for tile in Tile::grown(folder.size, *size) {
            let Kind::Hashes(level) = tile.kind else { continue };
            let from = usize_of(tile.index * 256);
            let hashes = &levels[usize::from(level)][from..from + usize::from(tile.width)];
            let old = folder.files.insert(tile.path(), encode_hashes(hashes));
            assert_eq!(old, None, "{} was published before", tile.path());
        }
        folder.size = *size;
    }
    folder
}

fn tiles(folder: &Folder) -> Tiles<impl FnMut(Tile) -> Result<Vec<u8>, Fault>> {
    Tiles::new(folder.size, |tile: Tile| {
        let path = tile.path();
        folder.files.get(&path).cloned().ok_or(Fault::Missing(path))
    })
}

#[test]
fn the_paths_are_those_of_the_specification() {
    let path = |kind, index, width| Tile { kind, index, width }.path();
    assert_eq!(path(Kind::Hashes(0), 0, 256), "tile/0/000");
    assert_eq!(path(Kind::Hashes(3), 999, 256), "tile/3/999");
    assert_eq!(path(Kind::Hashes(1), 1_234_067, 256), "tile/1/x001/x234/067");
    assert_eq!(path(Kind::Entries, 273, 112), "tile/entries/273.p/112");
}

/// The example of the specification.
#[test]
fn a_log_of_seventy_thousand_entries_has_the_tiles_of_the_specification() {
    let count = |kind, width| {
        Tile::all(70_000)
            .filter(|tile| tile.kind == kind && (tile.width == 256) == (width == 256))
            .map(|tile| tile.width)
            .collect::<Vec<_>>()
    };
    for kind in [Kind::Entries, Kind::Hashes(0)] {
        assert_eq!(count(kind, 256).len(), 273);
        assert_eq!(count(kind, 0), [112]);
    }
    assert_eq!(count(Kind::Hashes(1), 256).len(), 1);
    assert_eq!(count(Kind::Hashes(1), 0), [17]);
    assert_eq!(count(Kind::Hashes(2), 0), [1]);
    assert_eq!(Tile::all(70_000).count(), 274 + 274 + 2 + 1);
    assert_eq!(Tile::all(0).count(), 0);
}

#[test]
fn what_a_log_grows_by_is_all_that_it_has() {
    for old in (0..700).step_by(37) {
        for new in old..700 {
            let have = Tile::all(old).chain(Tile::grown(old, new)).collect::<Vec<_>>();
            for tile in Tile::all(new) {
                assert!(have.contains(&tile), "{old} to {new} lacks {}", tile.path());
            }
        }
    }
}

/// A proof in which one hash, chosen by `place`, is another.
fn damaged(proof: &[Hash], place: usize) -> Vec<Hash> {
    let mut proof = proof.to_vec();
    let place = place % proof.len();
    proof[place] = node_hash(&proof[place], &proof[place]);
    proof
}

#[test]
fn every_proof_out_of_tiles_holds_up_to_three_hundred_and_no_damaged_one_does() {
    let all = leaves(300);
    let roots = (0..=all.len())
        .map(|size| merkle::root(&all[..size]))
        .collect::<Vec<_>>();
    for (size, new_root) in (0..).zip(&roots).skip(1) {
        let folder = publish(&all[..usize_of(size)], &[size]);
        let mut tiles = tiles(&folder);
        assert_eq!(root(&mut tiles, size).unwrap(), *new_root, "size {size}");
        for (index, leaf) in (0..size).zip(&all) {
            let path = inclusion_proof(&mut tiles, index, size).unwrap();
            assert_eq!(verify_inclusion(leaf, index, size, &path, new_root), Ok(()));
            if size > 1 {
                let bad = damaged(&path, usize_of(index));
                assert!(verify_inclusion(leaf, index, size, &bad, new_root).is_err());
            }
        }
        for (old, old_root) in (1..=size).zip(&roots[1..]) {
            let steps = consistency_proof(&mut tiles, old, size).unwrap();
            assert_eq!(verify_consistency(old, size, old_root, new_root, &steps), Ok(()));
            if old < size {
                let bad = damaged(&steps, usize_of(old));
                assert!(verify_consistency(old, size, old_root, new_root, &bad).is_err());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_log_of_up_to_seventy_thousand_proves_any_entry_and_any_older_size(
        size in 1..=70_000_u64, one in 0..70_000_u64, other in 0..70_000_u64, flip in 0..256_usize,
    ) {
        let (index, old) = (one % size, other % size + 1);
        let all = leaves(size);
        let folder = publish(&all, &[old, size]);
        let mut tiles = tiles(&folder);
        let new_root = root(&mut tiles, size).unwrap();
        prop_assert_eq!(new_root, merkle::root(&all));
        let old_root = merkle::root(&all[..usize_of(old)]);
        let leaf = all[usize_of(index)];
        let path = inclusion_proof(&mut tiles, index, size).unwrap();
        prop_assert!(path.len() <= 17);
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &path, &new_root), Ok(()));
        let steps = consistency_proof(&mut tiles, old, size).unwrap();
        prop_assert_eq!(verify_consistency(old, size, &old_root, &new_root, &steps), Ok(()));

        if !path.is_empty() {
            prop_assert!(verify_inclusion(&leaf, index, size, &damaged(&path, flip), &new_root).is_err());
        }
        if !steps.is_empty() {
            prop_assert!(verify_consistency(old, size, &old_root, &new_root, &damaged(&steps, flip)).is_err());
        }
    }
}

#[test]
fn a_tile_that_is_missing_or_cut_is_an_error_that_names_it() {
    let all = leaves(600);
    let mut folder = publish(&all, &[600]);
    folder.files.remove("tile/0/001");
    let fault = inclusion_proof(&mut tiles(&folder), 300, 600).unwrap_err();
    assert_eq!(fault.to_string(), "no tile tile/0/001");
    let cut = folder.files.get_mut("tile/0/002.p/88").unwrap();
    cut.pop();
    let fault = inclusion_proof(&mut tiles(&folder), 599, 600).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "a tile of 88 hashes has 2816 bytes; this has 2815"
    );
}

#[test]
fn what_is_not_in_the_log_has_no_proof() {
    let all = leaves(5);
    let folder = publish(&all, &[5]);
    let mut tiles = tiles(&folder);
    assert!(inclusion_proof(&mut tiles, 5, 5).is_err());
    assert!(consistency_proof(&mut tiles, 0, 5).is_err());
    assert!(consistency_proof(&mut tiles, 6, 5).is_err());
}

#[test]
fn a_bundle_gives_back_its_entries_and_nothing_else_is_one() {
    let longest = vec![7; 65_535];
    let entries = [&b"first"[..], b"", &longest];
    let bytes = encode_entries(&entries).unwrap();
    assert_eq!(decode_entries(&bytes, 3).unwrap(), entries);
    for (bad, width) in [
        (&bytes[..], 2),
        (&bytes[..], 4),
        (&bytes[..bytes.len() - 1], 3),
        (&bytes[..1], 1),
    ] {
        assert_eq!(decode_entries(bad, width), Err(TileError::Bundle { width }));
    }
    let trailing = [&bytes[..], &[0]].concat();
    assert_eq!(decode_entries(&trailing, 3), Err(TileError::Bundle { width: 3 }));
    assert_eq!(encode_entries(&[vec![0; 65_536]]), Err(TileError::EntryTooLong));
}

#[test]
fn a_tile_gives_back_its_hashes() {
    let hashes = leaves(17);
    assert_eq!(decode_hashes(&encode_hashes(&hashes), 17).unwrap(), hashes);
    assert!(decode_hashes(&encode_hashes(&hashes), 16).is_err());
    assert_eq!(fold(&leaves(4)), Some(merkle::root(&leaves(4))));
    assert_eq!((fold(&leaves(3)), fold(&[])), (None, None));
}
