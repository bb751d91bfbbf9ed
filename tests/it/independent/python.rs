//! Roots and inclusion paths agree with `pymerkle` at every size up to 300.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use audit::merkle::{Hash, inclusion_proof, leaf_hash, root};
use harness::sample_log::record;
use serde::Deserialize;

const SIZE_MAX: usize = 300;

#[derive(Deserialize)]
struct Line {
    size: usize,
    root: String,
    paths: Vec<Vec<String>>,
}

#[test]
fn every_root_and_every_inclusion_path_is_that_of_pymerkle() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/bin/python");
    assert!(
        python.exists(),
        "target/python is missing; tools/install.sh test makes it and installs pymerkle there"
    );
    let mut program = Command::new(python)
        .arg("-B")
        .arg(super::programs().join("roots.py"))
        .arg(SIZE_MAX.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of target/python runs; tools/install.sh test makes it");
    let leaves = (0..SIZE_MAX)
        .map(|index| leaf_hash(&record(index)))
        .collect::<Vec<_>>();
    let mut next = 0;
    for line in BufReader::new(program.stdout.take().expect("its output")).lines() {
        let theirs: Line = serde_json::from_str(&line.expect("a line")).expect("its JSON");
        assert_eq!(theirs.size, next, "a size is left out");
        next += 1;
        let ours = &leaves[..theirs.size];
        assert_eq!(root(ours).to_hex(), theirs.root, "size {}", theirs.size);
        assert_eq!(theirs.paths.len(), theirs.size);
        for (index, path) in (0..).zip(&theirs.paths) {
            let own = inclusion_proof(index, ours).expect("a proof");
            let own = own.iter().map(Hash::to_hex).collect::<Vec<_>>();
            assert_eq!(own, *path, "entry {index} of {}", theirs.size);
        }
    }
    assert!(
        program.wait().expect("it ends").success(),
        "roots.py failed; tools/install.sh test installs what tests/independent/requirements.txt names"
    );
    assert_eq!(next, SIZE_MAX + 1);
}
