//! Commitments: what the contact log holds in place of a personal value.
//!
//! `HMAC-SHA256(key, "gateway-commit-v1" 0x00 nonce field 0x00 padded value)` with a fresh key for each
//! field of each entry. Whoever is shown key and value can check them against the log; without the key the
//! commitment tells nothing, however few values are possible; once key and value are erased, it tells
//! nothing to anybody. A plain digest of an address or a phone number could be guessed for ever.
//!
//! The nonce stands in the entry (16 bytes, one for all its fields) and binds the commitment to it: copied
//! into another entry it does not verify. Its index would do the same, but an entry gets its index only
//! when its transaction commits.

use ring::hmac::{Context, HMAC_SHA256, Key};

use crate::CommitmentKey;
use crate::padding::{padded_size, prefix};

const LABEL: &[u8] = b"gateway-commit-v1\0";
/// Padding is fed to the hash in pieces of this size.
const ZEROS: [u8; 64] = [0; 64];

/// Commits to `value` of the field `field` (kebab- or snake-case, so without a zero byte) of the entry with
/// this nonce.
pub fn commit(key: &CommitmentKey, field: &str, entry_nonce: &[u8; 16], value: &[u8]) -> [u8; 32] {
    let mut context = Context::with_key(&Key::new(HMAC_SHA256, key.reveal()));
    context.update(LABEL);
    context.update(entry_nonce);
    context.update(field.as_bytes());
    context.update(&[0]);
    let prefix = prefix(value);
    context.update(&prefix);
    context.update(value);
    let mut zeros = padded_size(value.len()).saturating_sub(prefix.len() + value.len());
    while zeros > 0 {
        let piece = zeros.min(ZEROS.len());
        context.update(&ZEROS[..piece]);
        zeros -= piece;
    }
    let mut commitment = [0; 32];
    commitment.copy_from_slice(context.sign().as_ref());
    commitment
}

/// Whether `commitment` commits to this value of this field of this entry. Both sides are public to whoever
/// asks this, so the comparison need not hide its time.
pub fn verify(
    key: &CommitmentKey,
    field: &str,
    entry_nonce: &[u8; 16],
    value: &[u8],
    commitment: &[u8; 32],
) -> bool {
    commit(key, field, entry_nonce, value) == *commitment
}
