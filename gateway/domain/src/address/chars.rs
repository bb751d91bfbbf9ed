//! Which characters a personal value may hold, and how values are folded to be compared.

/// Whether a character can hide, split or reorder text: C0, C1, DEL, line separators, bidirectional marks,
/// zero-width characters and others that show nothing. No value that reaches a header, a screen or a
/// letter may hold one (attacks 1 and 15).
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The words of a text, folded: lower case, without accents, apostrophes or a possessive `'s`; every other
/// sign divides words. For comparing names and places, never for showing them.
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for raw in text.split(|c: char| !(c.is_alphanumeric() || is_apostrophe(c) || is_combining(c))) {
        let raw = raw.trim_matches(is_apostrophe);
        let raw = match raw.char_indices().rev().nth(1) {
            Some((at, c)) if is_apostrophe(c) && raw.ends_with(['s', 'S']) => &raw[..at],
            _ => raw,
        };
        let mut word = String::new();
        for c in raw
            .chars()
            .filter(|c| !is_apostrophe(*c) && !is_combining(*c))
            .flat_map(char::to_lowercase)
        {
            fold_letter(c, &mut word);
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '`' | '\u{b4}')
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

/// Appends a lower-case letter without its accent; what the table does not know stays itself.
fn fold_letter(c: char, out: &mut String) {
    let plain = match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẽ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        other => return out.push(other),
    };
    out.push_str(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_spacing_and_possessives_do_not_tell_names_apart() {
        assert_eq!(
            folded_words("  Siân  O\u{2019}BRIEN-Ŵyn's "),
            ["sian", "obrien", "wyn"]
        );
        assert_eq!(folded_words("Sia\u{302}n"), ["sian"]);
        assert_eq!(
            folded_words("Zoë Łukasz Çelik Straße"),
            ["zoe", "lukasz", "celik", "strasse"]
        );
        assert_eq!(folded_words("' - ' s's"), ["s"]);
    }

    #[test]
    fn characters_that_hide_or_reorder_are_known() {
        for c in [
            '\0', '\r', '\n', '\t', '\u{85}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{200b}', '\u{feff}',
        ] {
            assert!(is_hidden(c), "{:x}", u32::from(c));
        }
        assert!("Siân O’Brien-Ŵyn 12/3 Ł Ж".chars().all(|c| !is_hidden(c)));
    }

    proptest::proptest! {
        #[test]
        fn folding_any_text_twice_is_folding_it_once(text in ".{0,40}") {
            let once = folded_words(&text);
            proptest::prop_assert_eq!(folded_words(&once.join(" ")).len(), once.len());
        }
    }
}
