//! What only a person decides.

use flows::Kind;
use harness::case::{assigned, case, event};
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};
use mail_parser::MessageParser;
use serde_json::json;

async fn introduced(database: &harness::database::Database, faults: Faults) -> TestGateway {
    let gateway = TestGateway::new(database, faults).await;
    gateway.add_victim(&case(&json!({}))).await;
    gateway.event(&event(1, &assigned())).await;
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

on_both!(
    async fn what_was_cancelled_is_drafted_anew_and_what_may_have_arrived_is_not(database: Database) {
        let gateway = introduced(&database, Faults::Each(vec![Fault::DropAfterData])).await;
        let first = gateway.draft_and_approve().await.remove(0).message;
        let owed = gateway.obligation_of(&first).await;
        gateway
            .flows
            .cancel_message(OFFICER, &first, "wrong-words")
            .await
            .expect("it has not left");
        assert!(
            gateway.draft_and_approve().await.is_empty(),
            "a person decides first"
        );
        gateway
            .flows
            .draft_again(OFFICER, &owed.id, "words-changed")
            .await
            .expect("it is handed back");
        let second = gateway.draft_and_approve().await.remove(0).message;
        assert_ne!(second, first);
        gateway.clock().set("2026-11-23T12:00:00Z");
        gateway.deliver().await;
        assert!(gateway.stands(&second).await.starts_with("unknown"));
        let refused = gateway
            .flows
            .draft_again(OFFICER, &owed.id, "words-changed")
            .await;
        assert_eq!(refused.expect_err("it may have arrived").kind(), Kind::Conflict);
        assert!(
            gateway.stands(&second).await.starts_with("unknown"),
            "nothing half done"
        );
    }
);

on_both!(
    async fn what_was_given_up_for_a_busy_relay_is_sent_again_by_decision(database: Database) {
        let gateway = introduced(&database, Faults::Each(vec![Fault::BusyAtData; 8])).await;
        let message = gateway.draft_and_approve().await.remove(0).message;
        while let Some(next) = gateway.flows.next_delivery_at().await.expect("the outbox") {
            if next > gateway.flows.now() {
                gateway.clock().set_to(next);
            }
            gateway.deliver().await;
        }
        assert!(gateway.stands(&message).await.starts_with("temporary-failure"));
        let again = gateway.flows.resend_message(OFFICER, &message, "relay-mended");
        again.await.expect("a person decided");
        gateway.deliver().await;
        assert_eq!(gateway.stands(&message).await, "delivered: 250");
    }
);
