//! The unique reference number of a case.
//!
//! The pattern is the one that the casework application checks: two digits, two letters or digits, seven
//! digits, then perhaps `M`, `(M)`, `S` or `(S)`, then perhaps `/n` or `/nn`. What `M` and `S` mean is not
//! stated there, so they are kept and never interpreted. There is no check digit: a slip of one digit is
//! another valid reference, which is why a URN alone never selects a case.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Characters of the root: two digits, two alphanumerics, seven digits.
const ROOT_LEN: usize = 11;

/// A text that is not a URN. It does not repeat the text, which may identify a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a case reference (a text of {chars} characters): a URN is two digits, two letters or digits, seven digits, \
     then perhaps M, (M), S or (S), then perhaps a stroke and one or two digits, without spaces, as in 01AB1234526/1"
)]
pub struct BadUrn {
    chars: usize,
}

/// A case reference in upper case, with its suffix. `Debug` hides it: whoever holds defence papers knows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Urn(String);

impl Urn {
    /// Reads a reference from outside. Lower case is raised; nothing else is repaired or guessed.
    pub fn parse(text: &str) -> Result<Self, BadUrn> {
        let bad = BadUrn {
            chars: text.chars().count(),
        };
        if !text.is_ascii() || text.len() > ROOT_LEN + 6 {
            return Err(bad);
        }
        let upper = text.to_ascii_uppercase();
        let (Some(root), Some(rest)) = (upper.get(..ROOT_LEN), upper.get(ROOT_LEN..)) else {
            return Err(bad);
        };
        if is_root(root.as_bytes()) && is_suffix(rest) {
            Ok(Self(upper))
        } else {
            Err(bad)
        }
    }

    /// The first eleven characters, which several defendants of one case share.
    pub fn root(&self) -> &str {
        &self.0[..ROOT_LEN]
    }

    /// The whole reference with its suffix. For matching and for the screen of whoever may see the case;
    /// never for a subject line, a text message or a log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_root(root: &[u8]) -> bool {
    root.iter().enumerate().all(|(at, b)| match at {
        2 | 3 => b.is_ascii_digit() || b.is_ascii_uppercase(),
        _ => b.is_ascii_digit(),
    })
}

fn is_suffix(rest: &str) -> bool {
    let rest = ["(M)", "(S)", "M", "S"]
        .iter()
        .find_map(|letter| rest.strip_prefix(letter))
        .unwrap_or(rest);
    match rest.strip_prefix('/') {
        None => rest.is_empty(),
        Some(number) => (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()),
    }
}

impl fmt::Debug for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Urn([{} characters])", self.0.len())
    }
}

impl TryFrom<String> for Urn {
    type Error = BadUrn;
    fn try_from(text: String) -> Result<Self, BadUrn> {
        Self::parse(&text)
    }
}

impl From<Urn> for String {
    fn from(urn: Urn) -> Self {
        urn.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_casework_accepts_is_read_and_keeps_its_suffix() {
        for text in [
            "44RG9895426",
            "42MZ1139323/1",
            "01A12345678",
            "0112345678 9".replace(' ', "").as_str(),
            "011A2345678",
            "44RG9895426M",
            "44RG9895426(M)",
            "44RG9895426S/12",
            "44RG9895426(S)/1",
        ] {
            let urn = Urn::parse(text).unwrap();
            assert_eq!(urn.as_str(), text);
            assert_eq!(urn.root(), &text[..11]);
        }
    }

    #[test]
    fn lower_case_is_raised_and_nothing_else_is_repaired() {
        assert_eq!(
            Urn::parse("44rg9895426(m)/1").unwrap().as_str(),
            "44RG9895426(M)/1"
        );
        for text in [
            "",
            "44RG989542",
            "44RG98954261",
            "44RG9895426N",
            "44RG9895426/",
            "44RG9895426/222",
            " 44RG9895426",
            "44RG9895426 ",
            "44 RG 98954 26",
            "44RG9895426(M",
            "44RG9895426MS",
            "A4RG9895426",
            "44RGO895426",
            "44RG9895426/1\n",
            "44RG989542\u{0666}",
            "44\u{00c9}G9895426",
        ] {
            let fault = Urn::parse(text).unwrap_err();
            assert!(
                text.is_empty() || !fault.to_string().contains(text),
                "the fault repeats the text"
            );
        }
    }

    #[test]
    fn a_reference_does_not_show_itself() {
        assert!(!format!("{:?}", Urn::parse("44RG9895426").unwrap()).contains("9895426"));
    }

    proptest::proptest! {
        #[test]
        fn reading_any_text_never_panics(text in ".{0,24}") {
            if let Ok(urn) = Urn::parse(&text) {
                proptest::prop_assert_eq!(Urn::parse(urn.as_str()).unwrap(), urn);
            }
        }
    }
}
