//! A file is about 150 lines and never over 400; one that must be longer is named here with its reason.

use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 400;

/// Files that may be longer, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// Every Rust file of the repository below `folder`, as its path in the repository and its number of lines.
fn measure(root: &Path, folder: &Path, found: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path: PathBuf = entry.expect("a readable entry").path();
        if path.is_dir() {
            measure(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path).expect("a source file").lines().count();
            let name = path
                .strip_prefix(root)
                .expect("a path below the root")
                .display()
                .to_string();
            found.push((name, lines));
        }
    }
}

/// What is too long, and which exception is no longer one.
fn faults(files: &[(String, usize)], exceptions: &[(&str, &str)]) -> Vec<String> {
    let excused = |name: &str| exceptions.iter().any(|(exception, _)| *exception == name);
    let long = files
        .iter()
        .filter(|(name, lines)| *lines > LINES_MAX && !excused(name));
    let mut faults: Vec<String> = long
        .map(|(name, lines)| format!("{name} has {lines} lines; {LINES_MAX} is the most"))
        .collect();
    for (exception, _) in exceptions {
        if !files
            .iter()
            .any(|(name, lines)| name == exception && *lines > LINES_MAX)
        {
            faults.push(format!("{exception} needs no exception any more"));
        }
    }
    faults
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["gateway", "tests"] {
        measure(&root, &root.join(folder), &mut files);
    }
    assert!(
        files.len() > 20,
        "only {} files found: the walk looks in the wrong place",
        files.len()
    );
    let faults = faults(&files, EXCEPTIONS);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_long_file_and_a_stale_exception_are_found_out() {
    let files = [
        ("a.rs".to_owned(), 400),
        ("b.rs".to_owned(), 401),
        ("c.rs".to_owned(), 900),
    ];
    let exceptions = [("a.rs", "once long"), ("c.rs", "a table")];
    assert_eq!(
        faults(&files, &exceptions),
        [
            "b.rs has 401 lines; 400 is the most",
            "a.rs needs no exception any more"
        ]
    );
}
