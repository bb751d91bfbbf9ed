//! Drafts: made of the record, sent for a second check or voided. A person approves them, never another system.
//!
//! No value of a draft comes from here: each is taken from the record (requirements C1 and C6). A draft that is not right is
//! voided after the record was mended, and made again.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::id::{DraftId, ObligationId};
use domain::scope::Scope;
use flows::{ApiRequest, DraftOutline, DraftStep, Drafting, GivenAnswer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::one_line;
use super::paging::{self, Asked, NoPart, Parameters};
use super::problem::{ApiRefusal, NoAccess, NotAsSeen, NotTaken, NotThere};
use super::tag::{self, IfNoneMatch, NotChanged};
use super::victims::victim_id;
use super::{Client, Sent, idempotent};
use crate::door::Door;
use crate::route::{Access, Route, get, post};

const PATH: &str = "/api/v1/drafts";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(
            "/api/v1/victims/{id}/drafts",
            Access::Scope(Scope::DraftsRead),
            list,
        ),
        get("/api/v1/drafts/{id}", Access::Scope(Scope::DraftsRead), find),
        post(PATH, Access::Scope(Scope::DraftsPrepare), make),
        post(
            "/api/v1/drafts/{id}/check",
            Access::Scope(Scope::DraftsPrepare),
            check,
        ),
        post(
            "/api/v1/drafts/{id}/void",
            Access::Scope(Scope::DraftsPrepare),
            void,
        ),
    ]
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
    /// Whether it was sent for a second check.
    sent_for_check: bool,
    /// When it was drafted.
    #[schema(format = DateTime)]
    drafted_at: String,
}

impl From<&DraftOutline> for Draft {
    fn from(outline: &DraftOutline) -> Self {
        let row = outline.row.clone();
        Self {
            id: row.id.to_string(),
            obligation: row.obligation_id.to_string(),
            state: row.state,
            kind: row.kind,
            language: row.language,
            second_person: row.second_person,
            sent_for_check: outline.is_sent_for_check,
            drafted_at: row.drafted_at.to_string(),
        }
    }
}

/// The drafts for a victim.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Drafts {
    /// Oldest first.
    drafts: Vec<Draft>,
    /// Where the next part begins; none after the last.
    next: Option<String>,
}

/// For what a draft is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The obligation that it would discharge.
    obligation: String,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Made {
    /// The draft; none where one cannot be made yet.
    draft: Option<String>,
    /// What the obligation waits for instead, a code.
    waiting_for: Option<&'static str>,
}

/// That a draft is sent for a second check: nothing has to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Why a draft is voided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    /// A short code: lower-case letters and hyphens, at most 64.
    reason: String,
}

fn draft_id(text: &str) -> Result<DraftId, ApiRefusal> {
    DraftId::parse(text).map_err(|_| flows::Error::NotFound("draft").into())
}

/// A part of the drafts for a victim of the client's Areas.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}/drafts",
    params(("id" = String, Path, description = "32 hexadecimal digits"), Asked),
    responses((status = 200, description = "a part of the drafts", body = Drafts), NoPart, NoAccess, NotThere)
)]
pub(super) async fn list(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<Drafts>, ApiRefusal> {
    let victim = victim_id(&id)?;
    let part = paging::part(parameters)?;
    let mut rows = door.gateway().list_drafts_of(&client, &victim, &part).await?;
    let next = paging::next(&mut rows, &part, |draft| {
        (Some(draft.row.drafted_at), draft.row.id.to_string())
    });
    let drafts = rows.iter().map(Draft::from).collect();
    Ok(Json(Drafts { drafts, next }))
}

/// One draft of the client's Areas. A person approves it, never another system.
#[utoipa::path(
    get, path = "/api/v1/drafts/{id}",
    params(("id" = String, Path, description = "32 hexadecimal digits"), IfNoneMatch),
    responses(
        (status = 200, description = "the draft", body = Draft, headers(("ETag" = String, description = "how it stands, for If-Match"))),
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
    let outline = door.gateway().find_draft_of(&client, &draft_id(&id)?).await?;
    tag::under(&headers, &outline.version(), &Draft::from(&outline))
}

/// Has a draft made for an obligation of the client's Areas, at once and of the record as it is.
#[utoipa::path(
    post, path = "/api/v1/drafts", request_body(content = Wanted, content_type = "application/json"),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")),
    responses(
        (status = 201, description = "drafted", body = Made),
        (status = 200, description = "it cannot be drafted yet, and the obligation says what it waits for", body = Made),
        NotTaken,
        NotThere,
        NoAccess
    )
)]
pub(super) async fn make(
    State(door): State<Door>,
    Client(client): Client,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiRefusal> {
    let wanted: Wanted = read(&headers, &body, "obligation; no other field")?;
    let obligation = ObligationId::parse(&wanted.obligation)
        .map_err(|_| ApiRefusal::invalid("/obligation", "the identifier of an obligation"))?;
    let request = idempotent::request(&client, &headers, (PATH, &body), made)?;
    let given = door.gateway().draft_of(&request, &obligation).await?;
    Ok(idempotent::answer(given))
}

fn made(drafting: &Drafting) -> serde_json::Result<GivenAnswer> {
    match drafting {
        Drafting::Drafted(id) => {
            let draft = Some(id.to_string());
            let made = Made {
                draft,
                waiting_for: None,
            };
            idempotent::given(StatusCode::CREATED, &made)
        }
        Drafting::Waiting(code) => {
            let waiting_for = Some(*code);
            let made = Made {
                draft: None,
                waiting_for,
            };
            idempotent::given(StatusCode::OK, &made)
        }
    }
}

/// A body of one object. The parser's own words may quote what was sent, and are not used.
fn read<T: serde::de::DeserializeOwned>(
    headers: &HeaderMap,
    body: &axum::body::Bytes,
    right: &str,
) -> Result<T, ApiRefusal> {
    let sent = one_line(headers, body)?;
    serde_json::from_str(&sent).map_err(|_| ApiRefusal::invalid("/", right))
}

/// Sends a draft of the client's Areas for a second check. A person approves it.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/check", request_body(content = Nothing, content_type = "application/json"),
    params(
        ("id" = String, Path, description = "32 hexadecimal digits"),
        ("If-Match" = String, Header, description = "the ETag of the draft that the client saw"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")
    ),
    responses((status = 200, description = "sent", body = Draft), NotTaken, NotAsSeen, NotThere, NoAccess)
)]
pub(super) async fn check(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiRefusal> {
    let draft = draft_id(&id)?;
    let seen = tag::seen(&headers)?;
    let Nothing {} = read(&headers, &body, "an empty object")?;
    let path = format!("{PATH}/{draft}/check");
    let request = idempotent::request(&client, &headers, (&path, &body), stands)?;
    take(&door, &request, (&draft, seen), DraftStep::SendForCheck).await
}

/// Takes a step with the draft that the client saw.
async fn take(
    door: &Door,
    request: &ApiRequest<'_, DraftOutline>,
    (draft, seen): (&DraftId, &str),
    step: DraftStep<'_>,
) -> Result<Response, ApiRefusal> {
    let step = door.gateway().step_draft_of(request, draft, seen, step);
    let given = step.await?.ok_or(ApiRefusal::OtherVersion)?;
    Ok(idempotent::answer(given))
}

/// Voids a draft of the client's Areas, so that another is made of the record as it is then.
#[utoipa::path(
    post, path = "/api/v1/drafts/{id}/void", request_body(content = Why, content_type = "application/json"),
    params(
        ("id" = String, Path, description = "32 hexadecimal digits"),
        ("If-Match" = String, Header, description = "the ETag of the draft that the client saw"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")
    ),
    responses((status = 200, description = "void", body = Draft), NotTaken, NotAsSeen, NotThere, NoAccess)
)]
pub(super) async fn void(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiRefusal> {
    let draft = draft_id(&id)?;
    let seen = tag::seen(&headers)?;
    let why: Why = read(&headers, &body, "reason; no other field")?;
    let path = format!("{PATH}/{draft}/void");
    let request = idempotent::request(&client, &headers, (&path, &body), stands)?;
    take(&door, &request, (&draft, seen), DraftStep::Void(&why.reason)).await
}

fn stands(outline: &DraftOutline) -> serde_json::Result<GivenAnswer> {
    idempotent::given(StatusCode::OK, &Draft::from(outline))
}
