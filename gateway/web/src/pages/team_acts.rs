//! The forms of a team: to assign an officer, to set cover, and an officer's request to move or waive a duty.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::Role;
use domain::id::{ObligationId, VictimId};
use flows::{Ask, REQUEST_REASONS};
use jiff::civil::Date;
use serde::Serialize;

use super::team::MANAGERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::officers;
use crate::page::Page;
use crate::parts::{Choice, DateInput};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;
use crate::words::{self, Owed};

const OFFICERS: Access = Access::Roles(&[Role::Vlo, Role::VloManager]);
const ASSIGN_REASONS: [&str; 5] = [
    "new-case",
    "workload",
    "absence",
    "officer-left",
    "victim-asked-for-it",
];
const COVER_REASONS: [&str; 4] = ["leave", "sickness", "training", "other-duties"];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/assign", MANAGERS, assign),
        post("/victims/{id}/assign", MANAGERS, do_assign),
        get("/team/cover", MANAGERS, cover),
        post("/team/cover", MANAGERS, do_cover),
        get("/obligations/{id}/ask", OFFICERS, ask),
        post("/obligations/{id}/ask", OFFICERS, do_ask),
    ]
}

fn coded(
    name: &'static str,
    legend: &str,
    codes: &[&'static str],
    form: &Form,
    problems: &Problems,
) -> Choice {
    let labels = codes
        .iter()
        .map(|code| (*code, words::code(code)))
        .collect::<Vec<_>>();
    let options = labels.iter().map(|(code, label)| (*code, label.as_str()));
    Choice::new(name, legend, options, form, problems)
}

/// The day that was typed into `name`, `name-month` and `name-year`.
fn date(form: &Form, name: &str) -> Option<Date> {
    let number = |name: &str| form.value(name).parse::<i16>().ok();
    let day = i8::try_from(number(name)?).ok()?;
    let month = i8::try_from(number(&format!("{name}-month"))?).ok()?;
    Date::new(number(&format!("{name}-year"))?, month, day).ok()
}

#[derive(Serialize)]
struct Assign {
    id: String,
    officer: Choice,
    reason: Choice,
}

async fn assign(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = VictimId::parse(&id).map_err(|_| Refusal::NotFound)?;
    show_assign(&door, &visit, &id, &Form::default(), &Problems::default()).await
}

async fn show_assign(
    door: &Door,
    visit: &Visit,
    id: &VictimId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    // Somebody else's victim is no page; nothing is read of theirs here.
    door.gateway().find_reason(visit.visitor()?, id).await?;
    let all = door.gateway().list_officers(visit.user()?)?;
    let data = Assign {
        id: id.to_string(),
        officer: officers::of(all, "officer", "Officer", form, problems, false),
        reason: coded("reason", "Reason", &ASSIGN_REASONS, form, problems),
    };
    let page = Page::new("Assign an officer")
        .under("/team")
        .back("/team")
        .problems(problems);
    Ok(page.show(door, Some(visit), "assign", &data)?.into_response())
}

async fn do_assign(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let id = VictimId::parse(&id).map_err(|_| Refusal::NotFound)?;
    form.only(&["officer", "reason"], &[])?;
    let mut problems = Problems::default();
    let officer = officers::find(&door, form.value("officer"));
    problems.need(officer.is_some(), "officer", "Select an officer");
    let reason = form.value("reason");
    problems.need(ASSIGN_REASONS.contains(&reason), "reason", "Select a reason");
    if let Some(officer) = officer.filter(|_| problems.is_empty()) {
        let done = door
            .gateway()
            .assign_vlo(visit.user()?, &id, &officer.user, reason)
            .await;
        match done {
            Ok(()) => return Ok(Redirect::to("/team").into_response()),
            Err(flows::Error::Invalid(_)) => {
                problems.add("officer", "Select an officer who works in the Area of the case");
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    show_assign(&door, &visit, &id, &form, &problems).await
}

#[derive(Serialize)]
struct Cover {
    absent: Choice,
    covering: Choice,
    from: DateInput,
    until: DateInput,
    reason: Choice,
}

async fn cover(State(door): State<Door>, visit: Visit) -> Result<Response, Refusal> {
    show_cover(&door, &visit, &Form::default(), &Problems::default())
}

fn show_cover(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Result<Response, Refusal> {
    let all = door.gateway().list_officers(visit.user()?)?;
    let data = Cover {
        absent: officers::of(all.clone(), "absent", "Who is away", form, problems, false),
        covering: officers::of(all, "covering", "Who covers", form, problems, false),
        from: DateInput::new("from", "First day", form, problems),
        until: DateInput::new("until", "Last day", form, problems),
        reason: coded("reason", "Reason", &COVER_REASONS, form, problems),
    };
    let page = Page::new("Set cover for an absence")
        .under("/team")
        .back("/team")
        .problems(problems);
    Ok(page.show(door, Some(visit), "cover", &data)?.into_response())
}

async fn do_cover(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    let fields = [
        "absent",
        "covering",
        "reason",
        "from",
        "from-month",
        "from-year",
        "until",
        "until-month",
        "until-year",
    ];
    form.only(&fields, &[])?;
    let mut problems = Problems::default();
    let absent = officers::find(&door, form.value("absent"));
    problems.need(absent.is_some(), "absent", "Select who is away");
    let covering = officers::find(&door, form.value("covering"));
    problems.need(covering.is_some(), "covering", "Select who covers");
    let (from, until) = (date(&form, "from"), date(&form, "until"));
    problems.need(from.is_some(), "from", "Enter a real date");
    problems.need(until.is_some(), "until", "Enter a real date");
    let reason = form.value("reason");
    problems.need(COVER_REASONS.contains(&reason), "reason", "Select a reason");
    if let (Some(absent), Some(covering), Some(from), Some(until), true) =
        (absent, covering, from, until, problems.is_empty())
    {
        let days = (from, until);
        let done = door
            .gateway()
            .set_cover(visit.user()?, &absent.user, &covering.user, days, reason)
            .await;
        match done {
            Ok(_) => return Ok(Redirect::to("/team").into_response()),
            Err(flows::Error::Invalid(what)) if what.starts_with("covering") => {
                problems.add("covering", "Select somebody else than who is away");
            }
            Err(flows::Error::Invalid(_)) => problems.add(
                "until",
                "Last day must be today or later, not before the first day, and at most 92 days after it",
            ),
            Err(fault) => return Err(fault.into()),
        }
    }
    show_cover(&door, &visit, &form, &problems)
}

#[derive(Serialize)]
struct AskPage {
    id: String,
    what: String,
    due: words::Due,
    kind: Choice,
    to: DateInput,
    reason: Choice,
}

async fn ask(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = ObligationId::parse(&id).map_err(|_| Refusal::NotFound)?;
    show_ask(&door, &visit, &id, &Form::default(), &Problems::default()).await
}

async fn show_ask(
    door: &Door,
    visit: &Visit,
    id: &ObligationId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let explained = door.gateway().explain(visit.user()?, id).await?;
    let owed = &explained.owed;
    let due = words::Due::of(&Owed {
        rule_id: &owed.rule,
        rule: explained.rule,
        deadline: explained.deadline.as_ref(),
        clock_start_at: owed.clock_start_at,
        original_due_at: owed.original_due_at,
        due_at: owed.due_at,
        latest_at: owed.latest_at,
        moved_by_hand: owed.moved_by_hand,
    });
    let kinds = [("move", "Move the due time"), ("waive", "Waive the duty")];
    let data = AskPage {
        id: id.to_string(),
        what: due.what.clone(),
        due,
        kind: Choice::new("kind", "What should the manager do?", kinds, form, problems),
        to: DateInput::new("to", "New day, if it is to be moved", form, problems),
        reason: coded("reason", "Why?", &REQUEST_REASONS, form, problems),
    };
    let page = Page::new("Ask a manager about a duty")
        .under("/work")
        .problems(problems);
    let page = page.back(format!("/victims/{}", owed.victim_id));
    Ok(page.show(door, Some(visit), "ask", &data)?.into_response())
}

async fn do_ask(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let id = ObligationId::parse(&id).map_err(|_| Refusal::NotFound)?;
    form.only(&["kind", "reason", "to", "to-month", "to-year"], &[])?;
    let mut problems = Problems::default();
    let asked = match form.value("kind") {
        "waive" => Some(Ask::Waive),
        "move" => {
            let day = date(&form, "to");
            problems.need(day.is_some(), "to", "Enter a real date");
            day.map(Ask::Move)
        }
        _ => {
            problems.add("kind", "Select what the manager should do");
            None
        }
    };
    let reason = form.value("reason");
    problems.need(REQUEST_REASONS.contains(&reason), "reason", "Select a reason");
    if let Some(asked) = asked.filter(|_| problems.is_empty()) {
        match door
            .gateway()
            .request_decision(visit.user()?, &id, asked, reason)
            .await
        {
            Ok(_) => {
                let owed = door.gateway().explain(visit.user()?, &id).await?.owed;
                return Ok(Redirect::to(&format!("/victims/{}", owed.victim_id)).into_response());
            }
            // The flow says which day would do, in words without personal data.
            Err(flows::Error::Invalid(what)) => problems.add("to", show::sentence(&what)),
            Err(fault) => return Err(fault.into()),
        }
    }
    show_ask(&door, &visit, &id, &form, &problems).await
}
