//! Case references in what somebody wrote.

use crate::urn::Urn;

/// More than this nobody names; what is over is not read.
const URNS_MAX: usize = 20;

/// Every URN that stands as a word of its own in `text`, each once. Spaces within one are not repaired: a URN that has to be
/// guessed files nothing.
pub fn urns_in(text: &str) -> Vec<Urn> {
    let mut found: Vec<Urn> = Vec::new();
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '/' | '(' | ')')));
    for word in words {
        let word = word.trim_matches('/').trim_start_matches('(');
        let urn = Urn::parse(word).or_else(|_| Urn::parse(word.trim_end_matches(')')));
        if let Ok(urn) = urn
            && !found.contains(&urn)
            && found.len() < URNS_MAX
        {
            found.push(urn);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        urns_in(text).iter().map(|urn| urn.as_str().to_owned()).collect()
    }

    #[test]
    fn a_reference_is_found_wherever_it_stands_as_a_word() {
        for text in [
            "01AB1234526",
            "About 01ab1234526, please.",
            "(01AB1234526)",
            "Re: 01AB1234526: trial",
            "\"01AB1234526\" 01AB1234526",
            "[01AB1234526]\n",
        ] {
            assert_eq!(found(text), ["01AB1234526"], "{text}");
        }
        assert_eq!(
            found("01AB1234526(M)/1 and 01AB1234527/2"),
            ["01AB1234526(M)/1", "01AB1234527/2"]
        );
    }

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "01AB123452",
            "01AB12345267",
            "01 AB 1234526",
            "x01AB1234526",
            "01AB1234526x",
            "01-AB-1234526",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
