//! A person is taken in: to a case that is there, or with a new one. What was typed is checked before anybody is added.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::CaseId;
use flows::{NewPerson, NotAdded, ToCase};
use serde::Serialize;

use super::detail_words::OFFENCES;
use super::event::Typed;
use super::meeting_words::label;
use super::onboard_form::{CASE, CaseFields, PERSON, PersonFields, case, facts, person};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{OFFICERS, answer};
use crate::parts::SummaryList;
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/cases/new", OFFICERS, new_case),
        post("/cases", OFFICERS, add_case),
        get("/cases/{id}/people/new", OFFICERS, new_person),
        post("/cases/{id}/people", OFFICERS, add_person),
    ]
}

/// Where a person comes to, as far as the page knows it.
enum Place {
    New,
    Known { id: CaseId, urn: String },
}

impl Place {
    fn action(&self) -> String {
        match self {
            Self::New => "/cases".to_owned(),
            Self::Known { id, .. } => format!("/cases/{id}/people"),
        }
    }

    fn back(&self) -> String {
        match self {
            Self::New => "/cases".to_owned(),
            Self::Known { id, .. } => format!("/cases/{id}"),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::New => "Add a case",
            Self::Known { .. } => "Add a person to this case",
        }
    }

    fn urn(&self) -> &str {
        match self {
            Self::New => "",
            Self::Known { urn, .. } => urn,
        }
    }
}

#[derive(Serialize)]
struct Onboard {
    action: String,
    heading: &'static str,
    urn: String,
    case: Option<CaseFields>,
    person: PersonFields,
}

#[derive(Serialize)]
struct Check {
    action: String,
    facts: SummaryList,
    typed: Vec<Typed>,
}

/// A case in reach, with its reference. Looking at it is recorded.
async fn known(door: &Door, visit: &Visit, id: &str) -> Result<Place, Refusal> {
    let id = CaseId::parse(id).map_err(|_| Refusal::NotFound)?;
    let read = door.gateway().read_case(visit.user()?, &id).await?;
    Ok(Place::Known {
        id,
        urn: read.case.urn,
    })
}

async fn new_case(State(door): State<Door>, visit: Visit) -> Result<Response, Refusal> {
    page(&door, &visit, &Place::New, &Form::default(), &Problems::default())
}

async fn new_person(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let place = known(&door, &visit, &id).await?;
    page(&door, &visit, &place, &Form::default(), &Problems::default())
}

async fn add_case(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&[&PERSON[..], &CASE, &["confirmed"]].concat(), &[])?;
    add(&door, &visit, &Place::New, &form).await
}

async fn add_person(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&[&PERSON[..], &["confirmed"]].concat(), &[])?;
    let place = known(&door, &visit, &id).await?;
    add(&door, &visit, &place, &form).await
}

fn page(
    door: &Door,
    visit: &Visit,
    place: &Place,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let data = Onboard {
        action: place.action(),
        heading: place.title(),
        urn: place.urn().to_owned(),
        case: matches!(place, Place::New).then(|| CaseFields::of(door, visit, form, problems)),
        person: PersonFields::of(form, problems),
    };
    let shown = Page::new(place.title())
        .under("/cases")
        .back(place.back())
        .problems(problems)
        .show(door, Some(visit), "acting/onboard", &data)?;
    Ok(answer(problems, shown))
}

async fn add(door: &Door, visit: &Visit, place: &Place, form: &Form) -> Result<Response, Refusal> {
    let mut problems = Problems::default();
    let to = match place {
        Place::New => case(form, &mut problems).map(ToCase::New),
        Place::Known { id, .. } => Some(ToCase::Known(id.clone())),
    };
    let person = person(form, &mut problems);
    if let (Some(to), Some(person), true) = (to, person, problems.is_empty()) {
        let (gateway, user) = (door.gateway(), visit.user()?);
        let refused = if form.value("confirmed") == "yes" {
            match gateway.add_person(user, &to, &person).await? {
                Ok((case, _)) => return Ok(Redirect::to(&format!("/cases/{case}")).into_response()),
                Err(refused) => refused,
            }
        } else {
            match gateway.check_person(user, &to, &person).await? {
                Ok(()) => return check(door, visit, place, &to, &person, form),
                Err(refused) => refused,
            }
        };
        let NotAdded { field, words } = refused;
        problems.add(field, show::sentence(words));
    }
    page(door, visit, place, form, &problems)
}

fn check(
    door: &Door,
    visit: &Visit,
    place: &Place,
    to: &ToCase,
    person: &NewPerson,
    form: &Form,
) -> Result<Response, Refusal> {
    let mut rows = SummaryList::default();
    rows = match to {
        ToCase::New(new) => rows
            .row("New case", new.urn.as_str())
            .row("Area", show::area(door, new.area.as_str()))
            .row("What the case is about", label(OFFENCES, new.offence.as_str()))
            .row("Opened", show::day(new.opened_on)),
        ToCase::Known(_) => rows.row("Case", place.urn()),
    };
    for (key, value) in facts(person) {
        rows = rows.row(key, value);
    }
    let data = Check {
        action: place.action(),
        facts: rows,
        typed: Typed::all(form),
    };
    let shown = Page::new("Check whom you are adding")
        .under("/cases")
        .back(place.back())
        .show(door, Some(visit), "acting/onboard-check", &data)?;
    Ok(shown.into_response())
}
