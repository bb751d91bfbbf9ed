//! What an administrator can do about somebody's ways in, beside inviting: grant recovery for some hours, end sessions,
//! enable a disabled account.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use flows::Account;
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::page::{Page, Shown};
use crate::parts::Choice;
use crate::refusal::Refusal;
use crate::route::{Route, get, post};
use crate::show;
use crate::visit::Visit;

use super::accounts::{ADMINISTRATOR, account};

/// For how long recovery can be granted.
const HOURS: [(&str, &str); 3] = [("1", "1 hour"), ("4", "4 hours"), ("24", "24 hours")];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/accounts/{id}/ways-in", ADMINISTRATOR, ways_in),
        post("/accounts/{id}/recovery", ADMINISTRATOR, grant),
        post("/accounts/{id}/recovery/end", ADMINISTRATOR, end_grant),
        post("/accounts/{id}/sessions/end", ADMINISTRATOR, end_sessions),
        post("/accounts/{id}/enable", ADMINISTRATOR, enable),
    ]
}

#[derive(Serialize)]
struct WaysIn {
    path: String,
    name: String,
    is_active: bool,
    is_set: bool,
    granted_until: Option<String>,
    hours: Choice,
}

async fn page(
    door: &Door,
    visit: &Visit,
    account: Account,
    form: &Form,
    problems: &Problems,
) -> Result<Shown, Refusal> {
    let shown = door
        .gateway()
        .find_recovery_of(visit.user()?, &account.id)
        .await?;
    let path = format!("/accounts/{}", account.id);
    let data = WaysIn {
        name: account.name,
        is_active: account.is_active,
        is_set: shown.is_set,
        granted_until: shown.granted_until.map(show::moment),
        hours: Choice::new("hours", "For how long?", HOURS, form, problems),
        path: path.clone(),
    };
    Page::new("Ways in")
        .under("/accounts")
        .back(path)
        .problems(problems)
        .show(door, Some(visit), "ways-in", &data)
}

async fn ways_in(State(door): State<Door>, visit: Visit, Path(id): Path<String>) -> Result<Shown, Refusal> {
    let account = account(&door, &visit, &id).await?;
    page(&door, &visit, account, &Form::default(), &Problems::default()).await
}

fn back_to(account: &Account) -> Redirect {
    Redirect::to(&format!("/accounts/{}/ways-in", account.id))
}

async fn grant(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["hours"], &[])?;
    let account = account(&door, &visit, &id).await?;
    let known = HOURS.iter().any(|(hours, _)| *hours == form.value("hours"));
    let hours = form.value("hours").parse().ok().filter(|_| known);
    let Some(hours) = hours else {
        let mut problems = Problems::default();
        problems.add("hours", "Select for how long");
        let shown = page(&door, &visit, account, &form, &problems).await?;
        return Ok(shown.into_response());
    };
    let gateway = door.gateway();
    gateway.grant_recovery(visit.user()?, &account.id, hours).await?;
    Ok(back_to(&account).into_response())
}

async fn end_grant(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let account = account(&door, &visit, &id).await?;
    door.gateway().end_recovery(visit.user()?, &account.id).await?;
    Ok(back_to(&account))
}

async fn end_sessions(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let account = account(&door, &visit, &id).await?;
    door.gateway().end_sessions(visit.user()?, &account.id).await?;
    Ok(back_to(&account))
}

async fn enable(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let account = account(&door, &visit, &id).await?;
    door.gateway().enable_account(visit.user()?, &account.id).await?;
    Ok(back_to(&account))
}
