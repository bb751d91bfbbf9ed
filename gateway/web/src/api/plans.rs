//! How a contact plan stands, and a change that another system proposes. People verify and approve it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::contact::{Point, PointValue, Route as By, Safety};
use domain::id::{ContactPointId, ProposalId};
use domain::scope::Scope;
use flows::{GivenAnswer, ProposedPoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::one_line;
use super::problem::{ApiRefusal, NoAccess, NotAsSeen, NotTaken, NotThere};
use super::tag::{self, IfNoneMatch, NotChanged};
use super::victims::victim_id;
use super::{Client, Sent, idempotent};
use crate::door::Door;
use crate::route::{Access, Route, get, post};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/victims/{id}/plan", Access::Scope(Scope::PlansRead), find),
        post(
            "/api/v1/victims/{id}/plan/changes",
            Access::Scope(Scope::PlansPropose),
            propose,
        ),
    ]
}

/// A contact plan, without an address or number.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Plan {
    /// Goes up with each change; the `ETag` is this number in quotes.
    version: i64,
    /// Every point, barred ones too.
    points: Vec<OnePoint>,
    /// Every change, oldest first.
    changes: Vec<Change>,
}

/// A contact point, without its value.
#[derive(Debug, Serialize, ToSchema)]
struct OnePoint {
    /// Its identifier.
    id: String,
    /// `email`, `mobile`, `home-phone`, `post`, `via-isva` or `via-police`.
    route: &'static str,
    /// `verified-safe`, `unknown` or `unsafe`.
    safety: &'static str,
    /// The last day on which that may be relied on, in London; of a safe one.
    review_by: Option<String>,
    /// Why it is not used; of one that is not safe.
    why: Option<&'static str>,
}

/// A change of the plan, without its value.
#[derive(Debug, Serialize, ToSchema)]
struct Change {
    /// Its identifier.
    id: String,
    /// `proposed`, `verified`, `approved` or `refused`.
    state: String,
    /// When it was proposed.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was approved or refused.
    closed_at: Option<String>,
}

/// What is proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposed {
    /// `email`, `mobile`, `home-phone` or `post`.
    route: ProposedRoute,
    /// The new address or number; of a postal address one line for each part.
    value: String,
    /// The point that it replaces, which is barred from that moment on; none adds a value beside the others.
    replaces: Option<String>,
}

/// A route whose value is an address or number.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum ProposedRoute {
    Email,
    Mobile,
    HomePhone,
    Post,
}

/// What became of the proposal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Waiting {
    /// The change, which waits for people to verify and approve it.
    change: String,
}

fn point(point: &Point) -> OnePoint {
    let (safety, review_by, why) = match point.safety() {
        Safety::VerifiedSafe { review_by, .. } => ("verified-safe", Some(review_by.to_string()), None),
        Safety::Unknown { why, .. } => ("unknown", None, Some(why.as_str())),
        Safety::Unsafe { why, .. } => ("unsafe", None, Some(why.as_str())),
    };
    OnePoint {
        id: point.id().to_string(),
        route: point.route().as_str(),
        safety,
        review_by,
        why,
    }
}

/// How the contact plan of a victim of the client's Areas stands. The reading is recorded.
#[utoipa::path(
    get, path = "/api/v1/victims/{id}/plan",
    params(("id" = String, Path, description = "32 hexadecimal digits"), IfNoneMatch),
    responses(
        (status = 200, description = "the plan", body = Plan, headers(("ETag" = String, description = "the version, for If-Match"))),
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
    let outline = door.gateway().read_plan_of(&client, &victim_id(&id)?).await?;
    let changes = outline.changes.into_iter().map(|row| Change {
        id: row.id.to_string(),
        state: row.state,
        created_at: row.created_at.to_string(),
        closed_at: row.closed_at.map(|at| at.to_string()),
    });
    let plan = Plan {
        version: outline.version,
        points: outline.points.iter().map(point).collect(),
        changes: changes.collect(),
    };
    tag::under(&headers, &plan.version.to_string(), &plan)
}

/// Proposes a change of the contact plan of a victim of the client's Areas.
///
/// The value that it replaces is barred from that moment on. Two people, one after the other, verify and approve the new
/// one; until then nothing goes to it.
#[utoipa::path(
    post, path = "/api/v1/victims/{id}/plan/changes", request_body(content = Proposed, content_type = "application/json"),
    params(
        ("id" = String, Path, description = "32 hexadecimal digits"),
        ("If-Match" = String, Header, description = "the ETag of the plan that the client saw"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")
    ),
    responses(
        (status = 201, description = "proposed", body = Waiting),
        NotTaken,
        NotAsSeen,
        NotThere,
        NoAccess
    )
)]
pub(super) async fn propose(
    State(door): State<Door>,
    Client(client): Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, ApiRefusal> {
    let victim = victim_id(&id)?;
    // What never was a version of ours matches nothing.
    let version = tag::seen(&headers)?
        .parse()
        .map_err(|_| ApiRefusal::OtherVersion)?;
    let sent = one_line(&headers, &body)?;
    // The parser's own words may quote what was sent.
    let sent: Proposed = serde_json::from_str(&sent).map_err(|_| {
        ApiRefusal::invalid(
            "/",
            "route, value and, of a replacement, replaces; no other field",
        )
    })?;
    let route = match sent.route {
        ProposedRoute::Email => By::Email,
        ProposedRoute::Mobile => By::Mobile,
        ProposedRoute::HomePhone => By::HomePhone,
        ProposedRoute::Post => By::Post,
    };
    let value = PointValue::parse(route, &sent.value).map_err(|why| ApiRefusal::invalid("/value", why))?;
    let replaces = sent.replaces.as_deref().map(ContactPointId::parse).transpose();
    let replaces =
        replaces.map_err(|_| ApiRefusal::invalid("/replaces", "the identifier of a point of the plan"))?;
    let path = format!("/api/v1/victims/{victim}/plan/changes");
    let request = idempotent::request(&client, &headers, (&path, &body), waiting)?;
    let proposed = ProposedPoint {
        route,
        value,
        replaces,
    };
    let gateway = door.gateway();
    let given = gateway
        .propose_change_of(&request, &victim, version, proposed)
        .await?;
    Ok(idempotent::answer(given.ok_or(ApiRefusal::OtherVersion)?))
}

fn waiting(change: &ProposalId) -> serde_json::Result<GivenAnswer> {
    let change = change.to_string();
    idempotent::given(StatusCode::CREATED, &Waiting { change })
}
