//! What is owed, without anything about a person.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::id::ObligationId;
use domain::scope::Scope;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Client;
use super::paging::{self, Asked, NoPart, Parameters};
use super::problem::{ApiRefusal, NoAccess, NotThere};
use super::tag::{self, IfNoneMatch, NotChanged};
use crate::door::Door;
use crate::route::{Access, Route, get};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/obligations", Access::Scope(Scope::ObligationsRead), list),
        get(
            "/api/v1/obligations/{id}",
            Access::Scope(Scope::ObligationsRead),
            find,
        ),
    ]
}

/// A part of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    /// Open obligations, the soonest first; those without a number last.
    obligations: Vec<Owed>,
    /// Where the next part begins; none after the last.
    next: Option<String>,
}

/// An obligation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Owed {
    /// Its identifier.
    id: String,
    /// The case's identifier here.
    case: String,
    /// The victim's identifier here.
    victim: String,
    /// The rule's id.
    rule: String,
    /// Who owes it.
    owner: String,
    /// `open`, `discharged`, `waived` or `lapsed`.
    state: String,
    /// When the clock started.
    #[schema(format = DateTime)]
    clock_start_at: String,
    /// Due by then; none where the rule has no number.
    due_at: Option<String>,
    /// The first due time: lateness is measured against it.
    original_due_at: Option<String>,
    /// Whom or what it waits for.
    waiting_for: Option<String>,
    /// How urgently it needs somebody.
    attention: String,
}

fn owed(door: &Door, row: &flows::ObligationRow) -> Owed {
    Owed {
        id: row.id.to_string(),
        case: row.case_id.to_string(),
        victim: row.victim_id.to_string(),
        rule: row.rule.clone(),
        owner: row.owner.clone(),
        state: row.state.clone(),
        clock_start_at: row.clock_start_at.to_string(),
        due_at: row.due_at.as_ref().map(Timestamp::to_string),
        original_due_at: row.original_due_at.as_ref().map(Timestamp::to_string),
        waiting_for: row.waiting_for.clone(),
        attention: door.gateway().attention(row).as_str().to_owned(),
    }
}

/// Open obligations of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/obligations", params(Asked),
    responses((status = 200, description = "a part", body = Page), NoPart, NoAccess)
)]
pub(super) async fn list(
    State(door): State<Door>,
    Client(client): Client,
    parameters: Parameters,
) -> Result<Json<Page>, ApiRefusal> {
    let part = paging::part(parameters)?;
    let mut rows = door.gateway().list_obligations_of(&client, &part).await?;
    let next = paging::next(&mut rows, &part, |row| (row.due_at, row.id.to_string()));
    Ok(Json(Page {
        obligations: rows.iter().map(|row| owed(&door, row)).collect(),
        next,
    }))
}

/// One obligation of the client's Areas, open or ended.
#[utoipa::path(
    get, path = "/api/v1/obligations/{id}",
    params(("id" = String, Path, description = "32 hexadecimal digits"), IfNoneMatch),
    responses(
        (status = 200, description = "the obligation", body = Owed, headers(("ETag" = String, description = "changes with the obligation"))),
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
    let id = ObligationId::parse(&id).map_err(|_| flows::Error::NotFound("obligation"))?;
    let row = door.gateway().find_obligation_of(&client, &id).await?;
    tag::tagged(&headers, &owed(&door, &row))
}
