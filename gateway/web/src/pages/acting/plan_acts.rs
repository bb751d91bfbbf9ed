//! The acts on a contact plan: propose, verify, approve, refuse, bar and times.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::contact::change::VerifyPath;
use domain::contact::{PointValue, Route as By, Why};
use domain::id::{ContactPointId, ProposalId, VictimId};
use domain::masked::Masked;
use domain::window::{ClockTime, Window, Windows};
use flows::{Kind, ProposedPoint};

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::pages::acting::fields::{date, time};
use crate::pages::acting::plan::{DAYS, REFUSED, ROUTES, TIMES, UNSAFE, path, shown};
use crate::pages::acting::{OFFICERS, reach, said_at};
use crate::refusal::Refusal;
use crate::route::{Route, post};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/victims/{id}/plan/propose", OFFICERS, propose),
        post("/victims/{id}/plan/bar", OFFICERS, bar),
        post("/victims/{id}/plan/times", OFFICERS, times),
        post("/victims/{id}/plan/changes/{change}/verify", OFFICERS, verify),
        post("/victims/{id}/plan/changes/{change}/approve", OFFICERS, approve),
        post("/victims/{id}/plan/changes/{change}/refuse", OFFICERS, refuse),
    ]
}

/// What came of an act: the plan again, or the page with what is wrong, or with what stands now.
async fn ended(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    mut problems: Problems,
    done: Result<(), flows::Error>,
    field: &str,
) -> Result<Response, Refusal> {
    match done {
        Ok(()) if problems.is_empty() => return Ok(Redirect::to(&path(victim)).into_response()),
        Ok(()) => {}
        Err(fault) if fault.kind() == Kind::Conflict => {
            return shown(door, visit, victim, form, &problems, true).await;
        }
        Err(fault) => said_at(field, fault, &mut problems)?,
    }
    shown(door, visit, victim, form, &problems, false).await
}

fn version(form: &Form) -> Result<i64, Refusal> {
    form.value("version")
        .parse()
        .map_err(|_| Refusal::Invalid("the page has lost its version; load it again".to_owned()))
}

fn code<'f>(
    form: &'f Form,
    field: &str,
    list: &[(&str, &str)],
    words: &str,
    problems: &mut Problems,
) -> &'f str {
    let value = form.value(field);
    problems.need(list.iter().any(|(code, _)| *code == value), field, words);
    value
}

async fn propose(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["route", "value", "replaces", "version"], &[])?;
    let victim = reach(&door, &visit, &id).await?;
    let (user, seen) = (visit.user()?, version(&form)?);
    let mut problems = Problems::default();
    let route = ROUTES.iter().find(|(code, _)| *code == form.value("route"));
    problems.need(route.is_some(), "route", "Select what it is");
    let value = route.and_then(|(_, by)| value(*by, &form, &mut problems));
    let replaces = match form.value("replaces") {
        "" => None,
        text => {
            let known = ContactPointId::parse(text).ok();
            problems.need(known.is_some(), "replaces", "Select one of the plan");
            known
        }
    };
    let mut done = Ok(());
    if let (Some((_, route)), Some(value), true) = (route, value, problems.is_empty()) {
        done = door.gateway().is_plan_as_seen(user, &victim, seen).await;
        if done.is_ok() {
            let proposed = ProposedPoint {
                route: *route,
                value,
                replaces,
            };
            let proposal = door.gateway().propose_change(user, &victim, proposed).await;
            done = proposal.map(|_| ());
        }
    }
    ended(&door, &visit, &victim, &form, problems, done, "value").await
}

/// The value as it was typed; what is wrong with it is said without repeating it.
fn value(by: By, form: &Form, problems: &mut Problems) -> Option<PointValue> {
    let made = PointValue::parse(by, form.value("value"));
    made.map_err(|words| problems.add("value", crate::show::sentence(&words)))
        .ok()
}

async fn bar(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["bar", "why"], &[])?;
    let victim = reach(&door, &visit, &id).await?;
    let mut problems = Problems::default();
    let point = ContactPointId::parse(form.value("bar")).ok();
    problems.need(
        point.is_some(),
        "bar",
        "Select which one may not be used any more",
    );
    let why = match code(
        &form,
        "why",
        &UNSAFE,
        "Select why it may not be used",
        &mut problems,
    ) {
        "third-party" => Why::ThirdParty,
        _ => Why::ReportedUnsafe,
    };
    let mut done = Ok(());
    if let (Some(point), true) = (point, problems.is_empty()) {
        done = door
            .gateway()
            .bar_point(visit.user()?, &victim, &point, why)
            .await;
    }
    ended(&door, &visit, &victim, &form, problems, done, "bar").await
}

async fn times(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(
        &["times", "from", "from-minutes", "to", "to-minutes", "version"],
        &["days"],
    )?;
    let victim = reach(&door, &visit, &id).await?;
    let seen = version(&form)?;
    let mut problems = Problems::default();
    let choice = code(
        &form,
        "times",
        &TIMES,
        "Select when this person may be contacted",
        &mut problems,
    );
    let windows = match choice {
        "any" => Some(Windows::Any),
        "never" => Some(Windows::Only { windows: Vec::new() }),
        _ => window(&form, &mut problems).map(|window| Windows::Only {
            windows: vec![window],
        }),
    };
    let mut done = Ok(());
    if let (Some(windows), true) = (windows, problems.is_empty()) {
        done = door
            .gateway()
            .change_times(visit.user()?, &victim, seen, windows)
            .await;
    }
    ended(&door, &visit, &victim, &form, problems, done, "times").await
}

fn window(form: &Form, problems: &mut Problems) -> Option<Window> {
    let days = form.values("days");
    let days = days.map(|code| DAYS.iter().find(|(known, _)| *known == code).map(|(_, day)| *day));
    let days = days.collect::<Option<Vec<_>>>().unwrap_or_default();
    problems.need(!days.is_empty(), "days", "Select at least one day");
    let from = time(form, "from", "The time from which", problems);
    let to = time(form, "to", "The time until which", problems);
    let clock = |time: jiff::civil::Time| ClockTime::parse(&time.strftime("%H:%M").to_string()).ok();
    let (from, to) = (clock(from?)?, clock(to?)?);
    match Window::new(&days, from, to) {
        Ok(window) => Some(window),
        Err(fault) => {
            if problems.is_empty() {
                problems.add("to", crate::show::sentence(&fault.to_string()));
            }
            None
        }
    }
}

/// The proposal that is named, of this very victim.
async fn change(
    door: &Door,
    visit: &Visit,
    id: &str,
    change: &str,
) -> Result<(VictimId, ProposalId), Refusal> {
    let victim = reach(door, visit, id).await?;
    let change = ProposalId::parse(change).map_err(|_| Refusal::NotFound)?;
    if door.gateway().whose_proposal(visit.user()?, &change).await? == victim {
        Ok((victim, change))
    } else {
        Err(Refusal::NotFound)
    }
}

async fn verify(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["path", "said-by", "how"], &[])?;
    let (victim, proposal) = change(&door, &visit, &id, &named).await?;
    let mut problems = Problems::default();
    let by = match form.value("path") {
        "in-person" => Some(VerifyPath::InPerson),
        "police" => Some(VerifyPath::Police),
        _ => None,
    };
    problems.need(by.is_some(), "path", "Select how it was confirmed");
    let (said_by, how) = (form.value("said-by"), form.value("how"));
    problems.need(!said_by.is_empty(), "said-by", "Enter who said that it is safe");
    problems.need(!how.is_empty(), "how", "Enter how it was said");
    let mut done = Ok(());
    if let (Some(by), true) = (by, problems.is_empty()) {
        done = door
            .gateway()
            .verify_change(
                visit.user()?,
                &proposal,
                by,
                Masked::new(said_by),
                Masked::new(how),
            )
            .await;
    }
    ended(&door, &visit, &victim, &form, problems, done, "path").await
}

async fn approve(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["review", "review-month", "review-year"], &[])?;
    let (victim, proposal) = change(&door, &visit, &id, &named).await?;
    let mut problems = Problems::default();
    let review = date(
        &form,
        "review",
        "The day by which it must be checked again",
        &mut problems,
    );
    let mut done = Ok(());
    if let Some(review) = review {
        done = door
            .gateway()
            .approve_change(visit.user()?, &proposal, review)
            .await;
    }
    ended(&door, &visit, &victim, &form, problems, done, "review").await
}

async fn refuse(
    State(door): State<Door>,
    visit: Visit,
    Path((id, named)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["refused"], &[])?;
    let (victim, proposal) = change(&door, &visit, &id, &named).await?;
    let mut problems = Problems::default();
    let why = code(
        &form,
        "refused",
        &REFUSED,
        "Select why it should not be made",
        &mut problems,
    );
    let mut done = Ok(());
    if problems.is_empty() {
        done = door.gateway().refuse_change(visit.user()?, &proposal, why).await;
    }
    ended(&door, &visit, &victim, &form, problems, done, "refused").await
}
