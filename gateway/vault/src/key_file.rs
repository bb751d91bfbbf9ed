//! The key file: keys as lines of text, outside the database and its backups.
//!
//! ```text
//! # comment
//! gateway-kek-v1 2026-a <base64 of 32 bytes>
//! gateway-index-v1 index <base64 of 32 bytes>
//! ```
//!
//! At least one `gateway-kek-v1`; exactly one `gateway-index-v1`, which cannot change without computing
//! every blind index again. Which key is active is configuration. The file's permissions are the daemon's
//! work; this room reads no files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize, Zeroizing};

use crate::{BlindIndex, Kek, KeyRing, VaultError};

const KEK: &str = "gateway-kek-v1";
const INDEX: &str = "gateway-index-v1";
const LINE: &str = "a line is `gateway-kek-v1 ID KEY` or `gateway-index-v1 ID KEY`, with single spaces";
const ID: &str = "an identifier has 1 to 32 of a-z 0-9 and hyphen";
const KEY: &str = "a key is 32 bytes in base64, 44 characters with padding";
const WEAK: &str = "a key must be random; this one repeats a single byte";

/// What the key file holds.
#[derive(Debug)]
pub struct KeyFile {
    keks: Vec<Kek>,
    index: BlindIndex,
}

impl KeyFile {
    /// Reads the text of a key file. The caller wipes the text.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let Lines { keks, index } = Lines::parse(text)?;
        if keks.is_empty() {
            return Err(VaultError::Incomplete(
                "at least one line `gateway-kek-v1 ID KEY` is needed",
            ));
        }
        let index = index.ok_or(VaultError::Incomplete(
            "one line `gateway-index-v1 ID KEY` is needed",
        ))?;
        Ok(Self { keks, index })
    }

    /// Writes a new key file with one key of each sort, from random bytes.
    pub fn new_text(id: &str, kek: &[u8; 32], index: &[u8; 32]) -> Result<Zeroizing<String>, VaultError> {
        if !is_id(id) {
            return Err(VaultError::KeyFile { line: 1, fault: ID });
        }
        let (kek, index) = (
            Zeroizing::new(STANDARD.encode(kek)),
            Zeroizing::new(STANDARD.encode(index)),
        );
        Ok(Zeroizing::new(format!(
            "{KEK} {id} {}\n{INDEX} index {}\n",
            *kek, *index
        )))
    }

    /// The ring over all its keys, of which `active` wraps from now on, and the blind index.
    pub fn into_ring(self, active: &str) -> Result<(KeyRing, BlindIndex), VaultError> {
        Ok((KeyRing::new(self.keks, active)?, self.index))
    }
}

impl Kek {
    /// Reads the key `id` from the text of a key file, which need hold nothing else. The caller wipes the text.
    pub fn from_file_text(id: &str, text: &str) -> Result<Self, VaultError> {
        let found = Lines::parse(text)?.keks.into_iter().find(|kek| kek.id() == id);
        found.ok_or_else(|| VaultError::UnknownKey(id.to_owned()))
    }
}

/// The lines of a key file, each right in itself.
#[derive(Default)]
struct Lines {
    keks: Vec<Kek>,
    index: Option<BlindIndex>,
}

impl Lines {
    fn parse(text: &str) -> Result<Self, VaultError> {
        let mut lines = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            if !line.is_empty() && !line.starts_with('#') {
                lines.add(line, |fault| VaultError::KeyFile { line: number, fault })?;
            }
        }
        Ok(lines)
    }

    fn add(&mut self, line: &str, fault: impl Fn(&'static str) -> VaultError) -> Result<(), VaultError> {
        let words: Vec<_> = line.split(' ').collect();
        let [label, id, key] = words[..] else {
            return Err(fault(LINE));
        };
        if !is_id(id) {
            return Err(fault(ID));
        }
        match label {
            KEK if self.keks.iter().any(|kek| kek.id() == id) => {
                return Err(VaultError::DuplicateKey(id.to_owned()));
            }
            KEK => self
                .keks
                .push(Kek::new(id.to_owned(), *key_bytes(key).map_err(fault)?)),
            INDEX if self.index.is_some() => {
                return Err(fault("there is one index key, and it stands above"));
            }
            INDEX => self.index = Some(BlindIndex::from_index_key(*key_bytes(key).map_err(fault)?)),
            _ => return Err(fault(LINE)),
        }
        Ok(())
    }
}

fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn key_bytes(text: &str) -> Result<Zeroizing<[u8; 32]>, &'static str> {
    let mut decoded = STANDARD.decode(text).map_err(|_| KEY)?;
    let bytes: Option<Zeroizing<[u8; 32]>> = decoded.as_slice().try_into().ok().map(Zeroizing::new);
    decoded.zeroize();
    let bytes = bytes.ok_or(KEY)?;
    if bytes.iter().all(|byte| *byte == bytes[0]) {
        Err(WEAK)
    } else {
        Ok(bytes)
    }
}
