//! A manager's team: what is open by unit and officer, what waits for a decision or a review, who has nobody, who covers.

use axum::extract::{Path, State};
use axum::response::Redirect;
use domain::account::Role;
use domain::id::{CoverId, GlassId, RequestId};
use flows::worklist::Team as TeamLine;
use serde::Serialize;

use crate::door::Door;
use crate::form::Form;
use crate::page::{Page, Shown};
use crate::parts::SummaryList;
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::visit::Visit;
use crate::{officers, show, words};

pub(super) const MANAGERS: Access = Access::Roles(&[Role::VloManager]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/team", MANAGERS, team),
        post("/team/requests/{id}", MANAGERS, decide),
        post("/team/glasses/{id}", MANAGERS, review),
        post("/team/covers/{id}/end", MANAGERS, end_cover),
    ]
}

#[derive(Serialize)]
struct Team {
    lines: Vec<Line>,
    requests: Vec<ToDecide>,
    glasses: Vec<ToDecide>,
    unassigned: Vec<Unassigned>,
    covers: Vec<ToDecide>,
}

#[derive(Serialize)]
struct Line {
    area: String,
    unit: String,
    officer: String,
    href: String,
    overdue: i64,
    at_risk: i64,
    open: i64,
}

/// Something with facts and buttons.
#[derive(Serialize)]
struct ToDecide {
    id: String,
    /// What tells it from the others.
    name: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct Unassigned {
    victim: String,
    urn: String,
    area: String,
}

async fn team(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let (gateway, user) = (door.gateway(), visit.user()?);
    let lines = gateway.count_team(user).await?;
    let unassigned = gateway.list_unassigned(user).await?;
    let unassigned = unassigned.into_iter().map(|hit| Unassigned {
        victim: hit.victim_id.to_string(),
        area: show::area(&door, &hit.area),
        urn: hit.urn,
    });
    let data = Team {
        lines: lines.iter().map(|line| line_of(&door, line)).collect(),
        requests: requests(&door, user).await?,
        glasses: glasses(&door, user).await?,
        unassigned: unassigned.collect(),
        covers: covers(&door, user).await?,
    };
    Page::new("Team")
        .under("/team")
        .show(&door, Some(&visit), "team", &data)
}

fn line_of(door: &Door, line: &TeamLine) -> Line {
    let mark = if line.vlo.is_empty() {
        officers::NOBODY.to_owned()
    } else {
        officers::mark(&line.vlo)
    };
    Line {
        area: show::area(door, &line.area),
        unit: line.unit.clone(),
        officer: officers::name(door, &line.vlo),
        href: format!("/work?officer={mark}&area={}&unit={}", line.area, line.unit),
        overdue: line.overdue,
        at_risk: line.at_risk,
        open: line.open,
    }
}

async fn requests(door: &Door, user: &str) -> Result<Vec<ToDecide>, Refusal> {
    let rows = door.gateway().list_requests(user).await?;
    let one = |row: &flows::DueRequest| {
        let rule = door.gateway().parts().rulebook.rule(&row.rule);
        let what = rule.map_or(row.rule.as_str(), |rule| rule.title.as_str());
        let wish = match &row.to_date {
            None => "To waive the duty".to_owned(),
            Some(day) => {
                let day = day.parse().map_or_else(|_| day.clone(), show::day);
                format!("To move it to {day}")
            }
        };
        let due = row
            .due_at
            .map_or_else(|| "No number of days".to_owned(), show::moment);
        ToDecide {
            id: row.id.to_string(),
            name: format!("{}: {what}", row.urn),
            facts: SummaryList::default()
                .row("Case", row.urn.clone())
                .row("Duty", what)
                .row("Due now", due)
                .row("Asked for", wish)
                .row("Because", words::code(&row.reason))
                .row("Asked by", officers::name(door, &row.asked_by))
                .row("Asked on", show::moment(row.asked_at)),
        }
    };
    Ok(rows.iter().map(one).collect())
}

async fn glasses(door: &Door, user: &str) -> Result<Vec<ToDecide>, Refusal> {
    let rows = door.gateway().list_glasses(user).await?;
    let one = |row: &flows::Glass| ToDecide {
        id: row.id.to_string(),
        name: row.urn.clone(),
        facts: SummaryList::default()
            .row("Case", row.urn.clone())
            .row("Area", show::area(door, &row.area))
            .row("Opened by", officers::name(door, &row.user))
            .row("Because", words::code(&row.reason))
            .row("Opened on", show::moment(row.broken_at)),
    };
    Ok(rows.iter().map(one).collect())
}

async fn covers(door: &Door, user: &str) -> Result<Vec<ToDecide>, Refusal> {
    let rows = door.gateway().list_covers(user).await?;
    let one = |row: &flows::Cover| ToDecide {
        id: row.id.to_string(),
        name: officers::name(door, &row.absent),
        facts: SummaryList::default()
            .row("Away", officers::name(door, &row.absent))
            .row("Covered by", officers::name(door, &row.covering))
            .row("From", show::moment(row.from_at))
            .row("Until", show::moment(row.until_at))
            .row("Because", words::code(&row.reason)),
    };
    Ok(rows.iter().map(one).collect())
}

async fn decide(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&["decision"], &[])?;
    let id = RequestId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let approves = one_of(form.value("decision"), "approve", "refuse")?;
    door.gateway()
        .decide_request(visit.user()?, &id, approves)
        .await?;
    Ok(Redirect::to("/team"))
}

async fn review(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&["finding"], &[])?;
    let id = GlassId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let was_right = one_of(form.value("finding"), "right", "wrong")?;
    door.gateway().review_glass(visit.user()?, &id, was_right).await?;
    Ok(Redirect::to("/team"))
}

async fn end_cover(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = CoverId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().end_cover(visit.user()?, &id).await?;
    Ok(Redirect::to("/team"))
}

/// Which of two buttons was used.
fn one_of(value: &str, yes: &str, no: &str) -> Result<bool, Refusal> {
    match value {
        value if value == yes => Ok(true),
        value if value == no => Ok(false),
        _ => Err(Refusal::Invalid("use one of the page's own buttons".to_owned())),
    }
}
