//! Invitations and passkeys. What fails is answered in the same words whatever was wrong.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::SignIn;
use domain::id::{AccountId, SessionId};
use flows::Ceremony;
use serde::Serialize;
use serde_json::{Value, json};

use crate::door::Door;
use crate::form::Form;
use crate::pace::Client;
use crate::page::{Page, Shown};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::visit::{COOKIE, DOOR_COOKIE, Visit, cookie, forget_cookie, set_cookie};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/sign-in/passkey/options", Access::Open, sign_in_options),
        post("/sign-in/passkey", Access::Open, sign_in),
        get("/invitation/{token}", Access::Open, invitation),
        post("/invitation/{token}/options", Access::Open, invitation_options),
        post("/invitation/{token}", Access::Open, accept),
        post("/account/passkeys/options", Access::SignedIn, passkey_options),
        post("/account/passkeys", Access::SignedIn, add_passkey),
        post("/account/passkeys/{id}/remove", Access::SignedIn, remove_passkey),
    ]
}

async fn sign_in_options(State(door): State<Door>, visit: Visit) -> Result<Json<Value>, Refusal> {
    let challenge = door.ceremonies().sign_in()?;
    let gateway = door.gateway();
    gateway
        .keep_ceremony(&visit.form_token, Ceremony::SignIn, &challenge.state)
        .await?;
    Ok(Json(challenge.options))
}

async fn sign_in(
    State(door): State<Door>,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    if let Some(account) = find_who(&door, &visit, &body).await? {
        return enter(&door, &headers, (&account, SignIn::Passkey), to_work()).await;
    }
    door.gateway().record_refused_sign_in(&client.0).await?;
    Err(Refusal::NotLetIn)
}

async fn find_who(door: &Door, visit: &Visit, body: &[u8]) -> Result<Option<AccountId>, Refusal> {
    let (gateway, ceremonies) = (door.gateway(), door.ceremonies());
    let Some(state) = gateway.take_ceremony(&visit.form_token, Ceremony::SignIn).await? else {
        return Ok(None);
    };
    let Some((credential_id, answer)) = ceremonies.credential_of(body) else {
        return Ok(None);
    };
    let Some(known) = gateway.find_passkey(&credential_id).await? else {
        return Ok(None);
    };
    let Some(credential) = ceremonies.signed_in(&state, &answer, &known.account, &known.credential) else {
        return Ok(None);
    };
    gateway.save_passkey(&known.id, &credential).await?;
    Ok(Some(known.account))
}

/// Opens a session and puts it into the answer; the one that this browser had, and its door cookie, end.
pub(super) async fn enter(
    door: &Door,
    headers: &HeaderMap,
    (account, how): (&AccountId, SignIn),
    mut answer: Response,
) -> Result<Response, Refusal> {
    let before = cookie(headers, COOKIE);
    let before = before.as_deref().map(String::as_str);
    let opened = door.gateway().open_session(account, how, before).await;
    let opened = opened.map_err(|fault| match fault.kind() {
        flows::Kind::NotFound => Refusal::NotLetIn,
        _ => fault.into(),
    })?;
    for cookie in [set_cookie(COOKIE, &opened.token), forget_cookie(DOOR_COOKIE)] {
        let value = cookie
            .parse()
            .map_err(|_| Refusal::Broken("a cookie".to_owned()))?;
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

/// What the pages' script is told after signing in.
fn to_work() -> Response {
    Json(json!({ "location": "/" })).into_response()
}

#[derive(Serialize)]
struct Invited {
    options: String,
    answer: String,
}

/// Says nothing about whom it is for: whoever finds the link learns no name.
async fn invitation(
    State(door): State<Door>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Shown, Refusal> {
    door.gateway().find_invited(&token).await?;
    let data = Invited {
        options: format!("/invitation/{token}/options"),
        answer: format!("/invitation/{token}"),
    };
    Page::new("Set up your passkey").show(&door, Some(&visit), "invitation", &data)
}

async fn invitation_options(
    State(door): State<Door>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let account = door.gateway().find_invited(&token).await?;
    let challenge = door
        .ceremonies()
        .register(&account.id, &account.user, &account.name)?;
    let gateway = door.gateway();
    gateway
        .keep_ceremony(&visit.form_token, Ceremony::Register, &challenge.state)
        .await?;
    Ok(Json(challenge.options))
}

async fn accept(
    State(door): State<Door>,
    visit: Visit,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let gateway = door.gateway();
    let state = gateway
        .take_ceremony(&visit.form_token, Ceremony::Register)
        .await?;
    let state = state.ok_or(Refusal::NotLetIn)?;
    let invited = gateway.find_invited(&token).await?;
    let made = door.ceremonies().registered(&invited.id, &state, &body);
    let made = made.ok_or(Refusal::NotLetIn)?;
    let account = gateway
        .accept_invitation(&token, &made.credential_id, &made.credential)
        .await?;
    enter(&door, &headers, (&account, SignIn::Passkey), to_work()).await
}

async fn passkey_options(State(door): State<Door>, visit: Visit) -> Result<Json<Value>, Refusal> {
    let account = &visit.visitor()?.account;
    let challenge = door
        .ceremonies()
        .register(&account.id, &account.user, &account.name)?;
    let gateway = door.gateway();
    gateway
        .keep_ceremony(&visit.form_token, Ceremony::Register, &challenge.state)
        .await?;
    Ok(Json(challenge.options))
}

async fn add_passkey(State(door): State<Door>, visit: Visit, body: Bytes) -> Result<Json<Value>, Refusal> {
    let gateway = door.gateway();
    let state = gateway
        .take_ceremony(&visit.form_token, Ceremony::Register)
        .await?;
    let visitor = visit.visitor()?;
    let made = state.and_then(|state| door.ceremonies().registered(&visitor.account.id, &state, &body));
    let made = made.ok_or(Refusal::NotLetIn)?;
    gateway
        .add_passkey(visitor, &made.credential_id, &made.credential)
        .await?;
    Ok(Json(json!({ "location": "/account" })))
}

async fn remove_passkey(
    State(door): State<Door>,
    visit: Visit,
    Path(id): Path<String>,
    form: Form,
) -> Result<Redirect, Refusal> {
    form.only(&[], &[])?;
    let id = SessionId::parse(&id).map_err(|_| Refusal::NotFound)?;
    door.gateway().remove_passkey(visit.visitor()?, &id).await?;
    Ok(Redirect::to("/account"))
}
