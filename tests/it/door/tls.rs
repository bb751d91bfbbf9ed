//! The door on a real socket: which TLS it speaks, for which host, and with which headers.

use std::sync::Arc;
use std::time::Duration;

use harness::gateway::TestGateway;
use harness::site::Site;
use mail::catcher::{Fault, Faults};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What every answer carries, also one that says no.
const HEADERS: [&str; 8] = [
    "content-security-policy: default-src 'none'; script-src 'self'",
    "strict-transport-security: max-age=63072000",
    "x-content-type-options: nosniff",
    "x-frame-options: deny",
    "referrer-policy: same-origin",
    "cross-origin-opener-policy: same-origin",
    "cache-control: no-store",
    "x-request-id: ",
];

pub(super) async fn site() -> Site {
    let database = harness::database::sqlite().await;
    Site::open(TestGateway::new(&database, Faults::Always(Fault::None)).await).await
}

/// A connection by TLS of these versions; none where none comes about.
async fn connect(
    site: &Site,
    versions: &[&'static SupportedProtocolVersion],
) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(site.certificate()).expect("the site's own certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(site.address()).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .ok()
}

/// Speaks one request over TLS of these versions; none where no connection comes about.
async fn speak(site: &Site, versions: &[&'static SupportedProtocolVersion], request: &str) -> Option<String> {
    let mut stream = connect(site, versions).await?;
    // A request that is refused half way meets a closed connection, which is a refusal as well.
    if stream.write_all(request.as_bytes()).await.is_err() {
        return None;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(String::from_utf8_lossy(&answer).to_ascii_lowercase())
}

fn get(site: &Site, path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
        site.address().port()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_tls_1_3_alone() {
    let site = site().await;
    let request = get(&site, "/sign-in");
    let answer = speak(&site, &[&rustls::version::TLS13], &request)
        .await
        .expect("an answer");
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(
        speak(&site, &[&rustls::version::TLS12], &request).await.is_none(),
        "1.2 was not asked for by anybody"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_also_one_that_says_no() {
    let site = site().await;
    for path in [
        "/sign-in",
        "/nothing",
        "/work",
        "/api/v1/obligations",
        "/api/openapi.json",
    ] {
        let answer = speak(&site, &[&rustls::version::TLS13], &get(&site, path))
            .await
            .expect("an answer");
        for header in HEADERS {
            assert!(answer.contains(header), "{path} has no {header}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_and_what_is_no_request_are_refused() {
    let site = site().await;
    for host in ["elsewhere.example", "localhost", "localhost:1"] {
        let request = format!("GET /sign-in HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = speak(&site, &[&rustls::version::TLS13], &request)
            .await
            .expect("an answer");
        assert!(answer.starts_with("http/1.1 421"), "{host}: {answer}");
    }
    let port = site.address().port();
    for smuggled in [
        format!(
            "POST /sign-in/passkey HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"
        ),
        format!(
            "POST /sign-in/passkey HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab"
        ),
        format!(
            "GET /sign-in HTTP/1.1\r\nHost: localhost:{port}\r\nX: {}\r\nConnection: close\r\n\r\n",
            "x".repeat(500_000)
        ),
    ] {
        let answer = speak(&site, &[&rustls::version::TLS13], &smuggled)
            .await
            .unwrap_or_default();
        assert!(!answer.starts_with("http/1.1 2"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_come_to_its_end_ends_the_connection() {
    let site = site().await;
    let mut slow = connect(&site, &[&rustls::version::TLS13])
        .await
        .expect("a connection");
    let begun = format!(
        "GET /sign-in HTTP/1.1\r\nHost: localhost:{}\r\n",
        site.address().port()
    );
    slow.write_all(begun.as_bytes()).await.expect("half a head");
    // The door waits for 30 seconds; without an end to that this waits for as long as it is let.
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_mins(2), slow.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the door still waits for the rest");
    assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 2"));
}
