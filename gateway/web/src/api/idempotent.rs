//! `Idempotency-Key`: a request that is sent twice under one key is done once and answered the same twice, also when both
//! come at the same instant. The flow claims the key in the transaction of the work.

use audit::merkle::leaf_hash;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flows::{ApiClient, ApiRequest, GivenAnswer, RequestKey};
use serde::Serialize;

use super::problem::ApiRefusal;

const KEY: &str = "idempotency-key";
/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 128;

/// A request that changes something, with its key if it has one. Without a key it is simply done.
pub(super) fn request<'r, T>(
    client: &'r ApiClient,
    headers: &HeaderMap,
    (path, body): (&str, &Bytes),
    answer: fn(&T) -> serde_json::Result<GivenAnswer>,
) -> Result<ApiRequest<'r, T>, ApiRefusal> {
    let key = headers.get(KEY).map(|key| {
        let right = |key: &&str| !key.is_empty() && key.len() <= KEY_BYTES_MAX;
        let key = key.to_str().ok().filter(right);
        key.ok_or_else(|| ApiRefusal::invalid(KEY, "1 to 128 visible ASCII characters"))
    });
    let key = key.transpose()?.map(|key| RequestKey {
        key: key.to_owned(),
        digest: digest(path, headers.get(header::IF_MATCH), body),
    });
    Ok(ApiRequest { client, key, answer })
}

/// A digest of everything that is asked. A header has no line ends, so that no two requests have the same bytes.
fn digest(path: &str, seen: Option<&HeaderValue>, body: &[u8]) -> String {
    let seen = seen.map(HeaderValue::as_bytes).unwrap_or_default();
    leaf_hash(&[path.as_bytes(), seen, body].join(&b'\n')).to_hex()
}

/// An outcome as it is answered now and to whoever asks the same again.
pub(super) fn given(status: StatusCode, answer: &impl Serialize) -> serde_json::Result<GivenAnswer> {
    Ok(GivenAnswer {
        status: status.as_u16(),
        body: serde_json::to_string(answer)?,
    })
}

/// What is answered.
pub(super) fn answer(given: GivenAnswer) -> Response {
    let status = StatusCode::from_u16(given.status).unwrap_or(StatusCode::OK);
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, json, given.body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_belongs_to_what_is_asked() {
        let seen = HeaderValue::from_static("\"1\"");
        let other = HeaderValue::from_static("\"2\"");
        let of = |path, seen| digest(path, seen, b"{}");
        assert_eq!(of("/a", Some(&seen)), of("/a", Some(&seen)));
        assert_ne!(of("/a", Some(&seen)), of("/a", Some(&other)));
        assert_ne!(of("/a", Some(&seen)), of("/a", None));
        assert_ne!(of("/a", None), of("/b", None));
    }
}
