//! Several key-encrypting keys, one of which wraps while all of them unwrap.

use crate::{DataKey, Kek, VaultError, WrappedKey, unwrap, wrap};

/// The keys of the key file. The active one wraps; the others are there for what they wrapped before.
#[derive(Debug)]
pub struct KeyRing {
    keks: Vec<Kek>,
    active: usize,
}

impl KeyRing {
    /// A ring whose key `active` wraps from now on.
    pub fn new(keks: Vec<Kek>, active: &str) -> Result<Self, VaultError> {
        for (place, kek) in keks.iter().enumerate() {
            if keks[..place].iter().any(|earlier| earlier.id() == kek.id()) {
                return Err(VaultError::DuplicateKey(kek.id().to_owned()));
            }
        }
        let place = keks.iter().position(|kek| kek.id() == active);
        let active = place.ok_or_else(|| VaultError::UnknownKey(active.to_owned()))?;
        Ok(Self { keks, active })
    }

    /// The key that wraps.
    pub fn active(&self) -> &Kek {
        &self.keks[self.active]
    }

    /// A key by its identifier.
    pub fn get(&self, id: &str) -> Result<&Kek, VaultError> {
        let found = self.keks.iter().find(|kek| kek.id() == id);
        found.ok_or_else(|| VaultError::UnknownKey(id.to_owned()))
    }

    /// The identifiers of all its keys, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keks.iter().map(Kek::id)
    }

    /// Wraps the data key of `owner` under the active key.
    pub fn wrap(&self, owner: &str, data_key: &DataKey, nonce: [u8; 12]) -> Result<WrappedKey, VaultError> {
        wrap(self.active(), owner, data_key, nonce)
    }

    /// Unwraps the data key of `owner` with whichever key it names.
    pub fn unwrap(&self, owner: &str, wrapped: &WrappedKey) -> Result<DataKey, VaultError> {
        unwrap(self.get(&wrapped.kek_id)?, owner, wrapped)
    }
}
