//! Scrutiny of what was sent: a manager names reviewers, draws letters and makes them ready.

pub(in crate::pages) mod findings;
mod sample;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::AccountId;
use flows::{DRAWN_DAYS, DRAWN_EACH, Reviewer, SampleDrawn};
use serde::Serialize;

use super::acting::{answer, said_with_conflict};
use super::team::MANAGERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::parts::{Choice, Input, SummaryList};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

const PATH: &str = "/scrutiny";

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        get("/scrutiny", MANAGERS, show),
        post("/scrutiny/reviewers", MANAGERS, name),
        post("/scrutiny/reviewers/{id}/end", MANAGERS, end),
        post("/scrutiny/draw", MANAGERS, draw),
    ];
    routes.extend(sample::routes());
    routes.extend(findings::routes());
    routes
}

#[derive(Serialize)]
struct Scrutiny {
    drawn: Vec<Line>,
    /// So many by chance and by risk each, of so many days.
    each: usize,
    days: i64,
    draw_area: Choice,
    reviewers: Vec<Named>,
    area: Choice,
    address: Input,
}

#[derive(Serialize)]
struct Line {
    href: String,
    title: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct Named {
    id: String,
    area: String,
    name: String,
    facts: SummaryList,
}

/// Why a letter was drawn, and whether it came late.
fn facts(door: &Door, drawn: &SampleDrawn) -> SummaryList {
    let chosen = if drawn.is_by_risk {
        "By risk: it came late, or it is hard news"
    } else {
        "By chance"
    };
    SummaryList::default()
        .row("Area", show::area(door, &drawn.area))
        .row("Drawn", chosen)
        .row("Arrived", arrived(drawn.was_late))
        .row("Drawn on", show::moment(drawn.drawn_at))
}

/// Whether a letter was on time, which nobody has to judge.
pub(in crate::pages) fn arrived(was_late: bool) -> &'static str {
    if was_late {
        "Late: after the day on which it was due"
    } else {
        "On time, or without a day on which it was due"
    }
}

/// The Areas of who asks, to choose one.
fn areas(
    door: &Door,
    visit: &Visit,
    name: &'static str,
    form: &Form,
    problems: &Problems,
) -> Result<Choice, Refusal> {
    let own = &visit.visitor()?.account.areas;
    let all = door.gateway().parts().areas.list().iter();
    let mine = all.filter(|area| own.is_empty() || own.iter().any(|code| code == area.code.as_str()));
    let options = mine.map(|area| (area.code.as_str(), area.name.as_str()));
    // Nobody draws for an Area that they did not select.
    let options = [("", "")].into_iter().chain(options);
    Ok(Choice::new(name, "Area", options, form, problems))
}

async fn show(State(door): State<Door>, visit: Visit) -> Result<Response, Refusal> {
    shown(&door, &visit, &Form::default(), &Problems::default()).await
}

async fn shown(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Result<Response, Refusal> {
    let (gateway, user) = (door.gateway(), visit.user()?);
    let drawn = gateway.list_samples_drawn(user).await?;
    let reviewers = gateway.list_reviewers(user).await?;
    let line = |drawn: &SampleDrawn| Line {
        href: format!("{PATH}/samples/{}", drawn.id),
        title: drawn.title.clone(),
        facts: facts(door, drawn),
    };
    let named = |reviewer: &Reviewer| Named {
        id: reviewer.account.to_string(),
        area: reviewer.area.clone(),
        name: reviewer.name.clone(),
        facts: SummaryList::default()
            .row("Reviewer", reviewer.name.clone())
            .row("Service", reviewer.service.clone())
            .row("Area", show::area(door, &reviewer.area))
            .row("Named on", show::moment(reviewer.named_at)),
    };
    let mut address = Input::new("address", "Registered email address", form, problems)
        .hint("As the service gave it to the officer. The adviser signs in already.");
    address.r#type = Some("email");
    let data = Scrutiny {
        drawn: drawn.iter().map(line).collect(),
        each: DRAWN_EACH,
        days: DRAWN_DAYS,
        draw_area: areas(door, visit, "draw-area", form, problems)?,
        reviewers: reviewers.iter().map(named).collect(),
        area: areas(door, visit, "area", form, problems)?,
        address,
    };
    let page = Page::new("Scrutiny of letters")
        .under(PATH)
        .problems(problems)
        .show(door, Some(visit), "scrutiny/index", &data)?;
    Ok(answer(problems, page))
}

async fn name(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&["area", "address"], &[])?;
    let mut problems = Problems::default();
    let (area, address) = (form.value("area"), form.value("address"));
    problems.need(!area.is_empty(), "area", "Select one of your Areas");
    problems.need(
        !address.is_empty(),
        "address",
        "Enter the registered email address",
    );
    if problems.is_empty() {
        match door.gateway().name_reviewer(visit.user()?, area, address).await {
            Ok(()) => return Ok(Redirect::to(PATH).into_response()),
            Err(fault) => said_with_conflict("address", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &form, &problems).await
}

async fn end(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&["area"], &[])?;
    let account = AccountId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway()
        .end_reviewer(visit.user()?, form.value("area"), &account)
        .await?;
    Ok(Redirect::to(PATH))
}

async fn draw(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&["draw-area"], &[])?;
    let mut problems = Problems::default();
    let area = form.value("draw-area");
    problems.need(!area.is_empty(), "draw-area", "Select one of your Areas");
    if problems.is_empty() {
        match door.gateway().draw_samples(visit.user()?, area).await {
            Ok(_) => return Ok(Redirect::to(PATH).into_response()),
            Err(fault) => said_with_conflict("draw-area", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &form, &problems).await
}
