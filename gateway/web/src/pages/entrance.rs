//! The first page, signing in and signing out.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::kept_words;
use crate::door::Door;
use crate::form::Form;
use crate::page::{Page, Shown, home};
use crate::provider::Provider;
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::visit::{COOKIE, Visit, forget_cookie};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/", Access::SignedIn, first),
        get("/sign-in", Access::Open, sign_in),
        post("/sign-out", Access::SignedIn, sign_out),
    ]
}

/// To where each role begins; but first to what somebody had typed when they were signed out.
async fn first(State(door): State<Door>, visit: Visit, headers: HeaderMap) -> Result<Redirect, Refusal> {
    if kept_words::is_waiting(&door, &visit, &headers).await? {
        return Ok(Redirect::to(kept_words::PATH));
    }
    Ok(Redirect::to(home(&visit.visitor()?.account.roles)))
}

#[derive(serde::Serialize)]
struct Ways<'d> {
    /// Whose account the organisation's own sign-in takes.
    provider: Option<&'d str>,
}

async fn sign_in(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let ways = Ways {
        provider: door.provider().map(Provider::name),
    };
    Page::new("Sign in").show(&door, Some(&visit), "sign-in", &ways)
}

async fn sign_out(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&[], &[])?;
    door.gateway().end_session(visit.visitor()?).await?;
    let headers = [
        (header::SET_COOKIE, forget_cookie(COOKIE)),
        (
            header::HeaderName::from_static("clear-site-data"),
            "\"cache\", \"cookies\", \"storage\"".to_owned(),
        ),
    ];
    Ok((headers, Redirect::to("/sign-in")).into_response())
}
