//! The keys themselves: 32 bytes that do not show themselves and are wiped on drop.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A key-encrypting key from the key file. It wraps data keys and seals nothing else.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Kek {
    #[zeroize(skip)]
    id: String,
    bytes: [u8; 32],
}

/// The key that seals the values of one person.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

/// The fresh key of one commitment to one field of one entry. It is kept sealed beside the value and
/// erased with it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CommitmentKey([u8; 32]);

impl Kek {
    /// Takes a key under the identifier that the values wrapped by it will name.
    pub(crate) const fn new(id: String, bytes: [u8; 32]) -> Self {
        Self { id, bytes }
    }

    /// Its identifier in the key file.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl DataKey {
    /// Takes 32 random bytes, used for nothing else.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl CommitmentKey {
    /// Takes 32 random bytes, used for nothing else.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be sealed as the opening of the commitment.
    pub const fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kek({})", self.id)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl fmt::Debug for CommitmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommitmentKey")
    }
}
