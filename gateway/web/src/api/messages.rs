//! What became of a message, without its words.

use axum::Json;
use axum::extract::{Path, State};
use domain::id::MessageId;
use domain::scope::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::Client;
use super::problem::{ApiRefusal, NoAccess, Problem};
use crate::door::Door;
use crate::route::{Access, Route, get};

pub(super) fn routes() -> Vec<Route> {
    vec![get(
        "/api/v1/messages/{id}",
        Access::Scope(Scope::MessagesRead),
        find,
    )]
}

/// Where a message stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    /// Its identifier.
    id: String,
    /// `created`, `sending`, `delivered` (the receiving server accepted it; nobody knows whether it was read), … as
    /// docs/architecture.md lists them.
    state: String,
    /// Why it is held or failed, as a code.
    reason: Option<String>,
}

/// One message of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses(
        (status = 200, description = "where it stands", body = Standing),
        NoAccess,
        (status = 404, description = "not there, or not in these Areas", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn find(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Standing>, ApiRefusal> {
    let id = MessageId::parse(&id).map_err(|_| flows::Error::NotFound("message"))?;
    let (state, reason) = door.gateway().message_state_of(&client, &id).await?;
    Ok(Json(Standing {
        id: id.to_string(),
        state,
        reason,
    }))
}
