//! What the code cites is listed in `docs/sources.md`, so that a reader can find it and a reviewer can ask why.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The numbers of the RFCs that a text cites.
fn cited(text: &str) -> BTreeSet<u32> {
    let after = text.split("RFC ").skip(1);
    after
        .filter_map(|rest| {
            rest.split(|letter: char| !letter.is_ascii_digit())
                .next()?
                .parse()
                .ok()
        })
        .collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_rfc_that_the_code_cites_is_listed_in_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = cited(&fs::read_to_string(root.join("docs/sources.md")).expect("docs/sources.md"));
    let mut files = Vec::new();
    rust_files(&root.join("gateway"), &mut files);
    let mut missing = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file");
        missing.extend(
            cited(&text)
                .difference(&listed)
                .map(|number| format!("{}: RFC {number}", path.display())),
        );
    }
    assert!(missing.is_empty(), "not in docs/sources.md: {missing:#?}");
}

#[test]
fn a_citation_is_read_as_its_number() {
    assert_eq!(
        cited("RFC 5321 section 4.5.2, (RFC 8785), RFC numbers"),
        BTreeSet::from([5321, 8785])
    );
}
