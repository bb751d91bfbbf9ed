//! Domains that are made to be mistaken for another (attack 15).

use unicode_security::skeleton;

/// Whether `domain` could be mistaken for `known` and is another: one letter more, fewer, other or swapped with its
/// neighbour, or letters that look alike (Unicode TR 39). `domain` may hold any letters, as a sender wrote them.
pub fn resembles(domain: &str, known: &str) -> bool {
    let domain = domain.to_lowercase();
    let known = known.to_lowercase();
    if domain == known || is_within(&domain, &known) {
        return false;
    }
    let other = seen(&known);
    // What is under a likeness in DNS belongs to whoever made it.
    let labels: Vec<&str> = domain.split('.').collect();
    let last = labels.len().saturating_sub(known.split('.').count());
    let mut ones = vec![seen(&domain), seen(&labels[last..].join("."))];
    ones.dedup();
    ones.iter()
        .any(|one| *one == other || strsim::osa_distance(one, &other) == 1)
}

/// Whether the domain is under the other one, which its owner decides.
fn is_within(domain: &str, known: &str) -> bool {
    domain.strip_suffix(known).is_some_and(|head| head.ends_with('.'))
}

/// The domain as a hurried reader sees it: letters that look alike made one, without hyphens.
fn seen(domain: &str) -> String {
    let (decoded, _) = idna::domain_to_unicode(domain);
    let plain = decoded.replace('-', "");
    skeleton(&plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_likeness_is_found() {
        for likeness in [
            "haven-isva.examp1e",
            "haven-isva.exarnple",
            "haven-isvа.example",
            "xn--haven-isv-8yh.example",
            "havenisva.example",
            "haven-lsva.example",
            "haven-isv.example",
            "haven-isvaa.example",
            "haven-isav.example",
            "mail.haven-lsva.example",
            "HAVEN-ISVÀ.example",
        ] {
            assert!(resembles(likeness, "haven-isva.example"), "{likeness}");
        }
    }

    #[test]
    fn itself_what_is_under_it_and_what_is_quite_different_are_none() {
        for other in [
            "haven-isva.example",
            "Haven-ISVA.example",
            "mail.haven-isva.example",
            "harbour-isva.example",
            "example",
            "police.test",
        ] {
            assert!(!resembles(other, "haven-isva.example"), "{other}");
        }
    }
}
