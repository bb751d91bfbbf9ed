//! One's own account: where one is signed in, and ending that.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Redirect;
use domain::id::SessionId;
use serde::Serialize;

use crate::door::Door;
use crate::form::Form;
use crate::page::{Page, Shown};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/account", Access::SignedIn, account),
        post("/account/sessions/{id}/end", Access::SignedIn, end),
        get("/session", Access::SignedIn, present),
        post("/session/extend", Access::SignedIn, extend),
    ]
}

#[derive(Serialize)]
struct Account {
    name: String,
    user: String,
    roles: Vec<&'static str>,
    areas: Vec<String>,
    passkeys: Vec<Passkey>,
    /// The last one stays.
    can_remove: bool,
    sessions: Vec<Session>,
}

#[derive(Serialize)]
struct Passkey {
    id: String,
    added: String,
    used: String,
}

#[derive(Serialize)]
struct Session {
    id: String,
    how: String,
    opened: String,
    seen: String,
    is_this: bool,
}

async fn account(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let visitor = visit.visitor()?;
    let sessions = door.gateway().list_sessions(visitor).await?;
    let passkeys = door.gateway().list_passkeys(visitor).await?;
    let data = Account {
        can_remove: passkeys.len() > 1,
        passkeys: passkeys
            .into_iter()
            .map(|passkey| Passkey {
                id: passkey.id.to_string(),
                added: show::moment(passkey.added_at),
                used: passkey.used_at.map_or_else(|| "Never".to_owned(), show::moment),
            })
            .collect(),
        name: visitor.account.name.clone(),
        user: visitor.account.user.clone(),
        roles: visitor
            .account
            .roles
            .iter()
            .map(|role| show::role(*role))
            .collect(),
        areas: visitor.account.areas.clone(),
        sessions: sessions
            .into_iter()
            .map(|session| Session {
                is_this: session.id == visitor.session,
                id: session.id.to_string(),
                how: session.how,
                opened: show::moment(session.opened_at),
                seen: show::moment(session.seen_at),
            })
            .collect(),
    };
    Page::new("Your account")
        .under("/account")
        .show(&door, Some(&visit), "account", &data)
}

async fn end(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = SessionId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().revoke_session(visit.visitor()?, &id).await?;
    Ok(Redirect::to("/account"))
}

/// How many seconds a visit lasts now. Being asked for is what extends it, though never beyond its end.
#[derive(Serialize)]
struct Extended {
    idle_s: i64,
}

async fn extend(State(door): State<Door>, visit: Visit, form: Form) -> Result<Json<Extended>, Refusal> {
    form.only(&[], &[])?;
    let left = visit.visitor()?.idle_at.duration_since(door.gateway().now());
    Ok(Json(Extended {
        idle_s: left.as_secs(),
    }))
}

/// Whose session this is, and the token of its forms: a page that outlived the session before asks, so that what was typed on it can
/// still be sent by the same person.
#[derive(Serialize)]
struct Present {
    account: String,
    token: String,
    idle_s: i64,
}

async fn present(State(door): State<Door>, visit: Visit) -> Result<Json<Present>, Refusal> {
    let visitor = visit.visitor()?;
    Ok(Json(Present {
        account: visitor.account.id.to_string(),
        token: visit.form_token.clone(),
        idle_s: visitor.idle_at.duration_since(door.gateway().now()).as_secs(),
    }))
}
