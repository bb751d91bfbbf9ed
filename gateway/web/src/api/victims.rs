//! Who the victims of a case are, and what there is for each: drafts and contacts. Identifiers, codes and instants.

use axum::Json;
use axum::extract::{Path, State};
use domain::id::{CaseId, DraftId, VictimId};
use domain::scope::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::Client;
use super::problem::{ApiRefusal, NoAccess, NotThere};
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
        get(
            "/api/v1/victims/{id}/drafts",
            Access::Scope(Scope::DraftsRead),
            drafts,
        ),
        get("/api/v1/drafts/{id}", Access::Scope(Scope::DraftsRead), draft),
        get(
            "/api/v1/victims/{id}/contacts",
            Access::Scope(Scope::ContactsRead),
            contacts,
        ),
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
}

/// A draft, without its words.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Draft {
    /// Its identifier.
    id: String,
    /// The obligation that it would discharge.
    obligation: String,
    /// `drafted`, `approved` or `void`.
    state: String,
    /// The kind of message.
    kind: String,
    /// `en` or `cy`.
    language: String,
    /// Whether somebody other than the drafter has to approve it.
    second_person: bool,
    /// When it was drafted.
    #[schema(format = DateTime)]
    drafted_at: String,
}

impl From<flows::DraftRow> for Draft {
    fn from(row: flows::DraftRow) -> Self {
        Self {
            id: row.id.to_string(),
            obligation: row.obligation_id.to_string(),
            state: row.state,
            kind: row.kind,
            language: row.language,
            second_person: row.second_person,
            drafted_at: row.drafted_at.to_string(),
        }
    }
}

/// The drafts for a victim.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Drafts {
    /// Oldest first.
    drafts: Vec<Draft>,
}

/// A contact, without what was said.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contact {
    /// Its identifier.
    id: String,
    /// The obligation behind it, if one is.
    obligation: Option<String>,
    /// The message, if it was one of ours.
    message: Option<String>,
    /// `telephone-call`, `email`, `post`, `text-message`, `in-person` or `other`.
    method: String,
    /// `outbound` or `inbound`.
    direction: String,
    /// Who was actually reached.
    person: String,
    /// What came of it.
    result: String,
    /// Whether the victim herself or himself was informed; never because somebody else was.
    informed: bool,
    /// When it happened.
    #[schema(format = DateTime)]
    occurred_at: String,
    /// When it was written down.
    #[schema(format = DateTime)]
    logged_at: String,
}

impl From<flows::ContactRow> for Contact {
    fn from(row: flows::ContactRow) -> Self {
        Self {
            id: row.id.to_string(),
            obligation: row.obligation_id.map(|id| id.to_string()),
            message: row.message_id.map(|id| id.to_string()),
            method: row.method,
            direction: row.direction,
            person: row.person,
            result: row.result,
            informed: row.informed,
            occurred_at: row.occurred_at.to_string(),
            logged_at: row.logged_at.to_string(),
        }
    }
}

/// The contacts with a victim.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contacts {
    /// Oldest first.
    contacts: Vec<Contact>,
}

pub(super) fn victim_id(text: &str) -> Result<VictimId, ApiRefusal> {
    VictimId::parse(text).map_err(|_| flows::Error::NotFound("victim").into())
}

/// The victims of a case of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/victims", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "the victims", body = Victims), NoAccess, NotThere)
)]
pub(super) async fn list(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Victims>, ApiRefusal> {
    let case = CaseId::parse(&id).map_err(|_| flows::Error::NotFound("case"))?;
    let victims = door.gateway().list_victims_of(&client, &case).await?;
    let victims = victims.into_iter().map(Outline::from).collect();
    Ok(Json(Victims { victims }))
}

/// One victim of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "the victim", body = Outline), NoAccess, NotThere)
)]
pub(super) async fn find(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Outline>, ApiRefusal> {
    let victim = door.gateway().find_victim_of(&client, &victim_id(&id)?).await?;
    Ok(Json(victim.into()))
}

/// The drafts for a victim of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}/drafts", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "the drafts", body = Drafts), NoAccess, NotThere)
)]
pub(super) async fn drafts(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Drafts>, ApiRefusal> {
    let rows = door.gateway().list_drafts_of(&client, &victim_id(&id)?).await?;
    let drafts = rows.into_iter().map(Draft::from).collect();
    Ok(Json(Drafts { drafts }))
}

/// One draft of the client's Areas. A person approves it, never another system.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "the draft", body = Draft), NoAccess, NotThere)
)]
pub(super) async fn draft(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Draft>, ApiRefusal> {
    let id = DraftId::parse(&id).map_err(|_| flows::Error::NotFound("draft"))?;
    let row = door.gateway().find_draft_of(&client, &id).await?;
    Ok(Json(row.into()))
}

/// The contacts with a victim of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}/contacts", params(("id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, description = "the contacts", body = Contacts), NoAccess, NotThere)
)]
pub(super) async fn contacts(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
) -> Result<Json<Contacts>, ApiRefusal> {
    let rows = door.gateway().list_contacts_of(&client, &victim_id(&id)?).await?;
    let contacts = rows.into_iter().map(Contact::from).collect();
    Ok(Json(Contacts { contacts }))
}
