//! Characters that have no place in a message: they hide words, turn them round, or break a header.

/// Why this character is refused in a template or a value, or `None` when it is welcome. A line feed is
/// left to the caller.
///
/// Refused: controls (RFC 5322 section 2.2 for headers), the bidirectional controls, characters without
/// width (they hide a name from the scan for other people's names), line and paragraph separators,
/// private use, tags and non-characters.
pub(crate) fn refused(c: char) -> Option<&'static str> {
    match c {
        '\n' => None,
        c if c.is_control() => Some("a control character"),
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some("a character that changes the reading direction")
        }
        '\u{00AD}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' => Some("a character that cannot be seen"),
        '\u{2028}' | '\u{2029}' => Some("a line or paragraph separator"),
        '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{10FFFF}' => Some("a private or tag character"),
        '\u{FFFC}'..='\u{FFFF}' | '\u{FDD0}'..='\u{FDEF}' => Some("a character that stands for nothing"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn names_from_everywhere_are_welcome() {
        for name in [
            "Zoë O’Brien",
            "Siân Gwŷr",
            "Łukasz",
            "李小龍",
            "محمد",
            "Nguyễn Thị",
            "a-b 'c' (d)",
        ] {
            assert!(name.chars().all(|c| refused(c).is_none()), "{name}");
        }
    }

    #[test]
    fn hidden_and_turning_characters_are_refused() {
        for c in [
            '\r',
            '\t',
            '\0',
            '\u{1b}',
            '\u{85}',
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{feff}',
            '\u{2028}',
            '\u{e0041}',
        ] {
            assert!(refused(c).is_some(), "{}", c.escape_unicode());
        }
    }
}
