//! The conversations of an adviser, the one that changed last first.

use axum::extract::State;
use flows::ConversationOutline;
use serde::Serialize;

use super::ADVISERS;
use crate::door::Door;
use crate::page::{Page, Shown};
use crate::parts::Tag;
use crate::refusal::Refusal;
use crate::route::{Route, get};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/adviser", ADVISERS, list)]
}

#[derive(Serialize)]
struct Messages {
    conversations: Vec<Line>,
    is_lead: bool,
}

#[derive(Serialize)]
struct Line {
    href: String,
    name: String,
    changed: String,
    state: Option<Tag>,
    note: Option<String>,
}

fn line(one: ConversationOutline) -> Line {
    let state = if one.is_untold {
        Some(Tag {
            text: "Tell us when they know".to_owned(),
            colour: Some("govuk-tag--yellow"),
        })
    } else {
        one.due_at.map(|due| Tag {
            text: format!("We aim to answer by {}", show::moment(due)),
            colour: Some("govuk-tag--blue"),
        })
    };
    Line {
        href: format!("/adviser/conversations/{}", one.id),
        changed: show::moment(one.changed_at),
        note: one.instead_of.map(|name| format!("You stand in for {name}")),
        name: one.name,
        state,
    }
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let (list, is_lead) = door.gateway().list_conversations(visit.user()?).await?;
    let data = Messages {
        conversations: list.into_iter().map(line).collect(),
        is_lead,
    };
    Page::new("Messages")
        .under("/adviser")
        .show(&door, Some(&visit), "adviser/messages", &data)
}
