//! The rule for every field of an entry.
//!
//! The rules keep personal data out by shape: references are random, codes are kebab-case, facts have a
//! narrow alphabet without `@`. Shape cannot tell a name from a code, so callers pass codes, counts and
//! instants only, and anything personal as a commitment.

use std::collections::BTreeMap;

use super::{Entry, TemplateRef, VERSION};
use crate::instant;

/// The most facts, and the most commitments, of one entry.
pub(super) const MEMBERS_MAX: usize = 32;
/// The longest code, field name or user name, in characters.
const NAME_MAX: usize = 64;
/// The longest value of a fact, in characters.
const FACT_MAX: usize = 128;

/// Why something is no entry. It names the field and never its value (law 11).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A version that this room does not know.
    #[error("log entry: version {0} is not known; this program knows version 1")]
    Version(u32),
    /// A field breaks its rule.
    #[error("log entry: `{field}` must be {rule}")]
    Field {
        /// The field.
        field: &'static str,
        /// What would be right.
        rule: &'static str,
    },
    /// Too many facts or commitments.
    #[error("log entry: `{field}` has {count} members; at most 32 are allowed")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many there are.
        count: usize,
    },
    /// Longer than an entry may be.
    #[error("log entry: {0} bytes; at most 4096 are allowed")]
    TooLong(usize),
    /// Bytes that are not the JSON of an entry.
    #[error(
        "log entry: not the JSON of an entry, near byte {column}; docs/contact-log-format.md lists the fields"
    )]
    NotAnEntry {
        /// Where the parser stopped.
        column: usize,
    },
    /// The JSON of an entry, spelled in another way than RFC 8785's.
    #[error("log entry: not in canonical form (RFC 8785)")]
    NotCanonical,
}

const KEBAB: &str = "kebab-case: lower-case letters, digits and single hyphens, a letter first, at most 64";
const ID: &str = "a random identifier of 32 hexadecimal digits in lower case";
const DIGEST: &str = "64 hexadecimal digits in lower case";
const NAME: &str = "lower-case letters, digits, `-` and `_`, a letter first, at most 64";

pub(super) fn entry(entry: &Entry) -> Result<(), EntryError> {
    if entry.v != VERSION {
        return Err(EntryError::Version(entry.v));
    }
    let year = instant::to_text(entry.at.0).is_some();
    holds(year, "at", "in the years 0000 to 9999")?;
    holds(
        is_actor(entry.actor.as_bytes()),
        "actor",
        "a staff user name, or `system:` and a worker in kebab-case",
    )?;
    holds(is_kebab(entry.verb.as_bytes()), "verb", KEBAB)?;
    for (field, value) in [
        ("reason", entry.reason()),
        ("area", entry.area()),
        ("channel", entry.channel()),
        ("result", entry.result()),
    ] {
        holds(value.is_none_or(|code| is_kebab(code.as_bytes())), field, KEBAB)?;
    }
    for (field, value) in [
        ("case", entry.case()),
        ("victim", entry.victim()),
        ("obligation", entry.obligation()),
        ("draft", entry.draft()),
        ("message", entry.message()),
        ("attempt", entry.attempt()),
        ("contact", entry.contact()),
        ("nonce", entry.nonce()),
    ] {
        holds(value.is_none_or(|id| is_hex(id.as_bytes(), 32)), field, ID)?;
    }
    holds(
        entry.rule().is_none_or(|rule| is_rule(rule.as_bytes())),
        "rule",
        "letters, digits, `-` and `.`, at most 64",
    )?;
    entry.template().map_or(Ok(()), template)?;
    facts(&entry.facts)?;
    commitments(entry)
}

fn template(template: &TemplateRef) -> Result<(), EntryError> {
    holds(is_kebab(template.kind.as_bytes()), "template.kind", KEBAB)?;
    holds(template.version > 0, "template.version", "a number from 1")?;
    let language = is_language(template.language.as_bytes());
    holds(language, "template.language", "two or three lower-case letters")?;
    holds(is_hex(template.digest.as_bytes(), 64), "template.digest", DIGEST)
}

fn facts(facts: &BTreeMap<String, String>) -> Result<(), EntryError> {
    few("facts", facts)?;
    for (name, value) in facts {
        holds(is_name(name.as_bytes()), "facts (a name)", NAME)?;
        let rule = "at most 128 of A-Z a-z 0-9 space . _ : + / -, and no phone number or address";
        holds(is_fact(value.as_bytes()), "facts (a value)", rule)?;
    }
    Ok(())
}

fn commitments(entry: &Entry) -> Result<(), EntryError> {
    few("commitments", &entry.commitments)?;
    for (field, commitment) in &entry.commitments {
        holds(is_name(field.as_bytes()), "commitments (a field name)", NAME)?;
        holds(is_hex(commitment.as_bytes(), 64), "commitments (a value)", DIGEST)?;
    }
    let bound = entry.commitments.is_empty() || entry.nonce.is_some();
    holds(
        bound,
        "nonce",
        "there when the entry has commitments, since they are bound to it",
    )
}

fn holds(right: bool, field: &'static str, rule: &'static str) -> Result<(), EntryError> {
    if right {
        Ok(())
    } else {
        Err(EntryError::Field { field, rule })
    }
}

fn few(field: &'static str, members: &BTreeMap<String, String>) -> Result<(), EntryError> {
    let count = members.len();
    if count > MEMBERS_MAX {
        Err(EntryError::TooMany { field, count })
    } else {
        Ok(())
    }
}

pub(super) fn is_kebab(text: &[u8]) -> bool {
    let mut before = b'-';
    for byte in text {
        // A hyphen neither first nor behind another.
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-' && before != b'-') {
            return false;
        }
        before = *byte;
    }
    text.len() <= NAME_MAX && text.first().is_some_and(u8::is_ascii_lowercase) && before != b'-'
}

pub(super) fn is_language(text: &[u8]) -> bool {
    (2..=3).contains(&text.len()) && text.iter().all(u8::is_ascii_lowercase)
}

pub(super) fn is_name(text: &[u8]) -> bool {
    text.len() <= NAME_MAX
        && text.first().is_some_and(u8::is_ascii_lowercase)
        && text
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

pub(super) fn is_actor(text: &[u8]) -> bool {
    if let Some(worker) = text.strip_prefix(b"system:") {
        return is_kebab(worker);
    }
    text.len() <= NAME_MAX
        && text.first().is_some_and(u8::is_ascii_alphanumeric)
        && text
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

pub(super) fn is_rule(text: &[u8]) -> bool {
    text.len() <= NAME_MAX
        && text.first().is_some_and(u8::is_ascii_alphanumeric)
        && text
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

pub(super) fn is_hex(text: &[u8], digits: usize) -> bool {
    // Counted to the end, without a way out in between, so that many are looked at together.
    let hex = text.iter().filter(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    text.len() == digits && hex.count() == digits
}

pub(super) fn is_fact(text: &[u8]) -> bool {
    text.len() <= FACT_MAX
        && text
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'_' | b':' | b'+' | b'/' | b'-'))
        && !looks_like_phone(text)
}

/// Nine to fifteen digits (ITU-T E.164 ends at fifteen) that begin with `+` or `0`, written as people write
/// phone numbers. Instants, counts and identifiers do not look like that.
fn looks_like_phone(text: &[u8]) -> bool {
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    (9..=15).contains(&digits)
        && matches!(text.trim_ascii_start().first(), Some(b'+' | b'0'))
        && text
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'+' | b'-' | b'.' | b'/'))
}
