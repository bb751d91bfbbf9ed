//! One bounded POST over HTTP/1.1, with TLS where the address says so. Redirects are answers like others.

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::WitnessFault;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// A client that keeps its connections.
pub struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// A whole answer.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Bytes,
}

/// Where the requests to the witness with this address go.
pub fn address(url: &str) -> Option<Uri> {
    let bare = !url.contains(['?', '#', '@']);
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    let uri = format!("{}/add-checkpoint", url.trim_end_matches('/'))
        .parse::<Uri>()
        .ok()?;
    (bare && web && uri.host().is_some_and(|host| !host.is_empty())).then_some(uri)
}

impl Http {
    /// A client that trusts the public authorities for https.
    pub fn new() -> Result<Self, String> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|fault| format!("TLS could not be set up: {fault}"))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Sends a body and reads the answer.
    pub async fn post(&self, address: &Uri, body: Vec<u8>) -> Result<Answer, WitnessFault> {
        let request = Request::post(address)
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(Full::new(Bytes::from(body)))
            .map_err(|fault| WitnessFault::Ours(fault.to_string()))?;
        let answer = self.0.request(request).await.map_err(|_| WitnessFault::Away)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|fault| {
            if fault.is::<LengthLimitError>() {
                WitnessFault::TooLong
            } else {
                WitnessFault::Away
            }
        })?;
        Ok(Answer {
            status,
            body: body.to_bytes(),
        })
    }
}
