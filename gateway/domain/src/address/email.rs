//! Email addresses, by a grammar narrower than RFC 5321 section 4.1.2 (attack 3).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MatchKey;
use super::chars::folded_words;
use crate::masked::Masked;

const LEN_MAX: usize = 254;
const LOCAL_MAX: usize = 64;
const LABEL_MAX: usize = 63;

/// Why a text is not an email address that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEmail {
    /// Nothing there, or more than 254 characters.
    #[error("an email address has 3 to 254 characters")]
    Length,
    /// A character outside ASCII, a control character or a space.
    #[error("an email address holds no spaces, control characters or letters outside a to z")]
    Character,
    /// Not exactly one `@`.
    #[error("an email address has exactly one @")]
    At,
    /// The part before the `@`.
    #[error(
        "before the @ stand 1 to 64 letters, digits or . _ + - ' = with no dot at either end or doubled; quotation \
         marks, percent signs and source routes are refused"
    )]
    Local,
    /// The part after the `@`.
    #[error(
        "after the @ stand two or more names of letters, digits and hyphens with dots between, the last not a number; \
         addresses in brackets and encoded international names (xn--) are refused"
    )]
    Domain,
}

/// One mailbox. The domain is in lower case; the local part stays as it was given.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(Masked);

impl EmailAddress {
    /// Reads an address from outside.
    pub fn parse(text: &str) -> Result<Self, BadEmail> {
        if !(3..=LEN_MAX).contains(&text.len()) {
            return Err(BadEmail::Length);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadEmail::Character);
        }
        let (local, domain) = text.split_once('@').ok_or(BadEmail::At)?;
        if domain.contains('@') {
            return Err(BadEmail::At);
        }
        if local.len() > LOCAL_MAX || !local.split('.').all(is_atom) {
            return Err(BadEmail::Local);
        }
        let last_is_number = domain
            .rsplit('.')
            .next()
            .is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if !domain.contains('.') || last_is_number || !domain.split('.').all(is_label) {
            return Err(BadEmail::Domain);
        }
        Ok(Self(Masked::new(format!(
            "{local}@{}",
            domain.to_ascii_lowercase()
        ))))
    }

    /// The address itself, for the envelope and for whoever may see it.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.reveal().rsplit('@').next().unwrap_or_default()
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.reveal().split('@').next().unwrap_or_default()
    }

    /// What this address is recognised by: itself without case, without the dots and `+tag` of its local
    /// part (they reach the same person at many providers), and the name that it spells. Only ever for
    /// refusing.
    pub fn match_keys(&self) -> Vec<MatchKey> {
        let local = self.local().to_ascii_lowercase();
        let domain = if self.domain() == "googlemail.com" {
            "gmail.com"
        } else {
            self.domain()
        };
        let untagged = local.split('+').next().unwrap_or_default();
        let folded = untagged.replace('.', "");
        let mut keys = vec![
            MatchKey::new("email", &format!("{local}@{domain}")),
            MatchKey::new("domain", self.domain()),
        ];
        if !folded.is_empty() {
            keys.push(MatchKey::new("email", &format!("{folded}@{domain}")));
        }
        let letters: String = untagged
            .chars()
            .map(|c| if c.is_ascii_digit() || c == '_' { ' ' } else { c })
            .collect();
        keys.extend(crate::people::name_keys(&folded_words(&letters)));
        keys.sort();
        keys.dedup();
        keys
    }
}

fn is_atom(atom: &str) -> bool {
    !atom.is_empty()
        && atom
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'\'' | b'='))
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_MAX).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress([masked])")
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = BadEmail;
    fn try_from(text: String) -> Result<Self, BadEmail> {
        Self::parse(Masked::new(text).reveal())
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.reveal().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_addresses_are_read_and_keep_the_case_of_their_local_part() {
        for text in [
            "a@b.example",
            "Mary.O'Brien+cps@mail.test",
            "x_1-2@a-b.example",
            "v=1+9@return.gateway.test",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().reveal(), text);
        }
        assert_eq!(
            EmailAddress::parse("Mary@EXAMPLE.Test").unwrap().reveal(),
            "Mary@example.test"
        );
    }

    #[test]
    fn whatever_could_reach_another_mailbox_or_another_command_is_refused() {
        use BadEmail::{At, Character, Domain, Length, Local};
        let long = format!("{}@example.test", "a".repeat(65));
        let longer = format!("a@{}.test", ["a"; 130].join("."));
        for (text, fault) in [
            ("", Length),
            ("a@", Length),
            (longer.as_str(), Length),
            (long.as_str(), Local),
            ("v@x.test>\r\nRCPT TO:<w@x.test", Character),
            ("v@x.test\n", Character),
            ("v @x.test", Character),
            ("v\u{0}@x.test", Character),
            ("v\u{202e}@x.test", Character),
            ("é@x.test", Character),
            ("v@ехаmple.test", Character),
            ("v@x.test\u{2028}", Character),
            ("v\u{85}@x.test", Character),
            ("nobody.test", At),
            ("a@b@c.test", At),
            ("@a.test:v@b.test", At),
            ("a@x.test,b@x.test", At),
            ("\"a\"@x.test", Local),
            ("a%b@x.test", Local),
            ("b!a@x.test", Local),
            (".a@x.test", Local),
            ("a..b@x.test", Local),
            ("a.@x.test", Local),
            ("<a@x.test", Local),
            ("@x.test", Local),
            ("a@[127.0.0.1]", Domain),
            ("a@127.0.0.1", Domain),
            ("a@localhost", Domain),
            ("a@-x.test", Domain),
            ("a@x..test", Domain),
            ("a@x.test.", Domain),
            ("a@xn--80ak6aa92e.test", Domain),
            ("a@x.test;b", Domain),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap_err(), fault, "{text:?}");
        }
    }

    #[test]
    fn case_dots_tags_and_the_name_it_spells_betray_a_denied_address() {
        let denied = EmailAddress::parse("John.Smith@gmail.com").unwrap().match_keys();
        for near in [
            "johnsmith@gmail.com",
            "j.o.h.n.smith+shop@GMAIL.com",
            "John.Smith@googlemail.com",
            "smith_john7@x.test",
        ] {
            let keys = EmailAddress::parse(near).unwrap().match_keys();
            assert!(
                keys.iter()
                    .any(|key| key.kind() != "domain" && denied.contains(key)),
                "{near}"
            );
        }
        let other = EmailAddress::parse("mary@gmail.com").unwrap().match_keys();
        assert!(
            other
                .iter()
                .all(|key| key.kind() == "domain" || !denied.contains(key))
        );
    }

    #[test]
    fn an_address_does_not_show_itself() {
        let address = EmailAddress::parse("mary@example.test").unwrap();
        assert!(!format!("{address:?} {:?}", address.match_keys()).contains("mary"));
        assert!(serde_json::from_str::<EmailAddress>("\"mary@@example.test\"").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_is_one_plain_mailbox(text in ".{0,80}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.reveal()).unwrap(), address);
            }
        }

        #[test]
        fn near_misses_never_panic_and_never_hold_a_second_command(text in "[a-zA-Z0-9@.<>\"\\\\\\[\\]:,%!\r\n +é\u{202e}-]{0,60}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let plain = address.reveal();
                prop_assert_eq!(plain.matches('@').count(), 1);
                prop_assert!(plain.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"\\[]:,%!".contains(&b)));
                prop_assert!(!address.match_keys().is_empty());
            }
        }
    }
}
