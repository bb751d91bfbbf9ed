//! Data keys under key-encrypting keys.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::error::associated;
use crate::{DataKey, Kek, VaultError};

/// The use of a key that this file is about; authenticated with every wrapped key.
const LABEL: &str = "gateway-wrap-v1";

/// A data key that only its key-encrypting key opens: two database columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which key wraps it.
    pub kek_id: String,
    /// Nonce (12 bytes), encrypted key (32 bytes), tag (16 bytes).
    pub bytes: Vec<u8>,
}

/// Wraps `data_key` for `owner` (a random identifier) by AES-256-GCM. Owner and key identifier are
/// authenticated, so a wrapped key moved to another owner does not open. `nonce` must be fresh.
pub fn wrap(kek: &Kek, owner: &str, data_key: &DataKey, nonce: [u8; 12]) -> Result<WrappedKey, VaultError> {
    let fault = || VaultError::Cipher {
        place: owner.to_owned(),
    };
    let mut secret = Zeroizing::new(*data_key.bytes());
    let aad = Aad::from(associated(&[LABEL, owner, kek.id()]));
    let tag = cipher(kek.bytes())
        .ok_or_else(fault)?
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, secret.as_mut_slice())
        .map_err(|_| fault())?;
    let bytes = [nonce.as_slice(), secret.as_slice(), tag.as_ref()].concat();
    Ok(WrappedKey {
        kek_id: kek.id().to_owned(),
        bytes,
    })
}

/// Opens a wrapped key. It fails for another owner, another key, or a changed byte, without telling which.
pub fn unwrap(kek: &Kek, owner: &str, wrapped: &WrappedKey) -> Result<DataKey, VaultError> {
    let fault = || VaultError::Wrapped {
        owner: owner.to_owned(),
        kek_id: wrapped.kek_id.clone(),
    };
    let (nonce, rest) = wrapped.bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(fault)?;
    let mut buffer = Zeroizing::new(rest.to_vec());
    // What the row says, not what this key is called: a relabelled row must fail.
    let aad = Aad::from(associated(&[LABEL, owner, &wrapped.kek_id]));
    let plain = cipher(kek.bytes())
        .ok_or_else(fault)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), aad, buffer.as_mut_slice())
        .map_err(|_| fault())?;
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new((&*plain).try_into().map_err(|_| fault())?);
    Ok(DataKey::from_bytes(*bytes))
}

pub(crate) fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}
