//! After approval: until when a message can be cancelled, what became of it, and what a person decides.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::MessageId;
use domain::masked::Masked;
use domain::safety::HandRoute;
use flows::MessageRead;
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::merged::{Line, lines};
use crate::pages::acting::message_words::{AGAIN, CANCELLED, HANDED, stands, tag, timeline};
use crate::pages::acting::rules::Rules;
use crate::pages::acting::{OFFICERS, answer, ask, said_at};
use crate::parts::{Choice, SummaryList, Tag, Timeline};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/messages/{id}", OFFICERS, show_message),
        post("/messages/{id}/open", OFFICERS, open),
        post("/messages/{id}/cancel", OFFICERS, cancel),
        post("/messages/{id}/send-again", OFFICERS, send_again),
        post("/messages/{id}/hand-over", OFFICERS, hand_over),
    ]
}

const ROUTES: [(&str, &str); 4] = [
    ("post", "By post"),
    ("text", "As a text message"),
    ("via-isva", "The ISVA passes it on"),
    ("via-police", "The police pass it on"),
];

#[derive(Serialize)]
struct MessagePage {
    id: String,
    victim: String,
    name: String,
    state: Tag,
    stands: String,
    hold_until: Option<String>,
    /// Seconds until then, for a script that counts them down.
    hold_s: i64,
    rules: Rules,
    subject: String,
    email: Vec<Line>,
    sms: Vec<Line>,
    about: SummaryList,
    timeline: Timeline,
    cancel: Option<Choice>,
    again: Option<Choice>,
    hand_route: Option<Choice>,
    hand_reason: Option<Choice>,
    /// The words were handed over, and what came of it is still to be recorded.
    to_record: bool,
}

fn parse(id: &str) -> Result<MessageId, Refusal> {
    MessageId::parse(id).map_err(|_| Refusal::NotFound)
}

fn path(id: &MessageId) -> String {
    format!("/messages/{}", id.as_str())
}

async fn show_message(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    shown(
        &door,
        &visit,
        &parse(&id)?,
        &Form::default(),
        &Problems::default(),
    )
    .await
}

async fn shown(
    door: &Door,
    visit: &Visit,
    id: &MessageId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let gateway = door.gateway();
    let user = visit.user()?;
    let victim = gateway.whose_message(user, id).await?;
    let reason = match ask::reason(door, visit, &victim, &path(id)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let read = gateway.read_message(user, id, &reason).await?;
    let data = page_of(door, &read, form, problems);
    let page = Page::new("What became of this message")
        .under("/work")
        .back("/work")
        .problems(problems)
        .show(door, Some(visit), "acting/message", &data)?;
    Ok(answer(problems, page))
}

fn page_of(door: &Door, read: &MessageRead, form: &Form, problems: &Problems) -> MessagePage {
    let now = door.gateway().now();
    let state = read.stands.state.as_str();
    let open = read.owed.state == "open";
    let when = |holds: bool, name, legend, options: &[(&'static str, &'static str)]| {
        holds.then(|| Choice::new(name, legend, options.iter().copied(), form, problems))
    };
    let waits = matches!(
        state,
        "created" | "held" | "temporary-failure" | "permanent-failure" | "technical-failure"
    );
    let stuck = matches!(
        state,
        "held" | "unknown" | "temporary-failure" | "permanent-failure" | "technical-failure"
    );
    // The words may be taken once the hold-back is over; a message that may have arrived is not handed over.
    let by_hand = open && now >= read.row.hold_until_at && (waits || state == "by-hand");
    let (text, colour) = tag(state);
    MessagePage {
        id: read.row.id.as_str().to_owned(),
        victim: read.row.victim_id.as_str().to_owned(),
        name: read.name.clone(),
        state: Tag {
            text: text.to_owned(),
            colour,
        },
        stands: stands(read),
        hold_until: (state == "created" && now < read.row.hold_until_at)
            .then(|| show::moment(read.row.hold_until_at)),
        hold_s: read.row.hold_until_at.duration_since(now).as_secs(),
        rules: Rules::of(&read.plan, now, false),
        subject: read.frozen.subject().to_owned(),
        email: lines(read.frozen.text(), &[]),
        sms: lines(read.frozen.sms().unwrap_or_default(), &[]),
        about: SummaryList::default()
            .row("Kind", show::sentence(&read.row.kind.replace('-', " ")))
            .row("Template version", read.row.version.to_string())
            .row("Drafted by", read.drafted_by.clone())
            .row("Approved by", read.row.approved_by.clone())
            .row("Approved", show::moment(read.row.approved_at))
            .row(
                "Due",
                read.owed
                    .due_at
                    .map_or_else(|| "No source gives a due time".to_owned(), show::moment),
            ),
        timeline: timeline(read),
        cancel: when(waits, "cancel", "Why should it not leave?", &CANCELLED),
        again: when(open && stuck, "again", "Why should it be sent again?", &AGAIN),
        hand_route: when(by_hand, "route", "How will the words be handed over?", &ROUTES),
        hand_reason: when(by_hand, "why", "Why are they handed over?", &HANDED),
        to_record: state == "by-hand" && open,
    }
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let id = parse(&id)?;
    let victim = door.gateway().whose_message(visit.user()?, &id).await?;
    ask::take(&door, &visit, &victim, &path(&id), &form).await
}

/// A code of this list, or words at the field.
fn chosen<'f>(
    form: &'f Form,
    field: &str,
    options: &[(&str, &str)],
    words: &str,
    problems: &mut Problems,
) -> &'f str {
    let value = form.value(field);
    problems.need(options.iter().any(|(code, _)| *code == value), field, words);
    value
}

/// The message and the reason of a form that asks for nothing else, or the page again with words at the field.
async fn reasoned<'f>(
    door: &Door,
    visit: &Visit,
    id: &str,
    form: &'f Form,
    (field, options, words): (&str, &[(&str, &str)], &str),
) -> Result<Result<(MessageId, &'f str), Response>, Refusal> {
    form.only(&[field], &[])?;
    let id = parse(id)?;
    door.gateway().whose_message(visit.user()?, &id).await?;
    let mut problems = Problems::default();
    let reason = chosen(form, field, options, words, &mut problems);
    if problems.is_empty() {
        Ok(Ok((id, reason)))
    } else {
        shown(door, visit, &id, form, &problems).await.map(Err)
    }
}

async fn cancel(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let asked = ("cancel", &CANCELLED[..], "Select why it should not leave");
    let (id, reason) = match reasoned(&door, &visit, &id, &form, asked).await? {
        Ok(given) => given,
        Err(page) => return Ok(page),
    };
    let gateway = door.gateway();
    gateway.cancel_message(visit.user()?, &id, reason).await?;
    Ok(Redirect::to(&path(&id)).into_response())
}

async fn send_again(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let asked = ("again", &AGAIN[..], "Select why it should be sent again");
    let (id, reason) = match reasoned(&door, &visit, &id, &form, asked).await? {
        Ok(given) => given,
        Err(page) => return Ok(page),
    };
    let gateway = door.gateway();
    gateway.resend_message(visit.user()?, &id, reason).await?;
    Ok(Redirect::to(&path(&id)).into_response())
}

#[derive(Serialize)]
struct WordsPage {
    id: String,
    victim: String,
    route: &'static str,
    to: Vec<String>,
    words: Vec<String>,
}

/// The words are shown once, in answer to the form: taking them is a disclosure, and each one stands in the log.
async fn hand_over(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["route", "why"], &[])?;
    let id = parse(&id)?;
    let user = visit.user()?;
    let victim = door.gateway().whose_message(user, &id).await?;
    let mut problems = Problems::default();
    let route = form.value("route");
    let route = HandRoute::ALL.into_iter().find(|known| known.as_str() == route);
    problems.need(
        route.is_some(),
        "route",
        "Select how the words will be handed over",
    );
    let reason = chosen(
        &form,
        "why",
        &HANDED,
        "Select why they are handed over",
        &mut problems,
    );
    if let (Some(route), true) = (route, problems.is_empty()) {
        match door.gateway().hand_over(user, &id, route, reason).await {
            Ok(words) => {
                let data = WordsPage {
                    id: id.as_str().to_owned(),
                    victim: victim.as_str().to_owned(),
                    route: ROUTES
                        .iter()
                        .find(|(code, _)| *code == route.as_str())
                        .map_or("By hand", |(_, words)| words),
                    to: words
                        .to
                        .iter()
                        .map(|line| Masked::reveal(line).to_owned())
                        .collect(),
                    words: words.text.reveal().lines().map(str::to_owned).collect(),
                };
                let page = Page::new("Words to hand over").back(path(&id)).show(
                    &door,
                    Some(&visit),
                    "acting/words-to-hand-over",
                    &data,
                )?;
                return Ok(page.into_response());
            }
            Err(fault) => said_at("route", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &id, &form, &problems).await
}
