//! From a case file and an event to a mailbox on a real Postfix, over TLS, on both databases.

use std::collections::BTreeMap;

use harness::gateway::{MAIL_DOMAIN, OFFICER, TestGateway};
use harness::on_both;
use harness::postfix::{DOMAIN, Postfix};
use mail::catcher::{Fault, Faults};
use mail_parser::MessageParser;

const VICTIMS: [(&str, &str, &str); 4] = [
    ("01NE4400126", "Maren Holloway", "Maren"),
    ("01NE4400226", "Oriel Fanshawe", "Oriel"),
    ("01NE4400326", "Linnet Ashgrove", "Linnet"),
    ("01NE4400426", "Perrin Stowell", "Perrin"),
];

fn victim(urn: &str, name: &str, preferred: &str) -> String {
    let address = format!("{}@{DOMAIN}", preferred.to_lowercase());
    format!(
        r#"{{"urn":"{urn}","area":"north-east","offence":"adult-rape","opened_at":"2026-06-14","defendants":[],"victim_ref":"V-1","legal_name":"{name}","preferred_name":"{preferred}","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"vlo":"{OFFICER}","email":{{"value":"{address}","safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"2026-09-07","review_by":"2027-07-02"}},"preferred":"email","windows":["any"],"content_in_email":true}}"#
    )
}

fn event(urn: &str, number: usize, rest: &str) -> String {
    format!(
        r#"{{"source":"cms","source_event_id":"CMS-{number}","urn":"{urn}","victim_ref":"V-1","occurred_at":"2026-11-23T08:30:00Z",{rest}}}"#
    )
}

const ASSIGNED: &str = r#""kind":"vlo-assigned""#;
const NOT_CHARGED: &str = r#""kind":"charge-decision","decision":"no-charge","decided_by":"cps","charges":["Rape"],"reasons":"The evidence does not meet the test that we have to apply.","reasons_author":"Ishaan Merrick""#;

on_both!(
    async fn a_real_postfix_holds_exactly_the_messages_expected_each_for_one_victim(database: Database) {
        let postfix = Postfix::start();
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        for (number, (urn, name, preferred)) in VICTIMS.into_iter().enumerate() {
            gateway.add_victim(&victim(urn, name, preferred)).await;
            gateway.event(&event(urn, number, ASSIGNED)).await;
            gateway.event(&event(urn, 100 + number, NOT_CHARGED)).await;
        }
        let approved = gateway.draft_and_approve().await;
        assert_eq!(approved.len(), 2 * VICTIMS.len());
        gateway.clock().set("2026-11-23T12:00:00Z");
        let relay = postfix.relay(MAIL_DOMAIN, 8);
        while gateway
            .flows
            .deliver_batch("test", &relay)
            .await
            .expect("a batch")
            .claimed
            > 0
        {}

        let mut expected = BTreeMap::new();
        for message in &approved {
            assert_eq!(gateway.stands(&message.message).await, "delivered: 250");
            let owed = gateway.obligation_of(&message.message).await;
            *expected.entry(owed.victim_id.to_string()).or_insert(0) += 1;
            assert_eq!(
                gateway.contacts_of(&owed).await.len(),
                2,
                "one contact for each of the victim's messages"
            );
        }
        assert!(
            expected.values().all(|count| *count == 2),
            "an introduction and a decision for each"
        );

        let delivered = postfix.delivered();
        assert_eq!(delivered.len(), approved.len(), "no more and no fewer");
        for mail in &delivered {
            assert!(
                !mail.bytes.contains(&b'\r'),
                "the mailbox has line feeds alone: no bare CR came over the wire"
            );
            let parsed = MessageParser::default()
                .parse(&mail.bytes)
                .expect("a mail parses");
            let to = parsed
                .to()
                .and_then(|to| to.first())
                .and_then(|to| to.address())
                .expect("one To");
            assert_eq!(to, mail.recipient, "header and envelope name the same person");
            assert!(parsed.cc().is_none() && parsed.bcc().is_none());
            assert_eq!(parsed.subject(), Some("A message for you"));
            let text = parsed.body_text(0).expect("a text part");
            let of = |name: &str| text.contains(name);
            let named = VICTIMS
                .iter()
                .filter(|(_, _, preferred)| of(preferred))
                .collect::<Vec<_>>();
            assert_eq!(named.len(), 1, "each message names one victim");
            assert!(
                mail.recipient.starts_with(&named[0].2.to_lowercase()),
                "and goes to that one"
            );
        }
        let ids = delivered
            .iter()
            .filter_map(|mail| {
                MessageParser::default()
                    .parse(&mail.bytes)?
                    .message_id()
                    .map(str::to_owned)
            })
            .collect::<std::collections::BTreeSet<_>>();
        let ours = approved
            .iter()
            .map(|m| format!("{}@{MAIL_DOMAIN}", m.message))
            .collect();
        assert_eq!(ids, ours, "every message arrived under its own Message-ID");
        assert_eq!(gateway.forgotten().await, 0);
    }
);
