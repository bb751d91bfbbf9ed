//! What a message says and carries: I3, I5, I12, I16.

use std::collections::BTreeSet;

use domain::adviser::NOTICE_KIND;
use domain::draft::is_for_adviser;
use flows::Kind;
use harness::case::{self, EMAIL, defendant, not_charged, safe};
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::mails::Mail;
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

use super::HOLD_BACK_ENDS;

const PHONE: &str = "07700 900466";
const HOME: [&str; 4] = ["12 Orchard Rise", "Thornby", "Middleford", "ZZ9 9ZZ"];

fn victim() -> Value {
    let theirs = json!({"addresses": [["35 Foundry Street", "Middleford", "ZZ87 7DQ"]], "phones": ["07700 900534"],
        "emails": ["corin.latchford@elsewhere.test"]});
    json!({"mobile": safe(PHONE), "post": safe(json!(HOME)), "defendants": [defendant(&theirs)]})
}

/// What approving a message about this event answers to either approver: the sentence of the refusal, or nothing.
async fn refusal(gateway: &TestGateway, number: usize, event: &Value) -> Option<String> {
    gateway.event(&case::event(number, event)).await;
    gateway.flows.compose_drafts(OFFICER, 10).await.expect("drafts");
    let draft = gateway
        .flows
        .list_drafts(10)
        .await
        .expect("drafts")
        .pop()
        .expect("a draft");
    for other in ["tom.ellis", APPROVER] {
        match gateway.flows.approve_draft(other, &draft.id).await {
            Ok(_) => return None,
            Err(fault) => {
                assert_eq!(fault.kind(), Kind::NotAllowed);
                if other == APPROVER {
                    return Some(fault.to_string());
                }
            }
        }
    }
    unreachable!("the last approver has answered")
}

/// None of these reasons can be approved, each for this finding, which repeats nothing of them.
async fn none_is_approved(database: &harness::database::Database, texts: &[(&str, &str)]) {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    for (number, (reasons, finding)) in texts.iter().enumerate() {
        let urn = format!("01NE{number:05}26");
        gateway
            .add_victim(&case::case(&case::over(victim(), &json!({"urn": urn}))))
            .await;
        let event = case::over(not_charged(reasons), &json!({"urn": urn}));
        let said = refusal(&gateway, number, &event).await;
        let said = said.unwrap_or_else(|| panic!("approved: {reasons}"));
        assert!(said.contains(finding), "{reasons}: {said}");
        for word in ["Orchard", "Foundry", "900466", "ZZ9", "inbox.example"] {
            assert!(!said.contains(word), "the refusal repeats `{word}`");
        }
        void(&gateway).await;
    }
    gateway.clock().set(HOLD_BACK_ENDS);
    gateway.deliver_all().await;
    assert_eq!(gateway.seen().connections, 0);
}

/// Ends what is owed, so that its draft waits for nobody in the next round.
async fn void(gateway: &TestGateway) {
    for owed in gateway
        .flows
        .list_obligations(None, 100)
        .await
        .expect("obligations")
    {
        let waived = gateway
            .flows
            .waive_obligation(APPROVER, &owed.id, "end-of-round")
            .await;
        waived.expect("it is waived");
    }
}

on_both!(
    async fn incident_03_the_victims_own_address_in_the_reasons_is_never_approved(database: Database) {
        none_is_approved(
            &database,
            &[
                ("We wrote to you at 12 Orchard Rise, Thornby.", "own-address"),
                ("Your home, postcode zz99zz, was searched.", "own-address"),
                ("He was seen in ORCHARD RISE.", "own-address"),
                ("We rang you on 07700900466.", "own-phone"),
                ("We rang you on +44 7700 900 466.", "own-phone"),
                ("We wrote to Maren.Holloway7@Inbox.Example about it.", "own-email"),
            ],
        )
        .await;
    }
);

on_both!(
    async fn incident_05_an_address_of_the_defence_side_in_the_reasons_is_never_approved(database: Database) {
        none_is_approved(
            &database,
            &[
                ("He lives at 35 Foundry Street, ZZ87 7DQ.", "defence-contact"),
                ("His number is 07700 900 534.", "defence-contact"),
                ("Write to corin.latchford@elsewhere.test.", "defence-contact"),
            ],
        )
        .await;
    }
);

on_both!(
    async fn incident_12_a_street_without_its_number_or_broken_over_two_lines_is_never_approved(
        database: Database,
    ) {
        none_is_approved(
            &database,
            &[
                ("The camera in Orchard Rise shows nothing.", "own-address"),
                ("A neighbour from Orchard\nRise saw nothing.", "own-address"),
            ],
        )
        .await;
    }
);

on_both!(
    async fn incident_03_no_contact_data_of_the_victim_stands_in_any_byte_that_left(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&case::case(&victim())).await;
        gateway.event(&case::event(1, &case::assigned())).await;
        gateway
            .event(&case::event(2, &not_charged("It could not be proved.")))
            .await;
        let place = json!({"kind": "meeting-arranged", "meeting_at": "2026-12-07T10:00:00Z", "where": "12 Orchard Rise",
            "how": "in-person"});
        assert_eq!(gateway.draft_and_approve().await.len(), 2);
        let said = refusal(&gateway, 3, &place).await;
        assert!(
            said.expect("a meeting at her home is not put in a mail")
                .contains("own-address")
        );
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        let caught = gateway.caught();
        assert_eq!(caught.len(), 2);
        for mail in &caught {
            let raw = String::from_utf8_lossy(&mail.bytes).to_lowercase();
            let mail = Mail::read(mail);
            let words = mail.words().to_lowercase();
            assert!(words.contains("maren"), "the words are found");
            for own in ["orchard rise", "thornby", "zz9 9zz", "900466", "900 466"] {
                assert!(!words.contains(own) && !raw.contains(own), "{own}");
            }
            assert!(!words.contains(EMAIL));
            assert_eq!(raw.matches(EMAIL).count(), 1, "in To and nowhere else");
            assert_eq!((mail.to(), mail.attachments()), (vec![EMAIL.to_owned()], 0));
        }
    }
);

/// One event for each kind of message, and the kind.
fn every_kind() -> Vec<(&'static str, Value)> {
    let with_reasons = |fields: Value| {
        case::over(
            fields,
            &json!({"reasons": "It could not be proved.", "reasons_author": "Ishaan Merrick"}),
        )
    };
    let meeting = |kind: &str| json!({"kind": kind, "meeting_at": "2026-12-07T10:00:00Z", "where": "Our office", "how": "in-person"});
    let stopped = |qualifies: bool| {
        with_reasons(
            json!({"kind": "charge-stopped", "how": "discontinued", "charges": ["Rape"],
            "all_proceedings_end": true, "review_qualifies": qualifies}),
        )
    };
    vec![
        ("vlo-introduction", case::assigned()),
        ("decision-not-to-charge", not_charged("It could not be proved.")),
        (
            "decision-to-charge",
            json!({"kind": "charge-decision", "decision": "charge", "decided_by": "cps", "charges": ["Rape"]}),
        ),
        (
            "provisional-decision",
            with_reasons(json!({"kind": "provisional-decision"})),
        ),
        ("charge-stopped", stopped(false)),
        ("charge-stopped-review", stopped(true)),
        (
            "charge-altered",
            with_reasons(json!({"kind": "charge-altered", "level": "decreased", "charges": ["Assault"]})),
        ),
        (
            "trial-meeting-offer",
            json!({"kind": "trial-set", "after_not_guilty_plea": true, "plea_date": "2026-11-20", "trial_date": "2027-05-10"}),
        ),
        ("meeting-arranged", meeting("meeting-arranged")),
        ("meeting-changed", meeting("meeting-changed")),
        (
            "meeting-cancelled",
            json!({"kind": "meeting-cancelled", "meeting_at": "2026-12-07T10:00:00Z"}),
        ),
        (
            "review-outcome",
            with_reasons(json!({"kind": "review-outcome", "upheld": true})),
        ),
        (
            "sentence-answer",
            json!({"kind": "sentence-question", "question": "When?", "answer": "In 2031.", "answer_author": "Ishaan Merrick"}),
        ),
        ("safety-check", json!({"kind": "safety-check-due"})),
        ("update-available", case::assigned()),
    ]
}

on_both!(
    async fn incident_16_whatever_its_kind_a_message_is_two_parts_of_the_same_words_and_nothing_else(
        database: Database,
    ) {
        // The news of a charge stands on a rule that somebody has to confirm first.
        let gateway = TestGateway::confirming(&database, &["R6-05"]).await;
        let mut number = 0;
        for (kind, event) in every_kind() {
            for language in ["english", "welsh"] {
                number += 1;
                // The provisional decision is a pilot of one Area.
                let area = if kind == "provisional-decision" {
                    "west-midlands"
                } else {
                    "north-east"
                };
                let urn = format!("01NE{number:05}26");
                let person = json!({"urn": urn, "language": language, "area": area,
                    "email": safe(format!("person{number}@inbox.example")), "content_in_email": kind != "update-available"});
                gateway.add_victim(&case::case(&person)).await;
                gateway
                    .event(&case::event(
                        number,
                        &case::over(event.clone(), &json!({"urn": urn})),
                    ))
                    .await;
            }
        }
        let approved = gateway.draft_and_approve().await;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        let mut told = BTreeSet::new();
        for message in &approved {
            assert_eq!(gateway.stands(&message.message).await, "delivered: 250");
            told.insert(gateway.message(&message.message).await.kind);
        }
        let library = &gateway.flows.parts().library;
        let kinds = library.versions().iter().map(|version| version.kind.clone());
        // What is for an adviser is never for a victim; its tests stand with the mailboxes.
        let for_victims = kinds.filter(|kind| !is_for_adviser(kind) && kind != NOTICE_KIND);
        assert_eq!(
            told,
            for_victims.collect::<BTreeSet<_>>(),
            "every kind of message has left"
        );

        let caught = gateway.caught();
        assert_eq!(caught.len(), approved.len());
        let allowed = [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "content-language",
            "mime-version",
            "content-type",
            "auto-submitted",
            "content-transfer-encoding",
        ];
        for mail in &caught {
            let mail = Mail::read(mail);
            assert_eq!(mail.parts(), ["multipart/alternative", "text/plain", "text/html"]);
            assert_eq!(mail.attachments(), 0);
            for header in mail.headers() {
                assert!(allowed.contains(&header.as_str()), "{header}");
            }
        }
    }
);
