//! Review and send: the words of a draft as the person will read them, what was checked, and letting it go.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::id::DraftId;
use flows::Review;
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::draft_checks::{Check, checks};
use crate::pages::acting::merged::{Line, lines};
use crate::pages::acting::rules::Rules;
use crate::pages::acting::{OFFICERS, answer, ask, said_at};
use crate::parts::{Choice, SummaryList};
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/drafts/{id}", OFFICERS, show_draft),
        post("/drafts/{id}/open", OFFICERS, open),
        post("/drafts/{id}/approve", OFFICERS, approve),
        post("/drafts/{id}/check", OFFICERS, send_for_check),
        post("/drafts/{id}/void", OFFICERS, void),
    ]
}

/// Why a draft is voided, by code.
const VOIDED: [(&str, &str); 4] = [
    ("fact-is-wrong", "A fact in it is wrong"),
    ("record-has-changed", "The record has changed since"),
    ("words-do-not-fit", "The words do not fit this person"),
    (
        "another-language-or-format",
        "It is needed in another language or format",
    ),
];

#[derive(Serialize)]
struct DraftPage {
    id: String,
    name: String,
    kind: String,
    rules: Rules,
    subject: String,
    towards: String,
    email: Vec<Line>,
    sms: Vec<Line>,
    checks: Vec<Check>,
    about: SummaryList,
    due: String,
    late: bool,
    /// Why the reader may not approve it.
    why_not: Option<&'static str>,
    is_drafted: bool,
    can_send_for_check: bool,
    message: Option<String>,
    /// What is wrong with the confirmation.
    problem: Option<String>,
    void: Choice,
}

fn parse(id: &str) -> Result<DraftId, Refusal> {
    DraftId::parse(id).map_err(|_| Refusal::NotFound)
}

fn path(id: &DraftId) -> String {
    format!("/drafts/{}", id.as_str())
}

async fn show_draft(
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
    id: &DraftId,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let gateway = door.gateway();
    let user = visit.user()?;
    let victim = gateway.whose_draft(user, id).await?;
    let reason = match ask::reason(door, visit, &victim, &path(id)).await? {
        Ok(reason) => reason,
        Err(page) => return Ok(page),
    };
    let review = gateway.review_draft(user, id, &reason).await?;
    let data = page_of(door, review, form, problems);
    let page = Page::new("Check the message before you send it")
        .under("/work")
        .back("/work")
        .problems(problems)
        .show(door, Some(visit), "acting/draft", &data)?;
    Ok(answer(problems, page))
}

fn page_of(door: &Door, review: Review, form: &Form, problems: &Problems) -> DraftPage {
    let now = door.gateway().now();
    let owed = &review.owed;
    let late = owed.original_due_at.is_some_and(|due| now > due);
    DraftPage {
        id: review.row.id.as_str().to_owned(),
        kind: show::sentence(&review.row.kind.replace('-', " ")),
        rules: Rules::of(&review.plan, now, false),
        subject: review.frozen.subject().to_owned(),
        towards: towards(&review),
        email: lines(review.frozen.text(), &review.values),
        sms: lines(review.frozen.sms().unwrap_or_default(), &review.values),
        checks: checks(&review, now),
        about: about(door, &review),
        due: owed
            .due_at
            .map_or_else(|| "No source gives a due time".to_owned(), show::moment),
        late,
        why_not: review.why_not,
        is_drafted: review.row.state == "drafted",
        can_send_for_check: review.row.state == "drafted" && review.sent_for_check.is_none(),
        message: review.message.map(|id| id.as_str().to_owned()),
        problem: problems.at("read").map(str::to_owned),
        void: Choice::new(
            "reason",
            "Why should it be written again?",
            VOIDED,
            form,
            problems,
        ),
        name: review.name,
    }
}

fn towards(review: &Review) -> String {
    match &review.towards {
        Some(towards) => {
            let whose = towards
                .adviser
                .as_ref()
                .map_or_else(String::new, |adviser| format!("{adviser}, an adviser: "));
            let held = if towards.usable {
                ""
            } else {
                " (may not be used now: it will be held)"
            };
            format!("{whose}{}{held}", towards.masked)
        }
        None => "No email address is recorded: it will be held".to_owned(),
    }
}

fn about(door: &Door, review: &Review) -> SummaryList {
    let row = &review.row;
    let rule = door.gateway().parts().rulebook.rule(&review.owed.rule);
    let language = if row.language == "cy" { "Welsh" } else { "English" };
    let mut list = SummaryList::default()
        .row("Name to use", review.name.clone())
        .row("Language", language)
        .row(
            "Template",
            format!(
                "{}, version {}",
                show::sentence(&row.kind.replace('-', " ")),
                row.version
            ),
        )
        .row(
            "Words",
            format!("digest {}", row.digest.get(..16).unwrap_or(&row.digest)),
        )
        .row("Drafted by", by(&row.drafted_by))
        .row("Drafted", show::moment(row.drafted_at));
    if let Some((by_whom, at)) = &review.sent_for_check {
        list = list.row(
            "Sent for a second check",
            format!("by {by_whom}, {}", show::moment(*at)),
        );
    }
    if let Some(rule) = rule {
        list = list
            .row("Duty", rule.title.clone())
            .row("Evidence", show::sentence(&rule.grade.explain()));
    }
    list
}

fn by(user: &str) -> String {
    if user.starts_with("system:") {
        "The service, from the record".to_owned()
    } else {
        user.to_owned()
    }
}

async fn open(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    let id = parse(&id)?;
    let victim = door.gateway().whose_draft(visit.user()?, &id).await?;
    ask::take(&door, &visit, &victim, &path(&id), &form).await
}

async fn approve(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["read"], &[])?;
    let id = parse(&id)?;
    let mut problems = Problems::default();
    problems.need(
        form.value("read") == "yes",
        "read",
        "Confirm that you have read the whole message",
    );
    let user = visit.user()?;
    door.gateway().whose_draft(user, &id).await?;
    if problems.is_empty() {
        match door.gateway().approve_draft(user, &id).await {
            Ok(approved) => {
                let message = format!("/messages/{}", approved.message.as_str());
                return Ok(Redirect::to(&message).into_response());
            }
            Err(fault) => said_at("read", fault, &mut problems)?,
        }
    }
    shown(&door, &visit, &id, &form, &problems).await
}

async fn send_for_check(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = parse(&id)?;
    let user = visit.user()?;
    door.gateway().whose_draft(user, &id).await?;
    door.gateway().send_for_check(user, &id).await?;
    Ok(Redirect::to(&path(&id)))
}

async fn void(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["reason"], &[])?;
    let id = parse(&id)?;
    let user = visit.user()?;
    door.gateway().whose_draft(user, &id).await?;
    let reason = form.value("reason");
    let mut problems = Problems::default();
    let known = VOIDED.iter().any(|(code, _)| *code == reason);
    problems.need(known, "reason", "Select why it should be written again");
    if problems.is_empty() {
        door.gateway().void_draft(user, &id, reason).await?;
        return Ok(Redirect::to(&path(&id)).into_response());
    }
    shown(&door, &visit, &id, &form, &problems).await
}
