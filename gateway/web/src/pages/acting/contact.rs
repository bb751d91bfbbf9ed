//! Logging a contact: first how the person may be reached and whether it is them, then what was done.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::contact::{CallContext, MadeContact, NextStep, Plan};
use domain::id::{MessageId, ObligationId, VictimId};
use flows::{Desk, Identity, NewContact};
use serde::{Deserialize, Serialize};

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::contact_form::{ONCE, read};
use crate::pages::acting::contact_page::form_page;
use crate::pages::acting::rules::{self, Rules};
use crate::pages::acting::{OFFICERS, answer, ask, reach, said_at};
use crate::parts::{Choice, Timeline, TimelineItem};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/contacts/new", OFFICERS, new),
        post("/victims/{id}/contacts/new/open", OFFICERS, open),
        post("/victims/{id}/contacts/new", OFFICERS, begin),
        post("/victims/{id}/contacts", OFFICERS, record),
        post("/victims/{id}/contacts/not-contacted", OFFICERS, not_contacted),
    ]
}

const IDENTITY: [(&str, &str); 3] = [
    ("confirmed", "Yes: they answered the agreed questions"),
    (
        "not-confirmed",
        "No: they could not answer them, or may not be alone",
    ),
    (
        "nobody-to-ask",
        "There was nobody to ask: nobody answered, or it is not a call",
    ),
];
const NOT_CONTACTED: [(&str, &str); 4] = [
    ("no-answer", "Every attempt went unanswered"),
    ("no-safe-way", "There is no safe way"),
    ("asked-not-to-be", "The person asked not to be contacted"),
    ("details-out-of-date", "The contact details are out of date"),
];

/// The message whose words were handed over, from the page of that message.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct About {
    message: Option<String>,
}

#[derive(Serialize)]
struct Front {
    victim: String,
    name: String,
    message: String,
    rules: Rules,
    steps: Vec<String>,
    promised: Vec<String>,
    attempts: Timeline,
    identity: Choice,
    duty: Choice,
    reason: Choice,
}

fn path(victim: &VictimId) -> String {
    format!("/victims/{}/contacts/new", victim.as_str())
}

async fn new(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    about: Result<Query<About>, QueryRejection>,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    let Query(about) = about.map_err(|_| Refusal::NotFound)?;
    let message = about.message.unwrap_or_default();
    front(
        &door,
        &visit,
        &victim,
        &message,
        &Form::default(),
        &Problems::default(),
    )
    .await
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    ask::take(&door, &visit, &victim, &path(&victim), &form).await
}

async fn front(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    message: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let gateway = door.gateway();
    let user = visit.user()?;
    let reason = match ask::reason(door, visit, victim, &path(victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let desk = gateway.open_desk(user, victim, &reason, None).await?;
    let ladder = gateway.ladder(user, victim).await?;
    let duties = ladder.iter().enumerate();
    let duties = duties.map(|(at, (id, _))| (id.as_str().to_owned(), format!("Duty {}", at + 1)));
    let duties = duties.collect::<Vec<_>>();
    let options = duties.iter().map(|(id, words)| (id.as_str(), words.as_str()));
    let steps = ladder.iter().enumerate();
    let data = Front {
        victim: victim.as_str().to_owned(),
        message: message.to_owned(),
        rules: Rules::of(&desk.plan, gateway.now(), true),
        steps: steps
            .map(|(at, (_, step))| format!("Duty {}: {}", at + 1, next(step, &desk.plan)))
            .collect(),
        promised: desk.promised.iter().map(|at| show::moment(*at)).collect(),
        attempts: attempts(&desk),
        identity: Choice::new("identity", "Is it this person?", IDENTITY, form, problems),
        duty: Choice::new("duty", "For which duty?", options, form, problems),
        reason: Choice::new("reason", "Why not?", NOT_CONTACTED, form, problems),
        name: desk.name,
    };
    let page = Page::new("Log a contact")
        .under("/work")
        .back(format!("/victims/{}", victim.as_str()))
        .problems(problems)
        .show(door, Some(visit), "acting/contact-begin", &data)?;
    Ok(answer(problems, page))
}

/// The next rung of the ladder in words.
fn next(step: &NextStep, plan: &Plan) -> String {
    let at_point = |id| {
        let point = plan.point(id);
        point.map_or_else(String::new, |point| {
            format!("{}, {}", rules::route(point.route()), rules::value(point, true))
        })
    };
    match step {
        NextStep::Call { n, not_before, point } => {
            let n = ["first", "second", "third"]
                .get(n.wrapping_sub(1))
                .unwrap_or(&"next");
            format!(
                "{n} call, not before {} ({})",
                show::moment(*not_before),
                at_point(point)
            )
        }
        NextStep::TextIfSafe { point } => format!("send the agreed text message ({})", at_point(point)),
        NextStep::LetterIfSafe { point } => {
            format!(
                "the person must be informed by post: log a letter ({})",
                at_point(point)
            )
        }
        NextStep::ViaIsva => "ask the ISVA to pass it on".to_owned(),
        NextStep::NotContacted => "record that the person was not contacted, and why".to_owned(),
        NextStep::Informed => "nothing: the person has been informed".to_owned(),
    }
}

/// What was tried so far, without what it was about.
fn attempts(desk: &Desk) -> Timeline {
    let items = desk.attempts.iter().rev().map(|(row, _)| TimelineItem {
        title: format!("{} ({})", words(&row.method), row.result.replace('-', " ")),
        by: Some(row.logged_by.clone()),
        at: show::moment(row.occurred_at),
        lines: vec![
            format!("{}, {}", words(&row.direction), words(&row.person)),
            match row.informed_at {
                Some(at) => format!("The victim was informed {}.", show::moment(at)),
                None => "It is not known that the victim was informed.".to_owned(),
            },
        ],
        ..TimelineItem::default()
    });
    Timeline {
        items: items.collect(),
    }
}

fn words(code: &str) -> String {
    show::sentence(&code.replace('-', " "))
}

async fn begin(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["identity", "message"], &[])?;
    let victim = reach(&door, &visit, &id).await?;
    if Identity::find(form.value("identity")).is_none() {
        let mut problems = Problems::default();
        problems.add("identity", "Select whether it is this person");
        return front(&door, &visit, &victim, form.value("message"), &form, &problems).await;
    }
    filled(&door, &visit, &victim, &form, &Problems::default()).await
}

/// The form, with what was typed.
async fn filled(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let reason = match ask::reason(door, visit, victim, &path(victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let identity = Identity::find(form.value("identity")).ok_or(Refusal::NotFound)?;
    let desk = door
        .gateway()
        .open_desk(visit.user()?, victim, &reason, Some(identity))
        .await?;
    let data = form_page(door, victim, identity, &desk, form, problems);
    let page = Page::new("Log a contact")
        .under("/work")
        .back(path(victim))
        .problems(problems)
        .show(door, Some(visit), "acting/contact", &data)?;
    Ok(answer(problems, page))
}

async fn record(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&ONCE, &["support"])?;
    let victim = reach(&door, &visit, &id).await?;
    if Identity::find(form.value("identity")).is_none() {
        return Err(Refusal::Invalid(
            "the page has lost whether it was this person; begin the contact again".to_owned(),
        ));
    }
    let mut problems = Problems::default();
    if let Some(made) = made(&door, &visit, &victim, &form, &mut problems).await? {
        let id_of = |name: &str| Some(form.value(name)).filter(|text| !text.is_empty());
        let new = NewContact {
            victim: victim.clone(),
            obligation: id_of("obligation").and_then(|id| ObligationId::parse(id).ok()),
            message: id_of("message").and_then(|id| MessageId::parse(id).ok()),
            made,
        };
        let missed = (id_of("obligation").is_some() && new.obligation.is_none())
            || (id_of("message").is_some() && new.message.is_none());
        problems.need(!missed, "obligation", "Select a duty from the list");
        if problems.is_empty() {
            match door.gateway().add_contact(visit.user()?, new).await {
                Ok(done) => {
                    let path = format!("/victims/{}/contacts/{}", victim.as_str(), done.id.as_str());
                    return Ok(Redirect::to(&path).into_response());
                }
                Err(fault) => said_at("method", fault, &mut problems)?,
            }
        }
    }
    filled(&door, &visit, &victim, &form, &problems).await
}

/// The contact that the form describes, checked against the plan as it is now.
async fn made(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    problems: &mut Problems,
) -> Result<Option<MadeContact>, Refusal> {
    let (plan, case_opened_at) = door.gateway().check_against(visit.user()?, victim).await?;
    let context = CallContext {
        plan: &plan,
        case_opened_at,
        now: door.gateway().now(),
    };
    Ok(read(form, &context, problems))
}

async fn not_contacted(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["duty", "reason"], &[])?;
    let victim = reach(&door, &visit, &id).await?;
    let mut problems = Problems::default();
    let duty = ObligationId::parse(form.value("duty")).ok();
    let reason = form.value("reason");
    problems.need(duty.is_some(), "duty", "Select the duty");
    let known = NOT_CONTACTED.iter().any(|(code, _)| *code == reason);
    problems.need(known, "reason", "Select why the person was not contacted");
    if let (Some(duty), true) = (duty, problems.is_empty()) {
        let user = visit.user()?;
        if door.gateway().whose_obligation(user, &duty).await? != victim {
            return Err(Refusal::NotFound);
        }
        let contact = door.gateway().add_not_contacted(user, &duty, reason).await?;
        let path = format!("/victims/{}/contacts/{}", victim.as_str(), contact.as_str());
        return Ok(Redirect::to(&path).into_response());
    }
    front(&door, &visit, &victim, "", &form, &problems).await
}
