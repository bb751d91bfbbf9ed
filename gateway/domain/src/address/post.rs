//! Postal addresses of the United Kingdom: lines and a postcode.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::MatchKey;
use super::chars::{folded_words, is_hidden};
use crate::masked::Masked;

/// Why a list of lines is not a postal address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPost {
    /// Too few or too many lines.
    #[error("a postal address has 3 to 7 lines, the postcode in the last")]
    Lines,
    /// An empty or overlong line, or one with a control character.
    #[error("line {0} of the address is empty, longer than 80 characters, or holds a control character")]
    Line(usize),
    /// The last line is no postcode.
    #[error("the last line of the address is a United Kingdom postcode, as in ZZ9 9ZZ")]
    Postcode,
}

/// A postal address; the last line is its postcode in the usual writing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct PostalAddress(Vec<Masked>);

impl PostalAddress {
    /// Reads the lines of an address.
    pub fn parse<T: AsRef<str>>(lines: &[T]) -> Result<Self, BadPost> {
        if !(3..=7).contains(&lines.len()) {
            return Err(BadPost::Lines);
        }
        let mut kept = Vec::with_capacity(lines.len());
        for (at, line) in lines.iter().enumerate() {
            let line = line.as_ref().trim();
            if line.is_empty() || line.chars().count() > 80 || line.chars().any(is_hidden) {
                return Err(BadPost::Line(at + 1));
            }
            kept.push(Masked::new(line));
        }
        let postcode = kept
            .pop()
            .and_then(|last| postcode(last.reveal()))
            .ok_or(BadPost::Postcode)?;
        kept.push(Masked::new(postcode));
        Ok(Self(kept))
    }

    /// All lines, the postcode last.
    pub fn reveal(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Masked::reveal)
    }

    /// The postcode in the usual writing.
    pub fn postcode(&self) -> &str {
        self.0.last().map_or("", Masked::reveal)
    }

    /// What this address is recognised by: its postcode with each number before it (house or flat, letters
    /// after the number left out), or with the first line when there is no number. It refuses a neighbour
    /// now and then, for a person to look at, rather than miss a household.
    pub fn match_keys(&self) -> Vec<MatchKey> {
        let postcode = self.postcode().replace(' ', "");
        let mut keys = BTreeSet::from([MatchKey::new("postcode", &postcode)]);
        let before = &self.0[..self.0.len() - 1];
        let numbers: BTreeSet<String> = before
            .iter()
            .flat_map(|line| folded_words(line.reveal()))
            .map(|word| word.chars().take_while(char::is_ascii_digit).collect::<String>())
            .map(|digits| digits.trim_start_matches('0').to_owned())
            .filter(|digits| !digits.is_empty())
            .collect();
        for number in &numbers {
            keys.insert(MatchKey::new("post", &format!("{postcode}/{number}")));
        }
        if numbers.is_empty() {
            let house = before
                .first()
                .map(|line| folded_words(line.reveal()).concat())
                .unwrap_or_default();
            keys.insert(MatchKey::new("post", &format!("{postcode}/{house}")));
        }
        keys.into_iter().collect()
    }
}

/// The postcode in a text that is nothing else, as `AB1 2CD`.
fn postcode(text: &str) -> Option<String> {
    let all: String = text
        .chars()
        .filter(|c| *c != ' ')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    if !all.is_ascii() || !(5..=7).contains(&all.len()) {
        return None;
    }
    let (out, inward) = all.split_at(all.len() - 3);
    let letter = |b: &u8| b.is_ascii_uppercase();
    let inward_ok = matches!(inward.as_bytes(), [d, a, b] if d.is_ascii_digit() && letter(a) && letter(b));
    let tail_ok = |rest: &[u8]| match rest {
        [d] => d.is_ascii_digit(),
        [d, e] => d.is_ascii_digit() && (e.is_ascii_digit() || letter(e)),
        _ => false,
    };
    let out_ok = match out.as_bytes() {
        [a, b, rest @ ..] if letter(a) && letter(b) => tail_ok(rest),
        [a, rest @ ..] if letter(a) => tail_ok(rest),
        _ => false,
    };
    (inward_ok && out_ok).then(|| format!("{out} {inward}"))
}

/// Every postcode that stands in a free text, without its space.
pub(crate) fn postcodes_in(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let alone = words.iter().filter_map(|word| postcode(word));
    let pairs = words
        .windows(2)
        .filter_map(|pair| postcode(&format!("{}{}", pair[0], pair[1])));
    alone.chain(pairs).map(|found| found.replace(' ', "")).collect()
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddress([masked])")
    }
}

impl TryFrom<Vec<String>> for PostalAddress {
    type Error = BadPost;
    fn try_from(lines: Vec<String>) -> Result<Self, BadPost> {
        Self::parse(&lines)
    }
}

impl From<PostalAddress> for Vec<String> {
    fn from(address: PostalAddress) -> Self {
        address.reveal().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(lines: &[&str]) -> PostalAddress {
        PostalAddress::parse(lines).unwrap()
    }

    fn same_household(a: &PostalAddress, b: &PostalAddress) -> bool {
        let keys = a.match_keys();
        b.match_keys()
            .iter()
            .any(|key| key.kind() == "post" && keys.contains(key))
    }

    #[test]
    fn postcodes_of_every_shape_are_written_the_usual_way() {
        for (given, usual) in [
            ("zz99zz", "ZZ9 9ZZ"),
            ("ZZ9  9ZZ", "ZZ9 9ZZ"),
            ("Z99ZZ", "Z9 9ZZ"),
            ("Z9Z 9ZZ", "Z9Z 9ZZ"),
            ("ZZ99 9ZZ", "ZZ99 9ZZ"),
            ("ZZ9Z 9ZZ", "ZZ9Z 9ZZ"),
        ] {
            assert_eq!(post(&["1 High Street", "Anytown", given]).postcode(), usual);
        }
    }

    #[test]
    fn what_is_not_an_address_says_which_line() {
        assert_eq!(
            PostalAddress::parse(&["1 High Street", "ZZ9 9ZZ"]),
            Err(BadPost::Lines)
        );
        assert_eq!(
            PostalAddress::parse(&["1 High Street", " ", "ZZ9 9ZZ"]),
            Err(BadPost::Line(2))
        );
        assert_eq!(
            PostalAddress::parse(&["1\u{202e}", "Town", "ZZ9 9ZZ"]),
            Err(BadPost::Line(1))
        );
        for postcode in ["Anytown", "ZZZ 9ZZ", "99 9ZZ", "ZZ9 ZZ9", "ZZ999ZZZ", "ŻZ9 9ZZ"] {
            assert_eq!(
                PostalAddress::parse(&["1 High St", "Town", postcode]),
                Err(BadPost::Postcode)
            );
        }
    }

    #[test]
    fn the_same_house_is_recognised_however_it_is_written() {
        let denied = post(&["Flat 3", "12a High Street", "Anytown", "ZZ9 9ZZ"]);
        assert!(same_household(
            &denied,
            &post(&["12 High St.", "Anytown", "zz99zz"])
        ));
        assert!(same_household(
            &denied,
            &post(&["3, High House", "Anytown", "ZZ9 9ZZ"])
        ));
        assert!(!same_household(
            &denied,
            &post(&["14 High Street", "Anytown", "ZZ9 9ZZ"])
        ));
        assert!(!same_household(
            &denied,
            &post(&["12 High Street", "Anytown", "ZZ9 9ZX"])
        ));
        let named = post(&["Rose Cottage", "Mill Lane", "ZZ8 8ZZ"]);
        assert!(same_household(
            &named,
            &post(&["ROSE  COTTAGE", "The Mill Lane", "ZZ8 8ZZ"])
        ));
    }

    #[test]
    fn postcodes_are_found_in_running_text() {
        let found = postcodes_in("She lives near zz9 9zz, not at Z99ZZ. Call 01632 960001.");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Z99ZZ", "ZZ99ZZ"]);
    }

    proptest::proptest! {
        #[test]
        fn no_lines_panic(lines in proptest::collection::vec(".{0,12}|[A-Z]{1,2}[0-9]{1,2} ?[0-9][A-Z]{2}", 0..8)) {
            if let Ok(address) = PostalAddress::parse(&lines) {
                proptest::prop_assert!(!address.match_keys().is_empty());
            }
            let _ = postcodes_in(&lines.join(" "));
        }
    }
}
