//! `ETag`, `If-None-Match` and `If-Match` (RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2).

use audit::merkle::leaf_hash;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, IntoResponses};

use super::problem::ApiRefusal;

/// What a client has already, for the document.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the document alone; the header itself is a list")]
pub(super) struct IfNoneMatch {
    /// The `ETag` of what the client has.
    #[serde(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// What a route about one thing may answer instead of showing it again, for the document.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the document alone")]
pub(super) enum NotChanged {
    /// as the client has it
    #[response(status = 304)]
    Same,
}

/// What is there, with a strong tag of its bytes; 304 for whoever has it already.
pub(super) fn tagged(headers: &HeaderMap, shown: &impl Serialize) -> Result<Response, ApiRefusal> {
    let tag = leaf_hash(&bytes(shown)?).to_hex();
    under(headers, &tag, shown)
}

fn bytes(shown: &impl Serialize) -> Result<Vec<u8>, ApiRefusal> {
    serde_json::to_vec(shown).map_err(|fault| ApiRefusal::NotReadable(fault.to_string()))
}

/// The same under a tag of its own.
pub(super) fn under(headers: &HeaderMap, tag: &str, shown: &impl Serialize) -> Result<Response, ApiRefusal> {
    let has = headers.get_all(header::IF_NONE_MATCH).iter().any(|sent| {
        let mut tags = sent.to_str().unwrap_or_default().split(',').map(str::trim);
        // Compared weakly, as section 13.1.2 has it.
        tags.any(|one| one == "*" || opaque(one.strip_prefix("W/").unwrap_or(one)) == Some(tag))
    });
    let tag = [(header::ETAG, format!("\"{tag}\""))];
    if has {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((tag, json, bytes(shown)?).into_response())
}

/// The tag of what the client saw, from `If-Match`. What never was a tag of ours matches nothing.
pub(super) fn seen(headers: &HeaderMap) -> Result<&str, ApiRefusal> {
    let sent = headers.get(header::IF_MATCH).ok_or(ApiRefusal::NoVersion)?;
    sent.to_str()
        .ok()
        .and_then(opaque)
        .ok_or(ApiRefusal::OtherVersion)
}

fn opaque(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_it_is_told_so() {
        let status = |sent: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(sent));
            under(&headers, "abc", &()).expect("an answer").status()
        };
        for has in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert_eq!(status(has), StatusCode::NOT_MODIFIED, "{has}");
        }
        for has_not in ["abc", "\"ab\"", "\"\"", "\"x\",\"y\""] {
            assert_eq!(status(has_not), StatusCode::OK, "{has_not}");
        }
    }
}
