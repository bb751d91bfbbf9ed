//! Where mail comes from, as others judge it: the conformance suite of SPF, and `dkimpy` and `authheaders` for DKIM and
//! DMARC. Each test fails where its tool is missing; `tools/install.sh test` installs them.

mod spf;
mod table;

use std::path::PathBuf;

use harness::house::repository;

/// A folder that `tools/install.sh test` unpacks.
fn unpacked(folder: &str) -> PathBuf {
    let path = repository().join("target/corpora").join(folder);
    assert!(
        path.exists(),
        "{} is missing; tools/install.sh test makes it",
        path.display()
    );
    path
}
