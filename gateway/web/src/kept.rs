//! A form whose session had run out is kept, and its sender told so, where anything else is only sent to sign in.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use flows::TypedForm;
use zeroize::Zeroizing;

use crate::door::Door;
use crate::form::Form;
use crate::guard;
use crate::refusal::{Refusal, Said};
use crate::visit::{COOKIE, Visit, cookie, set_cookie};

/// The cookie with which a browser finds and opens what was kept of it.
pub(crate) const KEPT_COOKIE: &str = "__Host-kept";
/// Forms about one's own ways in hold passwords and codes, and are typed anew.
const OWN_ACCOUNT: &str = "/account/";
/// Forms that only say why somebody reads are answered again by whoever comes back.
const READING: &str = "/open";

/// The answer to an unsafe request of nobody who is signed in.
pub(crate) async fn answer(door: &Door, visit: &Visit, request: Request) -> Response {
    let (refusal, token) = match keep(door, request).await {
        Ok(Some(token)) => (Refusal::WordsKept, Some(token)),
        Ok(None) => (Refusal::SignedOut, None),
        Err(refusal) => (refusal, None),
    };
    let mut answer = Said::new(door, Some(visit), &refusal).into_response();
    let value = token.map(|token| HeaderValue::from_str(&set_cookie(KEPT_COOKIE, &token)));
    if let Some(Ok(value)) = value {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

async fn keep(door: &Door, request: Request) -> Result<Option<Zeroizing<String>>, Refusal> {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let Some(session) = cookie(&headers, COOKIE) else {
        return Ok(None);
    };
    let is_kept = *request.method() == Method::POST
        && request.uri().query().is_none()
        && !path.starts_with(OWN_ACCOUNT)
        && !path.ends_with(READING)
        && guard::is_form(&headers);
    if !is_kept || !door.gateway().has_run_out(&session).await? {
        return Ok(None);
    }
    guard::need_own_origin(door, &headers)?;
    let body = guard::body_of(request.into_body()).await?;
    // The token of the page that was open is the one of the session that ran out.
    let expected = flows::sign_in::form_token(&session).ok_or(Refusal::SignedOut)?;
    guard::need_own_form(&headers, &body, &expected)?;
    let form = Form::read(&body)?;
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let fields: Vec<_> = form.fields().map(owned).collect();
    if fields.iter().all(|(_, value)| value.trim().is_empty()) {
        return Ok(None);
    }
    let before = cookie(&headers, KEPT_COOKIE);
    let before = before.as_ref().map(|token| token.as_str());
    let typed = TypedForm { path, fields };
    Ok(door.gateway().keep_words(&session, before, &typed).await?)
}

/// The token with which a browser opens what was kept of it; empty for none.
pub(crate) fn token(headers: &HeaderMap) -> Zeroizing<String> {
    cookie(headers, KEPT_COOKIE).unwrap_or_default()
}
