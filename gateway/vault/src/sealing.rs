//! Values under data keys.
//!
//! A sealed value is: the byte 1 (the format), the nonce (12 bytes), the padded value encrypted by
//! AES-256-GCM, the tag (16 bytes). Label, table, column and row are authenticated with it.

use ring::aead::{Aad, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

use crate::error::associated;
use crate::padding::{PREFIX, padded_size, prefix, unpad};
use crate::wrapping::cipher;
use crate::{DataKey, Place, VaultError};

/// The use of a key that this file is about; authenticated with every sealed value.
const LABEL: &str = "gateway-seal-v1";
/// The first byte of a sealed value.
const FORMAT: u8 = 1;
/// The largest value that is sealed, in bytes: a whole message with its attachments fits.
pub const PLAIN_MAX: usize = 64 * 1024 * 1024;

/// Seals `plaintext` for one cell. `nonce` must be fresh for this key.
pub fn seal(
    data_key: &DataKey,
    place: &Place<'_>,
    plaintext: &[u8],
    nonce: [u8; 12],
) -> Result<Vec<u8>, VaultError> {
    if plaintext.len() > PLAIN_MAX {
        return Err(VaultError::TooLong {
            place: place.to_string(),
            bytes: plaintext.len(),
            max: PLAIN_MAX,
        });
    }
    let fault = || VaultError::Cipher {
        place: place.to_string(),
    };
    let key = cipher(data_key.bytes()).ok_or_else(fault)?;
    let size = padded_size(plaintext.len());
    // All the room at once: a growing buffer would leave copies of the plaintext behind. Encryption
    // overwrites what is in it.
    let start = 1 + NONCE_LEN;
    let mut sealed = Vec::with_capacity(start + size + key.algorithm().tag_len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&prefix(plaintext));
    sealed.extend_from_slice(plaintext);
    sealed.resize(start + size, 0);
    let (_, padded) = sealed.split_at_mut(start);
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            associated_with(place),
            padded,
        )
        .map_err(|_| fault())?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Opens what [`seal`] made for the same cell under the same key. What comes back is wiped on drop.
pub fn open(data_key: &DataKey, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let fault = || VaultError::Sealed {
        place: place.to_string(),
    };
    let Some((&FORMAT, rest)) = sealed.split_first() else {
        return Err(VaultError::Format {
            place: place.to_string(),
        });
    };
    let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(fault)?;
    let mut buffer = Zeroizing::new(rest.to_vec());
    let padded = cipher(data_key.bytes())
        .ok_or_else(fault)?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            associated_with(place),
            buffer.as_mut_slice(),
        )
        .map_err(|_| fault())?;
    let length = unpad(padded).ok_or_else(fault)?.len();
    // Moved to the front of the same buffer, so that there is one copy to wipe.
    buffer.copy_within(PREFIX..PREFIX + length, 0);
    buffer.truncate(length);
    Ok(buffer)
}

fn associated_with(place: &Place<'_>) -> Aad<Vec<u8>> {
    Aad::from(associated(&[LABEL, place.table, place.column, place.row]))
}
