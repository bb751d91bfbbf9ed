//! `[files]`: files that come with mail, where an Area allows them.

use std::path::PathBuf;

use serde::Deserialize;

/// How files are taken. Which kinds, each Area says in the table of Areas.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The socket of `clamd`, which looks through every file.
    pub scanner_socket: PathBuf,
    /// Most time that it may take for one file, in seconds.
    pub scanner_time_limit_s: u64,
    /// Largest file, in bytes.
    pub bytes_each_max: usize,
    /// Most bytes of the files of one message together.
    pub bytes_all_max: usize,
    /// Most files of one message; with more, none is taken.
    pub count_max: usize,
}

impl Files {
    /// Values that are out of bounds: the key, and what would be right.
    pub(super) fn faults(&self, must: &mut impl FnMut(bool, &str)) {
        must(
            (1..=300).contains(&self.scanner_time_limit_s),
            "files.scanner_time_limit_s: must be between 1 and 300 seconds",
        );
        must(
            (1024..=20 * 1024 * 1024).contains(&self.bytes_each_max),
            "files.bytes_each_max: must be between 1024 and 20971520 bytes",
        );
        must(
            (self.bytes_each_max..=20 * 1024 * 1024).contains(&self.bytes_all_max),
            "files.bytes_all_max: must be between files.bytes_each_max and 20971520 bytes",
        );
        must(
            (1..=20).contains(&self.count_max),
            "files.count_max: must be between 1 and 20",
        );
    }
}
