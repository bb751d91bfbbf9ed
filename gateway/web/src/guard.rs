//! What stands before every handler: who asks, whether they may, and whether an unsafe request is one of our own forms.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::scope::Scope;
use domain::time::random;

use crate::api;
use crate::api::problem::ApiRefusal;
use crate::door::Door;
use crate::kept;
use crate::layers::RouteOf;
use crate::refusal::{Refusal, Said};
use crate::route::Access;
use crate::visit::{COOKIE, DOOR_COOKIE, Visit, cookie, set_cookie};

/// The longest body of a form, in bytes. Uploads have a route of their own with another limit.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// The name of the form token in a form.
pub const TOKEN_FIELD: &str = "token";
/// And in a request that a script makes.
pub const TOKEN_HEADER: &str = "x-csrf-token";

/// Lets a request through to its handler, or answers it.
pub(crate) async fn guard(
    State((door, access, path)): State<(Door, Access, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let mut answer = match access {
        Access::File => in_words(&door, None, next.run(request).await),
        Access::Scope(scope) => by_token(&door, scope, request, next).await,
        Access::Open | Access::SignedIn | Access::Roles(_) => by_cookie(&door, access, request, next).await,
    };
    answer.extensions_mut().insert(RouteOf(path));
    answer
}

/// Somebody at a browser.
async fn by_cookie(door: &Door, access: Access, request: Request, next: Next) -> Response {
    let visit = match find_visit(door, request.headers()).await {
        Ok(visit) => visit,
        Err(refusal) => return Said::new(door, None, &refusal).into_response(),
    };
    let is_nobody = visit.visitor.is_none() && access != Access::Open;
    if is_nobody && !is_safe(request.method()) {
        return kept::answer(door, &visit, request).await;
    }
    let mut answer = match admit(door, access, &visit, request).await {
        Ok(mut request) => {
            request.extensions_mut().insert(visit.clone());
            in_words(door, Some(&visit), next.run(request).await)
        }
        Err(refusal) => Said::new(door, Some(&visit), &refusal).into_response(),
    };
    let fresh = visit.fresh_cookie.as_deref().map(HeaderValue::from_str);
    if let Some(Ok(value)) = fresh {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

/// A handler says only why not; here it becomes a page.
fn in_words(door: &Door, visit: Option<&Visit>, mut answer: Response) -> Response {
    match answer.extensions_mut().remove::<Arc<Refusal>>() {
        Some(refusal) => Said::new(door, visit, &refusal).into_response(),
        None => answer,
    }
}

/// Another system: its token alone counts. No cookie does, so no browser can be made to ask in somebody's name.
async fn by_token(door: &Door, scope: Scope, request: Request, next: Next) -> Response {
    let mut answer = match api::admit(door, scope, request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => return refused.answer(door),
    };
    match answer.extensions_mut().remove::<Arc<ApiRefusal>>() {
        Some(refused) => refused.answer(door),
        None => answer,
    }
}

async fn find_visit(door: &Door, headers: &HeaderMap) -> Result<Visit, Refusal> {
    let token = |text: &str| flows::sign_in::form_token(text).map(|token| token.to_string());
    if let Some(session) = cookie(headers, COOKIE)
        && let Some(visitor) = door.gateway().find_session(&session).await?
    {
        return Ok(Visit {
            visitor: Some(visitor),
            form_token: token(&session).ok_or(Refusal::SignedOut)?,
            fresh_cookie: None,
        });
    }
    if let Some(form_token) = cookie(headers, DOOR_COOKIE).and_then(|value| token(&value)) {
        return Ok(Visit {
            visitor: None,
            form_token,
            fresh_cookie: None,
        });
    }
    let fresh = flows::sign_in::spell_token(&random(door.gateway().parts().entropy.as_ref()));
    Ok(Visit {
        visitor: None,
        form_token: token(&fresh).ok_or(Refusal::SignedOut)?,
        fresh_cookie: Some(set_cookie(DOOR_COOKIE, &fresh)),
    })
}

async fn admit(door: &Door, access: Access, visit: &Visit, request: Request) -> Result<Request, Refusal> {
    let roles = visit.visitor.as_ref().map(|visitor| &visitor.account.roles);
    match (access, roles) {
        (Access::Open, _) | (Access::SignedIn, Some(_)) => {}
        (Access::Roles(allowed), Some(roles)) => {
            if !allowed.iter().any(|role| roles.contains(role)) {
                return Err(Refusal::NotYours);
            }
        }
        // Files and other systems do not come this way.
        (Access::SignedIn | Access::Roles(_), None) | (Access::File | Access::Scope(_), _) => {
            return Err(Refusal::SignedOut);
        }
    }
    if is_safe(request.method()) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    need_own_origin(door, &parts.headers)?;
    let body = body_of(body).await?;
    need_own_form(&parts.headers, &body, &visit.form_token)?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The whole body of a form.
pub(crate) async fn body_of(body: Body) -> Result<Bytes, Refusal> {
    to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| Refusal::TooLong)
}

/// Whether it carries the form token that belongs to its browser's cookie.
pub(crate) fn need_own_form(headers: &HeaderMap, body: &Bytes, expected: &str) -> Result<(), Refusal> {
    let sent = headers
        .get(TOKEN_HEADER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
        .or_else(|| token_of_form(headers, body));
    if sent.is_some_and(|sent| flows::sign_in::is_same_token(&sent, expected)) {
        Ok(())
    } else {
        Err(Refusal::Expired)
    }
}

/// A browser says where a request comes from, in `Origin` and in `Sec-Fetch-Site`. Both must be there: every browser
/// that can hold a passkey sends them with a POST.
pub(crate) fn need_own_origin(door: &Door, headers: &HeaderMap) -> Result<(), Refusal> {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    if is("origin", &door.settings().origin) && is("sec-fetch-site", "same-origin") {
        Ok(())
    } else {
        Err(Refusal::Foreign)
    }
}

/// Whether the body is what a page's form sends.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind == "application/x-www-form-urlencoded")
}

fn token_of_form(headers: &HeaderMap, body: &Bytes) -> Option<String> {
    if !is_form(headers) {
        return None;
    }
    form_urlencoded::parse(body)
        .find(|(name, _)| name == TOKEN_FIELD)
        .map(|(_, value)| value.into_owned())
}
