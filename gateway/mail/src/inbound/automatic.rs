//! Whether a machine sent a message: what RFC 3834 section 2 says must not be answered by another machine.

use super::fields::Field;

/// What kind of sender wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// A person, as far as the message says.
    No,
    /// A program: Auto-Submitted is there and not `no`.
    Submitted,
    /// A list or a bulk mailing: a List- field, or Precedence `bulk`, `list` or `junk`.
    Bulk,
    /// A report about a message: the empty return path, or a mailer's own name.
    Report,
}

impl Automatic {
    /// Without an envelope the field Return-Path is looked at, which the last server wrote (RFC 5321 section 4.4) or anybody:
    /// all that it can do here is to make a message wait.
    pub(super) fn of(fields: &[Field], return_path: Option<&str>) -> Self {
        let written = || fields.iter().find(|field| field.name == "return-path");
        let path = match return_path {
            Some(path) => Some(path),
            None => written().map(|field| field.value.trim().trim_matches(['<', '>'])),
        };
        let is_mailer = |path: &str| {
            let local = path.split('@').next().unwrap_or_default();
            path.is_empty() || local.eq_ignore_ascii_case("mailer-daemon")
        };
        if path.is_some_and(is_mailer) {
            return Self::Report;
        }
        let first_word = |value: &str| {
            let word = value.split([' ', '\t', ';', '(']).find(|word| !word.is_empty());
            word.unwrap_or_default().to_ascii_lowercase()
        };
        let mut found = Self::No;
        for field in fields {
            let word = first_word(&field.value);
            match field.name.as_str() {
                "auto-submitted" if word != "no" => return Self::Submitted,
                "precedence" if matches!(word.as_str(), "bulk" | "list" | "junk") => found = Self::Bulk,
                name if name.starts_with("list-") => found = Self::Bulk,
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str, return_path: Option<&str>) -> Automatic {
        let raw = format!("{header}\r\n\r\n");
        let structure = super::super::look(raw.as_bytes(), &super::super::Bounds::default()).unwrap();
        Automatic::of(&structure.fields, return_path)
    }

    #[test]
    fn a_machine_is_known_by_what_rfc_3834_names() {
        let person = "adviser@isva.test";
        for (header, return_path, expected) in [
            ("Subject: hello", person, Automatic::No),
            ("Auto-Submitted: no", person, Automatic::No),
            ("auto-submitted: No (a person)", person, Automatic::No),
            ("Auto-Submitted: auto-replied", person, Automatic::Submitted),
            (
                "AUTO-SUBMITTED:\r\n auto-generated; owner-email=\"a@b.test\"",
                person,
                Automatic::Submitted,
            ),
            ("Precedence: Bulk", person, Automatic::Bulk),
            ("Precedence: first-class", person, Automatic::No),
            ("List-Id: <news.isva.test>", person, Automatic::Bulk),
            ("List-Unsubscribe: <mailto:x@isva.test>", person, Automatic::Bulk),
            ("Subject: hello", "", Automatic::Report),
            ("Subject: hello", "MAILER-DAEMON@relay.test", Automatic::Report),
        ] {
            assert_eq!(
                of(header, Some(return_path)),
                expected,
                "{header:?} {return_path:?}"
            );
        }
    }
    #[test]
    fn a_message_without_an_envelope_is_known_by_the_field() {
        for (header, expected) in [
            ("Subject: hello", Automatic::No),
            ("Return-Path: <adviser@isva.test>", Automatic::No),
            ("Return-Path: <>", Automatic::Report),
            ("Return-Path: <MAILER-DAEMON@mx.test>", Automatic::Report),
        ] {
            assert_eq!(of(header, None), expected, "{header:?}");
        }
    }
}
