//! Signing in to a relay that asks for it, with somebody listening on the wire.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail::catcher::{Account, Catcher, CatcherConfig, Fault, Faults, Seen, Sink};
use mail::relay::{Failure, Outcome, Relay, RelayConfig, RelayError, SignIn, TlsPolicy};
use mail::tls::{Identity, Roots, TlsMode};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::composed;

const NAME: &str = "relay.gateway.test";
const USER: &str = "gateway";
const PASSWORD: &str = "correct horse, batterie füße";

fn account(offered_in_clear: &'static str, offered: &'static str) -> Account {
    Account {
        user: USER.to_owned(),
        password: PASSWORD.to_owned(),
        offered_in_clear,
        offered,
    }
}

fn sign_in(password: &str) -> SignIn {
    SignIn::new(USER, password).unwrap()
}

/// A catcher that wants the account, and what passes on the wire to it, both ways.
struct Bench {
    catcher: Catcher,
    mode: TlsMode,
    cert_pem: String,
    tapped: u16,
    passed: Arc<Mutex<Vec<u8>>>,
}

async fn bench(mode: TlsMode, account: Account) -> Bench {
    let identity = Identity::self_signed_from_system_randomness(&[NAME]).unwrap();
    let cert_pem = identity.cert_pem.clone();
    let catcher = Catcher::start(CatcherConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        identity,
        mode,
        account: Some(account),
        sink: Sink::Count,
        faults: Faults::Always(Fault::None),
    })
    .await
    .unwrap();
    let passed = Arc::new(Mutex::new(Vec::new()));
    let tap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tapped = tap.local_addr().unwrap().port();
    let (keep, port) = (Arc::clone(&passed), catcher.local_addr().port());
    tokio::spawn(async move {
        while let Ok((near, _)) = tap.accept().await {
            let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(pass(near_in, far_out, Arc::clone(&keep)));
            tokio::spawn(pass(far_in, near_out, Arc::clone(&keep)));
        }
    });
    Bench {
        catcher,
        mode,
        cert_pem,
        tapped,
        passed,
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    keep: Arc<Mutex<Vec<u8>>>,
) {
    let mut bytes = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        keep.lock().unwrap().extend_from_slice(&bytes[..read]);
        if to.write_all(&bytes[..read]).await.is_err() {
            break;
        }
    }
}

impl Bench {
    fn config(&self, sign_in: Option<SignIn>) -> RelayConfig {
        RelayConfig {
            host: "127.0.0.1".to_owned(),
            port: self.tapped,
            hello_name: "gateway.test".to_owned(),
            tls: TlsPolicy::Required {
                mode: self.mode,
                server_name: NAME.to_owned(),
                roots: Roots::Only(self.cert_pem.clone()),
            },
            sign_in,
            timeout_ms: 10_000,
            connections_max: 1,
        }
    }

    async fn failure(&self, config: RelayConfig) -> Failure {
        Relay::new(config).unwrap().ready().await.err().unwrap()
    }

    /// What the catcher has seen, once it is sure that the wire gave nothing away.
    fn seen(&self) -> Seen {
        let passed = self.passed.lock().unwrap();
        assert!(!passed.is_empty(), "the wire was tapped");
        let has = |bytes: &[u8]| passed.windows(bytes.len()).any(|window| window == bytes);
        assert_eq!(has(b"STARTTLS\r\n"), self.mode == TlsMode::StartTls);
        assert_eq!(has(b"EHLO"), self.mode == TlsMode::StartTls);
        for word in [
            PASSWORD.to_owned(),
            STANDARD.encode(PASSWORD),
            STANDARD.encode(format!("\0{USER}\0{PASSWORD}")),
        ] {
            assert!(!has(word.as_bytes()), "{word} passed in the clear");
        }
        self.catcher.seen()
    }
}

#[tokio::test]
async fn the_right_password_opens_the_relay_by_either_mechanism_in_either_mode() {
    for mode in [TlsMode::StartTls, TlsMode::Implicit] {
        for offered in ["PLAIN", "LOGIN", "CRAM-MD5 LOGIN PLAIN"] {
            let bench = bench(mode, account("", offered)).await;
            let relay = Relay::new(bench.config(Some(sign_in(PASSWORD)))).unwrap();
            for _ in 0..2 {
                let outcome = relay.ready().await.unwrap().send(&composed()).await;
                assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
            }
            let seen = bench.seen();
            assert_eq!((seen.messages, seen.connections), (2, 1));
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_our_fault_and_sends_nothing() {
    for offered in ["PLAIN", "LOGIN"] {
        let bench = bench(TlsMode::StartTls, account("", offered)).await;
        let failure = bench.failure(bench.config(Some(sign_in("hunter2")))).await;
        assert_eq!(
            failure,
            Failure::Technical {
                what: "signing in: 535 5.7.8: refused, security or policy".to_owned()
            }
        );
        assert_eq!(bench.seen().messages, 0);
    }
}

#[tokio::test]
async fn a_relay_that_offers_no_sign_in_over_tls_gets_neither_password_nor_message() {
    let neither = "signing in: the server offers neither AUTH PLAIN nor AUTH LOGIN over TLS";
    for (in_clear, over_tls) in [
        ("", ""),
        ("", "CRAM-MD5 GSSAPI"),
        ("PLAIN LOGIN", ""),
        ("PLAIN", "XOAUTH2"),
    ] {
        let bench = bench(TlsMode::StartTls, account(in_clear, over_tls)).await;
        let failure = bench.failure(bench.config(Some(sign_in(PASSWORD)))).await;
        assert_eq!(
            failure,
            Failure::Technical {
                what: neither.to_owned()
            }
        );
        let seen = bench.seen();
        assert_eq!(seen.verbs_in_clear, ["EHLO", "STARTTLS"]);
        assert_eq!(seen.messages, 0);
    }
}

#[tokio::test]
async fn a_relay_that_asks_when_nothing_is_configured_judges_no_recipient() {
    for mode in [TlsMode::StartTls, TlsMode::Implicit] {
        let bench = bench(mode, account("", "PLAIN")).await;
        let relay = Relay::new(bench.config(None)).unwrap();
        let outcome = relay.ready().await.unwrap().send(&composed()).await;
        assert!(matches!(outcome, Outcome::Technical { .. }), "{outcome:?}");
        assert_eq!(bench.seen().messages, 0);
    }
}

#[tokio::test]
async fn tls_from_the_first_byte_is_verified_before_anything_is_said() {
    let bench = bench(TlsMode::Implicit, account("", "PLAIN")).await;
    for (name, roots) in [
        ("other.gateway.test", Roots::Only(bench.cert_pem.clone())),
        (NAME, Roots::Public),
    ] {
        let mut config = bench.config(Some(sign_in(PASSWORD)));
        config.tls = TlsPolicy::Required {
            mode: TlsMode::Implicit,
            server_name: name.to_owned(),
            roots,
        };
        let failure = bench.failure(config).await;
        assert!(matches!(failure, Failure::Tls { .. }), "{failure:?}");
    }
    assert_eq!(bench.seen().messages, 0);
}

#[tokio::test]
async fn tls_from_the_first_byte_is_not_given_up_for_a_server_that_begins_in_clear() {
    let bench = bench(TlsMode::StartTls, account("PLAIN", "PLAIN")).await;
    let mut config = bench.config(Some(sign_in(PASSWORD)));
    config.tls = TlsPolicy::Required {
        mode: TlsMode::Implicit,
        server_name: NAME.to_owned(),
        roots: Roots::Only(bench.cert_pem.clone()),
    };
    let failure = bench.failure(config).await;
    assert!(matches!(failure, Failure::Tls { .. }), "{failure:?}");
    assert_eq!(bench.catcher.seen().messages, 0);
}

/// What becomes of a sign-in that a server answers like this, after it offered these mechanisms. An empty
/// answer closes the connection.
async fn answered(offer: &str, answer: &str) -> Option<Failure> {
    let identity = Identity::self_signed_from_system_randomness(&[NAME]).unwrap();
    let cert = CertificateDer::from_pem_slice(identity.cert_pem.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hello = format!("250-relay\r\n250 AUTH {offer}\r\n");
    let server = async {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let mut stream = acceptor.accept(stream).await.unwrap();
        stream.write_all(b"220 relay\r\n").await.unwrap();
        for line in [hello.as_str(), answer] {
            assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
            stream.write_all(line.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
        }
    };
    let relay = Relay::new(RelayConfig {
        host: "127.0.0.1".to_owned(),
        port,
        hello_name: "gateway.test".to_owned(),
        tls: TlsPolicy::Required {
            mode: TlsMode::Implicit,
            server_name: NAME.to_owned(),
            roots: Roots::Only(identity.cert_pem),
        },
        sign_in: Some(sign_in(PASSWORD)),
        timeout_ms: 10_000,
        connections_max: 1,
    })
    .unwrap();
    let ((), ready) = tokio::join!(server, relay.ready());
    ready.err()
}

#[tokio::test]
async fn only_235_is_a_yes_and_only_a_passing_trouble_is_tried_again() {
    assert_eq!(answered("PLAIN", "235 2.7.0 welcome\r\n").await, None);
    for (answer, code) in [
        ("454 4.7.0 later\r\n", Some(454)),
        ("421 4.3.2 closing\r\n", Some(421)),
        ("", None),
    ] {
        let failure = answered("PLAIN", answer).await;
        assert!(
            matches!(&failure, Some(Failure::Temporary { code: c, .. }) if *c == code),
            "{answer}: {failure:?}"
        );
    }
    let shoe_size = STANDARD.encode("Shoe size:");
    for (offer, answer) in [
        ("PLAIN", "250 2.0.0 fine\r\n".to_owned()),
        ("PLAIN", "534 5.7.9 too weak\r\n".to_owned()),
        ("PLAIN", "500 what?\r\n".to_owned()),
        ("PLAIN", format!("334 {}\r\n", STANDARD.encode("more"))),
        ("LOGIN", format!("334 {shoe_size}\r\n")),
    ] {
        let failure = answered(offer, &answer).await;
        assert!(
            matches!(&failure, Some(Failure::Technical { what }) if what.starts_with("signing in: ")),
            "{answer}: {failure:?}"
        );
    }
}

#[test]
fn the_password_stands_in_no_debug_output_and_a_bad_one_in_no_error() {
    let bad = |user: &str, password: &str| SignIn::new(user, password).err();
    for password in ["", "hunter2\nRCPT TO:<x@x.test>", "hunter2\0", &"x".repeat(256)] {
        let error = bad(USER, password);
        assert_eq!(error, Some(RelayError::SignIn("password")));
        assert!(!error.unwrap().to_string().contains("hunter2"));
    }
    for user in ["", "a\0b"] {
        assert_eq!(bad(user, PASSWORD), Some(RelayError::SignIn("user")));
    }
    let sign_in = sign_in(PASSWORD);
    assert_eq!(format!("{sign_in:?}"), "SignIn([user and password])");
}
