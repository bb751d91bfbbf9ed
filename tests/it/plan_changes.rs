//! Changing how a victim is reached: proposed, verified by another path, approved by a second person.

use domain::address::EmailAddress;
use domain::contact::change::VerifyPath;
use domain::contact::{PointValue, Route, Safety, Why};
use domain::id::{ContactPointId, ProposalId, VictimId};
use flows::{Kind, ProposedPoint};
use harness::case::{assigned, case, defendant, event, safe};
use harness::database::Database;
use harness::gateway::{APPROVER, DELIVERED_ONE, OFFICER, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::json;

const NEW: &str = "maren.new@inbox.example";
const DEFENCE: &str = "corin.latchford@elsewhere.test";
const REVIEW: &str = "2027-06-01";

struct Story {
    gateway: TestGateway,
    victim: VictimId,
    message: domain::id::MessageId,
    email: ContactPointId,
    mobile: ContactPointId,
}

/// A victim whose introduction is approved and waits for its hold-back.
async fn story(database: &Database) -> Story {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    let defence = defendant(&json!({ "emails": [DEFENCE] }));
    let victim = case(&json!({ "mobile": safe("07700 900466"), "defendants": [defence] }));
    gateway.add_victim(&victim).await;
    gateway.event(&event(1, &assigned())).await;
    let message = gateway.draft_and_approve().await.remove(0).message;
    let victim = gateway.obligation_of(&message).await.victim_id;
    let plan = gateway
        .flows
        .show_plan(OFFICER, &victim, "preparing-a-call")
        .await
        .expect("the plan");
    let of = |route: Route| {
        let point = plan.points().iter().find(|point| point.route() == route);
        point.expect("the point").id().clone()
    };
    Story {
        victim,
        message,
        email: of(Route::Email),
        mobile: of(Route::Mobile),
        gateway,
    }
}

impl Story {
    async fn propose(&self, value: &str) -> flows::Result<ProposalId> {
        let proposed = ProposedPoint {
            route: Route::Email,
            value: PointValue::Email(EmailAddress::parse(value).expect("an address")),
            replaces: Some(self.email.clone()),
        };
        self.gateway
            .flows
            .propose_change(OFFICER, &self.victim, proposed)
            .await
    }

    async fn verify(&self, id: &ProposalId, path: VerifyPath) -> flows::Result<()> {
        self.gateway
            .flows
            .verify_change("tom.ellis", id, path, "the victim".into(), "by code word".into())
            .await
    }

    fn by_mobile(&self) -> VerifyPath {
        VerifyPath::Point {
            id: self.mobile.clone(),
        }
    }

    async fn approve(&self, user: &str, id: &ProposalId) -> flows::Result<()> {
        let review_by = REVIEW.parse().expect("a day");
        self.gateway.flows.approve_change(user, id, review_by).await
    }

    async fn deliver_at(&self, at: &str) -> flows::Delivered {
        self.gateway.clock().set(at);
        self.gateway.deliver().await
    }
}

on_both!(
    async fn a_change_goes_through_two_steps_and_what_was_queued_goes_to_the_new_address(database: Database) {
        let story = story(&database).await;
        let proposal = story.propose(NEW).await.expect("it is proposed");
        assert_eq!(
            story.deliver_at("2026-11-23T10:00:00Z").await.held,
            1,
            "the old address is barred at once"
        );
        assert_eq!(
            story.gateway.stands(&story.message).await,
            "held: no-verified-safe-contact-point"
        );
        let unverified = story.approve(APPROVER, &proposal).await;
        assert_eq!(
            unverified.expect_err("nobody has verified it").kind(),
            Kind::Conflict
        );
        let old = VerifyPath::Point {
            id: story.email.clone(),
        };
        let same = story.verify(&proposal, old).await;
        assert_eq!(
            same.expect_err("the old address never hears of it").kind(),
            Kind::Invalid
        );
        story
            .verify(&proposal, story.by_mobile())
            .await
            .expect("verified by telephone");
        for user in [OFFICER, "tom.ellis"] {
            let alone = story.approve(user, &proposal).await;
            assert_eq!(
                alone.expect_err("a second person approves").kind(),
                Kind::NotAllowed
            );
        }
        story.approve(APPROVER, &proposal).await.expect("in force");

        let again = story
            .gateway
            .flows
            .resend_message(OFFICER, &story.message, "address-verified");
        again.await.expect("a held message may be sent again");
        assert_eq!(story.deliver_at("2026-11-23T10:30:00Z").await, DELIVERED_ONE);
        let caught = story.gateway.caught();
        assert_eq!(caught.len(), 1);
        assert_eq!(caught[0].recipients, [NEW]);
        let waiting = story.gateway.flows.list_proposals(10).await;
        assert!(waiting.expect("the list").is_empty());
    }
);

on_both!(
    async fn a_refused_change_leaves_the_old_address_barred(database: Database) {
        let story = story(&database).await;
        let proposal = story.propose(NEW).await.expect("it is proposed");
        story
            .gateway
            .flows
            .refuse_change(APPROVER, &proposal, "not-confirmed")
            .await
            .expect("it is refused");
        let after = story.verify(&proposal, VerifyPath::InPerson).await;
        assert_eq!(after.expect_err("it has ended").kind(), Kind::Conflict);
        assert_eq!(story.deliver_at("2026-11-23T10:00:00Z").await.held, 1);
        assert_eq!(story.gateway.seen().connections, 0);
    }
);

on_both!(
    async fn an_address_of_the_defence_side_is_refused_and_a_manager_is_told(database: Database) {
        let story = story(&database).await;
        let refused = story.propose(DEFENCE).await;
        assert_eq!(refused.expect_err("the defence side").kind(), Kind::NotAllowed);
        let notices = story.gateway.unseen().await;
        assert!(notices.iter().any(|(kind, _)| kind == "plan-change-refused"));
        assert_eq!(
            story.deliver_at("2026-11-23T10:00:00Z").await.held,
            1,
            "whoever asked for it may have the old address in hand too"
        );
    }
);

on_both!(
    async fn a_bounced_address_comes_back_only_through_the_procedure(database: Database) {
        let story = story(&database).await;
        let flows = &story.gateway.flows;
        flows
            .bar_point(OFFICER, &story.victim, &story.email, Why::ReportedUnsafe)
            .await
            .expect("barred at once");
        let review_by = REVIEW.parse().expect("a day");
        let recheck = |point| {
            flows.recheck_point(
                OFFICER,
                &story.victim,
                point,
                "the victim".into(),
                "asked".into(),
                review_by,
            )
        };
        let in_one_step = recheck(&story.email).await;
        assert_eq!(in_one_step.expect_err("not in one step").kind(), Kind::Invalid);
        recheck(&story.mobile)
            .await
            .expect("a safe number is asked about again");
        let plan = flows
            .show_plan(OFFICER, &story.victim, "second-check")
            .await
            .expect("the plan");
        let mobile = plan.point(&story.mobile).expect("the mobile");
        assert!(
            matches!(mobile.safety(), Safety::VerifiedSafe { review_by: day, .. } if *day == review_by),
            "{:?}",
            mobile.safety()
        );
        let log = String::from_utf8_lossy(&story.gateway.log_bodies().await.concat()).to_lowercase();
        for word in ["maren", "inbox.example", "900466"] {
            assert!(!log.contains(word), "the log holds `{word}`");
        }
    }
);
