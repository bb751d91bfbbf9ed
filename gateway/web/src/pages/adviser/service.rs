//! The service of a lead: its advisers who sign in, who stands in for whom, who has left.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{AccountId, CoverId};
use flows::{Colleague, ServiceRead};
use serde::Serialize;

use super::ADVISERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::fields::{date, date_names};
use crate::pages::acting::{answer, said_at};
use crate::parts::{Choice, DateInput, SummaryList};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/adviser/service", ADVISERS, read),
        post("/adviser/service/covers", ADVISERS, cover),
        post("/adviser/service/covers/{id}/end", ADVISERS, end_cover),
        post("/adviser/service/advisers/{id}/left", ADVISERS, left),
    ]
}

#[derive(Serialize)]
struct Service {
    name: String,
    advisers: Vec<Line>,
    covers: Vec<Standing>,
    /// Nobody stands in where there is one adviser alone.
    form: Option<CoverForm>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    facts: SummaryList,
    /// A lead does not record that they left themselves.
    may_leave: bool,
}

#[derive(Serialize)]
struct Standing {
    id: String,
    name: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct CoverForm {
    absent: Choice,
    deputy: Choice,
    from: DateInput,
    last: DateInput,
}

async fn read(State(door): State<Door>, visit: Visit) -> Result<Response, Refusal> {
    shown(&door, &visit, &Form::default(), &Problems::default()).await
}

fn line(one: &Colleague) -> Line {
    let people = match one.people {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let part = if one.is_lead {
        "Adviser and service lead"
    } else {
        "Adviser"
    };
    Line {
        id: one.account.to_string(),
        facts: SummaryList::default()
            .row("Part", part)
            .row("Supports now", people),
        name: one.name.clone(),
        may_leave: !one.is_self,
    }
}

async fn shown(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Result<Response, Refusal> {
    let read = door.gateway().read_service(visit.user()?).await?;
    let data = Service {
        advisers: read.colleagues.iter().map(line).collect(),
        form: (read.colleagues.len() > 1).then(|| cover_form(&read, form, problems)),
        covers: read
            .covers
            .into_iter()
            .map(|cover| Standing {
                id: cover.id.to_string(),
                name: format!("{} stands in for {}", cover.deputy, cover.absent),
                facts: SummaryList::default()
                    .row("First day", show::day(cover.from))
                    .row("Last day", show::day(cover.last)),
            })
            .collect(),
        name: read.service,
    };
    let page = Page::new("My service")
        .under("/adviser")
        .back("/adviser")
        .problems(problems)
        .show(door, Some(visit), "adviser/service", &data)?;
    Ok(answer(problems, page))
}

fn cover_form(read: &ServiceRead, form: &Form, problems: &Problems) -> CoverForm {
    let choice = |name, label| {
        let none = std::iter::once(("", "Select an adviser"));
        let all = read
            .colleagues
            .iter()
            .map(|one| (one.account.as_str(), one.name.as_str()));
        Choice::new(name, label, none.chain(all), form, problems)
    };
    CoverForm {
        absent: choice("absent", "Who is away"),
        deputy: choice("deputy", "Who stands in"),
        from: DateInput::new("from", "First day", form, problems),
        last: DateInput::new("last", "Last day", form, problems),
    }
}

async fn cover(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    let (from_names, last_names) = (date_names("from"), date_names("last"));
    let mut once = vec!["absent", "deputy"];
    once.extend(from_names.iter().chain(&last_names).map(String::as_str));
    form.only(&once, &[])?;
    let mut problems = Problems::default();
    let absent = AccountId::parse(form.value("absent"));
    problems.need(absent.is_ok(), "absent", "Select who is away");
    let deputy = AccountId::parse(form.value("deputy"));
    problems.need(deputy.is_ok(), "deputy", "Select who stands in");
    let from = date(&form, "from", "The first day", &mut problems);
    let last = date(&form, "last", "The last day", &mut problems);
    if let (Ok(absent), Ok(deputy), Some(from), Some(last)) = (absent, deputy, from, last) {
        let added = door
            .gateway()
            .add_adviser_cover(visit.user()?, (&absent, &deputy), (from, last))
            .await;
        match added {
            Ok(()) => return Ok(Redirect::to("/adviser/service").into_response()),
            Err(fault) => said_at("last", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &form, &problems).await
}

async fn end_cover(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = CoverId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().end_adviser_cover(visit.user()?, &id).await?;
    Ok(Redirect::to("/adviser/service"))
}

async fn left(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = AccountId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().end_adviser(visit.user()?, &id).await?;
    Ok(Redirect::to("/adviser/service"))
}
