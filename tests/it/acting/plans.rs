//! A contact plan is changed in steps by different people; whoever was slower loses nothing that they typed.

use axum::http::StatusCode;
use domain::contact::Route;
use harness::case::{defendant, safe};
use harness::on_both;
use serde_json::json;

use super::{PRIYA, RUTH, house, logged, read};

const REVIEW: [(&str, &str); 3] = [("review", "1"), ("review-month", "6"), ("review-year", "2027")];

on_both!(
    async fn a_change_is_proposed_verified_and_approved_by_a_second_person(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({}), &[]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let plan = format!("/victims/{victim}/plan");
        let page = read(&priya, &plan).await;
        let old = gateway.plan_of(&victim).await.points()[0]
            .id()
            .as_str()
            .to_owned();
        let propose = format!("{plan}/propose");
        let wrong = priya
            .submit(
                &page,
                &propose,
                &[
                    ("route", "email"),
                    ("value", "not an address"),
                    ("replaces", &old),
                ],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.error_at("value").is_some() && wrong.value("value").as_deref() == Some("not an address"),
            "{}",
            wrong.text()
        );
        let new = [
            ("route", "email"),
            ("value", "maren.new@inbox.example"),
            ("replaces", old.as_str()),
        ];
        let page = priya.submit(&page, &propose, &new).await;
        assert!(
            page.says("Changes that wait") && page.says("unsafe: a change was proposed"),
            "{:?} {}",
            page.errors(),
            page.text()
        );
        let change = page
            .html
            .split("/plan/changes/")
            .nth(1)
            .expect("a change")
            .split('/')
            .next()
            .expect("its id")
            .to_owned();
        let verify = format!("{plan}/changes/{change}/verify");
        let page = priya.post(&verify, &[("path", "in-person")]).await;
        assert_eq!(page.error_at("how").as_deref(), Some("Enter how it was said"));
        let page = priya
            .post(
                &verify,
                &[
                    ("path", "in-person"),
                    ("said-by", "The victim"),
                    ("how", "At the meeting"),
                ],
            )
            .await;
        assert!(
            page.says("Somebody who neither proposed nor verified it approves it"),
            "{}",
            page.text()
        );
        let approve = format!("{plan}/changes/{change}/approve");
        let own = priya.post(&approve, &REVIEW).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", own.text());
        read(&ruth, &plan).await;
        let page = ruth.post(&approve, &REVIEW).await;
        assert!(page.says("m•••••@inbox.example (agreed as safe on 23 November 2026, to be checked again by 1 June 2027)"), "{:?} {}", page.errors(), page.text());
        let now = gateway.flows.now();
        let plan = gateway.plan_of(&victim).await;
        assert!(plan.usable(Route::Email, now).is_some());
        for step in [
            "plan-change-proposed",
            "plan-change-verified",
            "plan-change-approved",
        ] {
            assert_eq!(logged(&gateway, step).await, 1, "{step}");
        }
    }
);

on_both!(
    async fn whoever_is_slower_is_shown_what_stands_and_keeps_what_they_typed(database: Database) {
        let (gateway, door, victim) = house(&database, &json!({"mobile": safe("07700 900466")}), &[]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let plan = format!("/victims/{victim}/plan");
        let (slow, fast) = (read(&priya, &plan).await, read(&ruth, &plan).await);
        let send = format!("{plan}/times");
        let mornings = [
            ("times", "only"),
            ("days", "mon"),
            ("from", "9"),
            ("from-minutes", "00"),
            ("to", "12"),
            ("to-minutes", "00"),
        ];
        let page = ruth.submit(&fast, &send, &mornings).await;
        assert!(
            page.says("Monday, 9am to midday"),
            "{:?} {}",
            page.errors(),
            page.text()
        );
        let evenings = [
            ("times", "only"),
            ("days", "tue"),
            ("from", "18"),
            ("from-minutes", "30"),
            ("to", "20"),
            ("to-minutes", "15"),
        ];
        let page = priya.submit(&slow, &send, &evenings).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(
            page.says("Nothing of yours was saved") && page.says("Monday, 9am to midday"),
            "{}",
            page.text()
        );
        assert_eq!(
            page.value("from").as_deref(),
            Some("18"),
            "what was typed is kept"
        );
        let again = priya.submit(&page, &send, &evenings).await;
        assert!(
            again.says("Tuesday, 6:30pm to 8:15pm"),
            "{:?} {}",
            again.errors(),
            again.text()
        );
        assert_eq!(logged(&gateway, "plan-times-changed").await, 2);
        let proposed = [("route", "mobile"), ("value", "07700 900467")];
        let page = ruth.submit(&fast, &format!("{plan}/propose"), &proposed).await;
        assert_eq!(
            page.status,
            StatusCode::CONFLICT,
            "a proposal over an old plan neither"
        );
        assert_eq!(page.value("value").as_deref(), Some("07700 900467"));
    }
);

on_both!(
    async fn the_defence_side_never_comes_into_a_plan(database: Database) {
        let side = defendant(&json!({"emails": ["corin.latchford@elsewhere.test"]}));
        let (gateway, door, victim) = house(&database, &json!({"defendants": [side]}), &[]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let plan = format!("/victims/{victim}/plan");
        let page = read(&priya, &plan).await;
        let theirs = [("route", "email"), ("value", "corin.latchford@elsewhere.test")];
        let page = priya.submit(&page, &format!("{plan}/propose"), &theirs).await;
        assert!(
            page.error_at("value")
                .is_some_and(|words| words.contains("defence side")),
            "{}",
            page.text()
        );
        assert!(!page.says("Changes that wait"), "{}", page.text());
        assert_eq!(
            gateway
                .flows
                .list_proposals(8)
                .await
                .expect("the proposals")
                .len(),
            0
        );
    }
);
