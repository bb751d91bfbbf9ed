//! What a witness is asked: one POST to its address.

use hyper::header::CONTENT_TYPE;
use hyper::{Request, Response, Uri};
use web::outward::{Outward, OutwardFault, Plain, Roots};

use super::WitnessFault;

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// A whole answer.
pub type Answer = Response<hyper::body::Bytes>;

/// Asks witnesses.
pub struct Http(Outward);

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
    /// A client that trusts the public authorities for https. What is asked is public and what is answered is signed, so
    /// plain HTTP will do.
    pub fn new() -> Result<Self, String> {
        let outward = Outward::new(&Roots::Public, Plain::Anywhere, ANSWER_BYTES_MAX);
        outward.map(Self).map_err(|fault| fault.to_string())
    }

    /// Sends a body and reads the answer.
    pub async fn post(&self, address: &Uri, body: Vec<u8>) -> Result<Answer, WitnessFault> {
        let request = Request::post(address)
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(body)
            .map_err(|fault| WitnessFault::Ours(fault.to_string()))?;
        self.0.send(request).await.map_err(|fault| match fault {
            OutwardFault::TooLong => WitnessFault::TooLong,
            OutwardFault::Away => WitnessFault::Away,
            fault => WitnessFault::Ours(fault.to_string()),
        })
    }
}
