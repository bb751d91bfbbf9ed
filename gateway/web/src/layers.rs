//! What every request passes, whatever it asks for: limits, the host, a reference, and the headers of every answer.

use std::time::{Duration, Instant};

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use domain::id::EventId;
use tower::{BoxError, ServiceBuilder};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::door::Door;
use crate::pace::{self, Pace};
use crate::vitals;

/// How long a request may take.
const REQUEST_WAIT: Duration = Duration::from_secs(30);
/// Requests that are worked on at once; one more is told to come again.
const AT_ONCE_MAX: usize = 256;
/// The name under which the program's log and the client know a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The content security policy: our own files and nothing inline. A page that holds words of a message shows them as
/// text, so there is nothing to let in.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The headers of every answer (ASVS V3.4; MDN Observatory).
const HEADERS: [(HeaderName, &str); 12] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=63072000; includeSubDomains",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: under it a browser sends a form of ours with `Origin: null`, which the guard refuses. To other sites
    // it says as little.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (header::CACHE_CONTROL, "no-store"),
];

pub(crate) fn around(router: Router, door: &Door) -> Router {
    let busy = HandleErrorLayer::new(|_: BoxError| async { StatusCode::SERVICE_UNAVAILABLE });
    let limits = ServiceBuilder::new()
        .layer(busy)
        .load_shed()
        .concurrency_limit(AT_ONCE_MAX)
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_WAIT,
        ))
        .layer(CatchPanicLayer::new());
    router
        .layer(limits)
        .layer(from_fn_with_state(door.clone(), only_our_host))
        .layer(from_fn_with_state(Pace::new(), pace::keep))
        .layer(from_fn_with_state(door.clone(), refer))
        .layer(from_fn(set_headers))
}

/// Refuses a request for any other host (attack 28): links and forms are made for ours.
async fn only_our_host(State(door): State<Door>, request: Request, next: Next) -> Response {
    // HTTP/2 names the host in the URI, HTTP/1.1 in a header.
    let named = request.uri().authority().map(ToString::to_string);
    let host = named.or_else(|| text(request.headers(), &header::HOST));
    if host.as_deref() == Some(door.settings().host()) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Gives each request a reference of ours, and the program's log one line about it: method, route and status, nothing of
/// what was asked or answered.
async fn refer(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let id = EventId::random(door.gateway().parts().entropy.as_ref());
    let begun = Instant::now();
    let method = request.method().clone();
    let value = HeaderValue::from_str(id.as_str()).unwrap_or(HeaderValue::from_static("none"));
    request.headers_mut().insert(REQUEST_ID, value.clone());
    let mut answer = next.run(request).await;
    let (status, took) = (answer.status().as_u16(), begun.elapsed());
    // What was asked for shows as the route of the table: a path may hold an identifier.
    let route = answer
        .extensions()
        .get::<RouteOf>()
        .map_or("none", |route| route.0);
    tracing::debug!(request = id.as_str(), %method, route, status, "request answered");
    vitals::note(route.to_owned(), method_name(&method), status, took);
    answer.headers_mut().insert(REQUEST_ID, value);
    answer
}

/// The route that answered, for counts and the program's log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteOf(pub(crate) &'static str);

/// A method as a label: whatever else somebody sends is one of the others.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

async fn set_headers(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    for (name, value) in HEADERS {
        answer
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    answer
}
