//! A message that may be evidence: an officer marks it, and a prosecutor of the Area decides.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{InboundId, VictimId};
use flows::{EvidenceEnd, EvidenceOutline};
use serde::Serialize;

use super::files::Reader;
use super::question::{named, path as question_path};
use super::referral::parsed;
use super::{Message, message};
use crate::door::Door;
use crate::form::Form;
use crate::page::Page;
use crate::pages::acting::{OFFICERS, PROSECUTORS, ask};
use crate::parts::{Timeline, TimelineItem};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/victims/{id}/correspondence/{message}/evidence", OFFICERS, mark),
        get("/victims/{id}/evidence/{message}", PROSECUTORS, read),
        post("/victims/{id}/evidence/{message}/open", PROSECUTORS, open),
        post("/victims/{id}/evidence/{message}/take", PROSECUTORS, take),
        post("/victims/{id}/evidence/{message}/none", PROSECUTORS, lift),
    ]
}

#[derive(Serialize)]
struct Desk {
    name: String,
    path: String,
    due: Option<String>,
    message: Message,
}

pub(super) fn path(victim: &VictimId, message: &InboundId) -> String {
    format!("/victims/{victim}/evidence/{message}")
}

/// What stands on top of a marked message.
pub(super) fn said(mark: &EvidenceOutline) -> String {
    let how = mark.taken_at.map_or_else(
        || {
            format!(
                "It was marked on {} and waits for a prosecutor.",
                show::moment(mark.marked_at)
            )
        },
        |at| format!("A prosecutor took it into the case on {}.", show::moment(at)),
    );
    format!("This message may be evidence. Do not forward it, copy it or read from it to anybody. {how}")
}

/// What waits for a prosecutor.
pub(super) fn waiting(list: &[EvidenceOutline]) -> Timeline {
    let item = |one: &EvidenceOutline| TimelineItem {
        title: format!("What may be evidence in {}", one.urn),
        at: show::moment(one.marked_at),
        lines: due(one).into_iter().collect(),
        href: Some(path(&one.victim, &one.message)),
        link_text: Some("Read it and decide"),
        ..TimelineItem::default()
    };
    Timeline {
        items: list.iter().map(item).collect(),
    }
}

fn due(mark: &EvidenceOutline) -> Option<String> {
    let due = mark.due_at?;
    Some(format!(
        "It is to be seen to by {} (a local target).",
        show::moment(due)
    ))
}

async fn mark(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&[], &[])?;
    let (victim, message) = named(&door, &visit, &id, &message).await?;
    door.gateway()
        .mark_evidence(visit.user()?, &victim, &message)
        .await?;
    Ok(Redirect::to(&question_path(&victim, &message)).into_response())
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let (victim, message) = parsed(&id, &message)?;
    ask::take(&door, &visit, &victim, &path(&victim, &message), &form).await
}

async fn read(
    State(door): State<Door>,
    visit: Visit,
    Path((id, about)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (victim, about) = parsed(&id, &about)?;
    let path = path(&victim, &about);
    let reason = match ask::reason(&door, &visit, &victim, &path).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let desk = door
        .gateway()
        .read_evidence(visit.user()?, &victim, &about, &reason)
        .await?;
    let data = Desk {
        name: desk.name,
        path,
        due: due(&desk.mark),
        message: message(desk.mail, Reader::Prosecutor),
    };
    let shown = Page::new("What may be evidence")
        .under("/questions")
        .back("/questions")
        .show(&door, Some(&visit), "acting/evidence", &data)?;
    Ok(shown.into_response())
}

async fn take(
    State(door): State<Door>,
    visit: Visit,
    Path(about): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    end(&door, &visit, about, &form, EvidenceEnd::Taken).await
}

async fn lift(
    State(door): State<Door>,
    visit: Visit,
    Path(about): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    end(&door, &visit, about, &form, EvidenceEnd::NotEvidence).await
}

async fn end(
    door: &Door,
    visit: &Visit,
    (id, message): (String, String),
    form: &Form,
    end: EvidenceEnd,
) -> Result<Response, Refusal> {
    form.only(&[], &[])?;
    let (victim, message) = parsed(&id, &message)?;
    door.gateway()
        .end_evidence(visit.user()?, &victim, &message, end)
        .await?;
    Ok(Redirect::to("/questions").into_response())
}
