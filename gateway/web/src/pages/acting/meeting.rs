//! Meetings with a victim: written down, read back, and each step recorded.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Of};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::{MeetingId, VictimId};
use domain::masked::Masked;
use domain::meeting::{Meeting, Purpose, Step};
use serde::{Deserialize, Serialize};

use super::meeting_form::{Fields, MANY, chosen, next, once, read};
use super::meeting_words::{PURPOSES, facts};
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::{OFFICERS, answer, ask, reach, said_at};
use crate::parts::{Choice, Input, SummaryList};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/meetings/new", OFFICERS, new),
        post("/victims/{id}/meetings", OFFICERS, begin),
        get("/victims/{id}/meetings/{meeting}", OFFICERS, meeting),
        post("/victims/{id}/meetings/{meeting}/open", OFFICERS, open),
        get("/victims/{id}/meetings/{meeting}/step", OFFICERS, ask_step),
        post("/victims/{id}/meetings/{meeting}/step", OFFICERS, take_step),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    step: Option<String>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    words: &'static str,
}

#[derive(Serialize)]
struct MeetingPage {
    facts: SummaryList,
    next: Vec<Link>,
}

#[derive(Serialize)]
struct Choose {
    next: Vec<Link>,
}

#[derive(Serialize)]
struct StepPage {
    action: String,
    words: &'static str,
    step: String,
    /// Which version of the meeting the page shows; none of a new one.
    version: Option<i64>,
    purpose: Option<Choice>,
    purpose_name: Option<Input>,
    fields: Fields,
}

fn path_of(victim: &VictimId, meeting: &MeetingId) -> String {
    format!("/victims/{victim}/meetings/{meeting}")
}

async fn find(door: &Door, visit: &Visit, id: &str, meeting: &str) -> Result<(VictimId, MeetingId), Refusal> {
    let meeting = MeetingId::parse(meeting).map_err(|_| Refusal::NotFound)?;
    Ok((reach(door, visit, id).await?, meeting))
}

fn links(base: &str, next: &[(&'static str, &'static str)]) -> Vec<Link> {
    let link = |(code, words): &(&'static str, &'static str)| Link {
        href: format!("{base}?step={code}"),
        words,
    };
    next.iter().map(link).collect()
}

async fn new(
    Of(door): Of<Door>,
    visit: Visit,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let victim = reach(&door, &visit, &id).await?;
    let Some(step) = asked.step else {
        let data = Choose {
            next: links(&format!("/victims/{victim}/meetings/new"), &next(None)),
        };
        let shown = Page::new("Record a meeting")
            .under("/work")
            .back(format!("/victims/{victim}"))
            .show(&door, Some(&visit), "acting/meeting-new", &data)?;
        return Ok(shown.into_response());
    };
    begin_page(
        &door,
        &visit,
        &victim,
        &step,
        &Form::default(),
        &Problems::default(),
    )
}

fn begin_page(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    step: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let known = next(None).into_iter().find(|(code, _)| *code == step);
    let (_, words) = known.ok_or(Refusal::NotFound)?;
    let options = PURPOSES.iter().copied();
    let data = StepPage {
        action: format!("/victims/{victim}/meetings"),
        words,
        step: step.to_owned(),
        version: None,
        purpose: Some(Choice::new(
            "purpose",
            "What is the meeting about?",
            options,
            form,
            problems,
        )),
        purpose_name: Some(Input::new(
            "purpose-name",
            "What is it about, if it is another meeting?",
            form,
            problems,
        )),
        fields: Fields::of(step, form, problems),
    };
    let shown = Page::new(words)
        .under("/work")
        .back(format!("/victims/{victim}/meetings/new"))
        .problems(problems)
        .show(door, Some(visit), "acting/meeting-step", &data)?;
    Ok(answer(problems, shown))
}

async fn begin(
    Of(door): Of<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let mut names = once();
    names.extend(["purpose", "purpose-name"].map(str::to_owned));
    only(&form, &names)?;
    let victim = reach(&door, &visit, &id).await?;
    let step = form.value("step");
    let mut problems = Problems::default();
    let purpose = Purpose::find(form.value("purpose"));
    problems.need(purpose.is_some(), "purpose", "Select what the meeting is about");
    let name = Some(form.value("purpose-name")).filter(|_| purpose == Some(Purpose::Other));
    problems.need(
        name.is_none_or(|name| !name.is_empty()),
        "purpose-name",
        "Enter what the other meeting is about",
    );
    let first = read(step, &form, &mut problems);
    if let (Some(purpose), Some(first), true) = (purpose, first, problems.is_empty()) {
        let about = (purpose, name.map(Masked::from));
        let user = visit.user()?;
        match door.gateway().begin_meeting(user, &victim, about, first).await {
            Ok(id) => return Ok(Redirect::to(&path_of(&victim, &id)).into_response()),
            Err(fault) => said_at(field_of(step), fault, &mut problems)?,
        }
    }
    begin_page(&door, &visit, &victim, step, &form, &problems)
}

/// Where a fault of a whole step is said.
fn field_of(step: &str) -> &'static str {
    match step {
        "not-offered" | "cancel" => "why",
        "hold" => "hours",
        _ => "day",
    }
}

fn only(form: &Form, once: &[String]) -> Result<(), Refusal> {
    let once = once.iter().map(String::as_str).collect::<Vec<_>>();
    form.only(&once, &MANY).map(|_| ())
}

async fn open(
    Of(door): Of<Door>,
    visit: Visit,
    Path((id, meeting)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    let (victim, meeting) = find(&door, &visit, &id, &meeting).await?;
    ask::take(&door, &visit, &victim, &path_of(&victim, &meeting), &form).await
}

/// The meeting and its version, or the page that asks why it is read.
async fn load(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    id: &MeetingId,
) -> Result<Result<(i64, Meeting), Response>, Refusal> {
    let reason = match ask::reason(door, visit, victim, &path_of(victim, id)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(Err(page)),
    };
    let gateway = door.gateway();
    let (row, meeting) = gateway.read_meeting(visit.user()?, victim, id, &reason).await?;
    Ok(Ok((row.version, meeting)))
}

async fn meeting(
    Of(door): Of<Door>,
    visit: Visit,
    Path((id, meeting)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (victim, id) = find(&door, &visit, &id, &meeting).await?;
    let meeting = match load(&door, &visit, &victim, &id).await? {
        Ok((_, meeting)) => meeting,
        Err(page) => return Ok(page),
    };
    let data = MeetingPage {
        facts: facts(&meeting),
        next: links(
            &format!("{}/step", path_of(&victim, &id)),
            &next(Some(&meeting.state)),
        ),
    };
    let shown = Page::new("Meeting in the record")
        .under("/work")
        .back(format!("/victims/{victim}"))
        .show(&door, Some(&visit), "acting/meeting-read", &data)?;
    Ok(shown.into_response())
}

async fn ask_step(
    Of(door): Of<Door>,
    visit: Visit,
    Path((id, meeting)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::NotFound)?;
    let (victim, id) = find(&door, &visit, &id, &meeting).await?;
    let step = asked.step.ok_or(Refusal::NotFound)?;
    match load(&door, &visit, &victim, &id).await? {
        Err(page) => Ok(page),
        Ok((version, meeting)) => {
            let form = chosen(&meeting, &step);
            let about = (&victim, &id, version, &meeting);
            step_page(&door, &visit, about, &step, &form, &Problems::default())
        }
    }
}

fn step_page(
    door: &Door,
    visit: &Visit,
    (victim, id, version, meeting): (&VictimId, &MeetingId, i64, &Meeting),
    step: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let known = next(Some(&meeting.state))
        .into_iter()
        .find(|(code, _)| *code == step);
    let (_, words) = known.ok_or(Refusal::NotFound)?;
    let data = StepPage {
        action: format!("{}/step", path_of(victim, id)),
        words,
        step: step.to_owned(),
        version: Some(version),
        purpose: None,
        purpose_name: None,
        fields: Fields::of(step, form, problems),
    };
    let shown = Page::new(words)
        .under("/work")
        .back(path_of(victim, id))
        .problems(problems)
        .show(door, Some(visit), "acting/meeting-step", &data)?;
    Ok(answer(problems, shown))
}

async fn take_step(
    Of(door): Of<Door>,
    visit: Visit,
    Path((id, meeting)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Refusal> {
    only(&form, &once())?;
    let (victim, id) = find(&door, &visit, &id, &meeting).await?;
    let version = form.value("version").parse::<i64>().map_err(|_| {
        Refusal::Invalid(
            "the page has lost which version of the meeting it shows; read the meeting again".to_owned(),
        )
    })?;
    let name = form.value("step");
    let mut problems = Problems::default();
    let step: Option<Step> = read(name, &form, &mut problems);
    if let (Some(step), true) = (step, problems.is_empty()) {
        let user = visit.user()?;
        match door
            .gateway()
            .step_meeting(user, &victim, (&id, version), step)
            .await
        {
            Ok(()) => return Ok(Redirect::to(&path_of(&victim, &id)).into_response()),
            Err(fault) => said_at(field_of(name), fault, &mut problems)?,
        }
    }
    match load(&door, &visit, &victim, &id).await? {
        Err(page) => Ok(page),
        Ok((_, meeting)) => {
            let about = (&victim, &id, version, &meeting);
            step_page(&door, &visit, about, name, &form, &problems)
        }
    }
}

/// A meeting on the timeline of its victim.
pub(crate) fn title(meeting: &Meeting) -> String {
    let purpose = super::meeting_words::label(PURPOSES, meeting.purpose.as_str());
    let state = meeting.state.as_str().replace('-', " ");
    format!("Meeting: {}, {state}", show::sentence(purpose).to_lowercase())
}
