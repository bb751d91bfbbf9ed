//! What an officer writes to an adviser unasked: under which part of the consent, and what it leaves open.

use axum::http::StatusCode;
use domain::people::ConsentScope;
use flows::Kind;
use harness::case::URN;
use harness::gateway::OFFICER;
use harness::on_both;
use serde_json::json;

use super::{ADVISER, LATER, REASON, Trial, link, trial, trial_of};

const WORDS: &str = "The trial begins on 7 December. She may come to see the court before.";

async fn write(trial: &Trial, scope: ConsentScope) -> flows::Result<domain::id::DraftId> {
    let flows = &trial.house.flows;
    let her = trial.victim(URN).await;
    let desk = flows
        .read_supporters(OFFICER, &her, REASON)
        .await
        .expect("who helps");
    let link = desk.supporters[0].row.id.clone();
    flows.write_to_adviser(OFFICER, &her, &link, scope, WORDS).await
}

on_both!(
    async fn what_an_officer_writes_unasked_reaches_the_adviser_and_stays_open_until_the_person_was_told(
        database: Database,
    ) {
        let trial = trial(&database).await;
        let her = trial.victim(URN).await;
        let draft = write(&trial, ConsentScope::Updates).await.expect("a draft");
        assert_eq!(trial.rules(&her).await, ["HOUSE-ADVISER-UPDATE"]);
        let approved = trial.house.flows.approve_draft(OFFICER, &draft).await;
        approved.expect("approved");
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.accepted, 1);
        let caught = trial.house.caught();
        assert_eq!(caught[0].recipients, [ADVISER]);
        let mail = mail_parser::MessageParser::new()
            .parse(&caught[0].bytes)
            .expect("a message");
        let text = mail.body_text(0).expect("words");
        assert!(
            text.contains(WORDS) && !text.contains("Maren") && !text.contains(URN),
            "{text}"
        );
        assert!(mail.in_reply_to().as_text().is_none() && mail.reply_to().is_some());
        assert_eq!(trial.rules(&her).await, ["HOUSE-ADVISER-CONFIRM"]);

        let dana = trial.door.signed_in(&trial.lead).await;
        let path = link(&dana.get("/adviser").await, "/adviser/conversations");
        let page = dana.get(&path).await;
        assert!(page.says(WORDS), "{}", page.text());
        let told = link(&page, &format!("{path}/told"));
        let today = [
            ("whether", "told"),
            ("on", "23"),
            ("on-month", "11"),
            ("on-year", "2026"),
        ];
        let page = dana.submit(&page, &told, &today).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(trial.rules(&her).await.is_empty());
    }
);

on_both!(
    async fn each_matter_needs_its_own_part_of_the_consent(database: Database) {
        let trial = trial_of(&database, &json!({"scopes": ["meeting-offers"]})).await;
        let her = trial.victim(URN).await;
        let refused = write(&trial, ConsentScope::Updates)
            .await
            .expect_err("not covered");
        assert_eq!(refused.kind(), Kind::Invalid);
        assert!(refused.to_string().contains("does not cover it"), "{refused}");
        assert!(
            trial.rules(&her).await.is_empty(),
            "nothing is owed by what was refused"
        );
        let others = write(&trial, ConsentScope::Replies)
            .await
            .expect_err("nobody asked");
        assert_eq!(others.kind(), Kind::Invalid);
        write(&trial, ConsentScope::MeetingOffers).await.expect("a draft");
    }
);

on_both!(
    async fn a_consent_that_ends_holds_what_was_approved(database: Database) {
        let trial = trial(&database).await;
        let her = trial.victim(URN).await;
        let draft = write(&trial, ConsentScope::Updates).await.expect("a draft");
        trial
            .house
            .flows
            .approve_draft(OFFICER, &draft)
            .await
            .expect("approved");
        let flows = &trial.house.flows;
        let desk = flows
            .read_supporters(OFFICER, &her, REASON)
            .await
            .expect("who helps");
        let link = desk.supporters[0].row.id.clone();
        let why = domain::supporter::EndWhy::PersonTookItBack;
        flows.end_consent(OFFICER, &her, &link, why).await.expect("ended");
        trial.house.clock().set(LATER);
        assert_eq!(trial.house.deliver().await.held, 1);
        assert!(trial.house.caught().is_empty());
    }
);
