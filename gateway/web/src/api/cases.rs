//! A case comes in, and how one stands.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::id::CaseId;
use domain::scope::Scope;
use flows::import::{self, Format};
use flows::{Added, GivenAnswer};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{ApiRefusal, NoAccess, NotTaken, NotThere};
use super::tag::{self, IfNoneMatch, NotChanged};
use super::{Client, Sent, idempotent};
use crate::door::Door;
use crate::route::{Access, Route, get, post};

const PATH: &str = "/api/v1/cases";

pub(super) fn routes() -> Vec<Route> {
    vec![
        post(PATH, Access::Scope(Scope::CasesAdd), add),
        get("/api/v1/cases/{id}", Access::Scope(Scope::CasesRead), find),
    ]
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
    let request = idempotent::request(&client, &headers, (PATH, &body), adding)?;
    let given = door.gateway().add_case_of(&request, &record).await?;
    Ok(idempotent::answer(given))
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the outcomes of other requests are larger"
)]
fn adding(added: &Added) -> serde_json::Result<GivenAnswer> {
    let (status, outcome) = match added {
        Added::New => (StatusCode::CREATED, "added"),
        Added::Before => (StatusCode::OK, "known-before"),
    };
    idempotent::given(status, &Adding { outcome })
}

/// How a case stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Case {
    /// Its identifier here.
    id: String,
    /// The unique reference number.
    urn: String,
    /// The Area's code.
    area: String,
    /// The unit's code within the Area.
    unit: Option<String>,
    /// When it was opened.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When it was closed; none while it is open.
    closed_at: Option<String>,
}

pub(super) fn case_id(text: &str) -> Result<CaseId, ApiRefusal> {
    CaseId::parse(text).map_err(|_| flows::Error::NotFound("case").into())
}

/// One case of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}",
    params(("id" = String, Path, description = "32 hexadecimal digits"), IfNoneMatch),
    responses(
        (status = 200, description = "the case", body = Case, headers(("ETag" = String, description = "changes with the case"))),
        NotChanged,
        NoAccess,
        NotThere
    )
)]
pub(super) async fn find(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiRefusal> {
    let case = door.gateway().find_case_of(&client, &case_id(&id)?).await?;
    let case = Case {
        id: case.id.to_string(),
        urn: case.urn,
        area: case.area,
        unit: case.unit,
        opened_at: case.opened_at.to_string(),
        closed_at: case.closed_at.map(|at| at.to_string()),
    };
    tag::tagged(&headers, &case)
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
