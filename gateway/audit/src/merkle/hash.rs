//! Thirty-two bytes, and the two ways in which the log's formats write them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A SHA-256 hash: of an entry, of a node or of a whole tree. The type excludes hashes of any other
/// length, which verifiers elsewhere have had to check for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// A text that is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHash {
    /// Not 64 hexadecimal digits in lower case.
    #[error("a hash in hexadecimal is 64 digits in lower case")]
    Hex,
    /// Not the one base64 text of 32 bytes.
    #[error("a hash in base64 is 44 characters of the standard alphabet with padding")]
    Base64,
    /// Not 32 bytes.
    #[error("a hash has 32 bytes; this has {0}")]
    Length(usize),
}

impl Hash {
    /// Takes 32 bytes as they are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Takes a slice, for instance a database column; it must have 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, BadHash> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| BadHash::Length(bytes.len()))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits in lower case, the only spelling that [`Hash::to_hex`] writes.
    pub fn from_hex(text: &str) -> Result<Self, BadHash> {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(BadHash::Hex);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadHash::Hex)?;
        Ok(Self(bytes))
    }

    /// 64 hexadecimal digits in lower case.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads base64 with padding (RFC 4648 section 4), as checkpoints and proofs write hashes.
    pub fn from_base64(text: &str) -> Result<Self, BadHash> {
        let bytes = STANDARD.decode(text).map_err(|_| BadHash::Base64)?;
        bytes.try_into().map(Self).map_err(|_| BadHash::Base64)
    }

    /// Base64 with padding, 44 characters.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_one_spelling_of_each_kind_is_read() {
        let hash = Hash::from_bytes([0xab; 32]);
        assert_eq!(Hash::from_hex(&hash.to_hex().to_uppercase()), Err(BadHash::Hex));
        assert_eq!(Hash::from_hex(&hash.to_hex()[1..]), Err(BadHash::Hex));
        assert_eq!(
            Hash::from_base64(hash.to_base64().trim_end_matches('=')),
            Err(BadHash::Base64)
        );
        assert_eq!(
            Hash::from_base64(&format!("{}\n", hash.to_base64())),
            Err(BadHash::Base64)
        );
        // The last character before the padding carries two unused bits, which must be zero.
        let loose = format!("{}t=", &hash.to_base64()[..42]);
        assert_eq!(Hash::from_base64(&loose), Err(BadHash::Base64));
        assert_eq!(Hash::from_slice(&[0; 31]), Err(BadHash::Length(31)));
    }

    proptest! {
        #[test]
        fn both_spellings_read_back(bytes: [u8; 32]) {
            let hash = Hash::from_bytes(bytes);
            prop_assert_eq!(Hash::from_hex(&hash.to_hex()), Ok(hash));
            prop_assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
            prop_assert_eq!(Hash::from_slice(&bytes), Ok(hash));
        }
    }
}
