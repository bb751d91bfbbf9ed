//! `/api/v1`: what other systems may do, each with a token of its own. JSON in and out, problems as RFC 9457 has them.
//!
//! The API shows identifiers, codes and instants. No name, address or word of a message leaves by it.
//!
//! To add a route: a handler with its `utoipa::path`, a line in [`routes`] and one in [`Document`]; a test holds both
//! against each other.

mod cases;
mod contacts;
mod drafts;
mod events;
mod idempotent;
mod log;
mod messages;
mod obligations;
mod paging;
mod plans;
pub(crate) mod problem;
mod tag;
mod uploads;
mod victims;

use std::sync::Arc;

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_server::tls::TlsInfo;
use domain::scope::Scope;
use flows::ApiClient;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::door::Door;
use crate::route::{Access, Route, get};
use problem::{ApiRefusal, Problem};

/// Where all of it begins.
pub(crate) const PREFIX: &str = "/api/";

/// The `OpenAPI` 3.1 document, made of the code.
#[derive(OpenApi)]
#[openapi(
    info(title = "Victim contact gateway", version = "1", description = "Identifiers, codes and instants; nothing about a person."),
    paths(
        cases::add,
        cases::find,
        events::add,
        uploads::cases,
        uploads::events,
        obligations::list,
        obligations::find,
        messages::find,
        victims::list,
        victims::find,
        drafts::list,
        drafts::find,
        drafts::make,
        drafts::check,
        drafts::void,
        contacts::list,
        contacts::add,
        plans::find,
        plans::propose,
        log::checkpoint,
        log::inclusion,
        log::consistency
    ),
    components(schemas(Problem)),
    modifiers(&Openers),
    security(("token" = []), ("certificate" = []))
)]
pub struct Document;

struct Openers;

impl Modify for Openers {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token that an administrator made: 64 hexadecimal digits."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        let certificate = SecurityScheme::MutualTls {
            description: Some(
                "A client certificate that an administrator has bound to an account.".to_owned(),
            ),
            deprecated: None,
            extensions: None,
        };
        components.add_security_scheme("certificate", certificate);
    }
}

pub(crate) fn routes() -> Vec<Route> {
    [
        vec![get("/api/openapi.json", Access::File, document)],
        cases::routes(),
        events::routes(),
        uploads::routes(),
        obligations::routes(),
        messages::routes(),
        victims::routes(),
        drafts::routes(),
        contacts::routes(),
        plans::routes(),
        log::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

/// Lets a request of another system through: a live token with this scope, or a certificate that is bound to it, and
/// nothing a browser would add by itself.
pub(crate) async fn admit(door: &Door, scope: Scope, mut request: Request) -> Result<Request, ApiRefusal> {
    let (headers, tls) = (request.headers(), request.extensions().get::<Arc<TlsInfo>>());
    let client = who(door, headers, tls.map(Arc::as_ref))
        .await?
        .ok_or(ApiRefusal::NoToken)?;
    if !client.scopes.contains(&scope) {
        return Err(ApiRefusal::NotInScope(scope));
    }
    request.extensions_mut().insert(Client(client));
    Ok(request)
}

/// Who asks. A token that is sent counts alone: one that opens nothing is not made good by the connection.
async fn who(
    door: &Door,
    headers: &HeaderMap,
    tls: Option<&TlsInfo>,
) -> Result<Option<ApiClient>, ApiRefusal> {
    if let Some(sent) = headers.get(header::AUTHORIZATION) {
        let token = sent.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        return Ok(door
            .gateway()
            .find_api_client(token.ok_or(ApiRefusal::NoToken)?)
            .await?);
    }
    // The handshake has checked its authority and that the client has its key (RFC 8446 section 4.4).
    match tls.and_then(|tls| tls.peer_certificates.first()) {
        Some(certificate) => Ok(door.gateway().find_certified_client(certificate).await?),
        None => Ok(None),
    }
}

/// The system that asks.
#[derive(Clone)]
pub(crate) struct Client(pub(crate) ApiClient);

impl FromRequestParts<Door> for Client {
    type Rejection = ApiRefusal;

    async fn from_request_parts(parts: &mut Parts, _door: &Door) -> Result<Self, ApiRefusal> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiRefusal::NoToken)
    }
}

/// The longest body, in bytes: a file of some ten thousand rows.
pub(crate) const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What was sent, whole.
pub(crate) struct Sent(pub(crate) Bytes);

impl FromRequest<Door> for Sent {
    type Rejection = ApiRefusal;

    async fn from_request(request: Request, _door: &Door) -> Result<Self, ApiRefusal> {
        let read = to_bytes(request.into_body(), BODY_BYTES_MAX).await;
        read.map(Self).map_err(|_| ApiRefusal::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_describes_every_route_and_no_other() {
        let document = Document::openapi();
        let mut described = BTreeSet::new();
        for (path, item) in &document.paths.paths {
            for (method, is_there) in [("GET", item.get.is_some()), ("POST", item.post.is_some())] {
                if is_there {
                    described.insert(format!("{method} {path}"));
                }
            }
        }
        let routes = routes();
        let served = routes.iter().filter(|route| route.access != Access::File);
        let served = served
            .map(|route| format!("{} {}", route.method, route.path))
            .collect::<BTreeSet<_>>();
        assert_eq!(described, served);
    }
}
