//! `Idempotency-Key`: a request that is sent twice under one key is done once and answered the same twice.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flows::{ApiClient, GivenAnswer};
use serde::Serialize;

use super::problem::ApiRefusal;
use crate::door::Door;

const KEY: &str = "idempotency-key";
/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 128;

/// Does what is asked once for each key. Without a key it is simply done: what the API does is keyed by the source's own
/// references anyway.
pub(super) async fn once<T: Serialize>(
    door: &Door,
    client: &ApiClient,
    headers: &HeaderMap,
    (path, body): (&str, &Bytes),
    work: impl AsyncFnOnce() -> Result<(StatusCode, T), ApiRefusal>,
) -> Result<Response, ApiRefusal> {
    let Some(key) = headers.get(KEY) else {
        let (status, answer) = work().await?;
        return Ok((status, axum::Json(answer)).into_response());
    };
    let right = |key: &&str| !key.is_empty() && key.len() <= KEY_BYTES_MAX;
    let key = key.to_str().ok().filter(right);
    let key = key.ok_or_else(|| ApiRefusal::invalid(KEY, "1 to 128 visible ASCII characters"))?;
    let digest = audit::merkle::leaf_hash(&[path.as_bytes(), b"\n", body].concat()).to_hex();
    let gateway = door.gateway();
    if let Some(given) = gateway.find_answer(client, key, &digest).await? {
        return Ok(again(given));
    }
    let (status, answer) = work().await?;
    let given = GivenAnswer {
        status: status.as_u16(),
        body: serde_json::to_string(&answer).map_err(|fault| ApiRefusal::NotReadable(fault.to_string()))?,
    };
    gateway.keep_answer(client, key, &digest, &given).await?;
    Ok(again(given))
}

fn again(given: GivenAnswer) -> Response {
    let status = StatusCode::from_u16(given.status).unwrap_or(StatusCode::OK);
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, json, given.body).into_response()
}
