//! The word lists, as data: `config/discreet-words.toml` and `config/plain-words.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Language;
use crate::lint::welsh::mutations;

/// A place in a text where a listed word stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The byte at which it starts.
    pub(crate) at: usize,
    /// The words as they stand.
    pub(crate) words: String,
    /// What to say instead; may be empty.
    pub(crate) instead: String,
    /// Whether the word may not be used at all.
    pub(crate) banned: bool,
}

/// One entry: a phrase whose last letters may be open (`prosecut*`), and longer phrases in which it is fine.
#[derive(Clone, Debug)]
struct Entry {
    phrase: Vec<Stem>,
    except: Vec<Vec<Stem>>,
    instead: String,
    banned: bool,
}

#[derive(Clone, Debug)]
struct Stem {
    letters: String,
    open: bool,
}

impl Stem {
    fn fits(&self, word: &str) -> bool {
        if self.open {
            word.starts_with(&self.letters)
        } else {
            word == self.letters
        }
    }
}

fn phrase(text: &str) -> Vec<Stem> {
    let stem = |word: &str| Stem {
        letters: folded(word.trim_end_matches('*')),
        open: word.ends_with('*'),
    };
    text.split([' ', '-'])
        .filter(|word| !word.is_empty())
        .map(stem)
        .collect()
}

/// Lower case, apostrophes alike.
fn folded(word: &str) -> String {
    word.to_lowercase().replace('\u{2019}', "'")
}

/// The words of a text with the byte at which each starts; hyphens part words.
pub(crate) fn words(text: &str) -> Vec<(usize, &str)> {
    let inside = |c: char| c.is_alphanumeric() || c == '\'' || c == '\u{2019}';
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (inside(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, text[from..at].trim_end_matches(['\'', '\u{2019}'])));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Entries by the first letter of their first word, since every word of every text is looked up.
#[derive(Clone, Debug, Default)]
struct List {
    by_letter: BTreeMap<char, Vec<Entry>>,
}

impl List {
    fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut by_letter: BTreeMap<char, Vec<Entry>> = BTreeMap::new();
        for entry in entries {
            let first = entry.phrase.first().and_then(|stem| stem.letters.chars().next());
            by_letter
                .entry(first.unwrap_or(EVERY_WORD))
                .or_default()
                .push(entry);
        }
        Self { by_letter }
    }

    fn find(&self, text: &str) -> Vec<Hit> {
        let said = words(text);
        let folded: Vec<String> = said.iter().map(|(_, word)| folded(word)).collect();
        let mut hits = Vec::new();
        for (at, word) in folded.iter().enumerate() {
            let letters = [word.chars().next().unwrap_or(EVERY_WORD), EVERY_WORD];
            let entries = letters
                .iter()
                .filter_map(|letter| self.by_letter.get(letter))
                .flatten();
            for entry in entries.filter(|entry| entry.stands(&folded, at)) {
                let words: Vec<&str> = said[at..at + entry.phrase.len()]
                    .iter()
                    .map(|word| word.1)
                    .collect();
                let (instead, banned) = (entry.instead.clone(), entry.banned);
                hits.push(Hit {
                    at: said[at].0,
                    words: words.join(" "),
                    instead,
                    banned,
                });
            }
        }
        hits
    }
}

/// The place of entries that begin with an open end.
const EVERY_WORD: char = '*';

impl Entry {
    fn new(say: &str, except: &[String], instead: &str, banned: bool) -> Self {
        let phrase = phrase(say);
        // Only exceptions that hold the word itself matter.
        let matters = |other: &Vec<Stem>| {
            phrase
                .first()
                .is_some_and(|stem| other.iter().any(|it| stem.fits(&it.letters)))
        };
        let except = except
            .iter()
            .map(|other| self::phrase(other))
            .filter(matters)
            .collect();
        Self {
            phrase,
            except,
            instead: instead.to_owned(),
            banned,
        }
    }

    /// Whether this entry stands at this word, and no exception excuses it. An exception may start before it.
    fn stands(&self, words: &[String], at: usize) -> bool {
        let end = at + self.phrase.len();
        let excused = |other: &Vec<Stem>| {
            let starts = at.saturating_sub(other.len())..=at;
            starts
                .into_iter()
                .any(|from| from + other.len() >= end && fits(other, words, from))
        };
        fits(&self.phrase, words, at) && !self.except.iter().any(excused)
    }
}

fn fits(phrase: &[Stem], words: &[String], from: usize) -> bool {
    let there = words.get(from..from + phrase.len());
    !phrase.is_empty()
        && there.is_some_and(|there| phrase.iter().zip(there).all(|(stem, word)| stem.fits(word)))
}

/// The words that give away what a message is about (C9), of both languages at once.
#[derive(Clone, Debug)]
pub struct Discreet {
    list: List,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDiscreet {
    en: Vec<String>,
    cy: Vec<String>,
    except: Vec<String>,
}

impl Discreet {
    /// The list that the program was built with.
    pub fn built_in() -> Self {
        // A test reads the file, so a broken one never ships; should it, every word gives something away.
        Self::parse(include_str!("../../../../config/discreet-words.toml")).unwrap_or_else(|_| Self {
            list: List::of([Entry::new("*", &[], "", true)]),
        })
    }

    /// Reads `discreet-words.toml`: `en`, `cy` (radical forms; the mutations are made here) and `except`.
    ///
    /// # Errors
    /// What the file holds that it should not.
    pub fn parse(toml: &str) -> Result<Self, String> {
        let raw: RawDiscreet = toml::from_str(toml).map_err(|e| e.message().to_owned())?;
        let welsh = raw.cy.iter().flat_map(|word| mutations(word));
        let all = raw.en.iter().cloned().chain(welsh);
        Ok(Self {
            list: List::of(all.map(|word| Entry::new(&word, &raw.except, "", true))),
        })
    }

    /// Whether any word of a text gives away what it is about.
    pub fn gives_away(&self, text: &str) -> bool {
        !self.list.find(text).is_empty()
    }

    pub(crate) fn find(&self, text: &str) -> Vec<Hit> {
        self.list.find(text)
    }
}

/// Words that people need not know, with the plain ones; banned words; capitals that are fine.
#[derive(Clone, Debug)]
pub struct Plain {
    english: List,
    welsh: List,
    capitals: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlain {
    capitals: Vec<String>,
    en: Vec<RawWord>,
    cy: Vec<RawWord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWord {
    say: String,
    instead: String,
    #[serde(default)]
    banned: bool,
    #[serde(default)]
    except: Vec<String>,
}

impl Plain {
    /// The list that the program was built with.
    pub fn built_in() -> Self {
        // As for the discreet list: a test reads the file.
        Self::parse(include_str!("../../../../config/plain-words.toml")).unwrap_or_else(|_| Self {
            english: List::default(),
            welsh: List::default(),
            capitals: vec![],
        })
    }

    /// Reads `plain-words.toml`.
    ///
    /// # Errors
    /// What the file holds that it should not.
    pub fn parse(toml: &str) -> Result<Self, String> {
        let raw: RawPlain = toml::from_str(toml).map_err(|e| e.message().to_owned())?;
        let list = |words: &[RawWord]| {
            List::of(
                words
                    .iter()
                    .map(|word| Entry::new(&word.say, &word.except, &word.instead, word.banned)),
            )
        };
        Ok(Self {
            english: list(&raw.en),
            welsh: list(&raw.cy),
            capitals: raw.capitals,
        })
    }

    pub(crate) fn find(&self, text: &str, language: Language) -> Vec<Hit> {
        match language {
            Language::English => self.english.find(text),
            Language::Welsh => self.welsh.find(text),
        }
    }

    /// Whether a word in capitals is one that everybody knows, or is explained where it stands.
    pub(crate) fn may_shout(&self, word: &str) -> bool {
        self.capitals.iter().any(|fine| fine == word)
    }
}

#[cfg(test)]
mod tests {
    use super::{Discreet, Plain};
    use crate::Language;

    fn gives_away(text: &str) -> bool {
        Discreet::parse(include_str!("../../../../config/discreet-words.toml"))
            .unwrap()
            .gives_away(text)
    }

    #[test]
    fn the_lists_can_be_read() {
        assert!(Discreet::parse(include_str!("../../../../config/discreet-words.toml")).is_ok());
        assert!(Plain::parse(include_str!("../../../../config/plain-words.toml")).is_ok());
        assert!(Discreet::parse("en = []").is_err());
    }

    #[test]
    fn words_that_give_away_are_found_in_both_languages() {
        for text in [
            "News about the trial",
            "CPS update",
            "Your POLICE report",
            "from the Crown Prosecution Service",
            "rape",
            "Your sexual-assault report",
            "your ISVA",
            "eich achos",
            "yn y llys",
            "gan yr heddlu",
            "y dioddefwr",
            "i ddioddefwyr",
            "Gwasanaeth Erlyn y Goron",
            "am y drosedd",
            "ei threisio",
            "your case",
            "court’s",
        ] {
            assert!(gives_away(text), "{text}");
        }
    }

    #[test]
    fn neutral_words_pass() {
        for text in [
            "A message from Priya",
            "Please ring me, I am pleased to help",
            "It is free of charge",
            "Just in case",
            "I look forward to hearing from you",
            "Neges gan Priya",
            "Mae gennyf neges i chi",
            "with courtesy",
            "rhywun",
        ] {
            assert!(!gives_away(text), "{text}");
        }
    }

    #[test]
    fn jargon_has_its_plain_word_and_exceptions_hold() {
        let plain = Plain::parse(include_str!("../../../../config/plain-words.toml")).unwrap();
        let hits = plain.find("In order to assist you, ring.", Language::English);
        assert_eq!(
            hits.iter().map(|hit| hit.instead.as_str()).collect::<Vec<_>>(),
            ["to", "help"]
        );
        assert!(
            plain
                .find("the Victim Liaison Officer", Language::English)
                .is_empty()
        );
        assert!(plain.find("the victim said", Language::English)[0].banned);
    }
}
