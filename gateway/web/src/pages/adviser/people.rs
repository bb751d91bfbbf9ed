//! The people whom an adviser supports: what each allowed and until when, whom to ask, and a first question.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::VictimId;
use domain::people::ConsentScope;
use flows::PersonSupported;
use serde::Serialize;

use super::{ADVISERS, once, words, written};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::pages::acting::answer;
use crate::parts::{SummaryList, Textarea};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/adviser/people", ADVISERS, list),
        get("/adviser/people/{id}", ADVISERS, one),
        post("/adviser/people/{id}", ADVISERS, ask),
    ]
}

#[derive(Serialize)]
struct People {
    people: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    href: String,
    name: String,
    reference: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct Person {
    path: String,
    name: String,
    reference: String,
    facts: SummaryList,
    conversations: Vec<String>,
    once: String,
    words: Textarea,
}

/// What the victim allowed, and who the officer is.
pub(super) fn consent(person: &PersonSupported) -> SummaryList {
    let scopes = person.scopes.iter().map(|scope| match scope {
        ConsentScope::Updates => "progress of the case",
        ConsentScope::MeetingOffers => "meetings",
        ConsentScope::Letters => "copies of letters",
        ConsentScope::Replies => "answers to your questions",
    });
    let scopes = show::sentence(&scopes.collect::<Vec<_>>().join(", "));
    let ends = person
        .until
        .map_or_else(|| "No end is stated".to_owned(), show::day);
    let (officer, phone) = match &person.officer {
        Some((name, phone)) => (name.clone(), phone.clone()),
        None => ("Nobody yet".to_owned(), String::new()),
    };
    let mut facts = SummaryList::default().row("Officer", officer);
    if !phone.is_empty() {
        facts = facts.row("Telephone", phone);
    }
    facts = facts
        .row("They agreed to", scopes)
        .row("Agreed on", show::day(person.since))
        .row("Last day", ends);
    match &person.instead_of {
        Some(name) => facts.row("You stand in for", name.clone()),
        None => facts,
    }
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let people = door.gateway().list_people_supported(visit.user()?).await?;
    let line = |person: PersonSupported| Line {
        href: format!("/adviser/people/{}", person.victim),
        facts: consent(&person),
        name: person.name,
        reference: person.reference,
    };
    let data = People {
        people: people.into_iter().map(line).collect(),
    };
    Page::new("People I support")
        .under("/adviser/people")
        .show(&door, Some(&visit), "adviser/people", &data)
}

async fn one(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let victim = VictimId::parse(&id).map_err(|_| Refusal::NotFound)?;
    shown(&door, &visit, &victim, &Form::default(), &Problems::default()).await
}

async fn ask(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["once", "words"], &[])?;
    let victim = VictimId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let mut problems = Problems::default();
    let text = written(&form, &mut problems);
    if problems.is_empty() {
        door.gateway()
            .begin_conversation(visit.user()?, &victim, form.value("once"), &text)
            .await?;
        return Ok(Redirect::to("/adviser").into_response());
    }
    shown(&door, &visit, &victim, &form, &problems).await
}

async fn shown(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let person = door
        .gateway()
        .read_person_supported(visit.user()?, victim)
        .await?;
    let data = Person {
        path: format!("/adviser/people/{victim}"),
        facts: consent(&person),
        conversations: person
            .conversations
            .iter()
            .map(|id| format!("/adviser/conversations/{id}"))
            .collect(),
        once: once(door, form),
        words: words("Your question", form, problems),
        name: person.name,
        reference: person.reference,
    };
    let page = Page::new("Somebody I support")
        .under("/adviser/people")
        .back("/adviser/people")
        .problems(problems)
        .show(door, Some(visit), "adviser/person", &data)?;
    Ok(answer(problems, page))
}
