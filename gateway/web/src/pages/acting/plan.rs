//! A contact plan: what is agreed, what was proposed, and the steps of a change, each by somebody else (requirement A5).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::contact::change::{Proposal, ProposalState};
use domain::contact::{Point, Route as By};
use domain::id::VictimId;
use domain::window::Day;
use flows::PlanDesk;
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::rules::{self, Rules};
use crate::pages::acting::{OFFICERS, answer, ask, reach};
use crate::parts::{Choice, DateInput, Input, SummaryList, Textarea, TimeInput};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/victims/{id}/plan", OFFICERS, plan),
        post("/victims/{id}/plan/open", OFFICERS, open),
    ]
}

pub(super) const ROUTES: [(&str, By); 4] = [
    ("email", By::Email),
    ("mobile", By::Mobile),
    ("home-phone", By::HomePhone),
    ("post", By::Post),
];
pub(super) const PATHS: [(&str, &str); 2] = [("in-person", "In person"), ("police", "Through the police")];
pub(super) const UNSAFE: [(&str, &str); 2] = [
    ("reported-unsafe", "Somebody said that it is not safe"),
    ("third-party", "It belongs to somebody else"),
];
pub(super) const REFUSED: [(&str, &str); 3] = [
    ("could-not-be-verified", "It could not be verified"),
    ("person-changed-their-mind", "The person changed their mind"),
    ("proposed-by-mistake", "It was proposed by mistake"),
];
pub(super) const TIMES: [(&str, &str); 3] = [
    ("any", "At any time"),
    ("only", "Only at the times below"),
    ("never", "Never by email, text or telephone"),
];
pub(super) const DAYS: [(&str, Day); 7] = [
    ("mon", Day::Mon),
    ("tue", Day::Tue),
    ("wed", Day::Wed),
    ("thu", Day::Thu),
    ("fri", Day::Fri),
    ("sat", Day::Sat),
    ("sun", Day::Sun),
];

#[derive(Serialize)]
struct PlanPage {
    victim: String,
    version: i64,
    name: String,
    /// What was typed cannot be saved over what stands now.
    changed: bool,
    rules: Rules,
    waiting: Vec<Waiting>,
    route: Choice,
    value: Textarea,
    replaces: Choice,
    bar: Choice,
    why: Choice,
    times: Choice,
    days: Choice,
    from: TimeInput,
    to: TimeInput,
}

#[derive(Serialize)]
struct Waiting {
    id: String,
    facts: SummaryList,
    /// The forms of the next step.
    verify: Option<Verify>,
    approve: Option<DateInput>,
    refuse: Choice,
}

#[derive(Serialize)]
struct Verify {
    path: Choice,
    said_by: Input,
    how: Input,
}

pub(super) fn path(victim: &VictimId) -> String {
    format!("/victims/{}/plan", victim.as_str())
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

async fn plan(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Response, Refusal> {
    let victim = reach(&door, &visit, &id).await?;
    shown(
        &door,
        &visit,
        &victim,
        &Form::default(),
        &Problems::default(),
        false,
    )
    .await
}

/// The page, with what was typed. `changed` says that somebody was faster: what stands now is on top, what was typed below.
pub(super) async fn shown(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    form: &Form,
    problems: &Problems,
    changed: bool,
) -> Result<Response, Refusal> {
    let user = visit.user()?;
    let reason = match ask::reason(door, visit, victim, &path(victim)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let desk = door.gateway().open_plan(user, victim, &reason).await?;
    let data = page_of(door, user, victim, &desk, form, problems, changed);
    let page = Page::new("Contact plan")
        .under("/work")
        .back(format!("/victims/{victim}"))
        .problems(problems)
        .show(door, Some(visit), "acting/plan", &data)?;
    if changed {
        return Ok((axum::http::StatusCode::CONFLICT, page).into_response());
    }
    Ok(answer(problems, page))
}

fn page_of(
    door: &Door,
    user: &str,
    victim: &VictimId,
    desk: &PlanDesk,
    form: &Form,
    problems: &Problems,
    changed: bool,
) -> PlanPage {
    let routes = ROUTES.map(|(code, by)| (code, rules::route(by)));
    let days = DAYS.map(|(code, day)| (code, show::day_name(day)));
    let name = |point: &Point| {
        let words = rules::line(point, false);
        (point.id().as_str().to_owned(), words)
    };
    let points = desk.plan.points().iter().map(name).collect::<Vec<_>>();
    let mut replaced = points.clone();
    replaced.insert(0, (String::new(), "None: it is added".to_owned()));
    let of_points = |field, legend, points: &[(String, String)]| {
        let options = points.iter().map(|(id, words)| (id.as_str(), words.as_str()));
        Choice::new(field, legend, options, form, problems)
    };
    PlanPage {
        victim: victim.as_str().to_owned(),
        version: desk.version,
        name: desk.name.clone(),
        changed,
        rules: Rules::of(&desk.plan, door.gateway().now(), false),
        waiting: desk
            .waiting
            .iter()
            .map(|(id, proposal)| waiting(user, id.as_str(), proposal, form, problems))
            .collect(),
        route: Choice::new("route", "What is it?", routes, form, problems),
        value: Textarea {
            name: "value",
            label: "The new address or number, as the person said it".to_owned(),
            hint: Some("A postal address has one line for each part, the postcode last.".to_owned()),
            value: form.raw("value").to_owned(),
            problem: problems.at("value").map(str::to_owned),
            rows: Some(3),
            ..Textarea::default()
        },
        replaces: of_points("replaces", "Which one does it replace?", &replaced),
        bar: of_points("bar", "Which one may not be used any more?", &points),
        why: Choice::new("why", "Why?", UNSAFE, form, problems),
        times: Choice::new(
            "times",
            "When may this person be contacted?",
            TIMES,
            form,
            problems,
        ),
        days: Choice::new("days", "On which days?", days, form, problems),
        from: TimeInput::new("from", "From, on the 24-hour clock", form, problems),
        to: TimeInput::new("to", "Until, on the 24-hour clock", form, problems),
    }
}

fn waiting(user: &str, id: &str, proposal: &Proposal, form: &Form, problems: &Problems) -> Waiting {
    let new = proposal.new_value();
    let mut facts = SummaryList::default()
        .row("What", rules::route(new.route))
        .row("New value", rules::plain(&new.value))
        .row("Proposed", format!("{} by {}", show::moment(new.at), new.by));
    let (mut verify, mut approve) = (None, None);
    match proposal.state() {
        ProposalState::Verified { verification } => {
            let words = format!("{} by {}", show::moment(verification.at), verification.by);
            facts = facts.row("Verified", words);
            if user != new.by && user != verification.by {
                approve = Some(DateInput::new(
                    "review",
                    "By when must it be checked again?",
                    form,
                    problems,
                ));
            } else {
                facts = facts.row(
                    "Next",
                    "Somebody who neither proposed nor verified it approves it",
                );
            }
        }
        _ => {
            verify = Some(Verify {
                path: Choice::new("path", "How was it confirmed?", PATHS, form, problems),
                said_by: Input::new("said-by", "Who said that it is safe?", form, problems),
                how: Input::new("how", "How was it said?", form, problems),
            });
        }
    }
    Waiting {
        id: id.to_owned(),
        facts,
        verify,
        approve,
        refuse: Choice::new("refused", "Why should it not be made?", REFUSED, form, problems),
    }
}
