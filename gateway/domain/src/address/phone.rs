//! Telephone numbers of the United Kingdom, national or international, kept as `+44…`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MatchKey;
use crate::masked::Masked;

/// A text that is not a telephone number that we ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a United Kingdom telephone number of a person: write it as 07700 900123, 01632 960001 or +44 7700 900123, \
     digits with spaces, hyphens or brackets; no extension, no premium rate, no other country"
)]
pub struct BadPhone;

/// One telephone number in international form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(Masked);

impl PhoneNumber {
    /// Reads a number from outside, national or international.
    pub fn parse(text: &str) -> Result<Self, BadPhone> {
        if text.len() > 40 {
            return Err(BadPhone);
        }
        let text = text
            .trim_matches(' ')
            .replacen("(0)", "", usize::from(text.contains("44")));
        let plus = text.starts_with('+');
        let body = text.strip_prefix('+').unwrap_or(&text);
        if !body
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.'))
        {
            return Err(BadPhone);
        }
        let digits: String = body.chars().filter(char::is_ascii_digit).collect();
        let national = if plus {
            digits.strip_prefix("44")
        } else if let Some(rest) = digits.strip_prefix("0044") {
            Some(rest)
        } else {
            digits.strip_prefix('0')
        };
        let national = national.ok_or(BadPhone)?;
        let lengths = match national.as_bytes().first() {
            Some(b'1' | b'8') => 9..=10,
            Some(b'2' | b'3' | b'5' | b'7') => 10..=10,
            _ => return Err(BadPhone),
        };
        if lengths.contains(&national.len()) {
            Ok(Self(Masked::new(format!("+44{national}"))))
        } else {
            Err(BadPhone)
        }
    }

    /// The number as `+44…`.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Whether a text message can reach it: 071 to 075, 077 to 079 and 07624.
    pub fn is_mobile(&self) -> bool {
        let national = &self.reveal()[3..];
        national.starts_with("7624")
            || (national.starts_with('7') && !national.starts_with("70") && !national.starts_with("76"))
    }

    /// What this number is recognised by: the same for every way of writing it.
    pub fn match_keys(&self) -> Vec<MatchKey> {
        vec![MatchKey::new("phone", self.reveal())]
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber([masked])")
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = BadPhone;
    fn try_from(text: String) -> Result<Self, BadPhone> {
        Self::parse(Masked::new(text).reveal())
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.reveal().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_and_international_writing_is_one_number() {
        for text in [
            "07700 900123",
            "+447700900123",
            "0044 7700 900 123",
            "+44 (0)7700-900123",
            "(07700) 900123",
            "07700.900123",
        ] {
            let number = PhoneNumber::parse(text).unwrap();
            assert_eq!(number.reveal(), "+447700900123", "{text}");
            assert!(number.is_mobile());
        }
        assert!(!PhoneNumber::parse("01632 960001").unwrap().is_mobile());
    }

    #[test]
    fn what_nobody_answers_is_refused() {
        for text in [
            "",
            "999",
            "07700 90012",
            "07700 9001234",
            "+1 202 555 0100",
            "7700900123",
            "0900 960 0001",
            "07700 900123 x4",
            "o7700 900123",
            "+44 07700 900123",
            "07700\u{2011}900123",
            "07700 900123\n",
            "++447700900123",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(BadPhone), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[0-9+() .x\n-]{0,24}|.{0,24}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                let _ = number.is_mobile();
                proptest::prop_assert_eq!(PhoneNumber::parse(number.reveal()).unwrap(), number);
            }
        }
    }
}
