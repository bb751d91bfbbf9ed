//! Whole files of cases and events, as the command line imports them: each row is taken or refused by itself.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use domain::scope::Scope;
use flows::import::{self, Format};
use flows::{Added, Kind, Recorded};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{ApiRefusal, NoAccess, Problem};
use super::{Client, Sent};
use crate::door::Door;
use crate::route::{Access, Route, post};

/// The most refusals that a report lists; the rest is counted.
const LISTED_MAX: usize = 1000;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/imports/cases", Access::Scope(Scope::CasesAdd), cases),
        post("/api/v1/imports/events", Access::Scope(Scope::EventsAdd), events),
    ]
}

/// What became of a file.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Report {
    /// Rows taken.
    added: usize,
    /// Rows that were known before.
    known_before: usize,
    /// Rows refused.
    refused: usize,
    /// The first thousand refusals.
    refusals: Vec<Refusal>,
}

/// One row that was refused.
#[derive(Debug, Serialize, ToSchema)]
struct Refusal {
    /// Its line in the file, from 1.
    line: usize,
    /// What is wrong and what would be right; no value of the row.
    why: String,
}

impl Report {
    fn refuse(&mut self, line: usize, why: String) {
        self.refused += 1;
        if self.refusals.len() < LISTED_MAX {
            self.refusals.push(Refusal { line, why });
        }
    }
}

fn format(headers: &HeaderMap) -> Result<Format, ApiRefusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match kind.split(';').next().map(str::trim) {
        Some("text/csv") => Ok(Format::Csv),
        Some("application/x-ndjson") => Ok(Format::JsonLines),
        _ => Err(ApiRefusal::NotReadable(
            "the body must be text/csv or application/x-ndjson".to_owned(),
        )),
    }
}

/// Imports a file of cases (docs/imports.md).
#[utoipa::path(
    post, path = "/api/v1/imports/cases", request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "read to the end; refused rows are listed", body = Report),
        (status = 400, description = "another kind of body", body = Problem, content_type = "application/problem+json"),
        NoAccess,
        (status = 413, description = "too long", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn cases(
    State(door): State<Door>,
    Client(client): Client,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Json<Report>, ApiRefusal> {
    let mut report = Report::default();
    for row in import::cases(&*body, format(&headers)?) {
        match row {
            Err(refused) => report.refuse(refused.line, refused.to_string()),
            Ok((line, record)) => match door.gateway().import_case_of(&client, &record).await {
                Ok(Added::New) => report.added += 1,
                Ok(Added::Before) => report.known_before += 1,
                Err(fault) if fault.kind() == Kind::Invalid => report.refuse(line, fault.to_string()),
                Err(fault) => return Err(fault.into()),
            },
        }
    }
    Ok(Json(report))
}

/// Imports a file of events (docs/imports.md, docs/events.md).
#[utoipa::path(
    post, path = "/api/v1/imports/events", request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "read to the end; refused rows are listed", body = Report),
        (status = 400, description = "another kind of body", body = Problem, content_type = "application/problem+json"),
        NoAccess,
        (status = 413, description = "too long", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn events(
    State(door): State<Door>,
    Client(client): Client,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Json<Report>, ApiRefusal> {
    let mut report = Report::default();
    for row in import::events(&*body, format(&headers)?) {
        match row {
            Err(refused) => report.refuse(refused.line, refused.to_string()),
            Ok((line, event)) => match door.gateway().import_event_of(&client, &event).await? {
                Recorded::New { .. } => report.added += 1,
                Recorded::Duplicate => report.known_before += 1,
                Recorded::Refused(why) => report.refuse(line, why),
            },
        }
    }
    Ok(Json(report))
}
