//! Break-glass: with a reason, for a day, seen by the managers and reviewed by somebody else.

use axum::http::StatusCode;
use flows::Role;
use harness::on_both;
use serde_json::json;

use super::{COLLEAGUE, MANAGER, SECOND_MANAGER, STRANGER, house, in_north_east, log, officer, owed};

on_both!(
    async fn a_broken_glass_opens_a_case_for_a_day_and_is_reviewed_by_another_person(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({})).await;
        let door = gateway.door();
        let browser = door
            .sign_in_as(officer(STRANGER, "Wren Hollis", &["wessex"]))
            .await;
        let path = format!("/victims/{victim}");
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);

        browser.get("/cases/glass").await;
        let wrong = browser.post("/cases/glass", &[("urn", "17")]).await;
        assert_eq!(wrong.errors().len(), 2, "{}", wrong.text());
        assert_eq!(
            wrong.value("urn").as_deref(),
            Some("17"),
            "what was typed is kept"
        );
        let unknown = browser
            .post(
                "/cases/glass",
                &[("urn", "01NE9999926"), ("reason", "risk-of-harm")],
            )
            .await;
        let broken = browser
            .post(
                "/cases/glass",
                &[("urn", harness::case::URN), ("reason", "risk-of-harm")],
            )
            .await;
        assert_eq!(
            unknown.text(),
            broken.text(),
            "the answer tells nobody which cases there are"
        );

        let asked = browser.get(&path).await;
        assert!(
            asked.says("Why do you open this person's record?"),
            "{}",
            asked.text()
        );
        let shown = browser
            .post(&format!("{path}/open"), &[("reason", "follow-the-case")])
            .await;
        assert!(
            shown.status == StatusCode::OK && shown.says("Maren"),
            "{}",
            shown.text()
        );
        let entries = log(&gateway).await;
        let entry = entries
            .iter()
            .find(|text| text.contains("glass-broken") && text.contains(victim.as_str()));
        assert!(
            entry.is_some_and(|text| text.contains("risk-of-harm")),
            "{entries:?}"
        );
        let notices = gateway.unseen().await;
        assert!(
            notices.iter().any(|(kind, _)| kind == "glass-broken"),
            "{notices:?}"
        );

        gateway.clock().set("2026-11-24T08:59:00Z");
        let flows = &door.flows;
        door.sign_in_as(in_north_east(MANAGER, &[Role::VloManager])).await;
        let to_review = flows.list_glasses(MANAGER).await.expect("a list");
        assert_eq!(to_review.len(), 1, "the unknown case broke none");
        flows
            .review_glass(MANAGER, &to_review[0].id, false)
            .await
            .expect("reviewed");
        assert!(flows.list_glasses(MANAGER).await.expect("a list").is_empty());

        gateway.clock().set("2026-11-24T09:00:01Z");
        let again = door
            .sign_in_as(officer(STRANGER, "Wren Hollis", &["wessex"]))
            .await;
        assert_eq!(
            again.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "the day is over"
        );
    }
);

on_both!(
    async fn nobody_reviews_the_glass_that_they_broke(database: Database) {
        let gateway = house(&database).await;
        owed(&gateway, 1, &json!({})).await;
        let door = gateway.door();
        let flows = &door.flows;
        let both: &[Role] = &[Role::VloManager, Role::Vlo];
        let who = harness::web::Who {
            areas: &["wessex"],
            ..in_north_east(COLLEAGUE, both)
        };
        door.sign_in_as(who).await;
        door.sign_in_as(in_north_east(SECOND_MANAGER, &[Role::VloManager]))
            .await;
        let urn = domain::urn::Urn::parse(harness::case::URN).expect("a URN");
        let refused = flows.break_glass(COLLEAGUE, &urn, "curious").await;
        assert!(refused.is_err(), "a reason is one of the list");
        flows
            .break_glass(COLLEAGUE, &urn, "risk-of-harm")
            .await
            .expect("broken");
        let own = flows.list_glasses(COLLEAGUE).await.expect("a list").remove(0);
        let refused = flows.review_glass(COLLEAGUE, &own.id, true).await;
        assert_eq!(refused.expect_err("own").kind(), flows::Kind::NotAllowed);
        flows
            .review_glass(SECOND_MANAGER, &own.id, true)
            .await
            .expect("somebody else");
        let again = flows.review_glass(SECOND_MANAGER, &own.id, true).await;
        assert_eq!(again.expect_err("twice").kind(), flows::Kind::NotFound);
    }
);
