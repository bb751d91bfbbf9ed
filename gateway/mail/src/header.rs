//! What may stand in a header. Checked before `lettre` sees a value: its version 0.11 panics on a line
//! break in a display name, and hides one in a subject inside an encoded word.

/// What is wrong with a value meant for a header. Never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// Nothing, or white space at an end, or two spaces in a row, which readers join when they unfold.
    #[error("is empty, begins or ends with a space, or holds two spaces in a row")]
    Blank,
    /// Longer than this many characters.
    #[error("is longer than {0} characters")]
    Long(usize),
    /// A control character, a line or paragraph separator, a direction mark or an invisible character.
    #[error(
        "holds U+{0:04X}; control, line-breaking, direction-changing and invisible characters are refused"
    )]
    Character(u32),
    /// Text in the form of an encoded word (RFC 2047 section 2), which a reader would decode.
    #[error("holds `=?`, the start of an encoded word")]
    EncodedWord,
    /// Not of the form that this header has.
    #[error("does not have the form {0}")]
    Form(&'static str),
}

/// Whether a character could break a line, turn the reading direction or hide itself.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Checks a free text: a display name, a subject.
pub fn check_text(value: &str, chars_max: usize) -> Result<(), HeaderFault> {
    if let Some(c) = value.chars().find(|c| is_hostile(*c)) {
        return Err(HeaderFault::Character(u32::from(c)));
    }
    if value.is_empty() || value.trim() != value || value.contains("  ") {
        return Err(HeaderFault::Blank);
    }
    if value.chars().count() > chars_max {
        return Err(HeaderFault::Long(chars_max));
    }
    if value.contains("=?") {
        return Err(HeaderFault::EncodedWord);
    }
    Ok(())
}

/// Checks a Message-ID: `<id@host>`, both sides dot-separated atoms (RFC 5322 section 3.6.4), narrower
/// here: letters, digits, `-` and `_`.
pub fn check_message_id(value: &str) -> Result<(), HeaderFault> {
    const LEN_MAX: usize = 200;
    if value.len() > LEN_MAX {
        return Err(HeaderFault::Long(LEN_MAX));
    }
    let inner = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    match inner.and_then(|inner| inner.split_once('@')) {
        Some((id, host)) if is_dotted(id) && is_dotted(host) => Ok(()),
        _ => Err(HeaderFault::Form(
            "<id@host> in letters, digits, dots, hyphens and underscores",
        )),
    }
}

/// Checks a language tag such as `en` or `cy` (RFC 5646 section 2.1, its shape alone).
pub fn check_language(value: &str) -> Result<(), HeaderFault> {
    let fits = (2..=35).contains(&value.len())
        && value
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fits {
        Ok(())
    } else {
        Err(HeaderFault::Form("of a language tag such as en or cy"))
    }
}

/// Whether a text is a host name in ASCII with letters, digits, hyphens and dots.
pub fn is_host(value: &str) -> bool {
    value.len() <= 253 && is_dotted(value) && !value.contains('_')
}

fn is_dotted(value: &str) -> bool {
    value.split('.').all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_break_turn_or_hide_text_are_refused() {
        for c in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{7f}',
            '\u{85}',
            '\u{9f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let value = format!("An{c}update");
            assert_eq!(check_text(&value, 80), Err(HeaderFault::Character(u32::from(c))));
        }
    }

    #[test]
    fn plain_names_in_both_languages_pass() {
        for value in ["Siân Ŵyn", "O'Brien, \"Liaison\" (North)", "Diweddariad i chi"] {
            assert_eq!(check_text(value, 80), Ok(()));
        }
        assert_eq!(check_text("", 80), Err(HeaderFault::Blank));
        assert_eq!(check_text(" x", 80), Err(HeaderFault::Blank));
        assert_eq!(check_text("x  y", 80), Err(HeaderFault::Blank));
        assert_eq!(check_text("abc", 2), Err(HeaderFault::Long(2)));
        assert_eq!(
            check_text("=?utf-8?q?=0D=0A?=", 80),
            Err(HeaderFault::EncodedWord)
        );
    }

    #[test]
    fn a_message_id_is_one_plain_pair() {
        assert_eq!(check_message_id("<0a1b@mail.gateway.test>"), Ok(()));
        for bad in [
            "",
            "a@b",
            "<a@b",
            "<a b@c>",
            "<a@b>\r\nBcc: <e@x.test>",
            "<a@b@c>",
            "<@b>",
            "<a@>",
            "<a..b@c>",
        ] {
            assert!(check_message_id(bad).is_err(), "{bad:?}");
        }
        assert!(check_language("cy").is_ok() && check_language("en-GB").is_ok());
        assert!(check_language("e").is_err() && check_language("en\r\n").is_err());
    }
}
