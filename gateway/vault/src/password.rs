//! Passwords: kept as what Argon2id (RFC 9106) makes of them, with more memory and passes than OWASP asks for.
//!
//! A kept password is: the byte 1 (the parameters below), the salt (16 bytes), the hash (32 bytes).

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

/// The bytes of a salt.
pub const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// The first byte of a kept password.
const FORMAT: u8 = 1;
/// 64 MiB.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// What is kept of a password. Takes a good part of a second and 64 MiB: callers bound how many at once.
pub fn keep(password: &str, salt: [u8; SALT_BYTES]) -> Option<Vec<u8>> {
    let hash = hash(password, &salt)?;
    let mut kept = Vec::with_capacity(1 + SALT_BYTES + HASH_BYTES);
    kept.push(FORMAT);
    kept.extend_from_slice(&salt);
    kept.extend_from_slice(&hash[..]);
    Some(kept)
}

/// Whether this is the password that was kept. With nothing kept the same work is done and the answer is no, so that time
/// does not tell who has a password.
pub fn is_right(password: &str, kept: Option<&[u8]>) -> bool {
    let parts = kept.and_then(|kept| {
        let (&format, rest) = kept.split_first()?;
        let (salt, expected) = rest.split_first_chunk::<SALT_BYTES>()?;
        (format == FORMAT && expected.len() == HASH_BYTES).then_some((*salt, expected))
    });
    let (salt, expected) = parts.unwrap_or(([0; SALT_BYTES], &[]));
    let Some(hash) = hash(password, &salt) else {
        return false;
    };
    // Every byte is looked at, wherever the first other one stands.
    let differs = hash.iter().zip(expected).fold(0, |seen, (a, b)| seen | (a ^ b));
    expected.len() == HASH_BYTES && differs == 0
}

fn hash(password: &str, salt: &[u8]) -> Option<Zeroizing<[u8; HASH_BYTES]>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).ok()?;
    let mut out = Zeroizing::new([0; HASH_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out[..])
        .ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_kept_is_right() {
        let kept = keep("correct horse battery", [7; SALT_BYTES]).unwrap();
        assert!(is_right("correct horse battery", Some(&kept)));
        assert!(!is_right("correct horse batterz", Some(&kept)));
        assert!(!is_right("", None));
        assert_ne!(keep("correct horse battery", [8; SALT_BYTES]).unwrap(), kept);
        // What is cut off, or of another format, opens nothing.
        for length in [0, 1, 17, kept.len() - 1] {
            assert!(!is_right("correct horse battery", Some(&kept[..length])));
        }
        let mut other = kept;
        other[0] = 2;
        assert!(!is_right("correct horse battery", Some(&other)));
    }
}
