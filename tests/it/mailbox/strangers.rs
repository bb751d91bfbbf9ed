//! A stranger who names a case learns nothing: not from the answer, not from what it cost.

use std::net::SocketAddr;
use std::time::Duration;

use flows::Arrived;
use harness::case::{case, safe};
use harness::database::{Database, postgres};
use harness::on_both;
use mail::receiving::Received;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::peers::{open, zone};
use super::{ADVISER, MAILBOX, Trial, adviser, mail, trial};
use crate::bench::heard::overhear;

/// A case whose victim has another adviser.
const CASE: &str = "01NE4400226";
/// A reference of the same form that no case has.
pub(crate) const NO_CASE: &str = "01NE4400926";
/// Somebody whom nobody knows, and an adviser who is known but supports nobody on that case.
pub(crate) const SENDERS: [(&str, &str); 2] = [
    ("a stranger", "dana@elsewhere.example"),
    ("the adviser of another case", ADVISER),
];
/// What they ask about.
pub(crate) const NAMED: [(&str, &str); 2] = [("a case that exists", CASE), ("a case that does not", NO_CASE)];

/// A house with that case, and the one of the adviser.
pub(crate) async fn two_cases(database: &Database) -> Trial {
    let trial = trial(database).await;
    let other = json!({
        "urn": CASE, "victim_ref": "V-2", "legal_name": "Other Person", "preferred_name": "Other",
        "email": safe("other.person@inbox.example"),
        "adviser": adviser(&json!({"email": "sam.gold@haven.example", "name": "Sam Gold"})),
    });
    trial.house.add_victim(&case(&other)).await;
    trial
}

/// Mail of this sender about a case of that reference.
pub(crate) fn about(from: &str, urn: &str, number: usize) -> Received {
    mail(
        from,
        &format!("Subject: {number}\r\n"),
        &format!("Who is the victim of {urn}?"),
    )
}

/// Everything that a mail server hears in one conversation.
async fn conversation(door: SocketAddr, mail: &Received) -> Vec<u8> {
    let mut stream = TcpStream::connect(door).await.expect("the door");
    let body = String::from_utf8(mail.bytes.clone()).expect("text");
    let said = format!(
        "LHLO mx.elsewhere.example\r\nXFORWARD ADDR=192.0.2.7 HELO=mx.elsewhere.example\r\nMAIL FROM:<{}>\r\n\
         RCPT TO:<{MAILBOX}>\r\nRCPT TO:<nobody@isva.gateway.example>\r\nDATA\r\n{body}.\r\nQUIT\r\n",
        mail.return_path.as_deref().unwrap_or_default()
    );
    stream.write_all(said.as_bytes()).await.expect("said");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.expect("heard");
    heard
}

on_both!(
    async fn the_door_says_the_same_of_a_case_and_of_none(database: Database) {
        let Trial { house, .. } = two_cases(&database).await;
        let zone = zone().await;
        let (_flows, door) = open(house.taking_mail(zone.address())).await;
        for (_, from) in SENDERS {
            let mut answers = Vec::new();
            for (number, (_, urn)) in NAMED.into_iter().enumerate() {
                answers.push(conversation(door.local_addr(), &about(from, urn, number)).await);
            }
            let [first, second] = answers.as_slice() else {
                unreachable!("two were asked")
            };
            assert_eq!(String::from_utf8_lossy(first), String::from_utf8_lossy(second));
            assert!(String::from_utf8_lossy(first).contains("250 2.0.0 stored"));
        }
        door.close(Duration::from_secs(5)).await;
    }
);

// PostgreSQL's driver speaks on the thread of the caller, and this runtime has one. The queries are the same on SQLite.
#[tokio::test]
async fn a_case_and_none_cost_a_stranger_the_same_statements() {
    let database = postgres().await;
    let trial = two_cases(&database).await;
    let mut number = 0;
    for (_, from) in SENDERS {
        // The first makes the key of the mailbox.
        trial.receive(&about(from, NO_CASE, 99)).await;
        let mut costs = Vec::new();
        for (_, urn) in NAMED {
            number += 1;
            let mail = about(from, urn, number);
            let receiving = async {
                assert!(matches!(trial.receive(&mail).await, Arrived::Quarantined(_)));
                1
            };
            costs.push(overhear(Box::pin(receiving), 1).await);
        }
        assert!(costs[0].len() > 5, "{costs:#?}");
        assert_eq!(costs[0], costs[1], "{from}");
    }
}
