//! The charging type of a case, with the reason for which it is recorded or changed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::CaseId;
use domain::people::{ChangeReason, Charging};
use serde::Serialize;

use super::detail_words::{CHARGING, REASONS};
use super::meeting_words::label;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{OFFICERS, answer, said_at};
use crate::parts::Choice;
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;

/// Another reason than these would need words, and nothing of a case holds any.
fn reasons() -> impl Iterator<Item = (&'static str, &'static str)> {
    let reasons = REASONS.iter().copied();
    reasons.filter(|(code, _)| !matches!(*code, "other" | "victim-asked"))
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/cases/{id}/charging", OFFICERS, ask),
        post("/cases/{id}/charging", OFFICERS, change),
    ]
}

#[derive(Serialize)]
struct ChargingPage {
    case: String,
    urn: String,
    before: &'static str,
    now: String,
    charging: Choice,
    why: Choice,
}

async fn ask(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = CaseId::parse(&id).map_err(|_| Refusal::NotFound)?;
    page(&door, &visit, &id, &Form::default(), &Problems::default()).await
}

async fn page(
    door: &Door,
    visit: &Visit,
    id: &CaseId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let case = door.gateway().read_case(visit.user()?, id).await?.case;
    let before = case.charging.as_deref().and_then(Charging::find);
    let data = ChargingPage {
        case: id.to_string(),
        urn: case.urn,
        before: before.map_or("Not recorded", |charging| label(CHARGING, charging.as_str())),
        now: before.map(Charging::as_str).unwrap_or_default().to_owned(),
        charging: Choice::new(
            "charging",
            "Which charging type is it?",
            CHARGING.iter().copied(),
            form,
            problems,
        ),
        why: Choice::new("why", "Why is it changed?", reasons(), form, problems),
    };
    let shown = Page::new("Charging type")
        .under("/cases")
        .back(format!("/cases/{id}"))
        .problems(problems)
        .show(door, Some(visit), "acting/charging", &data)?;
    Ok(answer(problems, shown))
}

async fn change(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["charging", "why", "seen"], &[])?;
    let id = CaseId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let mut problems = Problems::default();
    let after = Charging::find(form.value("charging"));
    problems.need(after.is_some(), "charging", "Select a charging type");
    let why = reasons().find(|(code, _)| *code == form.value("why"));
    let why = why.and_then(|(code, _)| ChangeReason::find(code));
    problems.need(why.is_some(), "why", "Select why it is changed");
    if let (Some(after), Some(why)) = (after, why) {
        let seen = Charging::find(form.value("seen"));
        match door
            .gateway()
            .set_charging(visit.user()?, &id, (seen, after), why)
            .await
        {
            Ok(()) => return Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
            Err(fault) => said_at("charging", fault, &mut problems)?,
        }
    }
    page(&door, &visit, &id, &form, &problems).await
}
