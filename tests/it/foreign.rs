//! Another case's people and references never stand in a message (requirement C2, incidents I3 and I12).

use flows::Kind;
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};

fn victim(urn: &str, reference: &str, name: &str, preferred: &str, email: &str, defendant: &str) -> String {
    format!(
        r#"{{"urn":"{urn}","area":"north-east","offence":"adult-rape","opened_at":"2026-06-14","defendants":[{{"label":"Defendant 1","name":"{defendant}","addresses":[],"phones":[],"emails":[]}}],"victim_ref":"{reference}","legal_name":"{name}","preferred_name":"{preferred}","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"vlo":"{OFFICER}","email":{{"value":"{email}","safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"2026-09-07","review_by":"2027-07-02"}},"preferred":"email","windows":["any"],"content_in_email":true}}"#
    )
}

fn not_charged(number: u32, reasons: &str) -> String {
    format!(
        r#"{{"source":"cms","source_event_id":"CMS-{number}","urn":"01NE4400126","victim_ref":"V-1","occurred_at":"2026-11-23T08:45:00Z","kind":"charge-decision","decision":"no-charge","decided_by":"cps","charges":["Rape"],"reasons":"{reasons}","reasons_author":"Ishaan Merrick"}}"#
    )
}

/// What approving a decision with these reasons answers: the sentence of the refusal, or nothing.
async fn refusal(database: &Database, reasons: &str) -> Option<String> {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    gateway
        .add_victim(&victim(
            "01NE4400126",
            "V-1",
            "Maren Holloway",
            "Maren",
            "maren@inbox.example",
            "Corin Latchford",
        ))
        .await;
    gateway
        .add_victim(&victim(
            "01NE4400226",
            "V-2",
            "Oriel Fanshawe",
            "Oriel",
            "oriel@inbox.example",
            "Tobias Wren",
        ))
        .await;
    gateway.event(&not_charged(1, reasons)).await;
    gateway
        .flows
        .compose_drafts(OFFICER, 10)
        .await
        .expect("it is drafted");
    let drafts = gateway.flows.list_drafts(10).await.expect("drafts");
    assert_eq!(drafts.len(), 1, "the decision has a draft");
    match gateway.flows.approve_draft(APPROVER, &drafts[0].id).await {
        Ok(_) => None,
        Err(fault) => {
            assert_eq!(fault.kind(), Kind::NotAllowed);
            Some(fault.to_string())
        }
    }
}

on_both!(
    async fn a_victim_of_another_case_in_the_reasons_stops_the_draft(database: Database) {
        let said = refusal(&database, "What Oriel Fanshawe told the police was not enough.").await;
        let said = said.expect("the draft is refused");
        assert!(said.contains("foreign-name"), "{said}");
        assert!(
            !said.contains("Oriel") && !said.contains("Fanshawe"),
            "the refusal repeats no name"
        );
    }
);

on_both!(
    async fn a_defendant_of_another_case_stops_the_draft_also_with_accents_and_capitals(database: Database) {
        let said = refusal(&database, "There was no evidence against TOBIÁS WREN.").await;
        assert!(said.expect("the draft is refused").contains("foreign-name"));
    }
);

on_both!(
    async fn a_reference_of_another_case_stops_the_draft_however_it_is_spaced(database: Database) {
        let said = refusal(&database, "See 01 NE 44002 26 for the reasons.").await;
        assert!(said.expect("the draft is refused").contains("foreign-urn"));
    }
);

on_both!(
    async fn the_own_defendant_by_name_stops_the_draft(database: Database) {
        let said = refusal(&database, "We could not prove what Corin Latchford did.").await;
        assert!(said.expect("the draft is refused").contains("defendant-name"));
    }
);

on_both!(
    async fn reasons_about_this_case_alone_are_approved(database: Database) {
        let said = refusal(
            &database,
            "Maren Holloway told the police what happened. It was not enough for a court.",
        )
        .await;
        assert_eq!(said, None);
    }
);
