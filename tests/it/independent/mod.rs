//! The contact log as programs see it that share no code with ours: Go's `sumdb/note` and `sumdb/tlog`, and
//! `pymerkle` for Python. Each test fails where its tool is missing, and says what installs it.

mod exported;
mod go;
mod python;

use std::path::PathBuf;

/// Where the two programs lie.
fn programs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("independent")
}
