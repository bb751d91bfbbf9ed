//! Text of a stranger, made fit to be shown.

/// Line ends as `\n`, no other control character but the tab, none that hides or turns letters around; at most `chars_max`
/// characters, and whether something was cut.
pub(super) fn text(raw: &str, chars_max: usize) -> (String, bool) {
    let mut kept = String::with_capacity(raw.len().min(chars_max));
    let mut chars = raw
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || (!c.is_control() && !is_hidden(*c)));
    for c in chars.by_ref().take(chars_max) {
        kept.push(c);
    }
    let cut = chars.next().is_some();
    (kept.trim_end().to_owned(), cut)
}

/// The same on one line, each run of white space as one space.
pub(super) fn one_line(raw: &str, chars_max: usize) -> String {
    let words = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    text(&words, chars_max).0
}

/// Characters that are not seen and change what is (Unicode TR 36): turning the direction, of no width, or a line of
/// their own making.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_hides_or_turns_letters_is_taken_out() {
        assert_eq!(
            text("a\u{202e}b\u{200b}c\r\nd\u{1b}[31m\u{0}", 100),
            ("abc\nd[31m".to_owned(), false)
        );
        assert_eq!(one_line(" two\r\n  words\u{2028}here ", 100), "two words here");
    }

    #[test]
    fn what_is_too_long_is_cut_and_said_so() {
        assert_eq!(text("ééé", 2), ("éé".to_owned(), true));
        assert_eq!(text("éé", 2), ("éé".to_owned(), false));
    }

    proptest! {
        #[test]
        fn nothing_else_is_lost(words in "[ -~é\n]{0,200}") {
            prop_assert_eq!(text(&words, 200).0, words.trim_end());
        }
    }
}
