//! Delivery status notifications: what a server on the way says became of a message (RFC 3464, in the envelope of RFC 6522,
//! and in the UTF-8 form of RFC 6533).
//!
//! Of a report nothing is read but what happened, never to whom or what was sent: which message it is about, its own
//! return path says, and nobody else can make one.
//!
//! **Invariant:** [`read`] looks at no more than [`Bounds`] allow, and answers for every sequence of bytes.

use std::fmt;

use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

use crate::inbound::{Bound, Bounds, look};

/// A message of ours has one recipient; a list behind it may have more.
const RECIPIENTS_MAX: usize = 100;

/// What a report says of a message. Where it speaks of several recipients, the worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// Delivered, passed on to a server that sends no reports, or to a list. Nobody has read it for that.
    Arrived,
    /// It is still tried.
    Delayed,
    /// It was tried until its time was over: a failure of class 4.
    GivenUp,
    /// Refused for good: a failure of class 5.
    Refused,
}

/// A status code (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    class: u16,
    subject: u16,
    detail: u16,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// What became of the message.
    pub became: Became,
    /// The code that goes with it.
    pub status: Status,
}

/// Why a report says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It breaks a bound.
    #[error(transparent)]
    TooMuch(#[from] Bound),
    /// It is something else, perhaps in words for people.
    #[error("this is not a multipart/report of delivery-status with one such part")]
    NotAReport,
    /// What it says of a recipient is not there, there twice, or makes no sense.
    #[error("each recipient of a report has one Action and one Status that goes with it")]
    Recipient,
}

/// Reads a report.
///
/// # Errors
/// Why it says nothing that could be relied upon.
pub fn read(raw: &[u8], bounds: &Bounds) -> Result<Report, Unreadable> {
    look(raw, bounds)?;
    let message = MessageParser::new().parse(raw).ok_or(Unreadable::NotAReport)?;
    let kind = message.content_type().ok_or(Unreadable::NotAReport)?;
    let about = kind.attribute("report-type").unwrap_or_default();
    if !is(kind, "multipart", &["report"]) || !about.eq_ignore_ascii_case("delivery-status") {
        return Err(Unreadable::NotAReport);
    }
    let status = status_part(&message).ok_or(Unreadable::NotAReport)?;
    let mut worst: Option<Report> = None;
    for report in recipients(&String::from_utf8_lossy(status))? {
        if worst.is_none_or(|worst| report.became > worst.became) {
            worst = Some(report);
        }
    }
    worst.ok_or(Unreadable::Recipient)
}

fn is(kind: &mail_parser::ContentType<'_>, main: &str, subs: &[&str]) -> bool {
    let sub = kind.subtype().unwrap_or_default();
    kind.ctype().eq_ignore_ascii_case(main) && subs.iter().any(|one| sub.eq_ignore_ascii_case(one))
}

/// The one part of the report itself that is meant for programs; what is returned below it does not count.
fn status_part<'m>(message: &'m Message<'_>) -> Option<&'m [u8]> {
    let PartType::Multipart(children) = &message.parts.first()?.body else {
        return None;
    };
    let mut found = children.iter().filter_map(|at| {
        let part = message.parts.get(usize::try_from(*at).ok()?)?;
        let kind = part.content_type()?;
        is(kind, "message", &["delivery-status", "global-delivery-status"]).then(|| part.contents())
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// What is said of each recipient. The fields of the report as a whole, which come first, are passed over.
fn recipients(text: &str) -> Result<Vec<Report>, Unreadable> {
    let mut reports = Vec::new();
    for group in groups(text) {
        let values = |name: &str| -> Vec<&str> {
            let named = group.iter().filter(|(field, _)| field == name);
            named.map(|(_, value)| first_word(value)).collect()
        };
        match (values("action").as_slice(), values("status").as_slice()) {
            ([], []) => {}
            ([action], [status]) if reports.len() < RECIPIENTS_MAX => {
                let status = parse(status).ok_or(Unreadable::Recipient)?;
                let became = became(action, status).ok_or(Unreadable::Recipient)?;
                reports.push(Report { became, status });
            }
            _ => return Err(Unreadable::Recipient),
        }
    }
    Ok(reports)
}

/// The fields between blank lines: names in lower case, values without the lines that go on.
fn groups(text: &str) -> Vec<Vec<(String, &str)>> {
    let mut groups = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            groups.push(Vec::new());
        } else if let (Some((name, value)), Some(group)) = (line.split_once(':'), groups.last_mut())
            && !line.starts_with([' ', '\t'])
        {
            group.push((name.trim().to_ascii_lowercase(), value));
        }
    }
    groups
}

/// A value without the comment that may stand behind it.
fn first_word(value: &str) -> &str {
    let mut words = value.split([' ', '\t', ';', '(']);
    words.find(|word| !word.is_empty()).unwrap_or_default()
}

fn parse(status: &str) -> Option<Status> {
    let numbers: Vec<u16> = status
        .split('.')
        .map(|digits| {
            let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse().ok().filter(|_| plain)
        })
        .collect::<Option<_>>()?;
    match numbers.as_slice() {
        [class @ (2 | 4 | 5), subject, detail] => Some(Status {
            class: *class,
            subject: *subject,
            detail: *detail,
        }),
        _ => None,
    }
}

fn became(action: &str, status: Status) -> Option<Became> {
    match (action.to_ascii_lowercase().as_str(), status.class) {
        ("failed", 5) => Some(Became::Refused),
        ("failed", 4) => Some(Became::GivenUp),
        ("delayed", _) => Some(Became::Delayed),
        ("delivered" | "relayed" | "expanded", 2) => Some(Became::Arrived),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
