//! An officer writes to an adviser unasked: how the case stands, or the offer of a meeting.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{SupporterId, VictimId};
use domain::people::ConsentScope;
use domain::supporter::Kind;
use flows::{ANSWER_CHARS_MAX, UNASKED};
use serde::Serialize;

use super::support::{load, path_of};
use super::support_words::of_consent;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::fields::to_adviser;
use crate::pages::acting::{OFFICERS, answer, reach, said_with_conflict};
use crate::parts::{Choice, SummaryList, Textarea};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/support/{supporter}/write", OFFICERS, read),
        post("/victims/{id}/support/{supporter}/write", OFFICERS, write),
    ]
}

#[derive(Serialize)]
struct Write {
    path: String,
    name: String,
    consents: Vec<SummaryList>,
    about: Choice,
    words: Textarea,
}

async fn named(
    door: &Door,
    visit: &Visit,
    id: &str,
    supporter: &str,
) -> Result<(VictimId, SupporterId), Refusal> {
    let victim = reach(door, visit, id).await?;
    let supporter = SupporterId::parse(supporter).map_err(|_| Refusal::NotFound)?;
    Ok((victim, supporter))
}

fn path(victim: &VictimId, supporter: &SupporterId) -> String {
    format!("{}/write", path_of(victim, supporter))
}

async fn read(
    State(door): State<Door>,
    visit: Visit,
    Path((id, supporter)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (victim, supporter) = named(&door, &visit, &id, &supporter).await?;
    let (form, problems) = (Form::default(), Problems::default());
    shown(&door, &visit, (&victim, &supporter), &form, &problems).await
}

async fn write(
    State(door): State<Door>,
    visit: Visit,
    Path((id, supporter)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["about", "words"], &[])?;
    let (victim, supporter) = named(&door, &visit, &id, &supporter).await?;
    let mut problems = Problems::default();
    let about = ConsentScope::find(form.value("about")).filter(|scope| UNASKED.contains(scope));
    problems.need(about.is_some(), "about", "Select what it is about");
    let words = form.raw("words").replace("\r\n", "\n");
    problems.need(!words.trim().is_empty(), "words", "Write the message");
    problems.need(
        words.chars().count() <= ANSWER_CHARS_MAX,
        "words",
        &format!("The message must have {ANSWER_CHARS_MAX} characters or fewer"),
    );
    if let Some(about) = about.filter(|_| problems.is_empty()) {
        let drafted = door
            .gateway()
            .write_to_adviser(visit.user()?, &victim, &supporter, about, &words)
            .await;
        match drafted {
            Ok(draft) => return Ok(Redirect::to(&format!("/drafts/{draft}")).into_response()),
            Err(fault) => said_with_conflict("words", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, (&victim, &supporter), &form, &problems).await
}

async fn shown(
    door: &Door,
    visit: &Visit,
    (victim, supporter): (&VictimId, &SupporterId),
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let read = match load(door, visit, victim, supporter.as_str()).await? {
        Ok(read) => read,
        Err(page) => return Ok(page),
    };
    if read.kind != Kind::Isva || read.row.ended_at.is_some() {
        return Err(Refusal::NotFound);
    }
    let now = door.gateway().now();
    let standing = read.consents.iter().filter(|consent| consent.stands(now));
    let about = [
        (ConsentScope::Updates.as_str(), "How the case stands"),
        (
            ConsentScope::MeetingOffers.as_str(),
            "The offer of a meeting, or a meeting that is arranged",
        ),
    ];
    let data = Write {
        consents: standing
            .map(|consent| of_consent(door, consent, true, now))
            .collect(),
        name: read.details.name.reveal().to_owned(),
        about: Choice::new("about", "What is it about?", about, form, problems),
        words: to_adviser("words", "Your message", form, problems),
        path: path(victim, supporter),
    };
    let page = Page::new("Write to an adviser")
        .under("/work")
        .back(path_of(victim, supporter))
        .problems(problems)
        .show(door, Some(visit), "acting/support-write", &data)?;
    Ok(answer(problems, page))
}
