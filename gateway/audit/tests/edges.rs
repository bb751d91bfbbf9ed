//! The right edge of the tiles: at every size it gives the files of that size, and it can be read back from them.

use std::collections::BTreeMap;

use audit::edge::Edge;
use audit::merkle::{Hash, leaf_hash, root};
use audit::tile::{Tile, TileError};
use proptest::prelude::*;

fn entry(n: u64) -> Vec<u8> {
    format!("entry {n}").into_bytes()
}

/// Every file of a log of `size` entries, as one edge writes them on the way there.
fn files(size: u64) -> (Edge, BTreeMap<Tile, Vec<u8>>) {
    let (mut edge, mut full) = (Edge::new(), Vec::new());
    for n in 0..size {
        edge.append(&entry(n), &mut full).expect("a short entry");
    }
    full.extend(edge.partial().expect("short entries"));
    (edge, full.into_iter().collect())
}

fn expected_root(size: u64) -> Hash {
    root(&(0..size).map(|n| leaf_hash(&entry(n))).collect::<Vec<_>>())
}

fn holds(size: u64) {
    let (edge, files) = files(size);
    let mut named = Tile::all(size).collect::<Vec<_>>();
    named.sort();
    assert_eq!(
        files.keys().copied().collect::<Vec<_>>(),
        named,
        "the files of {size}"
    );
    assert_eq!(edge.root(), expected_root(size), "the root of {size}");
    let fetch = |tile: Tile| Ok::<_, TileError>(files[&tile].clone());
    assert_eq!(Edge::from_files(size, fetch), Ok(edge), "read back at {size}");
}

#[test]
fn at_every_size_the_files_are_those_of_that_size_and_lead_to_its_root() {
    for size in (0..=300).chain([511, 512, 513, 65_535, 65_536, 65_537, 70_000]) {
        holds(size);
    }
}

#[test]
fn an_edge_that_was_read_back_goes_on_as_if_it_had_never_stopped() {
    let (whole, all) = files(1000);
    for stop in [0, 1, 255, 256, 257, 768, 999] {
        let (_, before) = files(stop);
        let fetch = |tile: Tile| Ok::<_, TileError>(before[&tile].clone());
        let mut edge = Edge::from_files(stop, fetch).expect("its own files");
        let mut later = Vec::new();
        for n in stop..1000 {
            edge.append(&entry(n), &mut later).expect("a short entry");
        }
        later.extend(edge.partial().expect("short entries"));
        assert_eq!(edge, whole);
        for (tile, bytes) in later {
            assert_eq!(all[&tile], bytes, "{}", tile.path());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_size_up_to_seventy_thousand(size in 0_u64..70_000) {
        holds(size);
    }
}
