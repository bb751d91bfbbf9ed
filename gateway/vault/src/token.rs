//! Tokens: 256 random bits that stand for somebody for a while. Whoever keeps them keeps their hash alone.

use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::DataKey;

/// Bytes of a token (ASVS 7.2.3 asks for at least 16).
pub const TOKEN_BYTES: usize = 32;

/// A token in the one spelling that is taken: 64 hexadecimal digits in lower case.
pub fn spell(bytes: &[u8; TOKEN_BYTES]) -> Zeroizing<String> {
    Zeroizing::new(hex::encode(bytes))
}

/// What is kept of a token; none for a text that is no token. A token has too many bits to be guessed from its hash, so
/// no slow hash is needed.
pub fn hash(token: &str) -> Option<[u8; 32]> {
    is_token(token).then(|| derive("token", token))
}

/// Something else that only the holder of the token knows, for instance what a form carries to show that it is ours.
pub fn companion(token: &str, purpose: &str) -> Option<Zeroizing<String>> {
    is_token(token).then(|| spell(&derive(purpose, token)))
}

/// The key of what only the holder of the token may open.
pub fn key(token: &str, purpose: &str) -> Option<DataKey> {
    is_token(token).then(|| DataKey::from_bytes(derive(&format!("key {purpose}"), token)))
}

/// What is kept of a client certificate (DER) that stands for somebody. No token has the same.
pub fn certificate_hash(der: &[u8]) -> [u8; 32] {
    derive("certificate", &hex::encode(digest(&SHA256, der)))
}

fn is_token(text: &str) -> bool {
    text.len() == 2 * TOKEN_BYTES && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn derive(purpose: &str, token: &str) -> [u8; 32] {
    let made = digest(&SHA256, format!("gateway {purpose}\n{token}").as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(made.as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_its_hash_and_its_companions_are_all_others() {
        let token = spell(&[7; TOKEN_BYTES]);
        let hash = hash(&token).unwrap();
        let form = companion(&token, "form").unwrap();
        assert_ne!(spell(&hash), token);
        assert_ne!(form, token);
        assert_ne!(form, spell(&hash));
        assert_ne!(companion(&token, "other").unwrap(), form);
    }

    #[test]
    fn a_certificate_opens_nothing_as_a_token() {
        let der = b"a certificate";
        let spelled = spell(digest(&SHA256, der).as_ref().try_into().unwrap());
        assert_ne!(Some(certificate_hash(der)), hash(&spelled));
        assert_ne!(certificate_hash(der), certificate_hash(b"another"));
    }

    #[test]
    fn what_is_sealed_with_a_tokens_key_opens_for_that_token_and_purpose_alone() {
        let (token, other) = (spell(&[7; TOKEN_BYTES]), spell(&[8; TOKEN_BYTES]));
        let place = crate::Place {
            table: "kept_words",
            column: "sealed",
            row: "1",
        };
        let sealed = crate::seal(&key(&token, "kept").unwrap(), &place, b"words", [1; 12]).unwrap();
        let opens =
            |token: &str, purpose: &str| crate::open(&key(token, purpose).unwrap(), &place, &sealed).is_ok();
        assert!(opens(&token, "kept"));
        assert!(!opens(&other, "kept"));
        assert!(!opens(&token, "other"));
    }

    #[test]
    fn only_one_spelling_is_a_token() {
        let token = spell(&[0xab; TOKEN_BYTES]);
        for wrong in [
            &token.to_uppercase(),
            &token[1..],
            "",
            &format!("{}g", &token[1..]),
        ] {
            assert_eq!(hash(wrong), None);
            assert_eq!(companion(wrong, "form"), None);
            assert!(key(wrong, "kept").is_none());
        }
    }
}
