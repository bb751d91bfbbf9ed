//! What an officer has to be told at once, until somebody says that they have seen it.

use axum::extract::{Path, State};
use axum::response::Redirect;
use domain::id::EventId;
use flows::{NOTICES_SHOWN, NoticeShown};
use serde::Serialize;

use super::acting::OFFICERS;
use crate::door::Door;
use crate::form::Form;
use crate::page::{Page, Shown};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;
use crate::{show, words};

const PATH: &str = "/notices";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/notices", OFFICERS, list),
        post("/notices/{id}/seen", OFFICERS, see),
    ]
}

#[derive(Serialize)]
struct Notices {
    lines: Vec<Line>,
    /// Whether there are more than are shown.
    more: bool,
}

#[derive(Serialize)]
struct Line {
    id: String,
    victim: String,
    urn: String,
    what: String,
    detail: String,
    at: String,
}

/// What happened, as a heading.
fn what(kind: &str) -> String {
    let known = match kind {
        "answer-late" => "An adviser waits for an answer",
        "answer-came-late" => "An answer came after the message had gone",
        "adviser-message" => "An adviser wrote",
        "consent-ended" => "A consent for an adviser ended",
        "consent-ends-soon" => "A consent for an adviser ends soon",
        "contact-against-plan" => "A contact went against the contact plan",
        "file-infected" => "A file was harmful",
        "forgotten" => "Nothing was under way",
        "glass-broken" => "A case was opened with a reason",
        "standing-still" => "A message stands still",
        "unknown" => "Nobody knows whether a message arrived",
        "unreadable-bounce" => "A report about a message cannot be read",
        "victim-assigned" => "Somebody was assigned to you",
        other => return words::code(other),
    };
    known.to_owned()
}

fn line(notice: &NoticeShown) -> Line {
    Line {
        id: notice.id.to_string(),
        victim: notice.victim.to_string(),
        urn: notice.urn.clone(),
        what: what(&notice.kind),
        detail: show::sentence(notice.detail.trim_end_matches('.')),
        at: show::moment(notice.raised_at),
    }
}

/// How many wait, in a sentence; none says nothing.
pub(super) fn in_short(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 notice waits for you".to_owned()),
        many if many < NOTICES_SHOWN as usize => Some(format!("{many} notices wait for you")),
        many => Some(format!("{many} notices or more wait for you")),
    }
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let notices = door.gateway().list_own_notices(visit.user()?).await?;
    let data = Notices {
        more: notices.len() >= NOTICES_SHOWN as usize,
        lines: notices.iter().map(line).collect(),
    };
    Page::new("Notices")
        .under(PATH)
        .show(&door, Some(&visit), "notices", &data)
}

async fn see(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = EventId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().see_notice(visit.user()?, &id).await?;
    Ok(Redirect::to(PATH))
}
