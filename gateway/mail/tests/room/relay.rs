//! What becomes of a message, told by a catcher that misbehaves on order.

use std::sync::{Arc, Mutex};

use mail::catcher::{Catcher, CatcherConfig, Caught, Fault, Faults, Sink};
use mail::compose::{Outgoing, check_wire, compose};
use mail::relay::{Failure, Outcome, Relay, RelayConfig, RelayError, TlsPolicy};
use mail::tls::{Identity, Roots, TlsMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{address, composed, outgoing};

const NAME: &str = "relay.gateway.test";

struct Bench {
    catcher: Catcher,
    identity: Identity,
    caught: Arc<Mutex<Vec<Caught>>>,
}

async fn bench(faults: Faults) -> Bench {
    let identity = Identity::self_signed_from_system_randomness(&[NAME]).unwrap();
    let caught = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&caught);
    let sink = Sink::Call(Arc::new(move |message| {
        keep.lock().unwrap().push(message);
        Ok(())
    }));
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = CatcherConfig {
        listen,
        identity: identity.clone(),
        mode: TlsMode::StartTls,
        account: None,
        sink,
        faults,
    };
    Bench {
        catcher: Catcher::start(config).await.unwrap(),
        identity,
        caught,
    }
}

fn config(port: u16, server_name: &str, roots: Roots) -> RelayConfig {
    RelayConfig {
        host: "127.0.0.1".to_owned(),
        port,
        hello_name: "gateway.test".to_owned(),
        tls: TlsPolicy::Required {
            mode: TlsMode::StartTls,
            server_name: server_name.to_owned(),
            roots,
        },
        sign_in: None,
        timeout_ms: 10_000,
        connections_max: 2,
    }
}

impl Bench {
    fn config(&self) -> RelayConfig {
        config(
            self.catcher.local_addr().port(),
            NAME,
            Roots::Only(self.identity.cert_pem.clone()),
        )
    }

    fn relay(&self) -> Relay {
        Relay::new(self.config()).unwrap()
    }

    /// For faults in which the server never answers.
    fn impatient_relay(&self) -> Relay {
        Relay::new(RelayConfig {
            timeout_ms: 300,
            ..self.config()
        })
        .unwrap()
    }

    fn caught(&self) -> Vec<Caught> {
        self.caught.lock().unwrap().clone()
    }
}

async fn send(relay: &Relay) -> Outcome {
    relay.ready().await.unwrap().send(&composed()).await
}

#[tokio::test]
async fn a_message_arrives_once_as_composed_for_one_recipient() {
    let bench = bench(Faults::Always(Fault::None)).await;
    let outcome = send(&bench.relay()).await;
    assert_eq!(
        outcome,
        Outcome::Accepted {
            code: 250,
            text: "250 2.0.0: accepted".to_owned()
        }
    );
    let caught = bench.caught();
    assert_eq!(caught.len(), 1);
    assert_eq!(caught[0].recipients, ["mary@victims.example"]);
    assert!(caught[0].from.starts_with("b-0a1b-"));
    assert_eq!(caught[0].bytes, composed().bytes());
    assert_eq!(check_wire(&caught[0].bytes), Ok(()));
    let seen = bench.catcher.seen();
    assert_eq!((seen.messages, seen.bare_line_ends), (1, 0));
    assert_eq!(seen.verbs_in_clear, ["EHLO", "STARTTLS"]);
}

#[tokio::test]
async fn many_messages_share_a_connection_and_none_is_mixed_up() {
    let bench = bench(Faults::Always(Fault::None)).await;
    let relay = bench.relay();
    for number in 0..20 {
        let to = address(&format!("v{number}@victims.example"));
        let text = format!("number {number}\n");
        let message = outgoing(|o| {
            compose(&Outgoing {
                to: &to,
                text: &text,
                ..o
            })
        })
        .unwrap();
        let outcome = relay.ready().await.unwrap().send(&message).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    relay.close().await;
    assert_eq!(bench.catcher.seen().connections, 1);
    for (number, message) in bench.caught().iter().enumerate() {
        assert_eq!(message.recipients, [format!("v{number}@victims.example")]);
        assert!(String::from_utf8_lossy(&message.bytes).contains(&format!("number {number}\r\n")));
    }
    assert_eq!(bench.caught().len(), 20);
}

#[tokio::test]
async fn a_connection_closed_while_parked_is_replaced_and_the_message_goes_once() {
    let bench = bench(Faults::Each(vec![Fault::CloseAfterAccept])).await;
    let relay = bench.relay();
    assert!(matches!(send(&relay).await, Outcome::Accepted { .. }));
    assert!(matches!(send(&relay).await, Outcome::Accepted { .. }));
    assert_eq!(bench.caught().len(), 2);
    assert_eq!(bench.catcher.seen().connections, 2);
}

#[tokio::test]
async fn refusals_are_told_apart_and_leave_the_connection_in_use() {
    let bench = bench(Faults::Each(vec![
        Fault::RefuseRecipient,
        Fault::BusyAtData,
        Fault::FullAfterData,
        Fault::None,
    ]))
    .await;
    let relay = bench.relay();
    let refused = send(&relay).await;
    assert!(
        matches!(&refused, Outcome::Permanent { code: 550, enhanced: Some(e), .. } if e == "5.1.1"),
        "{refused:?}"
    );
    assert!(matches!(
        send(&relay).await,
        Outcome::Temporary { code: Some(451), .. }
    ));
    assert!(matches!(
        send(&relay).await,
        Outcome::Temporary { code: Some(452), .. }
    ));
    assert!(matches!(send(&relay).await, Outcome::Accepted { .. }));
    assert_eq!(bench.caught().len(), 1);
    assert_eq!(bench.catcher.seen().connections, 1);
}

#[tokio::test]
async fn silence_before_the_message_means_later_and_after_it_means_unknown() {
    let before = bench(Faults::Always(Fault::HangBeforeData)).await;
    assert!(matches!(
        send(&before.impatient_relay()).await,
        Outcome::Temporary { code: None, .. }
    ));
    assert_eq!(before.caught().len(), 0);
    for fault in [Fault::HangAfterData, Fault::DropAfterData] {
        let after = bench(Faults::Always(fault)).await;
        let outcome = send(&after.impatient_relay()).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        assert_eq!(
            after.caught().len(),
            1,
            "it did arrive, which nobody here can know"
        );
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_clear() {
    let bench = bench(Faults::Always(Fault::NoStartTls)).await;
    let failure = bench.relay().ready().await.err().unwrap();
    assert_eq!(
        failure,
        Failure::Tls {
            what: "the server does not offer STARTTLS".to_owned()
        }
    );
    assert_eq!(bench.catcher.seen().verbs_in_clear, ["EHLO"]);
}

#[tokio::test]
async fn a_wrong_name_and_an_unknown_root_are_tls_failures() {
    let bench = bench(Faults::Always(Fault::None)).await;
    let port = bench.catcher.local_addr().port();
    let other = Identity::self_signed_from_system_randomness(&[NAME]).unwrap();
    for config in [
        config(
            port,
            "other.gateway.test",
            Roots::Only(bench.identity.cert_pem.clone()),
        ),
        config(port, NAME, Roots::Only(other.cert_pem)),
        config(port, NAME, Roots::Public),
    ] {
        let failure = Relay::new(config).unwrap().ready().await.err().unwrap();
        assert!(matches!(failure, Failure::Tls { .. }), "{failure:?}");
    }
    assert!(
        bench
            .catcher
            .seen()
            .verbs_in_clear
            .iter()
            .all(|verb| verb == "EHLO" || verb == "STARTTLS")
    );
    assert_eq!(bench.catcher.seen().messages, 0);
}

#[tokio::test]
async fn what_a_meddler_appends_to_the_answer_to_starttls_is_not_believed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let meddler = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = [0; 512];
        for answer in [
            "220 hello\r\n",
            "250-hello\r\n250 STARTTLS\r\n",
            "220 go\r\n250 injected\r\n",
        ] {
            if !answer.starts_with("220 hello") {
                assert!(stream.read(&mut heard).await.unwrap() > 0);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        stream
    };
    let relay = Relay::new(config(port, NAME, Roots::Public)).unwrap();
    let (_stream, ready) = tokio::join!(meddler, relay.ready());
    assert_eq!(
        ready.err().unwrap(),
        Failure::Tls {
            what: "bytes in the clear followed the answer to STARTTLS".to_owned()
        }
    );
}

#[tokio::test]
async fn a_relay_that_is_away_busy_or_unwilling_is_told_apart() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let relay = Relay::new(config(port, NAME, Roots::Public)).unwrap();
    let server = async {
        for greeting in ["421 4.3.2 busy\r\n", "554 5.7.1 not you\r\n", "nonsense\r\n"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(greeting.as_bytes()).await.unwrap();
        }
    };
    let client = async {
        [
            relay.ready().await.err(),
            relay.ready().await.err(),
            relay.ready().await.err(),
        ]
    };
    let ((), failures) = tokio::join!(server, client);
    assert!(
        matches!(failures[0], Some(Failure::Temporary { code: Some(421), .. })),
        "{failures:?}"
    );
    assert!(
        matches!(failures[1], Some(Failure::Technical { .. })),
        "{failures:?}"
    );
    assert!(
        matches!(failures[2], Some(Failure::Temporary { code: None, .. })),
        "{failures:?}"
    );
    drop(listener);
    assert!(matches!(
        relay.ready().await.err(),
        Some(Failure::Temporary { code: None, .. })
    ));
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    let good = config(25, NAME, Roots::Public);
    let bad = |config| Relay::new(config).err();
    assert_eq!(
        bad(RelayConfig {
            hello_name: "a b".to_owned(),
            ..good.clone()
        }),
        Some(RelayError::Name("hello_name"))
    );
    assert_eq!(
        bad(config(25, "no name", Roots::Public)),
        Some(RelayError::Name("server_name"))
    );
    assert_eq!(
        bad(RelayConfig {
            timeout_ms: 0,
            ..good.clone()
        }),
        Some(RelayError::Zero("timeout_ms"))
    );
    assert!(matches!(
        bad(config(25, NAME, Roots::Only("no PEM".to_owned()))),
        Some(RelayError::Tls(_))
    ));
}

#[tokio::test]
async fn the_catcher_keeps_messages_as_files_and_refuses_bare_line_ends() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::self_signed_from_system_randomness(&[NAME]).unwrap();
    let roots = Roots::Only(identity.cert_pem.clone());
    let catcher = Catcher::start(CatcherConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        identity,
        mode: TlsMode::StartTls,
        account: None,
        sink: Sink::Folder(folder.path().to_owned()),
        faults: Faults::Always(Fault::None),
    })
    .await
    .unwrap();
    let relay = Relay::new(config(catcher.local_addr().port(), NAME, roots)).unwrap();
    send(&relay).await;
    assert_eq!(
        std::fs::read(folder.path().join("0000000001.eml")).unwrap(),
        composed().bytes()
    );
    let envelope = std::fs::read_to_string(folder.path().join("0000000001.json")).unwrap();
    assert!(
        envelope.contains("\"rcpts\":[\"mary@victims.example\"]"),
        "{envelope}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);

    let mut raw = tokio::net::TcpStream::connect(catcher.local_addr())
        .await
        .unwrap();
    raw.write_all(b"EHLO x.test\nMAIL FROM:<a@x.test>\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    raw.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.ends_with("550 5.5.2 a line ends with CR LF and nothing else\r\n"),
        "{answer}"
    );
    assert_eq!(catcher.seen().bare_line_ends, 1);
    catcher.stop().await;
}
