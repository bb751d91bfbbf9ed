//! Welsh words change their first letter after other words; the discreet list must know them all.

/// The radical form and its soft, nasal and aspirate mutations, and the `h` before a vowel. Forms that the
/// grammar never makes do no harm here.
pub(crate) fn mutations(word: &str) -> Vec<String> {
    const TABLE: [(&str, &[&str]); 11] = [
        ("ll", &["l"]),
        ("rh", &["r"]),
        ("ch", &[]),
        ("c", &["g", "ch", "ngh"]),
        ("p", &["b", "ph", "mh"]),
        ("t", &["d", "th", "nh"]),
        ("g", &["", "ng"]),
        ("b", &["f", "m"]),
        ("dd", &[]),
        ("d", &["dd", "n"]),
        ("m", &["f"]),
    ];
    let mut forms = vec![word.to_owned()];
    if let Some((head, changes)) = TABLE.iter().find(|(head, _)| word.starts_with(head)) {
        forms.extend(
            changes
                .iter()
                .map(|change| format!("{change}{}", &word[head.len()..])),
        );
    } else if word.starts_with(['a', 'e', 'i', 'o', 'u', 'w', 'y']) {
        forms.push(format!("h{word}"));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::mutations;

    #[test]
    fn welsh_words_are_known_in_all_their_mutations() {
        assert_eq!(
            mutations("trosedd*"),
            ["trosedd*", "drosedd*", "throsedd*", "nhrosedd*"]
        );
        assert_eq!(mutations("llys"), ["llys", "lys"]);
        assert_eq!(mutations("achos"), ["achos", "hachos"]);
    }
}
