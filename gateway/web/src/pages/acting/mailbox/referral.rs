//! A question of an adviser that an officer hands to a prosecutor: handing it over, and what a prosecutor sees and writes.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{InboundId, VictimId};
use flows::{ANSWER_CHARS_MAX, QUESTION_CHARS_MAX, ReferralEnd, ReferralOutline, ReferralRead};
use serde::Serialize;

use super::files::Reader;
use super::question::{named, path as question_path, shown as question_shown};
use super::{Message, evidence};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::pages::acting::fields::text_area;
use crate::pages::acting::{OFFICERS, PROSECUTORS, answer, ask, said_at, said_with_conflict};
use crate::parts::{Textarea, Timeline, TimelineItem};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/victims/{id}/correspondence/{message}/refer", OFFICERS, refer),
        post(
            "/victims/{id}/correspondence/{message}/take-back",
            OFFICERS,
            take_back,
        ),
        get("/questions", PROSECUTORS, list),
        get("/victims/{id}/questions/{message}", PROSECUTORS, read),
        post("/victims/{id}/questions/{message}/open", PROSECUTORS, open),
        post("/victims/{id}/questions/{message}/answer", PROSECUTORS, write),
        post("/victims/{id}/questions/{message}/return", PROSECUTORS, give_back),
    ]
}

/// How the question to a prosecutor stands, on the page of the message.
#[derive(Serialize)]
pub(super) struct Standing {
    is_waiting: bool,
    said: String,
    question: String,
    reply: Option<String>,
}

pub(super) fn standing(referral: &ReferralRead) -> Standing {
    let (said, reply) = match &referral.ended {
        None => (
            format!("With the prosecutor since {}", show::moment(referral.asked_at)),
            None,
        ),
        Some((ReferralEnd::Answered, at, _)) => (
            format!(
                "The prosecutor wrote words for the answer on {}. They stand in the form below.",
                show::moment(*at)
            ),
            None,
        ),
        Some((ReferralEnd::Returned, at, why)) => (
            format!("The prosecutor returned the question on {}", show::moment(*at)),
            Some(why.clone()),
        ),
    };
    Standing {
        is_waiting: referral.ended.is_none(),
        said,
        question: referral.question.clone(),
        reply,
    }
}

/// The field for what an officer asks a prosecutor.
pub(super) fn ask_field(form: &Form, problems: &Problems) -> Textarea {
    field(
        (
            "question",
            "What do you ask the prosecutor?",
            "The prosecutor reads the adviser’s message as well.",
        ),
        QUESTION_CHARS_MAX,
        form,
        problems,
    )
}

fn field(
    named: (&'static str, &str, &str),
    characters_max: usize,
    form: &Form,
    problems: &Problems,
) -> Textarea {
    text_area(named, (characters_max, 6), form, problems)
}

/// What is in a field, or a problem at it.
fn words(
    form: &Form,
    name: &'static str,
    characters_max: usize,
    missing: &str,
    problems: &mut Problems,
) -> String {
    let words = form.raw(name).replace("\r\n", "\n");
    problems.need(!words.trim().is_empty(), name, missing);
    let long = format!("It must have {characters_max} characters or fewer");
    problems.need(words.chars().count() <= characters_max, name, &long);
    words
}

async fn refer(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["question"], &[])?;
    let (victim, question) = named(&door, &visit, &id, &message).await?;
    let mut problems = Problems::default();
    let asked = words(
        &form,
        "question",
        QUESTION_CHARS_MAX,
        "Write what you ask the prosecutor",
        &mut problems,
    );
    if problems.is_empty() {
        match door
            .gateway()
            .refer_question(visit.user()?, &victim, &question, &asked)
            .await
        {
            Ok(()) => return Ok(Redirect::to(&question_path(&victim, &question)).into_response()),
            Err(fault) => said_with_conflict("question", fault, &mut problems)?,
        }
    }
    question_shown(&door, &visit, (&victim, &question), &form, &problems).await
}

async fn take_back(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&[], &[])?;
    let (victim, question) = named(&door, &visit, &id, &message).await?;
    door.gateway()
        .take_back_question(visit.user()?, &victim, &question)
        .await?;
    Ok(Redirect::to(&question_path(&victim, &question)).into_response())
}

#[derive(Serialize)]
struct Questions {
    waiting: Timeline,
    evidence: Timeline,
}

fn item(one: &ReferralOutline) -> TimelineItem {
    let due = one.due_at.map(|due| {
        format!(
            "An answer to the adviser is owed by {} (a local target).",
            show::moment(due)
        )
    });
    TimelineItem {
        title: format!("A question about {}", one.urn),
        at: show::moment(one.asked_at),
        lines: due.into_iter().collect(),
        href: Some(path(&one.victim, &one.question)),
        link_text: Some("Read it and answer"),
        ..TimelineItem::default()
    }
}

async fn list(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let waiting = door.gateway().list_referrals(visit.user()?).await?;
    let marked = door.gateway().list_evidence(visit.user()?).await?;
    let data = Questions {
        evidence: evidence::waiting(&marked),
        waiting: Timeline {
            items: waiting.iter().map(item).collect(),
        },
    };
    Page::new("Questions for a prosecutor").under("/questions").show(
        &door,
        Some(&visit),
        "acting/questions",
        &data,
    )
}

pub(super) fn path(victim: &VictimId, question: &InboundId) -> String {
    format!("/victims/{victim}/questions/{question}")
}

pub(super) fn parsed(id: &str, message: &str) -> Result<(VictimId, InboundId), Refusal> {
    let victim = VictimId::parse(id).map_err(|_| Refusal::NotFound)?;
    let question = InboundId::parse(message).map_err(|_| Refusal::NotFound)?;
    Ok((victim, question))
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let (victim, question) = parsed(&id, &message)?;
    ask::take(&door, &visit, &victim, &path(&victim, &question), &form).await
}

async fn read(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let named = parsed(&id, &message)?;
    desk(&door, &visit, &named, &Form::default(), &Problems::default()).await
}

async fn write(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let field = ("answer", ANSWER_CHARS_MAX, "Write the words for the answer");
    end(
        &door,
        &visit,
        &parsed(&id, &message)?,
        &form,
        (ReferralEnd::Answered, field),
    )
    .await
}

async fn give_back(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let field = ("why", QUESTION_CHARS_MAX, "Write why you return the question");
    end(
        &door,
        &visit,
        &parsed(&id, &message)?,
        &form,
        (ReferralEnd::Returned, field),
    )
    .await
}

async fn end(
    door: &Door,
    visit: &Visit,
    named: &(VictimId, InboundId),
    form: &Form,
    (end, (name, characters_max, missing)): (ReferralEnd, (&'static str, usize, &str)),
) -> Result<Response, Refusal> {
    form.only(&[name], &[])?;
    let mut problems = Problems::default();
    let written = words(form, name, characters_max, missing, &mut problems);
    if problems.is_empty() {
        let (victim, question) = named;
        let ended = door
            .gateway()
            .end_question(visit.user()?, victim, question, (end, &written))
            .await;
        match ended {
            Ok(()) => return Ok(Redirect::to("/questions").into_response()),
            Err(fault) => said_at(name, fault, &mut problems)?,
        }
    }
    desk(door, visit, named, form, &problems).await
}

#[derive(Serialize)]
struct Desk {
    name: String,
    path: String,
    asked: String,
    question: String,
    message: Message,
    answer: Textarea,
    why: Textarea,
}

async fn desk(
    door: &Door,
    visit: &Visit,
    (victim, question): &(VictimId, InboundId),
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let path = path(victim, question);
    let reason = match ask::reason(door, visit, victim, &path).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let read = door
        .gateway()
        .read_referral(visit.user()?, victim, question, &reason)
        .await?;
    let answer_field = (
        "answer",
        "Words for the answer",
        "The officer checks them and sends them, with vetted words around them. No evidence: nothing of statements, medical \
         matters or what anybody said.",
    );
    let why_field = (
        "why",
        "Why do you return it?",
        "The officer reads this. The adviser does not.",
    );
    let data = Desk {
        path,
        name: read.name,
        asked: show::moment(read.referral.asked_at),
        question: read.referral.question,
        message: super::message(read.mail, Reader::Prosecutor),
        answer: field(answer_field, ANSWER_CHARS_MAX, form, problems),
        why: field(why_field, QUESTION_CHARS_MAX, form, problems),
    };
    let page = Page::new("A question for a prosecutor")
        .under("/questions")
        .back("/questions".to_owned())
        .problems(problems)
        .show(door, Some(visit), "acting/referral", &data)?;
    Ok(answer(problems, page))
}
