//! Signing in at the organisation's provider. Both ways between us and it lead over a page of our own.
//!
//! There: a form is sent to us, and its answer leads the browser on, so that no policy has to name where the provider may
//! send people. Back: what the provider's redirect brings is only shown as a form, and sending that is what signs in. So a
//! GET changes nothing here either, and the cookie that ties the sign-in to its browser can be `SameSite=Strict`, which a
//! redirect from elsewhere would not bring.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::account::SignIn;
use domain::time::random;
use flows::{Admitted, Ceremony, ProviderPerson};
use serde::Serialize;

use crate::door::Door;
use crate::form::Form;
use crate::pace::Client;
use crate::page::{Page, Shown};
use crate::provider::{Provider, ProviderFault, RETURN_PATH, Returned};
use crate::refusal::Refusal;
use crate::route::{Access, Route, get, post};
use crate::visit::{Visit, cookie, forget_cookie, set_cookie};

use super::passkeys::enter;

/// The cookie that ties a sign-in to the browser in which it began.
const BEGUN_COOKIE: &str = "__Host-single-sign-on";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/sign-in/single-sign-on", Access::Open, begin),
        get(RETURN_PATH, Access::Open, come_back),
        post(RETURN_PATH, Access::Open, finish),
    ]
}

fn provider(door: &Door) -> Result<&Provider, Refusal> {
    door.provider().ok_or(Refusal::NotFound)
}

#[derive(Serialize)]
struct GoingThere {
    address: String,
}

async fn begin(State(door): State<Door>, visit: Visit, form: Form) -> Result<Response, Refusal> {
    form.only(&[], &[])?;
    let entropy = door.gateway().parts().entropy.as_ref();
    let begun = provider(&door)?
        .begin(entropy)
        .await
        .map_err(|fault| refused(&fault))?;
    let browser = flows::sign_in::spell_token(&random(entropy));
    door.gateway()
        .keep_ceremony(&browser, Ceremony::SingleSignOn, &begun.kept)
        .await?;
    let on = format!("0;url={}", begun.address);
    let data = GoingThere {
        address: begun.address,
    };
    let page = Page::new("Going to your organisation's sign-in");
    let page = page.show(&door, Some(&visit), "single-sign-on", &data)?;
    let mut answer = page.into_response();
    let broken = |_| Refusal::Broken("the provider's address is no header".to_owned());
    let on = HeaderValue::try_from(on).map_err(broken)?;
    answer
        .headers_mut()
        .insert(HeaderName::from_static("refresh"), on);
    put_cookie(&mut answer, &set_cookie(BEGUN_COOKIE, &browser))?;
    Ok(answer)
}

#[derive(Serialize)]
struct ComingBack {
    code: String,
    state: String,
    issuer: String,
}

/// Shows what the provider's redirect brought as a form. It may bring more than is asked for; that is left alone.
async fn come_back(
    State(door): State<Door>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Shown, Refusal> {
    provider(&door)?;
    let brought = Form::from_query(query.as_deref());
    if brought.raw("code").is_empty() {
        return Err(Refusal::NotLetInThere);
    }
    let data = ComingBack {
        code: brought.raw("code").to_owned(),
        state: brought.raw("state").to_owned(),
        issuer: brought.raw("iss").to_owned(),
    };
    Page::new("Finish signing in").show(&door, Some(&visit), "single-sign-on-return", &data)
}

async fn finish(
    State(door): State<Door>,
    client: Client,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Refusal> {
    form.only(&["code", "state", "iss"], &[])?;
    let gateway = door.gateway();
    let who = match prove(&door, &headers, &form).await {
        Ok(who) => gateway.admit_by_provider(&who).await,
        Err(Refusal::NotLetInThere) => {
            gateway.record_refused_sign_in(&client.0).await?;
            return Err(Refusal::NotLetInThere);
        }
        Err(refusal) => return Err(refusal),
    };
    let who = who.inspect_err(|fault| {
        if fault.kind() != flows::Kind::Broken {
            tracing::warn!(%fault, "somebody whom the provider knows gets no account");
        }
    });
    let account = match who {
        Ok(Admitted::LetIn(account)) => account,
        Err(fault) if matches!(fault.kind(), flows::Kind::Broken | flows::Kind::Busy) => {
            return Err(fault.into());
        }
        Ok(Admitted::NothingGranted) | Err(_) => {
            gateway.record_refused_sign_in(&client.0).await?;
            return Err(Refusal::NothingGranted);
        }
    };
    let answer = Redirect::to("/").into_response();
    let mut answer = enter(&door, &headers, (&account, SignIn::SingleSignOn), answer).await?;
    put_cookie(&mut answer, &forget_cookie(BEGUN_COOKIE))?;
    Ok(answer)
}

/// Who it is, if the sign-in began in this browser, a short while ago, and the provider vouches for it. Whatever comes of
/// it, it cannot be finished a second time.
async fn prove(door: &Door, headers: &HeaderMap, form: &Form) -> Result<ProviderPerson, Refusal> {
    let provider = provider(door)?;
    let browser = cookie(headers, BEGUN_COOKIE).filter(|token| flows::sign_in::form_token(token).is_some());
    let browser = browser.ok_or(Refusal::NotLetInThere)?;
    let kept = door
        .gateway()
        .take_ceremony(&browser, Ceremony::SingleSignOn)
        .await?;
    let kept = kept.ok_or(Refusal::NotLetInThere)?;
    let returned = Returned {
        code: form.raw("code"),
        state: form.raw("state"),
        issuer: form.raw("iss"),
    };
    let now = door.gateway().now();
    provider
        .finish(&kept, &returned, now)
        .await
        .map_err(|fault| refused(&fault))
}

fn refused(fault: &ProviderFault) -> Refusal {
    tracing::warn!(%fault, "nobody is signed in by single sign-on");
    match fault {
        ProviderFault::Away(_) => Refusal::ProviderAway,
        ProviderFault::NotBelieved(_) => Refusal::NotLetInThere,
    }
}

fn put_cookie(answer: &mut Response, cookie: &str) -> Result<(), Refusal> {
    let value = HeaderValue::try_from(cookie).map_err(|_| Refusal::Broken("a cookie".to_owned()))?;
    answer.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}
