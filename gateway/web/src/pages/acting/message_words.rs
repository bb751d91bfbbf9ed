//! How a message stands, in the words of the law: accepted is not read, and doubt is said.

use domain::safety::HoldReason;
use flows::MessageRead;

use crate::parts::{Timeline, TimelineItem};
use crate::show;

/// Why a message is cancelled, by code.
pub(super) const CANCELLED: [(&str, &str); 5] = [
    ("fact-is-wrong", "A fact in it is wrong"),
    ("not-safe-now", "It may not be safe to send it now"),
    ("person-told-already", "The person has been told in another way"),
    ("record-has-changed", "The record has changed since"),
    ("approved-by-mistake", "It was approved by mistake"),
];

/// Why it is sent again, by code.
pub(super) const AGAIN: [(&str, &str); 3] = [
    (
        "asked-and-not-received",
        "The person was asked and has not received it",
    ),
    ("address-checked-again", "The address was checked again"),
    ("fault-is-mended", "What stopped it has been put right"),
];

/// Why its words are handed over, by code.
pub(super) const HANDED: [(&str, &str); 3] = [
    ("no-safe-email", "No email address is safe"),
    ("person-asked-for-it", "The person asked for it in this way"),
    ("email-did-not-arrive", "The email did not arrive"),
];

/// How it stands, in a sentence.
pub(super) fn stands(read: &MessageRead) -> String {
    let row = &read.stands;
    let reason = row.held_reason.as_deref().unwrap_or_default();
    let next = row
        .next_at
        .map(|at| format!(" It is looked at again {}.", show::moment(at)));
    match row.state.as_str() {
        "created" => match row.next_at {
            Some(at) => format!("It waits. It leaves {}, or as soon as it is safe after that.", show::moment(at)),
            None => "It waits.".to_owned(),
        },
        "sending" => "It is leaving now.".to_owned(),
        "delivered" => {
            "It was accepted by the receiving server. That does not say that anybody has read it.".to_owned()
        }
        "temporary-failure" => {
            "The receiving server did not take it yet.".to_owned() + &next.unwrap_or_default()
        }
        "permanent-failure" => {
            "The receiving server refused it for good. The address is not used again until it has been verified."
                .to_owned()
        }
        "technical-failure" => "Our own side could not send it.".to_owned(),
        "unknown" => {
            "It is not known whether it has arrived. Ask the person by a safe way, then decide: if it is sent again, \
             it may arrive a second time."
                .to_owned()
        }
        "held" => {
            let why = HoldReason::explain_code(reason).unwrap_or("It is held.");
            why.to_owned() + &next.unwrap_or_default()
        }
        "cancelled" => "It was cancelled and did not leave.".to_owned(),
        "by-hand" => {
            "Its words were handed over. That is not yet a contact: record what came of it.".to_owned()
        }
        other => other.to_owned(),
    }
}

/// The state as a tag: words and colour.
pub(super) fn tag(state: &str) -> (&'static str, Option<&'static str>) {
    match state {
        "created" => ("Waiting", None),
        "sending" => ("Leaving", None),
        "delivered" => ("Accepted by the receiving server", Some("govuk-tag--green")),
        "temporary-failure" => ("Not taken yet", Some("govuk-tag--yellow")),
        "permanent-failure" => ("Refused for good", Some("govuk-tag--red")),
        "technical-failure" => ("Fault on our side", Some("govuk-tag--red")),
        "unknown" => ("Not known", Some("govuk-tag--orange")),
        "held" => ("Held", Some("govuk-tag--orange")),
        "cancelled" => ("Cancelled", Some("govuk-tag--grey")),
        _ => ("By hand", Some("govuk-tag--purple")),
    }
}

/// What happened, the newest first.
pub(super) fn timeline(read: &MessageRead) -> Timeline {
    let mut happened = vec![(
        read.row.approved_at,
        TimelineItem {
            title: "Approved".to_owned(),
            by: Some(read.row.approved_by.clone()),
            lines: vec![format!(
                "It could be cancelled until {}.",
                show::moment(read.row.hold_until_at)
            )],
            ..TimelineItem::default()
        },
    )];
    for tried in &read.tries {
        let ended = tried.outcome.as_deref().map(outcome);
        happened.push((
            tried.began_at,
            TimelineItem {
                title: "Tried to deliver".to_owned(),
                lines: vec![ended.unwrap_or("The end has not been seen.").to_owned()],
                ..TimelineItem::default()
            },
        ));
    }
    for contact in &read.contacts {
        let informed = match contact.informed_at {
            Some(at) => format!("The person was informed {}.", show::moment(at)),
            None => "It is not known that the person was informed.".to_owned(),
        };
        happened.push((
            contact.occurred_at,
            TimelineItem {
                title: format!("Contact: {}", contact.result.replace('-', " ")),
                by: Some(contact.logged_by.clone()),
                lines: vec![informed],
                ..TimelineItem::default()
            },
        ));
    }
    let state = read.stands.state.as_str();
    if matches!(state, "cancelled" | "by-hand" | "held") {
        happened.push((
            read.stands.changed_at,
            TimelineItem {
                title: tag(state).0.to_owned(),
                lines: vec![stands(read)],
                ..TimelineItem::default()
            },
        ));
    }
    happened.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let dated = happened.into_iter().map(|(at, item)| TimelineItem {
        at: show::moment(at),
        ..item
    });
    Timeline {
        items: dated.collect(),
    }
}

fn outcome(code: &str) -> &'static str {
    match code {
        "accepted" | "delivered" => "The receiving server accepted it.",
        "never-began" => "It had not left when the service stopped; it was tried again.",
        "unknown" => "The end was not seen: it may have arrived.",
        "temporary-failure" => "The receiving server did not take it yet.",
        "permanent-failure" => "The receiving server refused it for good.",
        _ => "It did not leave.",
    }
}
