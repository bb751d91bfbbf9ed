//! What the service asks elsewhere: one bounded request over HTTP/1.1, with TLS where the address says so. A redirect is an
//! answer like another, and nothing of an answer is quoted.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::http::uri::Scheme;
use hyper::{Request, Response, Uri};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// Whom to believe about a server's name.
#[derive(Debug, Clone)]
pub enum Roots {
    /// The public authorities.
    Public,
    /// These authorities and no other, PEM.
    Only(String),
}

/// Where plain HTTP may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Anywhere: what is sent is public and what comes back is signed.
    Anywhere,
    /// On this machine alone.
    Loopback,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutwardFault {
    /// Nobody answers at the address, or the answer broke off.
    #[error("it cannot be reached, or broke off")]
    Away,
    /// The answer is longer than any.
    #[error("its answer is too long")]
    TooLong,
    /// Plain HTTP to another machine.
    #[error("its address begins with http://, and it is not on this machine")]
    Plain,
    /// TLS could not be set up here.
    #[error("TLS could not be set up: {0}")]
    Tls(String),
}

/// A client that keeps its connections.
pub struct Outward {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    plain: Plain,
    answer_bytes_max: usize,
}

impl Outward {
    /// A client that believes `roots`. No longer answer than `answer_bytes_max` is read.
    pub fn new(roots: &Roots, plain: Plain, answer_bytes_max: usize) -> Result<Self, OutwardFault> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(roots)?)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            plain,
            answer_bytes_max,
        })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, OutwardFault> {
        if !self.may_go(request.uri()) {
            return Err(OutwardFault::Plain);
        }
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|_| OutwardFault::Away)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, self.answer_bytes_max).collect().await;
        let body = body.map_err(|fault| {
            if fault.is::<LengthLimitError>() {
                OutwardFault::TooLong
            } else {
                OutwardFault::Away
            }
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }

    fn may_go(&self, uri: &Uri) -> bool {
        self.plain == Plain::Anywhere || is_safe(uri)
    }
}

/// Whether an address is of TLS, or of this machine.
pub fn is_safe(uri: &Uri) -> bool {
    let here = ["localhost", "127.0.0.1", "[::1]"];
    uri.scheme() == Some(&Scheme::HTTPS)
        || (uri.scheme() == Some(&Scheme::HTTP) && uri.host().is_some_and(|host| here.contains(&host)))
}

fn tls(roots: &Roots) -> Result<ClientConfig, OutwardFault> {
    let wrong = |fault: &dyn std::fmt::Display| OutwardFault::Tls(fault.to_string());
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|fault| wrong(&fault))?;
    let config = match roots {
        Roots::Public => config.with_webpki_roots(),
        Roots::Only(pem) => {
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|fault| wrong(&fault))?;
                store.add(certificate).map_err(|fault| wrong(&fault))?;
            }
            if store.is_empty() {
                return Err(wrong(&"the file of authorities holds no certificate"));
            }
            config.with_root_certificates(store)
        }
    };
    Ok(config.with_no_client_auth())
}

/// What is on its way.
pub(crate) type Sending<'c> =
    Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, OutwardFault>> + Send + 'c>>;

impl<'c> openidconnect::AsyncHttpClient<'c> for Outward {
    type Error = OutwardFault;
    type Future = Sending<'c>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(async move { Ok(self.send(request).await?.map(|body| body.to_vec())) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        let safe = |text: &str| is_safe(&text.parse().unwrap());
        for text in [
            "https://login.example/x",
            "http://127.0.0.1:1/",
            "http://localhost/",
            "http://[::1]:2/x",
        ] {
            assert!(safe(text), "{text}");
        }
        for text in [
            "http://login.example/",
            "http://127.0.0.1.example/",
            "http://localhost.example",
            "/x",
        ] {
            assert!(!safe(text), "{text}");
        }
    }

    #[test]
    fn a_file_of_authorities_must_hold_one() {
        for text in ["", "no certificate"] {
            assert!(tls(&Roots::Only(text.to_owned())).is_err());
        }
    }
}
