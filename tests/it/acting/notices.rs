//! What an officer has to be told at once stands on a page of theirs until somebody has seen it.

use domain::urn::Urn;
use flows::Kind;
use harness::case::{URN, assigned};
use harness::gateway::{APPROVER, OFFICER};
use harness::on_both;
use serde_json::json;

use super::{ELSEWHERE, PRIYA, RUTH, house, logged};

on_both!(
    async fn a_notice_is_its_officers_and_of_the_next_working_day_a_managers_until_it_was_seen(
        database: Database,
    ) {
        let (gateway, door, victim) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let ruth = door.sign_in_as(RUTH).await;
        let owain = door.sign_in_as(ELSEWHERE).await;
        assert!(priya.get("/notices").await.says("No notice waits for you"));
        // Somebody who is not hers opens the case.
        door.flows
            .break_glass(
                ELSEWHERE.user,
                &Urn::parse(URN).expect("a URN"),
                "court-is-waiting",
            )
            .await
            .expect("opened");
        assert!(priya.get("/work").await.says("1 notice waits for you"));
        let page = priya.get("/notices").await;
        assert!(page.says("A case was opened with a reason"), "{}", page.text());
        assert!(page.html.contains(&format!("/victims/{victim}")));
        assert!(ruth.get("/notices").await.says("No notice waits for you"));
        assert!(
            owain.get("/notices").await.says("A case was opened"),
            "the glass lets them see it"
        );

        gateway.clock().set("2026-11-24T09:00:00Z");
        let ruth = door.sign_in_as(RUTH).await;
        let priya = door.sign_in_as(PRIYA).await;
        assert!(ruth.get("/notices").await.says("A case was opened with a reason"));
        let list = door.flows.list_own_notices(OFFICER).await.expect("a list");
        priya.get("/notices").await;
        let seen = priya.post(&format!("/notices/{}/seen", list[0].id), &[]).await;
        assert_eq!(seen.path, "/notices");
        assert!(seen.says("No notice waits for you"));
        assert!(
            door.flows
                .list_own_notices(APPROVER)
                .await
                .expect("a list")
                .is_empty()
        );
        let twice = door.flows.see_notice(APPROVER, &list[0].id).await;
        assert_eq!(twice.map_err(|fault| fault.kind()), Err(Kind::Conflict));
        assert_eq!(logged(&gateway, "notice-seen").await, 1);
    }
);
