//! Letters that an adviser reviews for an Area, in which nobody can be recognised.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::SampleId;
use domain::scrutiny::{COMMENT_CHARS_MAX, Dimension, Score, Scores};
use flows::{SampleGiven, SampleRead};
use serde::Serialize;

use super::ADVISERS;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::pages::acting::answer;
use crate::pages::acting::fields::text_area;
use crate::pages::scrutiny::arrived;
use crate::pages::scrutiny::findings::question;
use crate::parts::{Choice, SummaryList, Textarea};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

const PATH: &str = "/adviser/scrutiny";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/adviser/scrutiny", ADVISERS, list),
        get("/adviser/scrutiny/{id}", ADVISERS, one),
        post("/adviser/scrutiny/{id}", ADVISERS, say),
    ]
}

#[derive(Serialize)]
struct Letters {
    /// Whether an Area named them.
    reviews: bool,
    letters: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    href: String,
    title: String,
    facts: SummaryList,
}

#[derive(Serialize)]
struct Letter {
    path: String,
    title: String,
    subject: String,
    text: String,
    arrived: &'static str,
    questions: Vec<Choice>,
    comment: Textarea,
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let given = door.gateway().list_samples_given(visit.user()?).await?;
    let line = |given: &SampleGiven| Line {
        href: format!("{PATH}/{}", given.id),
        title: given.title.clone(),
        facts: SummaryList::default()
            .row("Area", show::area(&door, &given.area))
            .row("Drawn on", show::moment(given.drawn_at)),
    };
    let data = Letters {
        reviews: given.is_some(),
        letters: given.iter().flatten().map(line).collect(),
    };
    Page::new("Letters to review")
        .under(PATH)
        .show(&door, Some(&visit), "adviser/scrutiny", &data)
}

fn answers(dimension: Dimension, form: &Form, problems: &Problems) -> Choice {
    let labels = Score::ALL.map(|score| match score {
        Score::Yes => (score.as_str(), "Yes"),
        Score::Partly => (score.as_str(), "In part"),
        Score::No => (score.as_str(), "No"),
        Score::CannotTell => (score.as_str(), "I cannot tell"),
    });
    let mut choice = Choice::new(dimension.as_str(), question(dimension), labels, form, problems);
    choice.small = true;
    choice
}

fn shown(
    door: &Door,
    visit: &Visit,
    read: &SampleRead,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let hint = "What would make the words of this template better? Write nothing about anybody you know.";
    let comment = text_area(
        ("comment", "Anything to add", hint),
        (COMMENT_CHARS_MAX, 5),
        form,
        problems,
    );
    let data = Letter {
        path: format!("{PATH}/{}", read.given.id),
        title: read.given.title.clone(),
        subject: read.subject.clone(),
        text: read.text.clone(),
        arrived: arrived(read.was_late),
        questions: Dimension::ALL
            .map(|dimension| answers(dimension, form, problems))
            .into(),
        comment,
    };
    let page = Page::new("A letter to review")
        .under(PATH)
        .back(PATH)
        .problems(problems)
        .show(door, Some(visit), "adviser/letter", &data)?;
    Ok(answer(problems, page))
}

async fn one(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = SampleId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let read = door.gateway().read_sample_given(visit.user()?, &id).await?;
    shown(&door, &visit, &read, &Form::default(), &Problems::default())
}

async fn say(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let names = Dimension::ALL.map(Dimension::as_str);
    form.only(&[names.as_slice(), &["comment"]].concat(), &[])?;
    let id = SampleId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let (gateway, user) = (door.gateway(), visit.user()?);
    let mut problems = Problems::default();
    let mut given = Vec::new();
    for name in names {
        let score = Score::parse(form.value(name));
        problems.need(score.is_some(), name, "Select an answer");
        given.extend(score);
    }
    let comment = form.raw("comment");
    let is_short = comment.chars().count() <= COMMENT_CHARS_MAX;
    problems.need(
        is_short,
        "comment",
        &format!("Enter at most {COMMENT_CHARS_MAX} characters"),
    );
    if let (true, Ok(scores)) = (problems.is_empty(), Scores::try_from(given)) {
        gateway.score_sample(user, &id, &scores, comment).await?;
        return Ok(Redirect::to(PATH).into_response());
    }
    let read = gateway.read_sample_given(user, &id).await?;
    shown(&door, &visit, &read, &form, &problems)
}
