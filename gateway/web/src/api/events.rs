//! A key-stage event comes in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::scope::Scope;
use flows::import::{self, Format};
use flows::{GivenAnswer, Recorded};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{field, one_line};
use super::problem::{ApiRefusal, NoAccess, NotTaken};
use super::{Client, Sent, idempotent};
use crate::door::Door;
use crate::route::{Access, Route, post};

const PATH: &str = "/api/v1/events";

pub(super) fn routes() -> Vec<Route> {
    vec![post(PATH, Access::Scope(Scope::EventsAdd), add)]
}

/// What became of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recording {
    /// `recorded`, or `known-before`: then nothing changed.
    outcome: &'static str,
    /// Obligations that it raised.
    raised: usize,
    /// Obligations that it ended.
    lapsed: usize,
    /// Obligations that it gave another due time.
    moved: usize,
}

/// Records a key-stage event.
///
/// The body is one object with the fields of `docs/events.md`; the source's own event id makes it idempotent.
#[utoipa::path(
    post, path = "/api/v1/events", request_body(content = Object, content_type = "application/json"),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 128 characters; the same key gives the same answer for a day")),
    responses(
        (status = 201, description = "recorded", body = Recording),
        (status = 200, description = "known before", body = Recording),
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
    let mut rows = import::events(line.as_bytes(), Format::JsonLines);
    let row = rows
        .next()
        .ok_or_else(|| ApiRefusal::NotReadable("the body is empty".to_owned()))?;
    let (_, event) = row.map_err(|refused| field(&refused))?;
    let request = idempotent::request(&client, &headers, (PATH, &body), recording)?;
    let given = door.gateway().record_event_of(&request, &event).await?;
    Ok(idempotent::answer(given))
}

fn recording(recorded: &Recorded) -> serde_json::Result<GivenAnswer> {
    let (status, outcome, [raised, lapsed, moved]) = match recorded {
        Recorded::New {
            raised,
            lapsed,
            moved,
        } => (StatusCode::CREATED, "recorded", [*raised, *lapsed, *moved]),
        Recorded::Duplicate | Recorded::Refused(_) => (StatusCode::OK, "known-before", [0; 3]),
    };
    let recording = Recording {
        outcome,
        raised,
        lapsed,
        moved,
    };
    idempotent::given(status, &recording)
}
