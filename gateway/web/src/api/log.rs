//! The published contact log: its checkpoint, and proofs against it (docs/contact-log-format.md). Entries are not handed out,
//! since they are of every Area.

use audit::merkle::Hash;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use domain::scope::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{ApiRefusal, NoAccess, NotThere, Problem};
use crate::door::Door;
use crate::route::{Access, Route, get};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(
            "/api/v1/log/checkpoint",
            Access::Scope(Scope::LogRead),
            checkpoint,
        ),
        get(
            "/api/v1/log/entries/{index}/proof",
            Access::Scope(Scope::LogRead),
            inclusion,
        ),
        get(
            "/api/v1/log/consistency",
            Access::Scope(Scope::LogRead),
            consistency,
        ),
    ]
}

/// The newest checkpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checkpoint {
    /// The signed note, with cosignatures (C2SP tlog-checkpoint).
    note: String,
}

/// That an entry is in the log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Inclusion {
    /// The entry's index, from 0.
    index: u64,
    /// The hashes from the entry's sibling to the root, in base64.
    path: Vec<String>,
    /// The checkpoint that it was made for.
    note: String,
    /// The same as a file that is checked without a network (C2SP tlog-proof).
    tlog_proof: String,
}

/// That one size of the log is the beginning of another (RFC 6962, section 2.1.2).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Consistency {
    /// The smaller size.
    from: u64,
    /// The larger size.
    to: u64,
    /// The hashes in base64.
    path: Vec<String>,
}

/// Between which sizes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Sizes {
    /// The smaller size, from 1.
    #[param(minimum = 1)]
    from: u64,
    /// The larger size, at most that of the newest checkpoint.
    #[param(minimum = 1)]
    to: u64,
}

/// A note or proof, which was written as UTF-8.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The newest checkpoint.
#[utoipa::path(
    get, path = "/api/v1/log/checkpoint",
    responses((status = 200, description = "the checkpoint", body = Checkpoint), NoAccess, NotThere)
)]
pub(super) async fn checkpoint(State(door): State<Door>) -> Result<Json<Checkpoint>, ApiRefusal> {
    let note = text(&door.gateway().log_checkpoint()?);
    Ok(Json(Checkpoint { note }))
}

/// The proof that an entry is in the log of the newest checkpoint.
#[utoipa::path(
    get, path = "/api/v1/log/entries/{index}/proof", params(("index" = u64, Path, description = "from 0")),
    responses((status = 200, description = "the proof", body = Inclusion), NoAccess, NotThere)
)]
pub(super) async fn inclusion(
    State(door): State<Door>,
    Path(index): Path<String>,
) -> Result<Json<Inclusion>, ApiRefusal> {
    let index = index.parse().map_err(|_| flows::Error::NotFound("entry"))?;
    let proof = door.gateway().log_inclusion(index)?;
    Ok(Json(Inclusion {
        index,
        path: proof.path.iter().map(Hash::to_base64).collect(),
        note: text(&proof.note.to_bytes()),
        tlog_proof: text(&proof.to_bytes()),
    }))
}

/// The proof that the log only grew between two sizes.
#[utoipa::path(
    get, path = "/api/v1/log/consistency", params(Sizes),
    responses(
        (status = 200, description = "the proof", body = Consistency),
        (status = 400, description = "an unknown parameter, or one that is no number", body = Problem, content_type = "application/problem+json"),
        NoAccess,
        NotThere,
        (status = 422, description = "sizes that are none", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn consistency(
    State(door): State<Door>,
    sizes: Result<Query<Sizes>, QueryRejection>,
) -> Result<Json<Consistency>, ApiRefusal> {
    let Query(sizes) = sizes.map_err(|_| {
        ApiRefusal::NotReadable("parameters: `from` and `to`, two sizes of the log".to_owned())
    })?;
    let proof = door.gateway().log_consistency(sizes.from, sizes.to)?;
    Ok(Json(Consistency {
        from: proof.from,
        to: proof.to,
        path: proof.path.iter().map(Hash::to_base64).collect(),
    }))
}
