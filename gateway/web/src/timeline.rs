//! What happened to a victim's case here, newest first: events, duties, drafts, messages, contacts, changes of the plan.

use flows::read_victim::VictimRead;
use jiff::Timestamp;
use serde_json::Value;

use crate::parts::{Timeline, TimelineItem};
use crate::{show, words};

/// Items of one page.
pub(crate) const PAGE_ITEMS: usize = 20;

/// One page of the timeline, counted from 0, and whether another follows.
pub(crate) fn page(read: &VictimRead<'_>, number: usize) -> (Timeline, bool) {
    let mut all = Vec::new();
    events(read, &mut all);
    duties(read, &mut all);
    letters(read, &mut all);
    contacts(read, &mut all);
    meetings(read, &mut all);
    details(read, &mut all);
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let from = number.saturating_mul(PAGE_ITEMS);
    let has_next = all.len() > from.saturating_add(PAGE_ITEMS);
    let items = all.into_iter().skip(from).take(PAGE_ITEMS).map(|(_, item)| item);
    (
        Timeline {
            items: items.collect(),
        },
        has_next,
    )
}

type Items = Vec<(Timestamp, TimelineItem)>;

fn item(at: Timestamp, title: String, by: Option<&str>, lines: Vec<String>) -> (Timestamp, TimelineItem) {
    let item = TimelineItem {
        title,
        by: by.map(str::to_owned),
        at: show::moment(at),
        lines,
        ..TimelineItem::default()
    };
    (at, item)
}

fn events(read: &VictimRead<'_>, all: &mut Items) {
    for (row, detail) in &read.events {
        let lines = serde_json::to_value(detail)
            .map(|value| facts(&value))
            .unwrap_or_default();
        let title = format!("Case event: {}", words::code(&row.kind).to_lowercase());
        all.push(item(row.occurred_at, title, Some(&row.source), lines));
    }
}

/// The fields of an event that say something, one line each.
fn facts(value: &Value) -> Vec<String> {
    let fields = value.as_object().into_iter().flatten();
    let said = fields
        .filter(|(name, _)| *name != "kind")
        .filter_map(|(name, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(true) => "yes".to_owned(),
                Value::Bool(false) => "no".to_owned(),
                Value::Number(number) => number.to_string(),
                Value::Array(items) => {
                    let texts = items.iter().filter_map(Value::as_str);
                    texts.collect::<Vec<_>>().join(", ")
                }
                Value::Null | Value::Object(_) => return None,
            };
            let name = words::code(&name.replace('_', "-"));
            (!text.is_empty()).then(|| format!("{name}: {text}"))
        });
    said.collect()
}

fn duties(read: &VictimRead<'_>, all: &mut Items) {
    for owed in &read.owed {
        let row = &owed.row;
        let what = owed.rule.map_or(row.rule.as_str(), |rule| rule.title.as_str());
        let due = row.due_at.map(|due| format!("Due {}", show::moment(due)));
        let mut lines = due.into_iter().collect::<Vec<_>>();
        if row.state == "open"
            && let Some(waits) = &row.waiting_for
        {
            lines.push(format!("Waits for: {}", words::code(waits).to_lowercase()));
        }
        let title = format!("Duty raised: {what} ({})", row.state);
        all.push(item(row.created_at, title, None, lines));
        if let Some(at) = row.ended_at {
            let why = row.ended_why.as_deref().map(words::code).into_iter().collect();
            all.push(item(at, format!("Duty {}: {what}", row.state), None, why));
        }
    }
}

fn letters(read: &VictimRead<'_>, all: &mut Items) {
    for draft in &read.drafts {
        let title = format!(
            "Draft: {} ({})",
            words::code(&draft.kind).to_lowercase(),
            words::code(&draft.state).to_lowercase()
        );
        let (at, mut item) = item(draft.drafted_at, title, Some(&draft.drafted_by), Vec::new());
        item.href = Some(format!("/drafts/{}", draft.id));
        item.link_text = Some("Read the draft");
        all.push((at, item));
    }
    for sent in &read.messages {
        let title = format!(
            "Message: {}, {}",
            words::code(&sent.kind).to_lowercase(),
            delivery(&sent.state)
        );
        let mut lines = vec![format!("Approved {}", show::moment(sent.approved_at))];
        lines.extend(sent.held_reason.as_deref().map(words::code));
        let (at, mut item) = item(sent.changed_at, title, Some(&sent.approved_by), lines);
        item.href = Some(format!("/messages/{}", sent.id));
        item.link_text = Some("Read the message");
        all.push((at, item));
    }
    for change in &read.plan_changes {
        let title = format!("Change of the contact plan: {}", change.state);
        let at = change.closed_at.unwrap_or(change.created_at);
        let lines = vec![format!("Proposed {}", show::moment(change.created_at))];
        all.push(item(at, title, None, lines));
    }
}

/// How a delivery stands. A message that was delivered was taken by a server; nobody says that it was read.
pub(crate) fn delivery(state: &str) -> &'static str {
    match state {
        "created" => "waits to leave",
        "sending" => "is leaving",
        "delivered" => "the receiving server took it",
        "temporary-failure" => "not taken yet, tried again",
        "permanent-failure" => "refused for good",
        "technical-failure" => "could not be sent",
        "unknown" => "may have arrived, a person decides",
        "held" => "held, a person decides",
        "cancelled" => "cancelled",
        "by-hand" => "handed over by hand",
        _ => "in a state that this page does not know",
    }
}

fn meetings(read: &VictimRead<'_>, all: &mut Items) {
    for (row, meeting) in &read.meetings {
        let title = crate::pages::acting::meeting::title(meeting);
        let (at, mut item) = item(row.changed_at, title, Some(&row.changed_by), Vec::new());
        item.href = Some(format!("/victims/{}/meetings/{}", read.id, row.id));
        item.link_text = Some("Read the meeting");
        all.push((at, item));
    }
}

fn details(read: &VictimRead<'_>, all: &mut Items) {
    for (row, change) in &read.detail_changes {
        let (title, lines) = crate::pages::acting::detail_words::change(change);
        all.push(item(row.changed_at, title, Some(&row.changed_by), lines));
    }
}

fn contacts(read: &VictimRead<'_>, all: &mut Items) {
    for (row, made) in &read.contacts {
        let title = format!(
            "Contact: {}, {}, {}",
            words::code(&row.method).to_lowercase(),
            row.direction,
            words::code(&row.result).to_lowercase()
        );
        let mut lines = vec![match row.informed_at {
            Some(at) => format!("The victim was informed {}", show::moment(at)),
            None if row.informed => "The victim was informed".to_owned(),
            None => "It is not known that the victim was informed".to_owned(),
        }];
        if let Some(made) = made {
            lines.push(format!("About: {}", made.purpose.reveal()));
            lines.extend(made.notes.as_ref().map(|notes| notes.reveal().to_owned()));
        }
        let (at, mut item) = item(row.occurred_at, title, Some(&row.logged_by), lines);
        item.href = Some(format!("/victims/{}/contacts/{}", read.id, row.id));
        item.link_text = Some("Read the contact");
        all.push((at, item));
    }
}
