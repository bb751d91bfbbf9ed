//! Why do you read this? Asked once in a session for each person; every reading carries the answer.

use axum::response::{IntoResponse, Redirect, Response};
use domain::id::VictimId;
use flows::read_victim::READING_REASONS;
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::Page;
use crate::pages::acting::answer;
use crate::parts::Choice;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

#[derive(Serialize)]
struct Ask {
    action: String,
    reason: Choice,
}

/// The reason that was given, or the page that asks for it and leads back to `path`.
pub(super) async fn reason(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    path: &str,
) -> Result<Result<String, Response>, Refusal> {
    match door.gateway().find_reason(visit.visitor()?, victim).await? {
        Some(reason) => Ok(Ok(reason)),
        None => Ok(Err(page(
            door,
            visit,
            path,
            &Form::default(),
            &Problems::default(),
        )?)),
    }
}

/// Takes the reason and leads on to the page.
pub(super) async fn take(
    door: &Door,
    visit: &Visit,
    victim: &VictimId,
    path: &str,
    form: &Form,
) -> Result<Response, Refusal> {
    form.only(&["reason"], &[])?;
    let reason = form.value("reason");
    if !READING_REASONS.contains(&reason) {
        let mut problems = Problems::default();
        problems.add("reason", "Select why you need to read this");
        return page(door, visit, path, form, &problems);
    }
    door.gateway()
        .give_reason(visit.visitor()?, victim, reason)
        .await?;
    Ok(Redirect::to(path).into_response())
}

fn page(
    door: &Door,
    visit: &Visit,
    path: &str,
    form: &Form,
    problems: &Problems,
) -> Result<Response, Refusal> {
    let reasons = READING_REASONS.map(|code| (code, show::sentence(&code.replace('-', " "))));
    let options = reasons.iter().map(|(code, words)| (*code, words.as_str()));
    let mut reason = Choice::new("reason", "Why do you need to read this?", options, form, problems);
    reason.is_heading = true;
    reason.hint = Some(
        "Your answer is kept in the contact log with everything that you read about this person until you sign out."
            .to_owned(),
    );
    let data = Ask {
        action: format!("{path}/open"),
        reason,
    };
    let shown = Page::new("Why do you need to read this?")
        .problems(problems)
        .show(door, Some(visit), "acting/ask", &data)?;
    Ok(answer(problems, shown))
}
