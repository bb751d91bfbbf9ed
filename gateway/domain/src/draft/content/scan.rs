//! Looking through one piece of text.

use std::collections::BTreeSet;

use super::super::dates::dates_in;
use super::{FindingKind, ForeignFacts, OwnFacts, orders};
use crate::address::chars::folded_words;
use crate::address::{EmailAddress, MatchKey, PhoneNumber, postcodes_in};
use crate::masked::Masked;
use crate::people::PersonName;

/// The longest name that is looked for, in words.
const NAME_WORDS_MAX: usize = 6;
const TITLES: [&str; 10] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "sir",
    "lady",
    "y",
    "defendant",
];
/// Words that tell where somebody is or when: a person reads the sentence again (I12).
const ROUTINE: [&str; 22] = [
    "lives at",
    "lives in",
    "living at",
    "works at",
    "works in",
    "workplace",
    "her work",
    "his work",
    "school",
    "nursery",
    "college",
    "gym",
    "church",
    "mosque",
    "refuge",
    "new address",
    "new home",
    "new flat",
    "new house",
    "moved to",
    "moving to",
    "staying with",
];

/// Words of evidence. An adviser who knows it can be said to have coached the witness (isva-practice.md 2.3).
const EVIDENCE: [&str; 18] = [
    "statement",
    "statements",
    "transcript",
    "interview",
    "forensic",
    "forensics",
    "medical",
    "injury",
    "injuries",
    "dna",
    "swab",
    "exhibit",
    "exhibits",
    "cctv",
    "phone download",
    "counselling notes",
    "therapy notes",
    "defence case",
];

pub(super) fn speaks_of_evidence(line: &str) -> bool {
    let words = folded_words(line);
    EVIDENCE
        .iter()
        .any(|run| contains_run(&words, &folded_words(run)))
}

pub(super) fn kinds_in(text: &str, own: &OwnFacts, others: &ForeignFacts) -> BTreeSet<FindingKind> {
    let mut kinds = BTreeSet::new();
    let words = folded_words(text);
    find_names(&words, own, others, &mut kinds);
    find_urns(text, own, others, &mut kinds);
    find_contacts(text, own, others, &mut kinds);
    find_places(text, &words, own, &mut kinds);
    kinds
}

fn find_names(words: &[String], own: &OwnFacts, others: &ForeignFacts, kinds: &mut BTreeSet<FindingKind>) {
    let own_names: BTreeSet<Masked> = own
        .names
        .iter()
        .chain([&own.addressee])
        .map(|name| Masked::new(name.words().join(" ")))
        .collect();
    for length in 2..=NAME_WORDS_MAX.min(words.len()) {
        for run in words.windows(length) {
            let run = Masked::new(run.join(" "));
            if others.names.contains(&run) && !own_names.contains(&run) {
                kinds.insert(FindingKind::ForeignName);
            }
        }
    }
    let own_words: BTreeSet<String> = own
        .names
        .iter()
        .chain([&own.addressee])
        .flat_map(PersonName::words)
        .collect();
    let names_defendant = |name: &PersonName| {
        let name = name.words();
        let whole = |order: Masked| contains_run(words, &folded_words(order.reveal()));
        let (Some(first), Some(last)) = (name.first(), name.last()) else {
            return false;
        };
        let titled = words.windows(2).any(|pair| {
            let initial = pair[0].chars().count() == 1 && first.starts_with(pair[0].as_str());
            pair[1] == *last && (TITLES.contains(&pair[0].as_str()) || initial) && !own_words.contains(last)
        });
        titled || orders(&name).into_iter().any(whole)
    };
    if others.deny.names().iter().any(names_defendant) {
        kinds.insert(FindingKind::DefendantName);
    }
}

fn contains_run(words: &[String], run: &[String]) -> bool {
    !run.is_empty() && words.windows(run.len()).any(|window| window == run)
}

fn find_urns(text: &str, own: &OwnFacts, others: &ForeignFacts, kinds: &mut BTreeSet<FindingKind>) {
    let plain: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    if plain.contains(own.urn.root()) {
        kinds.insert(FindingKind::OwnUrn);
    }
    let runs = (0..plain.len().saturating_sub(10)).filter_map(|at| plain.get(at..at + 11));
    if runs
        .into_iter()
        .any(|run| run != own.urn.root() && others.urns.contains(&Masked::new(run)))
    {
        kinds.insert(FindingKind::ForeignUrn);
    }
}

fn find_contacts(text: &str, own: &OwnFacts, others: &ForeignFacts, kinds: &mut BTreeSet<FindingKind>) {
    let mut meet = |keys: &[MatchKey], mine: Vec<MatchKey>, kind: FindingKind| {
        if keys
            .iter()
            .any(|key| matches!(key.kind(), "email" | "phone") && mine.contains(key))
        {
            kinds.insert(kind);
        }
        if others.deny.meets(keys) {
            kinds.insert(FindingKind::DefenceContact);
        }
    };
    let edges = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '=' | '\''));
    for token in
        text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"'))
    {
        if let Ok(address) = EmailAddress::parse(token.trim_matches(edges)) {
            let mine = own.emails.iter().flat_map(EmailAddress::match_keys).collect();
            meet(&address.match_keys(), mine, FindingKind::OwnEmail);
        }
    }
    for number in numbers_in(text) {
        let mine = own.phones.iter().flat_map(PhoneNumber::match_keys).collect();
        meet(&number.match_keys(), mine, FindingKind::OwnPhone);
    }
    for postcode in postcodes_in(text) {
        if own
            .addresses
            .iter()
            .any(|address| address.postcode().replace(' ', "") == postcode)
        {
            kinds.insert(FindingKind::OwnAddress);
        }
        if others.deny.has_postcode(&postcode) {
            kinds.insert(FindingKind::DefenceContact);
        }
    }
}

/// Telephone numbers in running text: every run of digits and the signs between them, read from each digit
/// that could begin a number.
fn numbers_in(text: &str) -> Vec<PhoneNumber> {
    let part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '+' | '\u{a0}');
    let mut found = Vec::new();
    for run in text.split(|c: char| !part(c)) {
        let run: String = run.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        for (start, _) in run.char_indices().filter(|(_, c)| matches!(c, '0' | '+' | '4')) {
            for length in [10, 11, 12, 13, 14, 15, 16] {
                let Some(piece) = run.get(start..start + length) else {
                    break;
                };
                let piece = match piece.strip_prefix("440").or_else(|| piece.strip_prefix("+440")) {
                    Some(rest) => format!("0{rest}"),
                    None => piece
                        .strip_prefix("44")
                        .map_or(piece.to_owned(), |rest| format!("+44{rest}")),
                };
                found.extend(PhoneNumber::parse(&piece));
            }
        }
    }
    found
}

fn find_places(text: &str, words: &[String], own: &OwnFacts, kinds: &mut BTreeSet<FindingKind>) {
    for address in &own.addresses {
        let lines: Vec<&str> = address.reveal().collect();
        let street = lines.iter().take(lines.len().saturating_sub(2)).map(|line| {
            let words = folded_words(line);
            words
                .into_iter()
                .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
                .collect::<Vec<_>>()
        });
        if street
            .into_iter()
            .any(|street| street.len() > 1 && contains_run(words, &street))
        {
            kinds.insert(FindingKind::OwnAddress);
        }
    }
    if own
        .places
        .iter()
        .any(|place| contains_run(words, &folded_words(place.reveal())))
    {
        kinds.insert(FindingKind::OwnPlace);
    }
    if own.born.is_some_and(|born| dates_in(text).contains(&born)) {
        kinds.insert(FindingKind::OwnDateOfBirth);
    }
    if ROUTINE
        .iter()
        .any(|phrase| contains_run(words, &folded_words(phrase)))
    {
        kinds.insert(FindingKind::PlaceOrRoutine);
    }
}
