//! What only a person decides.

use flows::Kind;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};
use mail_parser::MessageParser;

const URN: &str = "01NE4400126";

async fn introduced(database: &harness::database::Database, faults: Faults) -> TestGateway {
    let gateway = TestGateway::new(database, faults).await;
    let victim = format!(
        r#"{{"urn":"{URN}","area":"north-east","offence":"adult-rape","opened_at":"2026-06-14","defendants":[],"victim_ref":"V-1","legal_name":"Maren Holloway","preferred_name":"Maren","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"vlo":"{OFFICER}","email":{{"value":"maren@inbox.example","safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"2026-09-07","review_by":"2027-07-02"}},"preferred":"email","windows":["any"],"content_in_email":true}}"#
    );
    gateway.add_victim(&victim).await;
    let event = format!(
        r#"{{"source":"cms","source_event_id":"CMS-1","urn":"{URN}","victim_ref":"V-1","occurred_at":"2026-11-23T08:30:00Z","kind":"vlo-assigned"}}"#
    );
    gateway.event(&event).await;
    gateway
}

on_both!(
    async fn a_message_whose_end_was_not_seen_is_sent_again_only_by_decision_and_under_its_id(
        database: Database,
    ) {
        let faults = Faults::Each(vec![Fault::DropAfterData, Fault::None]);
        let gateway = introduced(&database, faults).await;
        let approved = gateway.draft_and_approve().await.remove(0);
        gateway.clock().set("2026-11-23T12:00:00Z");
        gateway.deliver().await;
        assert!(gateway.stands(&approved.message).await.starts_with("unknown"));
        assert_eq!(gateway.deliver().await.claimed, 0, "nobody decided yet");

        let decided = gateway
            .flows
            .resend_message(OFFICER, &approved.message, "not-in-the-relays-log")
            .await;
        decided.expect("it is queued again");
        gateway.deliver().await;
        assert_eq!(gateway.stands(&approved.message).await, "delivered: 250");
        let ids = gateway
            .caught()
            .iter()
            .map(|mail| {
                MessageParser::default()
                    .parse(&mail.bytes)
                    .expect("a mail")
                    .message_id()
                    .map(str::to_owned)
            })
            .collect::<Vec<_>>();
        assert_eq!(ids.len(), 2, "it had arrived the first time after all");
        assert_eq!(ids[0], ids[1], "and the second one can be known as the same");
        assert_eq!(gateway.obligation_of(&approved.message).await.state, "discharged");
        let log = gateway.log_bodies().await;
        let of_decision = log
            .iter()
            .filter(|body| String::from_utf8_lossy(body).contains("message-sent-again"));
        assert_eq!(of_decision.count(), 1);

        let again = gateway
            .flows
            .resend_message(OFFICER, &approved.message, "by-mistake")
            .await;
        assert_eq!(again.expect_err("it has arrived").kind(), Kind::Conflict);
    }
);

on_both!(
    async fn a_waived_duty_keeps_its_name_and_reason_and_its_message_does_not_leave(database: Database) {
        let gateway = introduced(&database, Faults::Always(Fault::None)).await;
        let approved = gateway.draft_and_approve().await.remove(0);
        let owed = gateway.obligation_of(&approved.message).await;
        let refused = gateway
            .flows
            .waive_obligation(APPROVER, &owed.id, "She was told in person!")
            .await;
        assert_eq!(refused.expect_err("a sentence is no code").kind(), Kind::Invalid);
        let refused = gateway
            .flows
            .waive_obligation(OFFICER, &owed.id, "told-in-person")
            .await;
        assert_eq!(
            refused.expect_err("the officer alone may not").kind(),
            Kind::NotAllowed
        );
        gateway
            .flows
            .waive_obligation(APPROVER, &owed.id, "told-in-person")
            .await
            .expect("it is waived");

        let ended = gateway.obligation_of(&approved.message).await;
        assert_eq!(
            (ended.state.as_str(), ended.ended_by.as_deref()),
            ("waived", Some(APPROVER))
        );
        assert_eq!(ended.ended_why.as_deref(), Some("told-in-person"));
        gateway.clock().set("2026-11-23T12:00:00Z");
        assert_eq!(gateway.deliver().await.claimed, 0);
        assert!(gateway.caught().is_empty(), "nothing left");
        let twice = gateway
            .flows
            .waive_obligation(APPROVER, &owed.id, "told-in-person")
            .await;
        assert_eq!(twice.expect_err("it has ended").kind(), Kind::Conflict);
    }
);
