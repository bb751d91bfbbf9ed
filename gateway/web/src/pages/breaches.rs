//! The register of suspected breaches and near misses: codes and clocks, nobody's content.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Role;
use domain::breach::{BreachEnd, BreachKind};
use domain::calendar::london;
use domain::id::BreachId;
use flows::{BREACH_DONE, BREACH_REASONS, BREACH_WHAT, Breach, NewBreach};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::parts::{Choice, DateInput, SummaryList, TimeInput, Timeline, TimelineItem};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;

const READERS: Access = Access::Roles(&[Role::VloManager, Role::Auditor, Role::Administrator]);
const KEEPERS: Access = Access::Roles(&[Role::VloManager, Role::Administrator]);
const KINDS: [(&str, &str); 2] = [
    ("suspected-breach", "Suspected breach"),
    ("near-miss", "Near miss"),
];
const FIELDS: [&str; 9] = [
    "kind",
    "what",
    "done",
    "area",
    "day",
    "day-month",
    "day-year",
    "time",
    "time-minutes",
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/breaches", READERS, list),
        post("/breaches", KEEPERS, record),
        get("/breaches/{id}", READERS, read),
        post("/breaches/{id}/assess", KEEPERS, assess),
        post("/breaches/{id}/end", KEEPERS, end),
    ]
}

#[derive(Serialize)]
struct Register {
    breaches: Timeline,
    blocked: Timeline,
    can_record: bool,
    kind: Choice,
    what: Choice,
    done: Choice,
    area: Choice,
    day: DateInput,
    time: TimeInput,
}

fn words(list: &[(&str, &str)], code: &str) -> String {
    let known = list.iter().find(|(known, _)| *known == code);
    known.map_or(code, |(_, words)| *words).to_owned()
}

/// What the clock says, for somebody who looks now.
fn clock(breach: &Breach, now: Timestamp) -> String {
    let Some(due) = breach.report_due else {
        return "No clock runs".to_owned();
    };
    let hours = due.duration_since(now).as_hours();
    if due <= now {
        return format!(
            "The 72 hours ended on {}: report it at once and say why it is late",
            show::moment(due)
        );
    }
    format!("Report it by {}: {hours} hours are left", show::moment(due))
}

fn can_keep(visit: &Visit) -> Result<bool, Refusal> {
    let roles = &visit.visitor()?.account.roles;
    Ok(roles
        .iter()
        .any(|role| matches!(role, Role::VloManager | Role::Administrator)))
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    show_list(&door, &visit, &Form::default(), &Problems::default()).await
}

async fn show_list(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Result<Shown, Refusal> {
    let (gateway, user) = (door.gateway(), visit.user()?);
    let now = gateway.now();
    let item = |breach: &Breach| TimelineItem {
        title: words(&KINDS, &breach.row.kind),
        by: Some(breach.row.recorded_by.clone()),
        at: format!("Noticed on {}", show::moment(breach.row.noticed_at)),
        lines: vec![
            words(&BREACH_WHAT, &breach.row.what),
            breach.row.state.clone(),
            clock(breach, now),
        ],
        href: Some(format!("/breaches/{}", breach.row.id)),
        link_text: Some("Read and decide"),
    };
    let blocked = gateway
        .list_blocked(user)
        .await?
        .into_iter()
        .map(|send| TimelineItem {
            title: "Near miss: a message was kept from leaving".to_owned(),
            at: format!("{} (entry {})", show::moment(send.at), send.index),
            lines: vec![send.reason],
            ..TimelineItem::default()
        });
    let areas = gateway.parts().areas.list().iter();
    let areas = areas.map(|area| (area.code.as_str(), area.name.as_str()));
    let data = Register {
        breaches: Timeline {
            items: gateway.list_breaches(user).await?.iter().map(item).collect(),
        },
        blocked: Timeline {
            items: blocked.collect(),
        },
        can_record: can_keep(visit)?,
        kind: Choice::new("kind", "What to record", KINDS, form, problems),
        what: Choice::new("what", "What may have happened", BREACH_WHAT, form, problems),
        done: Choice::new("done", "What was done at once", BREACH_DONE, form, problems),
        area: Choice::new("area", "Area", areas, form, problems),
        day: DateInput::new("day", "Day on which it was noticed", form, problems),
        time: TimeInput::new("time", "Time at which it was noticed", form, problems),
    };
    Page::new("Breaches and near misses")
        .under("/breaches")
        .problems(problems)
        .show(door, Some(visit), "breaches", &data)
}

/// When it was noticed, in London.
fn noticed(form: &Form) -> Option<Timestamp> {
    let number = |name: &str| form.value(name).parse::<i16>().ok();
    let small = |name: &str| form.value(name).parse::<i8>().ok();
    let (year, month, day) = (number("day-year")?, small("day-month")?, small("day")?);
    let (hour, minute) = (small("time")?, small("time-minutes")?);
    let at = DateTime::new(year, month, day, hour, minute, 0, 0).ok()?;
    at.to_zoned(london()).ok().map(|zoned| zoned.timestamp())
}

async fn record(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&FIELDS, &[])?;
    let mut problems = Problems::default();
    for (field, right) in [
        ("kind", "Select what to record"),
        ("what", "Select what may have happened"),
        ("done", "Select what was done at once"),
        ("area", "Select an Area"),
    ] {
        problems.need(!form.value(field).is_empty(), field, right);
    }
    let noticed = noticed(&form);
    let is_past = noticed.is_some_and(|at| at <= door.gateway().now());
    problems.need(
        is_past,
        "day",
        "Enter a day and a time that have passed, for example 27 3 2026 and 14 30",
    );
    let (true, Some(noticed_at)) = (problems.is_empty(), noticed) else {
        return Ok(show_list(&door, &visit, &form, &problems).await?.into_response());
    };
    let new = NewBreach {
        kind: match form.value("kind") {
            "near-miss" => BreachKind::NearMiss,
            _ => BreachKind::Suspected,
        },
        what: form.value("what").to_owned(),
        done: form.value("done").to_owned(),
        area: form.value("area").to_owned(),
        noticed_at,
    };
    let id = door.gateway().record_breach(visit.user()?, &new).await?;
    Ok(Redirect::to(&format!("/breaches/{id}")).into_response())
}

#[derive(Serialize)]
struct One {
    id: String,
    rows: SummaryList,
    can_assess: bool,
    can_end: bool,
    /// Whoever assessed it finds not alone that it need not be reported.
    can_dismiss: bool,
    reason: Choice,
}

async fn read(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Shown, Refusal> {
    show_one(&door, &visit, &id, &Form::default(), &Problems::default()).await
}

async fn show_one(
    door: &Door,
    visit: &Visit,
    id: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Shown, Refusal> {
    let id = BreachId::parse(id).map_err(|_| Refusal::NotFound)?;
    let breach = door.gateway().find_breach(visit.user()?, &id).await?;
    let row = &breach.row;
    let mut rows = SummaryList::default()
        .row("Kind", words(&KINDS, &row.kind))
        .row("What may have happened", words(&BREACH_WHAT, &row.what))
        .row("Done at once", words(&BREACH_DONE, &row.done))
        .row("Area", row.area.as_str())
        .row("Noticed", show::moment(row.noticed_at))
        .row(
            "Recorded",
            format!("{} by {}", show::moment(row.recorded_at), row.recorded_by),
        )
        .row("State", row.state.as_str())
        .row("Clock", clock(&breach, door.gateway().now()));
    if let Some(by) = &row.assessed_by {
        rows = rows.row("Assessed by", by.as_str());
    }
    if let (Some(by), Some(at)) = (&row.ended_by, row.ended_at) {
        rows = rows.row("Ended", format!("{} by {by}", show::moment(at)));
    }
    if let Some(reason) = &row.reason {
        rows = rows.row("Why it need not be reported", words(&BREACH_REASONS, reason));
    }
    let can_end = can_keep(visit)? && row.state == "assessed";
    let data = One {
        id: id.to_string(),
        rows,
        can_assess: can_keep(visit)? && row.state == "suspected",
        can_end,
        can_dismiss: can_end && row.assessed_by.as_deref() != Some(visit.user()?),
        reason: Choice::new(
            "reason",
            "Why it need not be reported",
            BREACH_REASONS,
            form,
            problems,
        ),
    };
    Page::new("Breach or near miss")
        .under("/breaches")
        .back("/breaches")
        .problems(problems)
        .show(door, Some(visit), "breach", &data)
}

async fn assess(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = BreachId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().assess_breach(visit.user()?, &id).await?;
    Ok(Redirect::to(&format!("/breaches/{id}")))
}

async fn end(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["end", "reason"], &[])?;
    let breach = BreachId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let end = match form.value("end") {
        "reported" => BreachEnd::Reported,
        _ => BreachEnd::NotReportable,
    };
    let mut problems = Problems::default();
    let has_reason = end == BreachEnd::Reported || !form.value("reason").is_empty();
    problems.need(has_reason, "reason", "Select why it need not be reported");
    if !problems.is_empty() {
        return Ok(show_one(&door, &visit, &id, &form, &problems)
            .await?
            .into_response());
    }
    let reason = Some(form.value("reason")).filter(|reason| !reason.is_empty());
    door.gateway()
        .end_breach(visit.user()?, &breach, end, reason)
        .await?;
    Ok(Redirect::to(&format!("/breaches/{breach}")).into_response())
}
