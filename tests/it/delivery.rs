//! From an event to a message that has left, or has not, and what is then on record.

use audit::entry::Entry;
use flows::{Approved, Delivered, Kind, Recorded};
use harness::database::Database;
use harness::gateway::{
    APPROVER, BEGINNING, DELIVERED_ONE, HOLD_BACK_ENDS, MAIL_DOMAIN, OFFICER, TestGateway,
};
use harness::on_both;
use mail::catcher::{Fault, Faults};

const URN: &str = "01NE4400126";
const EMAIL: &str = "maren.holloway7@inbox.example";
/// One minute before the hold-back of a message ends that was approved at the beginning.
const BEFORE_THE_END: &str = "2026-11-23T09:14:00Z";
const NEXT_DAY: &str = "2026-11-24T12:00:00Z";

fn victim(windows: &str) -> String {
    format!(
        r#"{{"urn":"{URN}","area":"north-east","offence":"adult-rape","opened_at":"2026-06-14","defendants":[{{"label":"Defendant 1","name":"Corin Latchford","addresses":[["35 Foundry Street","Middleford","ZZ87 7DQ"]],"phones":["07700 900534"],"emails":["corin.latchford@elsewhere.test"]}}],"victim_ref":"V-77","legal_name":"Maren Holloway","preferred_name":"Maren","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"vlo":"{OFFICER}","email":{{"value":"{EMAIL}","safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"2026-09-07","review_by":"2027-07-02"}},"mobile":{{"value":"07700 900466","safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"2026-10-11","review_by":"2027-10-06"}},"preferred":"email","windows":["{windows}"],"content_in_email":true}}"#
    )
}

/// An event about a URN: `rest` is its kind and whatever goes with it.
fn event(number: u32, urn: &str, occurred_at: &str, rest: &str) -> String {
    format!(
        r#"{{"source":"cms","source_event_id":"CMS-{number}","urn":"{urn}","victim_ref":"V-77","occurred_at":"{occurred_at}",{rest}}}"#
    )
}

fn assigned(number: u32) -> String {
    event(number, URN, "2026-11-23T08:30:00Z", r#""kind":"vlo-assigned""#)
}

fn no_charge(number: u32) -> String {
    event(
        number,
        URN,
        "2026-11-23T08:45:00Z",
        r#""kind":"charge-decision","decision":"no-charge","decided_by":"cps","charges":["Rape"],"reasons":"The evidence does not meet the test that we have to apply.","reasons_author":"Ishaan Merrick""#,
    )
}

/// A victim whose officer has been assigned; the introduction is approved and waits for its hold-back.
async fn introduced(database: &Database, faults: Faults, windows: &str) -> (TestGateway, Approved) {
    let gateway = TestGateway::new(database, faults).await;
    gateway.add_victim(&victim(windows)).await;
    let answer = gateway.event(&assigned(1)).await;
    assert!(matches!(answer, Recorded::New { raised: 1, .. }), "{answer:?}");
    let mut approved = gateway.draft_and_approve().await;
    assert_eq!(approved.len(), 1, "one introduction is approved");
    let introduction = approved.remove(0);
    assert_eq!(
        introduction.hold_until,
        HOLD_BACK_ENDS.parse().expect("an instant")
    );
    (gateway, introduction)
}

on_both!(
    async fn an_update_is_raised_drafted_approved_delivered_and_recorded(database: Database) {
        let (gateway, approved) = introduced(&database, Faults::Always(Fault::None), "any").await;
        assert_eq!(gateway.obligation_of(&approved.message).await.rule, "HOUSE-INTRO");
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);

        let caught = gateway.caught();
        assert_eq!(caught.len(), 1);
        assert_eq!(caught[0].recipients, [EMAIL]);
        assert_eq!(gateway.seen().bare_line_ends, 0);
        assert_eq!(gateway.stands(&approved.message).await, "delivered: 250");

        let owed = gateway.obligation_of(&approved.message).await;
        assert_eq!(owed.state, "discharged");
        assert_eq!(owed.ended_by.as_deref(), Some(approved.message.as_str()));
        let contacts = gateway.contacts_of(&owed).await;
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].result, "accepted");
        assert_eq!(contacts[0].message_id.as_ref(), Some(&approved.message));
        assert!(!contacts[0].informed, "a server took it; nobody has read it");

        let sealed = gateway.seal().await;
        let verified = gateway.flows.verify_log().await.expect("the log holds");
        assert_eq!((verified.size, verified.root), (sealed.size, sealed.root));
        let verbs = gateway.log_bodies().await;
        let verbs = verbs.iter().map(|body| Entry::parse(body).expect("an entry"));
        let verbs = verbs.map(|entry| entry.verb().to_owned()).collect::<Vec<_>>();
        let story = [
            "victim-added",
            "event-recorded",
            "obligation-raised",
            "draft-composed",
            "draft-approved",
            "delivery-attempted",
            "delivery-ended",
        ];
        assert!(verbs.ends_with(&story.map(str::to_owned)), "{verbs:?}");
        assert_eq!(gateway.forgotten().await, 0);
        assert_eq!(gateway.unseen().await, []);
    }
);

on_both!(
    async fn nothing_leaves_before_its_hold_back_ends(database: Database) {
        let (gateway, approved) = introduced(&database, Faults::Always(Fault::None), "any").await;
        for instant in [BEGINNING, BEFORE_THE_END] {
            gateway.clock().set(instant);
            assert_eq!(gateway.deliver().await, Delivered::default());
        }
        assert_eq!(gateway.seen().connections, 0, "not even a connection is made");
        assert_eq!(gateway.stands(&approved.message).await, "created");
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);
    }
);

on_both!(
    async fn a_message_cancelled_during_its_hold_back_never_leaves(database: Database) {
        let (gateway, approved) = introduced(&database, Faults::Always(Fault::None), "any").await;
        gateway.clock().set(BEFORE_THE_END);
        let cancelled = gateway
            .flows
            .cancel_message(APPROVER, &approved.message, "overtaken");
        cancelled.await.expect("it has not left");
        for instant in [HOLD_BACK_ENDS, NEXT_DAY] {
            gateway.clock().set(instant);
            assert_eq!(gateway.deliver().await, Delivered::default());
        }
        assert_eq!(gateway.seen().connections, 0);
        assert_eq!(gateway.stands(&approved.message).await, "cancelled: overtaken");
        let owed = gateway.obligation_of(&approved.message).await;
        assert_eq!(owed.state, "open");
        assert_eq!(owed.waiting_for.as_deref(), Some("decision-after-cancelling"));
        assert_eq!(gateway.forgotten().await, 0);
    }
);

on_both!(
    async fn a_message_that_has_left_cannot_be_cancelled(database: Database) {
        let (gateway, approved) = introduced(&database, Faults::Always(Fault::None), "any").await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);
        let cancelled = gateway
            .flows
            .cancel_message(APPROVER, &approved.message, "overtaken");
        assert_eq!(cancelled.await.expect_err("no recall").kind(), Kind::Conflict);
        assert_eq!(gateway.stands(&approved.message).await, "delivered: 250");
    }
);

on_both!(
    async fn when_the_connection_dies_after_the_final_dot_a_person_decides(database: Database) {
        let (gateway, approved) = introduced(&database, Faults::Always(Fault::DropAfterData), "any").await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.failed, 1);
        assert_eq!(gateway.seen().messages, 1, "the server kept it and never said so");
        assert_eq!(gateway.stands(&approved.message).await, "unknown: end-not-seen");
        let notice = ("unknown".to_owned(), Some(approved.message.clone()));
        assert_eq!(gateway.unseen().await, std::slice::from_ref(&notice));

        gateway.clock().set(NEXT_DAY);
        assert_eq!(gateway.deliver().await, Delivered::default());
        assert_eq!(gateway.seen().messages, 1);
        assert_eq!(gateway.unseen().await, [notice]);
        let owed = gateway.obligation_of(&approved.message).await;
        assert_eq!(owed.state, "open");
        assert_eq!(owed.waiting_for.as_deref(), Some("decision-about-delivery"));
        let contacts = gateway.contacts_of(&owed).await;
        let results = contacts.iter().map(|contact| contact.result.as_str());
        assert_eq!(results.collect::<Vec<_>>(), ["unknown"]);
        assert_eq!(gateway.forgotten().await, 0);
    }
);

on_both!(
    async fn without_tls_nothing_leaves_and_the_message_is_held(database: Database) {
        let (gateway, approved) = introduced(&database, Faults::Always(Fault::NoStartTls), "any").await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.accepted, 0);
        assert_eq!(gateway.stands(&approved.message).await, "held: no-tls");
        let seen = gateway.seen();
        assert!(seen.connections > 0, "it was tried");
        assert_eq!(seen.messages, 0);
        for verb in ["MAIL", "RCPT", "DATA"] {
            assert!(!seen.verbs_in_clear.iter().any(|heard| heard == verb), "{verb}");
        }
        assert_eq!(
            gateway.unseen().await,
            [("held".to_owned(), Some(approved.message))]
        );
        assert_eq!(gateway.forgotten().await, 0);
    }
);

on_both!(
    async fn a_hard_bounce_makes_the_contact_point_unknown(database: Database) {
        let faults = Faults::Each(vec![Fault::RefuseRecipient]);
        let (gateway, first) = introduced(&database, faults, "any").await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.failed, 1);
        assert_eq!(gateway.stands(&first.message).await, "permanent-failure: 550");

        let answer = gateway.event(&no_charge(2)).await;
        assert!(matches!(answer, Recorded::New { .. }), "{answer:?}");
        let second = gateway.draft_and_approve().await;
        assert!(!second.is_empty(), "the decision is drafted all the same");
        gateway.clock().set(NEXT_DAY);
        assert_eq!(gateway.deliver().await.held, second.len());
        for approved in &second {
            assert_eq!(
                gateway.stands(&approved.message).await,
                "held: no-verified-safe-contact-point"
            );
        }
        assert_eq!(gateway.seen().messages, 0);
        assert_eq!(gateway.unseen().await.len(), 1 + second.len());
        assert_eq!(gateway.forgotten().await, 0);
    }
);

on_both!(
    async fn a_busy_server_is_tried_again_later(database: Database) {
        let faults = Faults::Each(vec![Fault::BusyAtData, Fault::None]);
        let (gateway, approved) = introduced(&database, faults, "any").await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.failed, 1);
        let row = gateway.outbox_row(&approved.message).await;
        assert_eq!(row.state, "temporary-failure");
        let again = row.next_at.expect("it is looked at again");
        assert!(again > row.changed_at);
        assert_eq!(gateway.deliver().await, Delivered::default(), "not at once");
        assert_eq!(gateway.unseen().await, [], "nobody is troubled yet");

        gateway.clock().set(&again.to_string());
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);
        let outcomes = gateway.tries(&approved.message).await;
        let outcomes = outcomes.iter().map(Option::as_deref).collect::<Vec<_>>();
        assert_eq!(outcomes, [Some("temporary-failure"), Some("accepted")]);
        let caught = gateway.caught();
        assert_eq!(caught.len(), 1);
        let wanted = format!("Message-ID: <{}@{MAIL_DOMAIN}>\r\n", approved.message);
        let text = String::from_utf8_lossy(&caught[0].bytes);
        assert!(
            text.contains(&wanted),
            "both tries bear the message's own identifier"
        );
    }
);

on_both!(
    async fn outside_the_window_a_message_waits_for_it(database: Database) {
        let faults = Faults::Always(Fault::None);
        let (gateway, approved) = introduced(&database, faults, "mon-thu 16:00-20:00").await;
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.held, 1);
        assert_eq!(gateway.stands(&approved.message).await, "held: outside-window");
        let opens = "2026-11-23T16:00:00Z";
        let next = gateway
            .flows
            .next_delivery_at()
            .await
            .expect("the outbox answers");
        assert_eq!(next, Some(opens.parse().expect("an instant")));
        assert_eq!(gateway.unseen().await, [], "waiting needs nobody");

        gateway.clock().set("2026-11-23T15:59:59Z");
        assert_eq!(gateway.deliver().await, Delivered::default());
        assert_eq!(gateway.seen().connections, 0);
        gateway.clock().set(opens);
        assert_eq!(gateway.deliver().await, DELIVERED_ONE);
    }
);

on_both!(
    async fn a_duplicate_event_changes_nothing(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&victim("any")).await;
        assert!(matches!(gateway.event(&assigned(1)).await, Recorded::New { .. }));
        let before = gateway.flows.counts().await.expect("counts");
        let log = gateway.flows.verify_log().await.expect("the log holds");
        assert_eq!(gateway.event(&assigned(1)).await, Recorded::Duplicate);
        let after = gateway.flows.counts().await.expect("counts");
        assert_eq!(after.obligations.raised, before.obligations.raised);
        assert_eq!(gateway.flows.verify_log().await.expect("the log holds"), log);
    }
);

on_both!(
    async fn an_event_that_does_not_fit_its_case_is_refused_without_repeating_it(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&victim("any")).await;
        let before = gateway.flows.verify_log().await.expect("the log holds");
        let mut sentences = Vec::new();
        for (urn, occurred_at) in [
            ("44ZZ9876525", "2026-11-23T08:30:00Z"),
            ("01NE4400127", "2026-11-23T08:30:00Z"),
            (URN, "2026-11-23T09:00:01Z"),
            (URN, "2026-06-12T08:30:00Z"),
        ] {
            let line = event(3, urn, occurred_at, r#""kind":"vlo-assigned""#);
            let answer = gateway.event(&line).await;
            let Recorded::Refused(sentence) = answer else {
                panic!("{urn} at {occurred_at}: {answer:?}");
            };
            for value in [urn, occurred_at, "V-77", "CMS-3", "2026", "Maren"] {
                assert!(!sentence.contains(value), "{sentence}");
            }
            sentences.push(sentence);
        }
        assert_eq!(sentences[0], sentences[1], "a wrong digit tells nothing more");
        assert!(sentences[2].contains("future"), "{}", sentences[2]);
        assert!(sentences[3].contains("before the case"), "{}", sentences[3]);
        let after = gateway.flows.counts().await.expect("counts");
        assert_eq!(after.obligations.raised, 0);
        assert_eq!(gateway.flows.verify_log().await.expect("the log holds"), before);
    }
);

on_both!(
    async fn a_second_person_is_needed_for_a_decision(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&victim("any")).await;
        gateway.event(&no_charge(2)).await;
        let composed = gateway.flows.compose_drafts(OFFICER, 64).await;
        assert!(composed.expect("drafts").drafted > 0);
        let waiting = gateway.flows.list_drafts(64).await.expect("the drafts");
        let decision = waiting
            .iter()
            .find(|draft| draft.kind == "decision-not-to-charge")
            .expect("the decision is drafted");
        let refused = gateway.flows.approve_draft(OFFICER, &decision.id).await;
        let refused = refused.expect_err("the drafter is not the second person");
        assert_eq!(refused.kind(), Kind::NotAllowed, "{refused}");
        assert!(
            gateway
                .flows
                .list_outbox(64)
                .await
                .expect("the outbox")
                .is_empty()
        );
        let approved = gateway.flows.approve_draft(APPROVER, &decision.id).await;
        approved.expect("somebody else may approve it");
    }
);
