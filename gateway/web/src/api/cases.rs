//! A case comes in.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::scope::Scope;
use flows::Added;
use flows::import::{self, Format};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{ApiRefusal, NoAccess, NotTaken};
use super::{Client, Sent, idempotent};
use crate::door::Door;
use crate::route::{Access, Route, post};

const PATH: &str = "/api/v1/cases";

pub(super) fn routes() -> Vec<Route> {
    vec![post(PATH, Access::Scope(Scope::CasesAdd), add)]
}

/// What became of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Adding {
    /// `added`, or `known-before`: then nothing about the person changed.
    outcome: &'static str,
}

/// Adds a case with one victim.
///
/// The body is one object with the fields of `docs/imports.md`, as a line of a case file has them; a field that is not
/// listed there is refused.
#[utoipa::path(
    post, path = "/api/v1/cases", request_body(content = Object, content_type = "application/json"),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")),
    responses(
        (status = 201, description = "added", body = Adding),
        (status = 200, description = "known before", body = Adding),
        NotTaken,
        NoAccess
    )
)]
pub(super) async fn add(
    State(door): State<Door>,
    Client(client): Client,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiRefusal> {
    let line = one_line(&headers, &body)?;
    let mut rows = import::cases(line.as_bytes(), Format::JsonLines);
    let row = rows
        .next()
        .ok_or_else(|| ApiRefusal::NotReadable("the body is empty".to_owned()))?;
    let (_, record) = row.map_err(|refused| field(&refused))?;
    idempotent::once(&door, &client, &headers, (PATH, &body), async || {
        Ok(match door.gateway().add_case_of(&client, &record).await? {
            Added::New => (StatusCode::CREATED, Adding { outcome: "added" }),
            Added::Before => (
                StatusCode::OK,
                Adding {
                    outcome: "known-before",
                },
            ),
        })
    })
    .await
}

/// A JSON object as a line of an import file.
pub(super) fn one_line(headers: &HeaderMap, body: &Bytes) -> Result<String, ApiRefusal> {
    let kind = headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(ApiRefusal::NotReadable(
            "the body must be application/json".to_owned(),
        ));
    }
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(body).map_err(|fault| {
            // The parser's own words may quote what was sent.
            ApiRefusal::NotReadable(format!(
                "the body is no JSON object; it stops being one at line {}, column {}",
                fault.line(),
                fault.column()
            ))
        })?;
    Ok(serde_json::Value::Object(object).to_string())
}

/// Why a row was refused, by its field.
pub(super) fn field(refused: &import::Refused) -> ApiRefusal {
    let pointer = refused
        .field
        .as_ref()
        .map_or_else(|| "/".to_owned(), |field| format!("/{field}"));
    ApiRefusal::invalid(
        &pointer,
        format!("{}; right would be: {}", refused.what, refused.right),
    )
}
