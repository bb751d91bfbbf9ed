//! What can go wrong, said by place.

use std::fmt;

/// The cell that a sealed value belongs to. Its row is a random identifier, so it may stand in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row, by its random identifier.
    pub row: &'a str,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} of row {}", self.table, self.column, self.row)
    }
}

/// Why a key was refused or a value did not open. None of these holds key bytes or personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// A line of the key file is wrong.
    #[error("key file, line {line}: {fault}")]
    KeyFile {
        /// The line, from 1.
        line: usize,
        /// What would be right.
        fault: &'static str,
    },
    /// The key file lacks something.
    #[error("key file: {0}")]
    Incomplete(&'static str),
    /// Two keys have one identifier.
    #[error("key `{0}` is there twice; every key needs an identifier of its own, for ever")]
    DuplicateKey(String),
    /// A key that the ring does not hold.
    #[error("key `{0}` is not in the key file; a retired key must stay there until nothing is wrapped by it")]
    UnknownKey(String),
    /// A wrapped key did not open.
    #[error(
        "the data key of `{owner}` does not open with key `{kek_id}`: another owner, another key, or damaged"
    )]
    Wrapped {
        /// Whose data key.
        owner: String,
        /// By which key it is said to be wrapped.
        kek_id: String,
    },
    /// A sealed value did not open.
    #[error("{place} does not open: sealed for another place or under another key, or damaged")]
    Sealed {
        /// The cell.
        place: String,
    },
    /// A sealed value in a format that this program does not know.
    #[error("{place} is not sealed in a format that this program knows; its first byte must be 1")]
    Format {
        /// The cell.
        place: String,
    },
    /// A value too large to seal.
    #[error("{place}: {bytes} bytes are too many to seal; at most {max} are allowed")]
    TooLong {
        /// The cell.
        place: String,
        /// How many bytes.
        bytes: usize,
        /// How many are allowed.
        max: usize,
    },
    /// The cipher refused to seal, which its inputs give no reason for.
    #[error("{place} could not be sealed")]
    Cipher {
        /// The cell, or the owner of the key.
        place: String,
    },
}

/// Joins labelled parts so that no two lists of parts give the same bytes: each is preceded by its length
/// in 8 bytes, most significant first.
pub(crate) fn associated(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(associated(&["ab", "c"]), associated(&["a", "bc"]));
        assert_ne!(associated(&["a", ""]), associated(&["a"]));
    }
}
