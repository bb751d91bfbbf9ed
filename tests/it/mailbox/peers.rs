//! Mail from real servers: swaks writes, Postfix takes it and hands it over by LMTP; and many connections at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use domain::id::VictimId;
use flows::{Gateway, MailDesk, MailboxQuestion};
use harness::case::{URN, case, safe};
use harness::database::Database;
use harness::gateway::{OFFICER, TestGateway};
use harness::on_both;
use harness::postfix::Postfix;
use harness::zone::Zone;
use mail::catcher::{Fault, Faults};
use mail::receiving::{Clear, Door, Protocol, Settings};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::{ADVISER, MAILBOX, adviser};

/// Victims of the flood, each with an adviser of their own.
const VICTIMS: usize = 8;
const CONNECTIONS: usize = 64;
/// How often one message is handed over before that fails.
const TRIES_MAX: usize = 5;

fn door_settings() -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        protocol: Protocol::Lmtp,
        hostname: "gateway.example".to_owned(),
        identity: None,
        clear: Clear::FromThisMachine,
        message_bytes_max: 1_000_000,
        connections_max: 100,
        connections_per_peer_max: 100,
        forwarders: vec!["127.0.0.1".parse().expect("an address")],
        recipients_max: 20,
        idle_ms: 300_000,
        conversation_ms: 600_000,
    }
}

pub(crate) async fn open(flows: Gateway) -> (Arc<Gateway>, Door) {
    let flows = Arc::new(flows);
    let desk = Arc::new(MailDesk::new(Arc::clone(&flows)));
    (flows, Door::open(door_settings(), desk).await.expect("a door"))
}

/// The service's domain lets this machine send for it, where the tests' mail servers are.
pub(crate) async fn zone() -> Zone {
    Zone::serve(&[
        ("haven.example", "v=spf1 ip4:127.0.0.1 -all"),
        ("_dmarc.haven.example", "v=DMARC1; p=reject"),
    ])
    .await
}

async fn file(flows: &Gateway, house: &TestGateway, urn: &str, reference: &str) -> Vec<String> {
    let mut tx = house.reader().await;
    let found = store::subjects::find_by_ref(&mut tx, urn, reference)
        .await
        .expect("an answer");
    drop(tx);
    let victim: VictimId = found.expect("the victim").victim.id;
    let (_, list) = flows
        .read_correspondence(OFFICER, &victim, "answer-the-victim")
        .await
        .expect("a file");
    list.into_iter().map(|one| one.text).collect()
}

fn swaks(postfix: &Postfix, from: &str, body: &str) {
    let sent = Command::new("swaks")
        .args([
            "--server",
            "127.0.0.1",
            "--port",
            &postfix.port().to_string(),
            "--helo",
            "mail.haven.example",
        ])
        .args([
            "--from",
            from,
            "--to",
            MAILBOX,
            "--header",
            "Subject: A question",
            "--body",
            body,
        ])
        .output()
        .expect("swaks is installed (`make test` installs Debian's package)");
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stdout));
}

on_both!(
    async fn what_swaks_writes_comes_through_postfix_into_the_right_file_or_quarantine(database: Database) {
        let house = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        house
            .add_victim(&case(&json!({"adviser": adviser(&json!({}))})))
            .await;
        let zone = zone().await;
        let (flows, door) = open(house.taking_mail(zone.address())).await;
        let port = door.local_addr().port();
        let postfix = tokio::task::spawn_blocking(move || {
            let postfix = Postfix::start_before(port);
            swaks(
                &postfix,
                ADVISER,
                &format!("About {URN}: may she sit behind a screen?"),
            );
            swaks(
                &postfix,
                "stranger@elsewhere.example",
                &format!("About {URN}: who is she?"),
            );
            postfix.wait();
            postfix
        })
        .await
        .expect("Postfix");
        assert_eq!(
            file(&flows, &house, URN, "V-1").await,
            [format!("About {URN}: may she sit behind a screen?")],
            "{}",
            postfix.log()
        );
        let waiting = flows
            .list_mail(OFFICER, MailboxQuestion::Waiting)
            .await
            .expect("a list");
        let reasons: Vec<_> = waiting
            .iter()
            .filter_map(|mail| mail.reason)
            .map(domain::mailbox::Reason::as_str)
            .collect();
        assert_eq!(reasons, ["unknown-sender"]);
        door.close(Duration::from_secs(5)).await;
    }
);

/// Hands `messages` over on one connection, each with its sender, until it is acknowledged.
pub(crate) async fn hand_over(to: SocketAddr, messages: Vec<(String, String)>) {
    let (reading, mut writing) = TcpStream::connect(to).await.expect("the door").into_split();
    let mut lines = BufReader::new(reading).lines();
    // Says a command and answers with the last line of the reply.
    let mut say = async |text: String| {
        writing.write_all(text.as_bytes()).await.expect("said");
        loop {
            let line = lines.next_line().await.expect("heard").expect("an answer");
            if line.as_bytes().get(3) == Some(&b' ') {
                return line;
            }
        }
    };
    assert!(say(String::new()).await.starts_with("220"));
    assert!(
        say("LHLO mail.haven.example\r\n".to_owned())
            .await
            .starts_with("250")
    );
    for (from, message) in messages {
        let mut tries = 0..TRIES_MAX;
        loop {
            tries.next().expect("it is taken in the end");
            assert!(
                say("XFORWARD ADDR=127.0.0.1 HELO=mail.haven.example\r\n".to_owned())
                    .await
                    .starts_with("250")
            );
            assert!(say(format!("MAIL FROM:<{from}>\r\n")).await.starts_with("250"));
            assert!(say(format!("RCPT TO:<{MAILBOX}>\r\n")).await.starts_with("250"));
            assert!(say("DATA\r\n".to_owned()).await.starts_with("354"));
            let stored = say(format!("{message}\r\n.\r\n")).await;
            // On a machine that does too much at once, the door may ask to come again, and a mail server does.
            if !stored.starts_with("451") {
                assert!(stored.starts_with("250"), "{stored}");
                break;
            }
        }
    }
    say("QUIT\r\n".to_owned()).await;
}

fn urn(victim: usize) -> String {
    format!("01NE44{victim:03}26")
}

/// `count` messages over 64 connections: of every six, one names another adviser's case and waits; the others are filed.
pub(crate) async fn flood(database: &Database, count: usize) {
    let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
    for victim in 0..VICTIMS {
        let email = format!("adviser{victim}@haven.example");
        let changes = json!({
            "urn": urn(victim), "victim_ref": format!("V-{victim}"), "legal_name": format!("Person Number{victim}"),
            "preferred_name": "Person", "email": safe(format!("person{victim}@inbox.example")),
            "adviser": adviser(&json!({"email": email, "name": format!("Adviser Number{victim}")})),
        });
        house.add_victim(&case(&changes)).await;
    }
    let zone = zone().await;
    let (flows, door) = open(house.taking_mail(zone.address())).await;
    let mut expected = BTreeMap::<usize, Vec<String>>::new();
    let mut shares = vec![Vec::new(); CONNECTIONS];
    let mut astray = 0;
    for number in 0..count {
        let victim = number % VICTIMS;
        let wrong = number % 6 == 5;
        let named = if wrong { (victim + 1) % VICTIMS } else { victim };
        let body = format!("About {}: canary-{number:06}-{victim}.", urn(named));
        if wrong {
            astray += 1;
        } else {
            expected.entry(victim).or_default().push(body.clone());
        }
        let from = format!("adviser{victim}@haven.example");
        let message = format!("From: {from}\r\nSubject: x\r\n\r\n{body}");
        shares[number % CONNECTIONS].push((from, message));
    }
    let handing = shares
        .into_iter()
        .map(|share| tokio::spawn(hand_over(door.local_addr(), share)));
    for one in handing.collect::<Vec<_>>() {
        one.await.expect("handed over");
    }
    for (victim, mut bodies) in expected {
        let mut found = file(&flows, &house, &urn(victim), &format!("V-{victim}")).await;
        found.sort();
        bodies.sort();
        assert_eq!(found, bodies, "of victim {victim}");
    }
    let counts = flows.count_mailboxes().await.expect("counts");
    let ours = counts
        .iter()
        .find(|count| count.area == "north-east")
        .expect("the Area");
    assert_eq!(ours.quarantined, [("not-theirs".to_owned(), astray)]);
    assert_eq!(usize::try_from(ours.filed + astray).ok(), Some(count));
    door.close(Duration::from_secs(5)).await;
}

on_both!(
    async fn hundreds_of_messages_over_64_connections_are_each_filed_once_and_in_the_right_file(
        database: Database,
    ) {
        flood(&database, 384).await;
    }
);
