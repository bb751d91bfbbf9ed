//! The mailboxes for advisers: who is filed where, who waits, and what nobody learns.

mod answers;
mod bounces;
mod evidence;
mod fetching;
pub(crate) mod files;
mod filing;
pub(crate) mod guesses;
pub(crate) mod kills;
pub(crate) mod peers;
mod referrals;
mod silence;
pub(crate) mod strangers;
mod triage;
mod two_gateways;

use flows::{Arrived, Gateway};
use harness::case::{URN, case, over};
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::zone::Zone;
use mail::catcher::{Fault, Faults};
use mail::origin::Client;
use mail::receiving::Received;
use serde_json::{Value, json};

/// The adviser of the victim of the tests.
pub(crate) const ADVISER: &str = "dana.whitlock@haven.example";
/// A mailbox.
pub(crate) const MAILBOX: &str = "north-east@isva.gateway.example";
/// The server that may send for the adviser's service.
const SERVER: &str = "192.0.2.7";

/// An adviser with consent for everything, until the summer.
pub(crate) fn adviser(changes: &Value) -> Value {
    over(
        json!({
            "name": "Dana Whitlock", "service": "Haven", "email": ADVISER, "transport": "aligned-tls-dmarc",
            "scopes": ["updates", "meeting-offers", "letters", "replies"], "from": "2026-07-01", "until": "2027-07-01",
        }),
        changes,
    )
}

/// A house with a victim whose adviser is [`ADVISER`], and its door for mail.
pub(crate) struct Trial {
    pub(crate) house: TestGateway,
    pub(crate) flows: Gateway,
    zone: Zone,
}

pub(crate) async fn trial(database: &Database) -> Trial {
    trial_with(database, Faults::Always(Fault::None)).await
}

/// The same with a relay that fails so.
pub(crate) async fn trial_with(database: &Database, faults: Faults) -> Trial {
    let house = TestGateway::new(database, faults).await;
    house
        .add_victim(&case(&json!({"adviser": adviser(&json!({}))})))
        .await;
    let zone = Zone::serve(&[
        ("haven.example", "v=spf1 ip4:192.0.2.7 -all"),
        ("_dmarc.haven.example", "v=DMARC1; p=reject"),
        ("elsewhere.example", "v=spf1 ip4:192.0.2.7 -all"),
        ("open.example", "v=spf1 +all"),
    ])
    .await;
    let flows = house.taking_mail(zone.address());
    Trial { house, flows, zone }
}

/// A message to the mailbox, from the server of the adviser's service.
pub(crate) fn mail(from: &str, header: &str, text: &str) -> Received {
    let address = from
        .rsplit_once('<')
        .map_or(from, |(_, rest)| rest.trim_end_matches('>'));
    Received {
        client: Some(Client {
            ip: SERVER.parse().expect("an address"),
            hello: "mail.haven.example".to_owned(),
        }),
        return_path: Some(address.to_owned()),
        recipients: vec![MAILBOX.to_owned()],
        bytes: format!("From: {from}\r\nTo: {MAILBOX}\r\n{header}\r\n{text}\r\n").into_bytes(),
    }
}

/// The adviser's question about the case.
pub(crate) fn question() -> Received {
    mail(
        ADVISER,
        "Subject: Special measures\r\nMessage-ID: <q1@haven.example>\r\n",
        &format!("About {URN}: may she give evidence from behind a screen?"),
    )
}

impl Trial {
    pub(crate) async fn receive(&self, mail: &Received) -> Arrived {
        self.flows.receive_mail(mail).await.expect("an answer")
    }
}
