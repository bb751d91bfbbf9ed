//! One conversation: what was written, what the victim allows, a further message, and whether the person was told.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::adviser::NotTold;
use domain::calendar::london_date;
use domain::id::{MessageId, ThreadId};
use domain::people::ConsentScope;
use flows::{ConversationRead, Spoken, VictimTold, Voice};
use serde::Serialize;

use super::people::consent;
use super::{ADVISERS, once, words, written};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::fields::{date, date_names};
use crate::pages::acting::{answer, said_at};
use crate::parts::{Choice, DateInput, SummaryList, Textarea};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/adviser/conversations/{id}", ADVISERS, read),
        post("/adviser/conversations/{id}", ADVISERS, write),
        post("/adviser/conversations/{id}/told/{answer}", ADVISERS, told),
    ]
}

const TOLD: &str = "told";
const WHETHER: [(&str, &str); 5] = [
    (TOLD, "Yes"),
    ("could-not-reach", "No, I could not reach them"),
    ("not-safe-now", "No, there is no safe way at the moment"),
    ("does-not-want-to-hear", "No, they do not want to hear of it"),
    ("helps-no-longer", "No, I do not support them any more"),
];

#[derive(Serialize)]
struct Conversation {
    path: String,
    name: String,
    reference: String,
    with: String,
    days: Vec<DayOf>,
    facts: SummaryList,
    /// Whether answers are shown.
    answers: bool,
    once: String,
    words: Textarea,
    untold: Option<Untold>,
}

/// What was written on one day.
#[derive(Serialize)]
struct DayOf {
    day: String,
    items: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    own: bool,
    by: String,
    at: String,
    text: String,
}

/// The oldest answer of which we wait to hear whether the person was told.
#[derive(Serialize)]
struct Untold {
    path: String,
    answered: String,
    whether: Choice,
    on: DateInput,
}

async fn read(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let thread = ThreadId::parse(&id).map_err(|_| Refusal::NotFound)?;
    shown(&door, &visit, &thread, &Form::default(), &Problems::default()).await
}

async fn write(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["once", "words"], &[])?;
    let thread = ThreadId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let mut problems = Problems::default();
    let text = written(&form, &mut problems);
    if problems.is_empty() {
        door.gateway()
            .write_in_conversation(visit.user()?, &thread, form.value("once"), &text)
            .await?;
        return Ok(Redirect::to(&format!("/adviser/conversations/{thread}")).into_response());
    }
    shown(&door, &visit, &thread, &form, &problems).await
}

async fn told(
    State(door): State<Door>,
    visit: Visit,
    Path((id, message)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let names = date_names("on");
    let mut once = vec!["whether"];
    once.extend(names.iter().map(String::as_str));
    form.only(&once, &[])?;
    let thread = ThreadId::parse(&id).map_err(|_| Refusal::NotFound)?;
    let message = MessageId::parse(&message).map_err(|_| Refusal::NotFound)?;
    let mut problems = Problems::default();
    let whether = match form.value("whether") {
        TOLD => date(&form, "on", "The day on which they were told", &mut problems).map(VictimTold::On),
        other => NotTold::find(other).map(VictimTold::Not),
    };
    if problems.is_empty() {
        problems.need(whether.is_some(), "whether", "Select whether the person was told");
    }
    if let Some(whether) = whether {
        let said = door
            .gateway()
            .say_whether_told(visit.user()?, &thread, &message, whether)
            .await;
        match said {
            Ok(()) => return Ok(Redirect::to(&format!("/adviser/conversations/{thread}")).into_response()),
            Err(fault) => said_at("on", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &thread, &form, &problems).await
}

async fn shown(
    door: &Door,
    visit: &Visit,
    thread: &ThreadId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let gateway = door.gateway();
    let read = gateway.read_conversation(visit.user()?, thread).await?;
    let path = format!("/adviser/conversations/{thread}");
    let data = Conversation {
        with: with(&read),
        facts: consent(&read.person),
        answers: read.person.scopes.contains(&ConsentScope::Replies),
        untold: untold(&path, &read.spoken, form, problems),
        days: days(read.spoken),
        once: once(door, form),
        words: words("Your message", form, problems),
        name: read.person.name,
        reference: read.person.reference,
        path,
    };
    let page = Page::new("Conversation")
        .under("/adviser")
        .back("/adviser")
        .problems(problems)
        .show(door, Some(visit), "adviser/conversation", &data)?;
    Ok(answer(problems, page))
}

/// With whom, and by when an answer may be expected.
fn with(read: &ConversationRead) -> String {
    let with = match &read.person.officer {
        Some((name, _)) => format!("With {name}, Victim Liaison Officer."),
        None => "No officer has been assigned yet.".to_owned(),
    };
    match read.due_at {
        Some(due) => format!(
            "{with} We aim to answer by {} (a local target).",
            show::moment(due)
        ),
        None => with,
    }
}

fn days(spoken: Vec<Spoken>) -> Vec<DayOf> {
    let mut days: Vec<DayOf> = Vec::new();
    for one in spoken {
        let day = show::day(london_date(one.at));
        let said = Said {
            own: one.by == Voice::Own,
            at: show::time(one.at),
            text: one.text,
            by: match one.by {
                Voice::Own => "You".to_owned(),
                Voice::Colleague(name) => name,
                Voice::Officer(name) => format!("{name} (CPS)"),
            },
        };
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => last.items.push(said),
            None => days.push(DayOf {
                day,
                items: vec![said],
            }),
        }
    }
    days
}

fn untold(path: &str, spoken: &[Spoken], form: &Form, problems: &Problems) -> Option<Untold> {
    let (answer, at) = spoken
        .iter()
        .find_map(|one| Some((one.untold.as_ref()?, one.at)))?;
    let mut on = DateInput::new("on", "If yes, on which day?", form, problems);
    on.hint = Some("For example, 23 11 2026".to_owned());
    Some(Untold {
        path: format!("{path}/told/{answer}"),
        answered: show::moment(at),
        whether: Choice::new("whether", "Have you told them?", WHETHER, form, problems),
        on,
    })
}
