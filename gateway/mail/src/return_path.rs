//! A return path of its own for every try to deliver a message, which only we can make: `b-ID-TAG@DOMAIN`, where TAG is
//! the first 96 bits of an HMAC-SHA-256 over ID and DOMAIN. A bounce that comes to any other address is forged or lost,
//! and changes nothing (attack 7). It carries no date: whoever keeps the tries knows when each was.

use domain::address::EmailAddress;
use ring::hmac;

/// Bytes of the tag. 24 hexadecimal digits keep the local part within its 64 (RFC 5321 section 4.5.3.1.1).
const TAG_BYTES: usize = 12;
const ID_CHARS_MAX: usize = 36;

/// The secret that makes and knows our return paths.
pub struct ReturnPathKey(hmac::Key);

impl ReturnPathKey {
    /// From 32 secret random bytes, which outlive every message whose bounce may still come.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn tag(&self, id: &str, domain: &str) -> [u8; TAG_BYTES] {
        let whole = hmac::sign(&self.0, format!("return-path/v1\0{id}\0{domain}").as_bytes());
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&whole.as_ref()[..TAG_BYTES]);
        tag
    }
}

/// The address to which bounces of one try go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(EmailAddress);

impl ReturnPath {
    /// The address itself.
    pub fn address(&self) -> &EmailAddress {
        &self.0
    }
}

/// Why no return path was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReturnPathError {
    /// The identifier would not survive a mail server.
    #[error("an identifier in a return path is 1 to 36 digits and lower-case letters")]
    Id,
    /// The domain for bounces is not one.
    #[error("the domain for bounces must be a host name with at least one dot")]
    Domain,
}

/// Makes the return path of the try `id` at our domain for bounces.
pub fn make(key: &ReturnPathKey, id: &str, domain: &str) -> Result<ReturnPath, ReturnPathError> {
    if !is_id(id) {
        return Err(ReturnPathError::Id);
    }
    let domain = domain.to_ascii_lowercase();
    let text = format!("b-{id}-{}@{domain}", hex::encode(key.tag(id, &domain)));
    EmailAddress::parse(&text)
        .map(ReturnPath)
        .map_err(|_| ReturnPathError::Domain)
}

/// The try whose return path this is, or nothing when we did not make it. Servers may change the case
/// of an address, so case is ignored; the comparison takes the same time for every wrong tag.
pub fn verify(key: &ReturnPathKey, address: &str, domain: &str) -> Option<String> {
    let address = address.to_ascii_lowercase();
    let domain = domain.to_ascii_lowercase();
    let local = address.strip_suffix(&domain)?.strip_suffix('@')?;
    let (id, tag) = local.strip_prefix("b-")?.rsplit_once('-')?;
    let tag = hex::decode(tag)
        .ok()
        .filter(|tag| tag.len() == TAG_BYTES && is_id(id))?;
    let difference = key
        .tag(id, &domain)
        .iter()
        .zip(&tag)
        .fold(0, |sum, (ours, theirs)| sum | (ours ^ theirs));
    (std::hint::black_box(difference) == 0).then(|| id.to_owned())
}

fn is_id(id: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";
    const DOMAIN: &str = "bounce.gateway.test";

    #[test]
    fn we_know_our_own_return_path_in_any_case() {
        let key = ReturnPathKey::new(&[7; 32]);
        let path = make(&key, ID, DOMAIN).unwrap();
        let text = path.address().reveal();
        assert!(path.address().local().len() <= 64);
        assert_eq!(verify(&key, text, DOMAIN).as_deref(), Some(ID));
        assert_eq!(
            verify(&key, &text.to_ascii_uppercase(), DOMAIN).as_deref(),
            Some(ID)
        );
        assert_eq!(verify(&ReturnPathKey::new(&[8; 32]), text, DOMAIN), None);
        assert_eq!(verify(&key, text, "other.test"), None);
    }

    #[test]
    fn an_identifier_that_could_break_an_address_is_refused() {
        let key = ReturnPathKey::new(&[7; 32]);
        for bad in [
            "",
            "A",
            "a@b",
            "a-b",
            "a b",
            "é",
            "0123456789012345678901234567890123456",
        ] {
            assert_eq!(make(&key, bad, DOMAIN), Err(ReturnPathError::Id), "{bad:?}");
        }
        assert_eq!(make(&key, ID, "nodot"), Err(ReturnPathError::Domain));
    }

    proptest! {
        #[test]
        fn nobody_else_makes_one(address in "(b-)?[0-9a-f-]{0,64}@bounce\\.gateway\\.test|\\PC{0,40}") {
            prop_assert_eq!(verify(&ReturnPathKey::new(&[7; 32]), &address, DOMAIN), None);
        }

        #[test]
        fn one_changed_character_breaks_it(at in 0_usize..59, with in "[0-9a-z]") {
            let key = ReturnPathKey::new(&[7; 32]);
            let mut text = make(&key, ID, DOMAIN).unwrap().address().reveal().to_owned();
            prop_assume!(text[at..=at] != *with);
            text.replace_range(at..=at, &with);
            prop_assert_eq!(verify(&key, &text, DOMAIN), None);
        }
    }
}
