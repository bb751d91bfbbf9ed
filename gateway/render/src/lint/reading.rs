//! How hard a text is to read: sentences, words, syllables, and Flesch reading ease.
//!
//! Flesch (1948): 206.835 - 1.015 x words per sentence - 84.6 x syllables per word. Syllables are counted by
//! rule, not by dictionary: groups of vowels (with y), less a silent final e, `-es` and `-ed`, plus one for two
//! vowels that are said apart (`ia`, `io`, `iu`, `eo`, `ua`) outside `-tion`, `-cial` and the like. On common
//! English it is right for about nine words in ten, and its errors go both ways.

use crate::lint::words::words;

/// A sentence: where it starts and how many words it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) at: usize,
    pub(crate) words: usize,
}

/// The sentences of a plain text. A sentence ends at `.`, `!` or `?` before white space, at a blank line, and
/// where a list item begins.
pub(crate) fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let stops = matches!(c, '.' | '!' | '?') && after.chars().next().is_none_or(char::is_whitespace);
        let breaks = c == '\n' && (after.trim_start_matches(' ').starts_with('\n') || is_item(after));
        if stops || breaks {
            push(&mut found, text, from, at);
            from = at + c.len_utf8();
        }
    }
    push(&mut found, text, from, text.len());
    found
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['-', '*', '•']) || (digits.len() < line.len() && digits.starts_with(". "))
}

fn push(found: &mut Vec<Sentence>, text: &str, from: usize, to: usize) {
    let spoken = spoken(&text[from..to]);
    if let Some((first, _)) = spoken.first() {
        found.push(Sentence {
            at: from + first,
            words: spoken.len(),
        });
    }
}

/// The words that a reader says: those with a letter; a hyphened word is one.
fn spoken(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for token in text.split(char::is_whitespace) {
        if token.chars().any(char::is_alphabetic) {
            found.push((at, token));
        }
        // Every white space that parts a template's words is one byte: hidden and wide ones are refused.
        at += token.len() + text[at + token.len()..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// Flesch reading ease of an English text; `None` when there are no words.
pub(crate) fn ease(text: &str) -> Option<f64> {
    let sentences = sentences(text);
    let count: usize = sentences.iter().map(|sentence| sentence.words).sum();
    if count == 0 {
        return None;
    }
    let syllables: usize = spoken(text)
        .iter()
        .map(|(_, word)| words(word).iter().map(|(_, w)| syllables(w)).sum::<usize>())
        .sum();
    let (words, sentences, syllables) = (real(count), real(sentences.len()), real(syllables));
    Some(206.835 - 1.015 * words / sentences - 84.6 * syllables / words)
}

/// Texts are at most 64 KiB, so every count fits.
fn real(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The syllables of one English word; 0 without a letter.
pub(crate) fn syllables(word: &str) -> usize {
    let lower = word.to_lowercase();
    let stem = lower.strip_suffix("'s").unwrap_or(&lower);
    if !stem.chars().any(char::is_alphabetic) {
        return 0;
    }
    let letters: Vec<char> = stem.chars().filter(|c| c.is_alphabetic()).collect();
    let vowel = |c: char| "aeiouyáéíóúàèêëïôöü".contains(c);
    let groups = letters
        .iter()
        .enumerate()
        .filter(|(i, c)| vowel(**c) && (*i == 0 || !vowel(letters[i - 1])))
        .count();
    (groups + apart(&letters)).saturating_sub(silent(stem)).max(1)
}

/// Pairs of vowels that are said apart.
fn apart(letters: &[char]) -> usize {
    let pairs = letters.windows(2).enumerate().filter(|(at, pair)| {
        let before = at
            .checked_sub(1)
            .and_then(|i| letters.get(i))
            .copied()
            .unwrap_or(' ');
        match pair {
            ['i', 'a' | 'o' | 'u'] => !matches!(before, 't' | 's' | 'c' | 'g' | 'x'),
            ['e', 'o'] => before != 'p',
            ['u', 'a'] => !matches!(before, 'g' | 'q'),
            _ => false,
        }
    });
    pairs.count()
}

/// A final e, `-es` or `-ed` that is not said.
fn silent(word: &str) -> usize {
    let before = |end: &str, sounds: &[&str]| {
        word.strip_suffix(end).is_some_and(|stem| {
            stem.len() > 1
                && !stem.ends_with(['a', 'e', 'i', 'o', 'u', 'y'])
                && !sounds.iter().any(|s| stem.ends_with(s))
        })
    };
    let consonant_le = word
        .strip_suffix("le")
        .is_some_and(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u', 'y']));
    let quiet = (word.ends_with('e') && before("e", &[]) && !consonant_le)
        || before("ed", &["t", "d"])
        || before("es", &["s", "x", "z", "ch", "sh", "c", "g", "l"]);
    usize::from(quiet)
}

#[cfg(test)]
mod tests {
    use super::{ease, sentences, syllables};

    #[test]
    fn syllables_of_common_words_are_right() {
        for (word, count) in [
            ("the", 1),
            ("you", 1),
            ("help", 1),
            ("please", 1),
            ("people", 2),
            ("table", 2),
            ("decided", 3),
            ("asked", 1),
            ("wanted", 2),
            ("police", 2),
            ("officer", 3),
            ("victim", 2),
            ("liaison", 3),
            ("decision", 3),
            ("prosecutor", 4),
            ("review", 2),
            ("reason", 2),
            ("reasons", 2),
            ("changes", 2),
            ("called", 1),
            ("evidence", 3),
            ("situation", 4),
            ("special", 2),
            ("it's", 1),
            ("judge", 1),
            ("judges", 2),
            ("meeting", 2),
            ("i", 1),
            ("12", 0),
            ("5pm", 1),
        ] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }

    #[test]
    fn sentences_end_at_stops_blank_lines_and_list_items() {
        let text =
            "Dear Sam\n\nOne two. Three\nfour!\n\nYou can:\n- ring me at 9.30am\n- write\n1. Then wait";
        let counts: Vec<usize> = sentences(text).iter().map(|s| s.words).collect();
        assert_eq!(counts, [2, 2, 2, 2, 4, 1, 2]);
    }

    #[test]
    fn plain_words_read_easily_and_office_words_do_not() {
        assert!(ease("We looked at this again. You can ring me on any day.").is_some_and(|e| e > 90.0));
        let hard = "Notwithstanding the aforementioned determination, discontinuation was necessitated by evidential insufficiency.";
        assert!(ease(hard).is_some_and(|e| e < 20.0));
        assert_eq!(ease("12 13."), None);
    }
}
