//! What stands against an erasure, and what each refusal says would be right.

use domain::id::VictimId;
use domain::retention::Policy;
use flows::Kind;
use harness::case::{self, assigned, event};
use harness::gateway::{APPROVER, AUDITOR, OFFICER};
use harness::on_both;
use serde_json::json;

use super::{LAST_DAY, LET_GO, Story, WHY, close, house, ottoline, story, waive_everything};

on_both!(
    async fn one_person_alone_erases_nothing(database: Database) {
        let story = story(&database).await;
        story.house.clock().set(LET_GO);
        let (flows, victim) = (&story.house.flows, &story.victim);
        let too_soon = flows
            .erase_victim(APPROVER, victim, WHY)
            .await
            .expect_err("nobody proposed");
        assert_eq!(too_soon.kind(), Kind::Conflict);
        assert!(
            too_soon.to_string().contains("one person does that first"),
            "{too_soon}"
        );

        flows
            .propose_erasure("operator", victim, WHY)
            .await
            .expect("proposed");
        let alone = flows
            .erase_victim("operator", victim, WHY)
            .await
            .expect_err("the same person");
        assert_eq!(alone.kind(), Kind::NotAllowed);
        let other = flows
            .erase_victim(APPROVER, victim, "asked-for")
            .await
            .expect_err("another reason");
        assert_eq!(other.kind(), Kind::Conflict);
        assert_eq!(flows.list_erasures(9).await.expect("a list").len(), 1);
        assert_eq!(
            story.house.plan_of(victim).await.points().len(),
            4,
            "everything is still there"
        );

        // Proposed anew by somebody else, the first may be the second.
        flows
            .propose_erasure("tom.ellis", victim, WHY)
            .await
            .expect("proposed anew");
        flows
            .erase_victim("operator", victim, WHY)
            .await
            .expect("two people");
        assert_eq!(flows.list_erasures(9).await.expect("a list"), []);
    }
);

on_both!(
    async fn officers_and_auditors_erase_nothing_and_a_reason_is_a_code(database: Database) {
        let story = story(&database).await;
        story.house.clock().set(LET_GO);
        for user in [OFFICER, AUDITOR, "nobody.known"] {
            let refused = story.house.flows.propose_erasure(user, &story.victim, WHY).await;
            assert_eq!(refused.expect_err(user).kind(), Kind::NotAllowed);
        }
        let sentence = story
            .house
            .flows
            .propose_erasure("operator", &story.victim, "She asked us to");
        assert_eq!(sentence.await.expect_err("a sentence").kind(), Kind::Invalid);
        let nobody = VictimId::parse(&"0".repeat(32)).expect("an identifier");
        let unknown = story.house.flows.propose_erasure("operator", &nobody, WHY).await;
        assert_eq!(unknown.expect_err("nobody").kind(), Kind::NotFound);
    }
);

on_both!(
    async fn an_open_case_and_one_that_is_still_to_be_kept_are_refused(database: Database) {
        let story = story(&database).await;
        story.house.clock().set(LAST_DAY);
        let kept = story.refusal().await;
        assert!(kept.contains("kept through 2027-11-24"), "{kept}");
        story.house.clock().set(LET_GO);
        story
            .house
            .flows
            .propose_erasure("operator", &story.victim, WHY)
            .await
            .expect("the day after");

        let (urn, victim_ref) = ("01NE4400226", "V-2");
        let other = json!({"urn": urn, "victim_ref": victim_ref});
        story.house.add_victim(&case::case(&other)).await;
        let open = story.house.victim(urn, victim_ref).await;
        let refused = story.house.flows.propose_erasure("operator", &open, WHY).await;
        let refused = refused.expect_err("the case is open").to_string();
        assert!(refused.contains("the case is open"), "{refused}");
    }
);

on_both!(
    async fn a_policy_in_which_nobody_stated_the_years_lets_nothing_go(database: Database) {
        let story = story(&database).await;
        story.house.clock().set("2199-01-01T00:00:00Z");
        let policy = include_str!("../../../config/retention.toml");
        let house = story
            .house
            .keeping(Policy::parse(policy).expect("the policy as it comes"));
        let refused = house.propose_erasure("operator", &story.victim, WHY).await;
        let refused = refused.expect_err("no number").to_string();
        assert!(refused.contains("nobody has stated how long"), "{refused}");
    }
);

on_both!(
    async fn what_is_still_going_on_is_ended_first(database: Database) {
        let house = house(&database).await;
        house.add_victim(&case::case(&ottoline())).await;
        let victim = house.victim(case::URN, case::VICTIM).await;
        let story = Story {
            house,
            victim,
            messages: Vec::new(),
        };
        story.house.clock().set("2026-11-24T12:00:00Z");
        close(&story.house, 1, case::URN, case::VICTIM).await;
        // Something happens after the closing, as such things do.
        let late = case::over(assigned(), &json!({"occurred_at": "2026-11-24T11:30:00Z"}));
        story.house.event(&event(2, &late)).await;
        story
            .house
            .flows
            .compose_drafts(OFFICER, 9)
            .await
            .expect("a draft");
        story.house.clock().set(LET_GO);
        let refused = story.refusal().await;
        assert!(refused.contains("open duties of ours: 1"), "{refused}");
        assert!(
            refused.contains("drafts that wait for a decision: 1"),
            "{refused}"
        );

        story.house.clock().set("2026-11-24T12:00:00Z");
        story.house.draft_and_approve().await;
        story.house.clock().set(LET_GO);
        let refused = story.refusal().await;
        assert!(
            refused.contains("messages that are leaving or will: 1"),
            "{refused}"
        );
        assert!(!refused.contains("drafts"), "{refused}");
        waive_everything(&story.house).await;
        story
            .house
            .flows
            .propose_erasure("operator", &story.victim, WHY)
            .await
            .expect("nothing stands against it");
        assert_eq!(story.house.seen().messages, 0, "nothing left");
    }
);

on_both!(
    async fn a_proposal_that_waits_is_decided_first(database: Database) {
        let story = story(&database).await;
        let plan = story.house.plan_of(&story.victim).await;
        let mobile = plan
            .points()
            .iter()
            .find(|point| point.route() == domain::contact::Route::Mobile);
        let proposed = flows::ProposedPoint {
            route: domain::contact::Route::Mobile,
            value: domain::contact::PointValue::Phone(
                domain::address::PhoneNumber::parse("07700 900478").expect("a number"),
            ),
            replaces: Some(mobile.expect("her mobile").id().clone()),
        };
        let proposal = story
            .house
            .flows
            .propose_change(OFFICER, &story.victim, proposed)
            .await;
        let proposal = proposal.expect("proposed");
        story.house.clock().set(LET_GO);
        let refused = story.refusal().await;
        assert!(
            refused.contains("changes of the contact plan that wait: 1"),
            "{refused}"
        );
        story
            .house
            .flows
            .refuse_change(APPROVER, &proposal, "not-confirmed")
            .await
            .expect("refused");
        story.erase().await;
    }
);
