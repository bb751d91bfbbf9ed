//! Style sheets, scripts and pictures.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::door::Door;
use crate::refusal::Refusal;
use crate::route::{Access, Route, get};

pub(super) fn routes() -> Vec<Route> {
    vec![get("/assets/{*path}", Access::File, asset)]
}

async fn asset(State(door): State<Door>, Path(path): Path<String>) -> Result<Response, Refusal> {
    let asset = door.assets().find(&path).ok_or(Refusal::NotFound)?;
    let kept = "public, max-age=3600";
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, kept),
    ];
    Ok((headers, asset.bytes.clone()).into_response())
}
