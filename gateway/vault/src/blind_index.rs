//! Looking up a sealed value by equality, without storing it in clear.

use std::fmt;

use ring::hmac::{HMAC_SHA256, Key, sign};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Keeps the derived keys apart from anything else that is ever derived from the same key.
const LABEL: &[u8] = b"gateway-blind-index-v1";

/// A keyed index: HMAC-SHA256 under a key that HKDF (RFC 5869) derives for each domain. Equal values of one
/// domain have equal indexes, which is the purpose and the whole of what a thief of the database learns.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct BlindIndex([u8; 32]);

impl BlindIndex {
    /// Takes the index key of the key file.
    pub const fn from_index_key(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The index of a value in its canonical form (the caller's work: lower case, `+44`, no spaces). The
    /// domain says what it is, for instance `email`: the same text in two domains has two indexes.
    pub fn index(&self, domain: &str, canonical: &[u8]) -> [u8; 32] {
        let derived = self.derive(domain);
        hmac(&derived[..], canonical)
    }

    /// HKDF-SHA256 with the label as salt and the domain as info, for one block of output: extract is
    /// `HMAC(salt, key)`, expand is `HMAC(extracted, info 0x01)` (RFC 5869 sections 2.2 and 2.3). Written
    /// out because, for one block, it cannot fail.
    fn derive(&self, domain: &str) -> Zeroizing<[u8; 32]> {
        let extracted = Zeroizing::new(hmac(LABEL, &self.0));
        Zeroizing::new(hmac(&extracted[..], &[domain.as_bytes(), &[1]].concat()))
    }
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(sign(&Key::new(HMAC_SHA256, key), message).as_ref());
    out
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindIndex")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

    use super::*;

    struct Block;

    impl KeyType for Block {
        fn len(&self) -> usize {
            32
        }
    }

    proptest! {
        #[test]
        fn the_derivation_is_hkdf(key: [u8; 32], domain: String) {
            let mut expected = [0; 32];
            let secret = Salt::new(HKDF_SHA256, LABEL).extract(&key);
            secret.expand(&[domain.as_bytes()], Block).unwrap().fill(&mut expected).unwrap();
            prop_assert_eq!(*BlindIndex::from_index_key(key).derive(&domain), expected);
        }

        #[test]
        fn equal_values_meet_and_others_do_not(key: [u8; 32], other: [u8; 32], a: Vec<u8>, b: Vec<u8>) {
            let index = BlindIndex::from_index_key(key);
            prop_assert_eq!(index.index("email", &a), index.index("email", &a));
            prop_assert_eq!(index.index("email", &a) == index.index("email", &b), a == b);
            prop_assert_ne!(index.index("email", &a), index.index("phone", &a));
            let elsewhere = BlindIndex::from_index_key(other);
            prop_assert_eq!(index.index("email", &a) == elsewhere.index("email", &a), key == other);
        }
    }
}
