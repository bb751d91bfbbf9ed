//! Names of persons: safe for a header, hidden from logs, comparable without case, accents or spacing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::address::MatchKey;
use crate::address::chars::{folded_words, is_hidden};
use crate::masked::Masked;

/// A text that cannot stand as a person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has 1 to 100 characters with at least one letter, and none that divides lines, hides, changes the \
     direction of writing, or is one of < > @ \" ; {{ }} \\"
)]
pub struct BadName;

/// A person's name. Whatever alphabet it is in, it is one line and can reach a header safely.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(Masked);

impl PersonName {
    /// Reads a name; outer spaces are taken off and runs of spaces become one.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        if text.len() > 1000 || text.chars().any(is_hidden) {
            return Err(BadName);
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let bad = |c: char| matches!(c, '<' | '>' | '@' | '"' | ';' | '{' | '}' | '\\');
        if text.chars().count() > 100 || text.chars().any(bad) || !text.chars().any(char::is_alphabetic) {
            return Err(BadName);
        }
        Ok(Self(Masked::new(text)))
    }

    /// The name itself.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Its words without case, accents and signs.
    pub fn words(&self) -> Vec<String> {
        folded_words(self.reveal())
    }

    /// What this name is recognised by.
    pub fn match_keys(&self) -> Vec<MatchKey> {
        name_keys(&self.words())
    }
}

/// The keys of a name's folded words: run together as they stand, and in the order of the alphabet, so that
/// `Smith, John` and `john smith` meet.
pub(crate) fn name_keys(words: &[String]) -> Vec<MatchKey> {
    let joined = words.concat();
    if joined.is_empty() {
        return Vec::new();
    }
    let mut sorted = words.to_vec();
    sorted.sort();
    let mut keys = vec![
        MatchKey::new("name", &joined),
        MatchKey::new("name", &sorted.concat()),
    ];
    keys.dedup();
    keys
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName([masked])")
    }
}

impl TryFrom<String> for PersonName {
    type Error = BadName;
    fn try_from(text: String) -> Result<Self, BadName> {
        Self::parse(Masked::new(text).reveal())
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.reveal().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_alphabet_are_kept_and_their_spacing_made_even() {
        for (given, kept) in [
            ("  Siân   Ŵyn ", "Siân Ŵyn"),
            ("Олена", "Олена"),
            ("O’Brien-Smith, Jr.", "O’Brien-Smith, Jr."),
        ] {
            assert_eq!(PersonName::parse(given).unwrap().reveal(), kept);
        }
    }

    #[test]
    fn a_name_cannot_carry_a_header_or_turn_the_writing_round() {
        for text in [
            "",
            " ",
            "12",
            "A\r\nBcc: e@x",
            "A\nB",
            "A\u{202e}B",
            "A\u{2028}B",
            "A\u{0}",
            "Ann <a@b.test>",
            "{{x}}",
        ] {
            assert_eq!(PersonName::parse(text), Err(BadName), "{text:?}");
        }
        assert_eq!(PersonName::parse(&"a".repeat(101)), Err(BadName));
    }

    #[test]
    fn the_same_name_is_recognised_in_another_writing() {
        let keys = PersonName::parse("Zoë O'Brien").unwrap().match_keys();
        for near in ["zoe obrien", "ZOE  O’BRIEN", "O'Brien, Zoë", "ZoeOBrien"] {
            assert!(
                PersonName::parse(near)
                    .unwrap()
                    .match_keys()
                    .iter()
                    .any(|key| keys.contains(key)),
                "{near}"
            );
        }
        assert!(
            PersonName::parse("Zoe Bryan")
                .unwrap()
                .match_keys()
                .iter()
                .all(|key| !keys.contains(key))
        );
    }
}
