//! Password and one-time code: setting them up on one's own account, and coming in with them while that is granted.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::SignIn;
use flows::{Credentials, Recovered};
use serde::Serialize;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::pace::Client;
use crate::page::{Page, Shown};
use crate::parts::Input;
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::show;
use crate::visit::Visit;

use super::passkeys::enter;

const REFUSED: &str = "User name, password or code is wrong, or nothing is granted to this account";
const TOO_OFTEN: &str = "There were too many tries. Wait 15 minutes and try again";
const NOT_THE_SAME: &str = "Enter the same password twice";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/sign-in/recovery", Access::Open, sign_in),
        post("/sign-in/recovery", Access::Open, recover),
        get("/account/recovery", Access::SignedIn, prepare),
        post("/account/recovery", Access::SignedIn, set),
        post("/account/recovery/confirm", Access::SignedIn, confirm),
    ]
}

#[derive(Serialize)]
struct SignInForm {
    user: Input,
    password: Input,
    code: Input,
}

/// A password is never shown again, also not to whoever typed it.
fn password(name: &'static str, label: &str, autocomplete: &'static str, problems: &Problems) -> Input {
    Input {
        r#type: Some("password"),
        autocomplete: Some(autocomplete),
        ..Input::new(name, label, &Form::default(), problems)
    }
}

fn code(problems: &Problems) -> Input {
    Input {
        inputmode: Some("numeric"),
        autocomplete: Some("one-time-code"),
        ..Input::new("code", "Code", &Form::default(), problems)
            .hint("The 6 digits that your authenticator app shows now")
            .width("govuk-input--width-10")
    }
}

fn show_sign_in(door: &Door, visit: &Visit, form: &Form, problems: &Problems) -> Result<Shown, Refusal> {
    let data = SignInForm {
        user: Input {
            autocomplete: Some("username"),
            ..Input::new("user", "User name", form, problems).width("govuk-input--width-20")
        },
        password: password("password", "Password", "current-password", problems),
        code: code(problems),
    };
    Page::new("Sign in with a password and code")
        .back("/sign-in")
        .problems(problems)
        .show(door, Some(visit), "recover", &data)
}

async fn sign_in(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    show_sign_in(&door, &visit, &Form::default(), &Problems::default())
}

async fn recover(
    State(door): State<Door>,
    visit: Visit,
    client: Client,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["user", "password", "code"], &[])?;
    let user = form.value("user").to_lowercase();
    let typed = Credentials {
        user: &user,
        password: form.raw("password"),
        code: form.value("code"),
    };
    let (status, words) = match door.gateway().recover(&typed, &client.0).await? {
        Recovered::LetIn(account) => {
            // What they need next is a passkey, and that is added there.
            let answer = Redirect::to("/account").into_response();
            return enter(&door, &headers, (&account, SignIn::Recovery), answer).await;
        }
        Recovered::Refused => (StatusCode::UNAUTHORIZED, REFUSED),
        Recovered::TooOften => (StatusCode::TOO_MANY_REQUESTS, TOO_OFTEN),
    };
    let mut problems = Problems::default();
    problems.add("user", words);
    let page = show_sign_in(&door, &visit, &form, &problems)?;
    Ok((status, page).into_response())
}

#[derive(Serialize)]
struct Preparing {
    is_fresh: bool,
    is_set: bool,
    granted_until: Option<String>,
    password: Input,
    again: Input,
}

async fn show_preparing(door: &Door, visit: &Visit, problems: &Problems) -> Result<Shown, Refusal> {
    let visitor = visit.visitor()?;
    let shown = door.gateway().find_recovery(visitor).await?;
    let hint = "At least 15 characters. A few words together are easy to remember";
    let data = Preparing {
        is_fresh: visitor.is_fresh,
        is_set: shown.is_set,
        granted_until: shown.granted_until.map(show::moment),
        password: password("password", "Password", "new-password", problems).hint(hint),
        again: password("again", "The same password again", "new-password", problems),
    };
    Page::new("Prepare for losing your passkeys")
        .under("/account")
        .back("/account")
        .problems(problems)
        .show(door, Some(visit), "recovery", &data)
}

async fn prepare(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    show_preparing(&door, &visit, &Problems::default()).await
}

#[derive(Serialize)]
struct Confirming {
    /// Shown once: the secret as people type it, and as apps take it.
    secret: Option<Secret>,
    code: Input,
}

#[derive(Serialize)]
struct Secret {
    spelled: String,
    address: String,
}

fn show_confirming(
    door: &Door,
    visit: &Visit,
    secret: Option<Secret>,
    problems: &Problems,
) -> Result<Shown, Refusal> {
    let data = Confirming {
        secret,
        code: code(problems),
    };
    Page::new("Set up your authenticator app")
        .under("/account")
        .back("/account/recovery")
        .problems(problems)
        .show(door, Some(visit), "recovery-confirm", &data)
}

/// A flow's sentence about this field.
fn put_at(field: &'static str, fault: flows::Error, problems: &mut Problems) -> Result<(), Refusal> {
    let said = fault.to_string();
    match said.strip_prefix(field).and_then(|rest| rest.strip_prefix(": ")) {
        Some(words) => {
            problems.add(field, show::sentence(words));
            Ok(())
        }
        None => Err(fault.into()),
    }
}

async fn set(State(door): State<Door>, visit: Visit, form: Form) -> Result<Shown, Refusal> {
    form.only(&["password", "again"], &[])?;
    let mut problems = Problems::default();
    problems.need(form.raw("password") == form.raw("again"), "again", NOT_THE_SAME);
    if problems.is_empty() {
        let service = &door.settings().service_name;
        let set = door
            .gateway()
            .set_recovery(visit.visitor()?, form.raw("password"), service)
            .await;
        match set {
            Ok(secret) => {
                let secret = Secret {
                    spelled: secret.spelled.to_string(),
                    address: secret.address.to_string(),
                };
                return show_confirming(&door, &visit, Some(secret), &problems);
            }
            Err(fault) => put_at("password", fault, &mut problems)?,
        }
    }
    show_preparing(&door, &visit, &problems).await
}

async fn confirm(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&["code"], &[])?;
    let confirmed = door
        .gateway()
        .confirm_recovery(visit.visitor()?, form.value("code"))
        .await;
    let Err(fault) = confirmed else {
        return Ok(Redirect::to("/account/recovery").into_response());
    };
    let mut problems = Problems::default();
    put_at("code", fault, &mut problems)?;
    Ok(show_confirming(&door, &visit, None, &problems)?.into_response())
}
