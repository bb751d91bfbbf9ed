//! The grammar of a record (RFC 7208 sections 4.6.1, 5, 6 and 12). A record is read whole before anything of it counts:
//! one fault anywhere makes it no record.

use std::net::{Ipv4Addr, Ipv6Addr};

use mail_auth::SpfResult;

use super::spec::Spec;

const VERSION: &str = "v=spf1";

/// A record, without what only explains it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) directives: Vec<Directive>,
    pub(super) redirect: Option<Spec>,
}

/// A mechanism, and what follows from its matching.
#[derive(Debug)]
pub(super) struct Directive {
    pub(super) result: SpfResult,
    pub(super) mechanism: Mechanism,
}

/// How many leading bits of an address of each family count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bits {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

#[derive(Debug)]
pub(super) enum Mechanism {
    All,
    Include(Spec),
    A(Option<Spec>, Bits),
    Mx(Option<Spec>, Bits),
    Ptr(Option<Spec>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(Spec),
}

struct Malformed;

/// Whether a text is a record of this version, well made or not (section 4.5).
pub(super) fn is_record(text: &[u8]) -> bool {
    let head = text.get(..VERSION.len());
    let goes_on = text.get(VERSION.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(VERSION.as_bytes()))
        && matches!(goes_on, None | Some(b' '))
}

impl Record {
    /// Reads a text for which [`is_record`] holds; nothing where it has a fault.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
        let mut record = Self {
            directives: Vec::new(),
            redirect: None,
        };
        let mut explained = false;
        for term in text[VERSION.len()..].split(' ').filter(|term| !term.is_empty()) {
            let Some((name, value)) = modifier(term) else {
                record.directives.push(directive(term)?);
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "redirect" if record.redirect.is_none() => record.redirect = Some(Spec::domain(value)?),
                "exp" if !explained => {
                    Spec::domain(value)?;
                    explained = true;
                }
                "redirect" | "exp" => return None,
                _ => {
                    Spec::any(value)?;
                }
            }
        }
        Some(record)
    }
}

/// Name and value, where a term is a modifier: its name is followed by `=` before anything else.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    plain.then_some((name, value))
}

fn directive(term: &str) -> Option<Directive> {
    let (result, rest) = match term.as_bytes().first()? {
        b'+' => (SpfResult::Pass, &term[1..]),
        b'-' => (SpfResult::Fail, &term[1..]),
        b'~' => (SpfResult::SoftFail, &term[1..]),
        b'?' => (SpfResult::Neutral, &term[1..]),
        _ => (SpfResult::Pass, term),
    };
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let value = rest.strip_prefix(':');
    let mechanism = match name.to_ascii_lowercase().as_str() {
        "all" if rest.is_empty() => Mechanism::All,
        "include" => Mechanism::Include(Spec::domain(value?)?),
        "a" => {
            let (rest, bits) = bits(rest)?;
            Mechanism::A(target(rest).ok()?, bits)
        }
        "mx" => {
            let (rest, bits) = bits(rest)?;
            Mechanism::Mx(target(rest).ok()?, bits)
        }
        "ptr" => Mechanism::Ptr(target(rest).ok()?),
        "ip4" => {
            let (address, bits) = network(value?, 32)?;
            Mechanism::Ip4(address.parse().ok()?, bits)
        }
        "ip6" => {
            let (address, bits) = network(value?, 128)?;
            Mechanism::Ip6(address.parse().ok()?, bits)
        }
        "exists" => Mechanism::Exists(Spec::domain(value?)?),
        _ => return None,
    };
    Some(Directive { result, mechanism })
}

/// What stands behind `:`, which may be left out as a whole but not be empty.
fn target(rest: &str) -> Result<Option<Spec>, Malformed> {
    if rest.is_empty() {
        return Ok(None);
    }
    let spec = rest.strip_prefix(':').and_then(Spec::domain);
    spec.map(Some).ok_or(Malformed)
}

/// Takes `/24//64` from the end (section 5.6): a name may hold a slash itself.
fn bits(rest: &str) -> Option<(&str, Bits)> {
    let mut bits = Bits { v4: 32, v6: 128 };
    let mut rest = rest;
    if let Some((before, digits)) = rest.rsplit_once("//").filter(|(_, digits)| are_digits(digits)) {
        bits.v6 = number(digits, 128)?;
        rest = before;
    }
    if let Some((before, digits)) = rest.rsplit_once('/').filter(|(_, digits)| are_digits(digits)) {
        bits.v4 = number(digits, 32)?;
        rest = before;
    }
    Some((rest, bits))
}

fn network(value: &str, max: u8) -> Option<(&str, u8)> {
    match value.split_once('/') {
        Some((address, digits)) => Some((address, number(digits, max)?)),
        None => Some((value, max)),
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number without leading zeros.
fn number(digits: &str, max: u8) -> Option<u8> {
    let plain = are_digits(digits) && (digits == "0" || !digits.starts_with('0'));
    let number = plain.then(|| digits.parse().ok())??;
    (number <= max).then_some(number)
}
