//! A letter that was drawn: a manager takes out by what somebody could be recognised.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::SampleId;
use domain::scrutiny::Trace;
use flows::{FreeWords, SampleDesk};
use serde::Serialize;

use super::{PATH, facts};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::answer;
use crate::pages::acting::fields::text_area;
use crate::pages::team::MANAGERS;
use crate::parts::{SummaryList, Textarea};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;
use crate::words;

/// The fields of the page, one for each piece of freely written words. No template has more.
const WORDS: [&str; 3] = ["words-1", "words-2", "words-3"];
const CONFIRMED: &str = "confirmed";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/scrutiny/samples/{id}", MANAGERS, show),
        post("/scrutiny/samples/{id}", MANAGERS, decide),
    ]
}

#[derive(Serialize)]
struct Sample {
    path: String,
    title: String,
    facts: SummaryList,
    text: String,
    words: Vec<Textarea>,
    problem: Option<String>,
}

async fn show(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = SampleId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let desk = door.gateway().read_sample_drawn(visit.user()?, &id).await?;
    let mut form = Form::default();
    for (name, free) in WORDS.iter().zip(&desk.free) {
        form.put(name, &free.words);
    }
    shown(&door, &visit, &desk, &form, &Problems::default())
}

fn shown(
    door: &Door,
    visit: &Visit,
    desk: &SampleDesk,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let hint = "Take out names, places, days, school, work and every rare fact. Put a word in brackets in its place.";
    let one = |(name, free): (&&'static str, &FreeWords)| {
        let label = words::code(&free.field.replace('_', "-"));
        text_area((*name, &label, hint), (free.chars_max, 10), form, problems)
    };
    let data = Sample {
        path: format!("{PATH}/samples/{}", desk.drawn.id),
        title: desk.drawn.title.clone(),
        facts: facts(door, &desk.drawn),
        text: desk.text.clone(),
        words: WORDS.iter().zip(&desk.free).map(one).collect(),
        problem: problems.at(CONFIRMED).map(str::to_owned),
    };
    let page = Page::new("Make a letter ready for scrutiny")
        .under(PATH)
        .back(PATH)
        .problems(problems)
        .show(door, Some(visit), "scrutiny/sample", &data)?;
    Ok(answer(problems, page))
}

async fn decide(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let once = [WORDS.as_slice(), &[CONFIRMED, "decision"]].concat();
    form.only(&once, &[])?;
    let id = SampleId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let (gateway, user) = (door.gateway(), visit.user()?);
    if form.value("decision") == "leave-out" {
        gateway.leave_sample_out(user, &id).await?;
        return Ok(Redirect::to(PATH).into_response());
    }
    let desk = gateway.read_sample_drawn(user, &id).await?;
    let mut problems = Problems::default();
    let mut left = BTreeMap::new();
    for (name, free) in WORDS.iter().zip(&desk.free) {
        let text = form.raw(name).trim();
        problems.need(
            !text.is_empty(),
            name,
            "Enter what may be read, or a word in brackets",
        );
        let is_short = text.chars().count() <= free.chars_max;
        problems.need(
            is_short,
            name,
            &format!("Enter at most {} characters", free.chars_max),
        );
        left.insert(free.field.clone(), text.to_owned());
    }
    let confirmed = form.value(CONFIRMED) == "yes";
    problems.need(
        confirmed,
        CONFIRMED,
        "Confirm that nobody can be recognised, or leave the letter out",
    );
    if problems.is_empty() {
        let found = gateway.make_sample_ready(user, &id, &left).await?;
        if found.is_empty() {
            return Ok(Redirect::to(PATH).into_response());
        }
        for (name, free) in WORDS.iter().zip(&desk.free) {
            if let Some((_, traces)) = found.iter().find(|(field, _)| *field == free.field) {
                problems.add(name, said(traces));
            }
        }
    }
    shown(&door, &visit, &desk, &form, &problems)
}

fn said(traces: &BTreeSet<Trace>) -> String {
    let all = traces.iter().map(|trace| match trace {
        Trace::Name => "a name, or a part of one",
        Trace::Reference => "a reference of a case",
        Trace::Contact => "an address, a number or a postcode",
        Trace::Day => "a day",
        Trace::Place => "a place or a routine, such as school or work",
    });
    format!("Take out {}", all.collect::<Vec<_>>().join("; "))
}
