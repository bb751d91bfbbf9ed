//! Requests a second through the whole door of the real program, beside a bare handler behind the same TLS; and the memory
//! that the program holds before and meanwhile.
//!
//! The door lets one address ask only so often, so every client has an address of its own in 127.0.0.0/8.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Child;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::routing::get;
use domain::account::SignIn;
use domain::time::Clock as _;
use flows::{AccountDetails, Role};
use futures_util::future::join_all;
use harness::chance::MachineClock;
use harness::database::sqlite;
use harness::gateway::OFFICER;
use harness::house::repository;
use harness::queue::{assigned, victim};
use harness::service::Service;
use harness::site::certificate;
use mail::catcher::{Fault, Faults};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;
use web::tls::CertificateFiles;

/// How many ask at a time, and how often each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crowd {
    pub(super) clients: u8,
    pub(super) requests_each: u32,
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Rates {
    /// What was asked for, requests a second, and those of a bare handler with as long an answer.
    pub(super) lanes: Vec<(&'static str, f64, f64)>,
    /// Resident memory at rest, in KiB.
    pub(super) idle_kib: u64,
    /// The most resident memory so far, in KiB.
    pub(super) peak_kib: u64,
}

/// The officer's duties: a page of the worklist is full.
const DUTIES: usize = 30;

/// Asks the running program and a bare handler in turn.
pub(super) async fn measure(crowd: Crowd) -> Rates {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let cookie = sign_in_officer(&service).await;
    let (files, _dir) = certificate();
    let address = free_address();
    fs::write(service.config(), with_door(&service, &files, address)).expect("the configuration");
    let child = service.start();
    crate::served::until_said(&service, "working").await;
    let idle_kib = memory_kib(&child, "VmRSS:");
    let mut lanes = Vec::new();
    for (what, path) in [
        ("a style sheet", "/assets/gateway.css"),
        ("the page to sign in", "/sign-in"),
        ("a full worklist", "/work"),
    ] {
        let client = Client::new(&files, path, &cookie);
        let length = client.ask(address, Ipv4Addr::LOCALHOST, 1).await;
        let door = client.rate(address, crowd).await;
        let bare = client.rate(serve_bare(&files, length), crowd).await;
        lanes.push((what, door, bare));
    }
    let peak_kib = memory_kib(&child, "VmHWM:");
    crate::served::stop(&service, child);
    service.close().await;
    Rates {
        lanes,
        idle_kib,
        peak_kib,
    }
}

/// Makes an officer with duties; answers the cookie of a session.
async fn sign_in_officer(service: &Service) -> String {
    let now = MachineClock.now();
    for number in 0..DUTIES {
        service.add_victim(&victim(number, now)).await;
        service.event(&assigned(number, now)).await;
    }
    let details = AccountDetails {
        name: "Priya Shah".to_owned(),
        phone: String::new(),
        roles: vec![Role::Vlo],
        areas: Vec::new(),
    };
    let account = service.flows.add_account("operator", OFFICER, &details).await;
    let account = account.expect("an account");
    let session = service.flows.open_session(&account, SignIn::Passkey, None).await;
    format!("{}={}", web::visit::COOKIE, *session.expect("a session").token)
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its address")
}

fn with_door(service: &Service, files: &CertificateFiles, address: SocketAddr) -> String {
    let before = fs::read_to_string(service.config()).expect("the configuration");
    format!(
        "{before}\n[web]\nlisten = \"{address}\"\norigin = \"https://localhost:{}\"\nservice_name = \"Victim contact\"\n\
         certificate_file = \"{}\"\nkey_file = \"{}\"\npages = \"{}\"\nassets = \"{}\"\n",
        address.port(),
        files.chain.display(),
        files.key.display(),
        repository().join("templates/pages").display(),
        repository().join("var/assets").display(),
    )
}

/// A handler of the framework with nothing around it, and an answer of so many bytes.
fn serve_bare(files: &CertificateFiles, length: usize) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.set_nonblocking(true).expect("a listener of the runtime");
    let address = listener.local_addr().expect("its address");
    let body = "x".repeat(length);
    let router = Router::new().fallback(get(move || std::future::ready(body.clone())));
    let tls = web::tls::load(files).expect("certificate and key fit");
    let server = axum_server::from_tcp_rustls(listener, tls).expect("a server");
    // It ends with the test's runtime.
    tokio::spawn(server.serve(router.into_make_service()));
    address
}

struct Client {
    tls: TlsConnector,
    path: &'static str,
    cookie: String,
}

impl Client {
    fn new(files: &CertificateFiles, path: &'static str, cookie: &str) -> Self {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(&files.chain).expect("a certificate");
        roots.add(certificate).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            tls: TlsConnector::from(Arc::new(config)),
            path,
            cookie: cookie.to_owned(),
        }
    }

    /// Requests a second when everybody asks at once.
    async fn rate(&self, server: SocketAddr, crowd: Crowd) -> f64 {
        let begun = Instant::now();
        // Clients of an earlier lane have used up what their addresses may ask.
        let block = u8::try_from(self.path.len()).expect("a short path");
        let clients = (0..crowd.clients).map(|one| {
            let from = Ipv4Addr::new(127, 9, block, one + 1);
            self.ask(server, from, crowd.requests_each)
        });
        join_all(clients).await;
        f64::from(u32::from(crowd.clients) * crowd.requests_each) / begun.elapsed().as_secs_f64()
    }

    /// Asks so often over one connection; answers how long a body is, in bytes.
    async fn ask(&self, server: SocketAddr, from: Ipv4Addr, times: u32) -> usize {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket
            .bind(SocketAddr::from((from, 0)))
            .expect("an address of its own");
        let stream = socket.connect(server).await.expect("a connection");
        stream.set_nodelay(true).expect("small packets go at once");
        let name = ServerName::try_from("localhost").expect("a name");
        let mut stream = self.tls.connect(name, stream).await.expect("TLS");
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: localhost:{}\r\nCookie: {}\r\n\r\n",
            self.path,
            server.port(),
            self.cookie
        );
        let mut length = 0;
        let mut bytes = Vec::new();
        for _ in 0..times {
            stream.write_all(request.as_bytes()).await.expect("sent");
            // What TLS still holds back would never leave while both sides wait.
            stream.flush().await.expect("sent whole");
            bytes.clear();
            length = loop {
                assert!(
                    stream.read_buf(&mut bytes).await.expect("an answer") > 0,
                    "cut off: {}",
                    self.path
                );
                if let Some(length) = whole(&bytes) {
                    break length;
                }
            };
        }
        length
    }
}

/// The length of the body once all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).expect("a head is text");
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.expect("a length").parse().expect("a number");
    (bytes.len() == head + 4 + length).then_some(length)
}

/// What the kernel says of a process's memory.
fn memory_kib(child: &Child, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("the service runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .expect(name);
    line.split_whitespace()
        .next()
        .expect("a number")
        .parse()
        .expect("a number")
}
