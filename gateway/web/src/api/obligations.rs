//! What is owed, without anything about a person.

use axum::Json;
use axum::extract::{Path, Query, State};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::ObligationId;
use domain::scope::Scope;
use flows::ObligationPlace;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Client;
use super::problem::{ApiRefusal, NoAccess, Problem};
use crate::door::Door;
use crate::route::{Access, Route, get};

/// Obligations on one page.
const PAGE_MAX: u32 = 200;

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

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// One page of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    /// Open obligations, the soonest first; those without a number last.
    obligations: Vec<Owed>,
    /// Where the next page begins; none on the last.
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
    responses(
        (status = 200, description = "a page", body = Page),
        (status = 400, description = "an unknown parameter", body = Problem, content_type = "application/problem+json"),
        NoAccess,
        (status = 422, description = "a limit or place that is none", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn list(
    State(door): State<Door>,
    Client(client): Client,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, ApiRefusal> {
    let Query(asked) =
        asked.map_err(|_| ApiRefusal::NotReadable("parameters: `after` and `limit`".to_owned()))?;
    let limit = asked.limit.unwrap_or(50);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(ApiRefusal::invalid("limit", "1 to 200"));
    }
    let after = asked.after.as_deref().map(place).transpose()?;
    let rows = door
        .gateway()
        .list_obligations_of(&client, after.as_ref(), limit)
        .await?;
    let full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().filter(|_| full).map(|last| {
        // One without a number stands after every instant.
        let due_us = last.due_at.map_or(i64::MAX, Timestamp::as_microsecond);
        URL_SAFE_NO_PAD.encode(format!("{due_us}.{}", last.id))
    });
    Ok(Json(Page {
        obligations: rows.iter().map(|row| owed(&door, row)).collect(),
        next,
    }))
}

fn place(text: &str) -> Result<ObligationPlace, ApiRefusal> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (due_us, id) = text.split_once('.')?;
        Some(ObligationPlace {
            due_us: due_us.parse().ok()?,
            id: ObligationId::parse(id).ok()?.to_string(),
        })
    };
    read().ok_or_else(|| ApiRefusal::invalid("after", "the `next` of the page before, as it was given"))
}

/// One obligation of the client's Areas, open or ended.
#[utoipa::path(
    get, path = "/api/v1/obligations/{id}", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses(
        (status = 200, description = "the obligation", body = Owed),
        NoAccess,
        (status = 404, description = "not there, or not in these Areas", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn find(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Owed>, ApiRefusal> {
    let id = ObligationId::parse(&id).map_err(|_| flows::Error::NotFound("obligation"))?;
    let row = door.gateway().find_obligation_of(&client, &id).await?;
    Ok(Json(owed(&door, &row)))
}
