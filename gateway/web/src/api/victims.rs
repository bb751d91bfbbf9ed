//! Who the victims of a case are. Identifiers and codes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::id::VictimId;
use domain::scope::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::Client;
use super::cases::case_id;
use super::paging::{self, Asked, NoPart, Parameters};
use super::problem::{ApiRefusal, NoAccess, NotThere};
use super::tag::{self, IfNoneMatch, NotChanged};
use crate::door::Door;
use crate::route::{Access, Route, get};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(
            "/api/v1/cases/{id}/victims",
            Access::Scope(Scope::VictimsRead),
            list,
        ),
        get("/api/v1/victims/{id}", Access::Scope(Scope::VictimsRead), find),
    ]
}

/// A victim, without anything about the person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Outline {
    /// The identifier here.
    id: String,
    /// The case's identifier here.
    case: String,
    /// The CPS service.
    service: String,
    /// Enhanced rights under the Victims' Code.
    enhanced: bool,
    /// The officer's user name; none while nobody is assigned.
    vlo: Option<String>,
}

impl From<flows::VictimOutline> for Outline {
    fn from(victim: flows::VictimOutline) -> Self {
        Self {
            id: victim.id.to_string(),
            case: victim.case.to_string(),
            service: victim.service,
            enhanced: victim.enhanced,
            vlo: victim.vlo,
        }
    }
}

/// The victims of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Victims {
    /// Those who were not erased.
    victims: Vec<Outline>,
    /// Where the next part begins; none after the last.
    next: Option<String>,
}

pub(super) fn victim_id(text: &str) -> Result<VictimId, ApiRefusal> {
    VictimId::parse(text).map_err(|_| flows::Error::NotFound("victim").into())
}

/// The victims of a case of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/victims",
    params(("id" = String, Path, description = "32 hexadecimal digits"), Asked),
    responses((status = 200, description = "a part of the victims", body = Victims), NoPart, NoAccess, NotThere)
)]
pub(super) async fn list(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<Victims>, ApiRefusal> {
    let case = case_id(&id)?;
    let part = paging::part(parameters)?;
    let mut victims = door.gateway().list_victims_of(&client, &case, &part).await?;
    let next = paging::next(&mut victims, &part, |victim| (None, victim.id.to_string()));
    let victims = victims.into_iter().map(Outline::from).collect();
    Ok(Json(Victims { victims, next }))
}

/// One victim of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}",
    params(("id" = String, Path, description = "32 hexadecimal digits"), IfNoneMatch),
    responses(
        (status = 200, description = "the victim", body = Outline, headers(("ETag" = String, description = "changes with what is shown"))),
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
    let victim = door.gateway().find_victim_of(&client, &victim_id(&id)?).await?;
    tag::tagged(&headers, &Outline::from(victim))
}
