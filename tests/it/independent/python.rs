//! Roots and inclusion paths agree with `pymerkle` at every size up to 300.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use audit::merkle::Hash;
use harness::python::python;
use harness::sample_log::SampleLog;
use serde::Deserialize;

const SIZE_MAX: usize = 300;

#[derive(Deserialize)]
struct Line {
    size: u64,
    root: String,
    paths: Vec<Vec<String>>,
}

#[test]
fn every_root_and_every_inclusion_path_is_that_of_pymerkle() {
    let mut program = python()
        .arg(super::programs().join("roots.py"))
        .arg(SIZE_MAX.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of target/python runs; tools/install.sh test makes it");
    let log = SampleLog::new("gateway.example/contact-log", SIZE_MAX);
    let mut next = 0;
    for line in BufReader::new(program.stdout.take().expect("its output")).lines() {
        let theirs: Line = serde_json::from_str(&line.expect("a line")).expect("its JSON");
        assert_eq!(theirs.size, next, "a size is left out");
        next += 1;
        assert_eq!(
            log.root(theirs.size).to_hex(),
            theirs.root,
            "size {}",
            theirs.size
        );
        let ours = log.paths(theirs.size);
        let ours = ours
            .iter()
            .map(|path| path.iter().map(Hash::to_hex).collect::<Vec<_>>());
        assert!(ours.eq(theirs.paths), "size {}", theirs.size);
    }
    assert!(
        program.wait().expect("it ends").success(),
        "roots.py failed; tools/install.sh test installs what tests/independent/requirements.txt names"
    );
    assert_eq!(next, SIZE_MAX as u64 + 1);
}
