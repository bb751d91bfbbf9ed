//! With an erased victim among the others, the house goes on: each flow that meets one says so, and the workers work.

use domain::contact::Why;
use domain::id::{ContactPointId, DraftId, ObligationId};
use domain::safety::HandRoute;
use flows::import::{self, Format};
use flows::{Error, Kind, Recorded};
use harness::case::{self, VICTIM, assigned};
use harness::gateway::{APPROVER, DELIVERED_ONE, OFFICER};
use harness::on_both;
use serde_json::json;
use store::drafts;
use store::obligations::{self, ObligationRow};

use super::{LET_GO, Story, WHY, ottoline, story, urn};

fn is_erased<T>(what: &str, answer: flows::Result<T>) {
    match answer {
        Err(fault @ Error::Erased) => {
            assert_eq!(fault.kind(), Kind::NotFound);
            assert!(fault.to_string().contains("were erased"), "{fault}");
        }
        Err(fault) => panic!("{what}: {fault}"),
        Ok(_) => panic!("{what} went through"),
    }
}

on_both!(
    async fn each_flow_that_meets_an_erased_victim_says_so(database: Database) {
        let story = story(&database).await;
        story.erase().await;
        let (flows, victim) = (&story.house.flows, &story.victim);
        let point = ContactPointId::parse(&"0".repeat(32)).expect("an identifier");
        is_erased(
            "reading the plan",
            flows.show_plan(OFFICER, victim, "preparing-a-call").await,
        );
        is_erased(
            "the contacts",
            flows.list_contacts(APPROVER, victim, "inspection").await,
        );
        is_erased(
            "barring",
            flows.bar_point(OFFICER, victim, &point, Why::ThirdParty).await,
        );
        is_erased("proposing", flows.propose_erasure("operator", victim, WHY).await);
        is_erased("erasing", flows.erase_victim(APPROVER, victim, WHY).await);
        let message = story.house.message(&story.messages[0]).await;
        is_erased(
            "a draft",
            flows.read_draft(APPROVER, &message.draft_id, "inspection").await,
        );
        let ladder = flows.next_contact(&message.obligation_id).await;
        is_erased("the ladder", ladder);
        let handed = flows
            .hand_over(OFFICER, &message.id, HandRoute::Post, "no-email-address")
            .await;
        assert_eq!(handed.err().expect("its duty has ended").kind(), Kind::Conflict);
        assert_eq!(
            message.content_digest, "",
            "no digest of the words is left to guess at"
        );
    }
);

on_both!(
    async fn what_comes_in_again_brings_nothing_back(database: Database) {
        let story = story(&database).await;
        story.erase().await;
        let late = case::event(
            7,
            &case::over(assigned(), &json!({"occurred_at": "2027-11-25T12:00:00Z"})),
        );
        let Recorded::Refused(why) = story.house.event(&late).await else {
            panic!("an event about an erased victim is recorded");
        };
        assert!(why.contains("were erased"), "{why}");
        let again = case::case(&ottoline());
        let record = import::cases(again.as_bytes(), Format::JsonLines).next();
        let (_, record) = record.expect("a line").expect("a case");
        let refused = story.house.flows.add_case("operator", &record).await;
        let refused = refused.expect_err("she was erased");
        assert_eq!(refused.kind(), Kind::Invalid);
        assert!(refused.to_string().contains("were erased"), "{refused}");
        let case = urn();
        assert!(
            story.house.flows.find_victim(&case, VICTIM).await.is_err(),
            "the reference leads nowhere"
        );
    }
);

on_both!(
    async fn lists_the_sweep_and_the_workers_go_on(database: Database) {
        let story = story(&database).await;
        story.erase().await;
        let (house, flows) = (&story.house, &story.house.flows);
        assert_eq!(flows.list_obligations(None, 9).await.expect("a list").len(), 0);
        assert_eq!(flows.list_outbox(9).await.expect("a list").len(), 0);
        assert_eq!(flows.list_drafts(9).await.expect("a list").len(), 0);
        assert_eq!(flows.list_notices(9).await.expect("a list").len(), 0);
        assert_eq!(flows.sweep(900).await.expect("the sweep").forgotten, 0);
        let counts = flows.counts().await.expect("the counts");
        assert_eq!(
            (counts.messages.delivered, counts.contacts),
            (2, 3),
            "what was done stays counted"
        );

        // Somebody else's message is drafted and delivered as ever.
        let now = json!({"urn": "01NE4400226", "victim_ref": "V-2"});
        let fresh = json!({"email": {
            "value": "maren@inbox.example", "safety": "verified-safe", "said_by": "the victim", "how": "asked",
            "verified_at": "2027-09-07", "review_by": "2028-07-02",
        }});
        house
            .add_victim(&case::case(&case::over(now.clone(), &fresh)))
            .await;
        let event = case::over(assigned(), &case::over(now, &json!({"occurred_at": LET_GO})));
        house.event(&case::event(8, &event)).await;
        assert_eq!(house.draft_and_approve().await.len(), 1);
        house.clock().set("2027-11-26T12:00:00Z");
        assert_eq!(house.deliver().await, DELIVERED_ONE);
        assert_eq!(house.forgotten().await, 0);
        flows.verify_log().await.expect("the log holds");
    }
);

/// A duty that was raised while its victim was erased, as two processes could do.
async fn raise_meanwhile(story: &Story) -> ObligationId {
    let mut tx = story.house.pool().begin().await.expect("a transaction");
    let message = drafts::find_message(&mut tx, &story.messages[0]).await;
    let message = message.expect("messages answer").expect("the message");
    let old = obligations::find(&mut tx, &message.obligation_id).await;
    let old = old.expect("obligations answer").expect("the obligation");
    let id = ObligationId::random(story.house.flows.parts().entropy.as_ref());
    let late = ObligationRow {
        id: id.clone(),
        waiting_for: None,
        ..old
    };
    obligations::add(&mut tx, &late).await.expect("a late duty");
    tx.commit_unlogged("a test's own hand").await.expect("it is kept");
    id
}

on_both!(
    async fn a_duty_that_was_raised_meanwhile_lapses_and_stops_nobody(database: Database) {
        let story = story(&database).await;
        story.erase().await;
        let id = raise_meanwhile(&story).await;
        story
            .house
            .flows
            .compose_due(9)
            .await
            .expect("the composer goes on");
        let mut tx = story.house.reader().await;
        let owed = obligations::find(&mut tx, &id).await.expect("obligations answer");
        let owed = owed.expect("the duty");
        assert_eq!(
            (owed.state.as_str(), owed.ended_why.as_deref()),
            ("lapsed", Some("victim-erased"))
        );
        assert_eq!(story.house.forgotten().await, 0);
    }
);

on_both!(
    async fn a_case_that_lost_its_last_victim_still_shows_its_flags(database: Database) {
        let story = story(&database).await;
        story.erase().await;
        let kept = story
            .house
            .flows
            .explain_retention(&urn())
            .await
            .expect("the case");
        assert_eq!((kept.flags.len(), kept.victims.len()), (0, 0));
        let unknown = DraftId::parse(&"1".repeat(32)).expect("an identifier");
        let none = story
            .house
            .flows
            .read_draft(APPROVER, &unknown, "inspection")
            .await;
        assert!(
            matches!(none, Err(Error::NotFound("draft"))),
            "what never was is not called erased"
        );
    }
);
