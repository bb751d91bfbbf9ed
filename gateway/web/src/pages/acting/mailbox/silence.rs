//! What is silent: mailboxes without mail for longer than usual, and answers that are long overdue.

use flows::{LateAnswer, Silences};

use crate::door::Door;
use crate::parts::{Timeline, TimelineItem};
use crate::{officers, show};

/// A list of what is silent, the answers first.
pub(super) fn timeline(door: &Door, silences: &Silences) -> Timeline {
    let answers = silences.answers.iter().map(|answer| late(door, answer));
    let mailboxes = silences.mailboxes.iter().map(|spell| TimelineItem {
        title: format!("No mail for {}", show::area(door, &spell.area)),
        at: show::moment(spell.since_at),
        lines: vec![format!(
            "Nothing has come since then. The most that is usual is {} working days. Ask the services whether they can reach us.",
            spell.usual_days
        )],
        ..TimelineItem::default()
    });
    Timeline {
        items: answers.chain(mailboxes).collect(),
    }
}

fn late(door: &Door, answer: &LateAnswer) -> TimelineItem {
    TimelineItem {
        title: format!("An adviser waits for an answer in {}", answer.urn),
        at: show::moment(answer.due_at),
        lines: vec![format!(
            "It was due then. The officer is {}. The manager was told.",
            officers::name(door, &answer.vlo)
        )],
        href: Some(format!("/victims/{}/correspondence", answer.victim_id)),
        link_text: Some("Read in the record"),
        ..TimelineItem::default()
    }
}
