//! Scrutiny of what was sent (requirement C13): advisers whom an Area named read samples in which nobody can be recognised, and
//! say what they think of them.
//!
//! The questions follow what the inspectorate measured and found wanting in letters to victims (HMCPSI 2018 and 2020): mistakes,
//! words of the law, thin explanations, little empathy. Whether a letter was on time is not asked: the program knows.

use std::collections::BTreeSet;

use crate::address::chars::folded_words;
use crate::address::postcodes_in;
use crate::draft::{FindingKind, ForeignFacts, OwnFacts, content_check, dates_in};
use crate::mailbox::urns_in;
use crate::people::PersonName;

/// Most characters of what a reviewer adds.
pub const COMMENT_CHARS_MAX: usize = 1_000;
/// A part of a name that is shorter is found everywhere.
const NAME_CHARS_MIN: usize = 3;
/// As many digits in a row are a telephone number or a reference.
const DIGITS_MIN: usize = 5;

/// Names that are everyday words as well: they count where they are written like a name.
const EVERYDAY: [&str; 20] = [
    "black", "brown", "day", "faith", "grace", "green", "hope", "joy", "law", "long", "mark", "may", "rose",
    "short", "summer", "victor", "white", "will", "wise", "young",
];

/// What a reviewer is asked about a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Free of mistakes, as far as can be seen.
    Correct,
    /// In plain words, each word of the law explained.
    Plain,
    /// Explained fully enough to be understood.
    Explained,
    /// Kind.
    Empathy,
    /// Clear about what comes next and whom to ask.
    Next,
    /// All in all good enough.
    Standard,
}

impl Dimension {
    /// Every one, in the order in which they are asked.
    pub const ALL: [Self; 6] = [
        Self::Correct,
        Self::Plain,
        Self::Explained,
        Self::Empathy,
        Self::Next,
        Self::Standard,
    ];

    /// Its name in forms and in the contact log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Plain => "plain-words",
            Self::Explained => "explained",
            Self::Empathy => "empathy",
            Self::Next => "what-is-next",
            Self::Standard => "good-enough",
        }
    }
}

/// What a reviewer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Score {
    /// Yes.
    Yes,
    /// In part.
    Partly,
    /// No.
    No,
    /// It does not show in a letter without names, or does not arise.
    CannotTell,
}

impl Score {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Yes, Self::Partly, Self::No, Self::CannotTell];

    /// Its name in forms and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
            Self::CannotTell => "cannot-tell",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|score| score.as_str() == text)
    }
}

/// One answer for each of [`Dimension::ALL`].
pub type Scores = [Score; Dimension::ALL.len()];

/// By what somebody could be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trace {
    /// A name, or a part of one, of anybody in this case or of another case.
    Name,
    /// A reference of a case.
    Reference,
    /// An address, a number or a postcode.
    Contact,
    /// A day.
    Day,
    /// A place or a routine: school, work, church.
    Place,
}

/// What a program can find of it in freely written words; rare facts a person alone can find. `own.names` and the defence side
/// in `others` say whose names are looked for, each word of them by itself.
pub fn traces(words: &str, own: &OwnFacts, others: &ForeignFacts) -> BTreeSet<Trace> {
    let mut found = BTreeSet::new();
    for finding in content_check(words, own, others) {
        found.extend(match finding.kind {
            FindingKind::AddresseeIsDefendant | FindingKind::Evidence => None,
            FindingKind::ForeignName | FindingKind::DefendantName => Some(Trace::Name),
            FindingKind::ForeignUrn | FindingKind::OwnUrn => Some(Trace::Reference),
            FindingKind::DefenceContact | FindingKind::OwnEmail | FindingKind::OwnPhone => {
                Some(Trace::Contact)
            }
            FindingKind::OwnDateOfBirth => Some(Trace::Day),
            FindingKind::OwnAddress | FindingKind::OwnPlace | FindingKind::PlaceOrRoutine => {
                Some(Trace::Place)
            }
        });
    }
    let people = own.names.iter().chain([&own.addressee]).chain(others.defence());
    let parts: BTreeSet<String> = people
        .flat_map(PersonName::words)
        .filter(|part| part.chars().count() >= NAME_CHARS_MIN)
        .collect();
    if words
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| is_named(word, &parts))
    {
        found.insert(Trace::Name);
    }
    if !urns_in(words).is_empty() {
        found.insert(Trace::Reference);
    }
    if words.contains('@') || !postcodes_in(words).is_empty() || has_number(words) {
        found.insert(Trace::Contact);
    }
    if !dates_in(words).is_empty() {
        found.insert(Trace::Day);
    }
    found
}

/// Whether a word is a part of a name.
fn is_named(word: &str, parts: &BTreeSet<String>) -> bool {
    let like_a_name = word.starts_with(char::is_uppercase);
    folded_words(word)
        .iter()
        .any(|word| parts.contains(word) && (like_a_name || !EVERYDAY.contains(&word.as_str())))
}

/// Whether digits stand in a row, however they are parted.
fn has_number(words: &str) -> bool {
    let mut row = 0;
    words.chars().any(|c| {
        row = match c {
            c if c.is_ascii_digit() => row + 1,
            ' ' | '-' | '(' | ')' => row,
            _ => 0,
        };
        row >= DIGITS_MIN
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::safety::DenySet;
    use crate::urn::Urn;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).expect("a name")
    }

    fn own() -> OwnFacts {
        OwnFacts {
            addressee: name("Amara"),
            names: vec![name("Amara Osei"), name("Ruth Okafor")],
            urn: Urn::parse("01AB1234567").expect("a URN"),
            emails: Vec::new(),
            phones: Vec::new(),
            addresses: Vec::new(),
            born: None,
            places: Vec::new(),
        }
    }

    fn others() -> ForeignFacts {
        let mut deny = DenySet::new();
        deny.add_name(&name("Callum Reid"));
        ForeignFacts::new(&[], &[], deny)
    }

    fn found(words: &str) -> Vec<Trace> {
        traces(words, &own(), &others()).into_iter().collect()
    }

    #[test]
    fn a_part_of_a_name_of_anybody_in_the_case_is_enough_to_be_recognised() {
        for words in [
            "Amara told us",
            "what OSEI said",
            "Reid denies it",
            "as Ruth explained",
        ] {
            assert_eq!(found(words), [Trace::Name], "{words}");
        }
    }

    #[test]
    fn references_numbers_addresses_days_and_places_are_found() {
        for (words, trace) in [
            ("see 01XY7654321", Trace::Reference),
            ("write to dana@isva.example", Trace::Contact),
            ("call 020 7946 0018", Trace::Contact),
            ("she lives near SW1A 1AA", Trace::Contact),
            ("on 14 March 2026", Trace::Day),
            ("after she left school", Trace::Place),
        ] {
            assert!(found(words).contains(&trace), "{words}: {:?}", found(words));
        }
    }

    #[test]
    fn a_name_that_is_an_everyday_word_counts_where_it_is_written_like_a_name() {
        let mut own = own();
        own.names.push(name("Will May"));
        let found = |words: &str| traces(words, &own, &others()).contains(&Trace::Name);
        assert!(!found("the trial will be listed, and may move"));
        assert!(found("as Will said"));
    }

    #[test]
    fn plain_reasons_have_none() {
        assert_eq!(
            found("There was not enough evidence for a realistic prospect of conviction."),
            []
        );
    }

    proptest! {
        #[test]
        fn a_name_is_found_wherever_it_stands(before in "[a-z ]{0,40}", after in "[a-z ]{0,40}") {
            let words = format!("{before} Osei {after}");
            prop_assert!(traces(&words, &own(), &others()).contains(&Trace::Name));
        }
    }
}
