//! Review and send: what is read before a message leaves, who lets it go, and what became of it.

use axum::http::StatusCode;
use flows::Role;
use harness::case::{assigned, not_charged};
use harness::gateway::{HOLD_BACK_ENDS, OFFICER, TestGateway};
use harness::on_both;
use harness::web::Who;
use serde_json::json;

use super::{ELSEWHERE, PRIYA, RUTH, house, logged, read};

const REASONS: &str = "The evidence does not meet the test that we have to apply.";

/// Where the one draft stands that waits.
async fn draft(gateway: &TestGateway) -> String {
    gateway.flows.compose_drafts(OFFICER, 8).await.expect("drafts");
    let drafts = gateway.flows.list_drafts(8).await.expect("the drafts");
    assert_eq!(drafts.len(), 1, "one draft waits");
    format!("/drafts/{}", drafts[0].id.as_str())
}

on_both!(
    async fn a_message_is_read_confirmed_held_back_and_cancelled(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let draft = draft(&gateway).await;

        let page = priya.get(&draft).await;
        assert!(
            page.says("Why do you need to read this?") && !page.says("Maren"),
            "{}",
            page.text()
        );
        let page = priya
            .post(&format!("{draft}/open"), &[("reason", "curiosity")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            page.error_at("reason").as_deref(),
            Some("Select why you need to read this")
        );
        assert_eq!(logged(&gateway, "draft-read").await, 0, "nothing was shown");
        let page = priya
            .post(&format!("{draft}/open"), &[("reason", "check-a-message")])
            .await;
        assert!(
            page.says("Check the message before you send it"),
            "{}",
            page.text()
        );
        assert!(page.says("You may contact this person now."), "{}", page.text());
        assert!(
            page.says("m•••••@inbox.example") && !page.html.contains("maren.holloway7"),
            "{}",
            page.text()
        );
        assert!(
            page.html.contains("<mark class=\"gw-merged\">Maren</mark>"),
            "{}",
            page.html
        );
        assert!(
            page.says("Nobody of another case is named Passed"),
            "{}",
            page.text()
        );
        assert!(page.says("Two people vetted the words Passed"), "{}", page.text());
        assert_eq!(logged(&gateway, "draft-read").await, 1);
        assert_eq!(logged(&gateway, "check-a-message").await, 1);

        let page = priya.post(&format!("{draft}/approve"), &[]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let words = "Confirm that you have read the whole message";
        assert_eq!(page.errors(), [("read".to_owned(), words.to_owned())]);
        assert_eq!(page.error_at("read").as_deref(), Some(words));

        let page = priya.post(&format!("{draft}/approve"), &[("read", "yes")]).await;
        assert!(
            page.path.starts_with("/messages/"),
            "{} {}",
            page.path,
            page.text()
        );
        assert!(
            page.says("You can cancel it until 23 November 2026 at 9:15am"),
            "{}",
            page.text()
        );
        let message = page.path.clone();
        let again = priya.post(&format!("{draft}/approve"), &[("read", "yes")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.says("approved already"), "{}", again.text());
        assert!(priya.get(&draft).await.says("Another wording is another draft"));

        let page = priya.post(&format!("{message}/cancel"), &[]).await;
        assert_eq!(
            page.error_at("cancel").as_deref(),
            Some("Select why it should not leave")
        );
        let page = priya
            .post(&format!("{message}/cancel"), &[("cancel", "fact-is-wrong")])
            .await;
        assert!(page.says("It was cancelled and did not leave"), "{}", page.text());
        let late = priya
            .post(&format!("{message}/cancel"), &[("cancel", "fact-is-wrong")])
            .await;
        assert_eq!(late.status, StatusCode::CONFLICT, "once is enough");
        gateway.clock().set(HOLD_BACK_ENDS);
        assert_eq!(gateway.deliver().await.claimed, 0);
        assert_eq!(logged(&gateway, "message-cancelled").await, 1);
    }
);

on_both!(
    async fn what_was_accepted_is_not_called_read(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let draft = draft(&gateway).await;
        read(&priya, &draft).await;
        let message = priya
            .post(&format!("{draft}/approve"), &[("read", "yes")])
            .await
            .path;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver().await;
        let page = priya.get(&message).await;
        assert!(
            page.says("It was accepted by the receiving server. That does not say that anybody has read it."),
            "{}",
            page.text()
        );
        assert!(page.says("The receiving server accepted it."), "{}", page.text());
        assert!(!page.html.contains("/cancel\""), "there is no recall");
        let late = priya
            .post(&format!("{message}/cancel"), &[("cancel", "fact-is-wrong")])
            .await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.says("There is no recall") || late.says("there is no recall"),
            "{}",
            late.text()
        );
    }
);

on_both!(
    async fn whoever_drafted_or_sent_it_for_a_second_check_does_not_approve_it(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[not_charged(REASONS)]).await;
        let (priya, ruth) = (door.sign_in_as(PRIYA).await, door.sign_in_as(RUTH).await);
        let draft = draft(&gateway).await;
        let page = read(&priya, &draft).await;
        assert!(
            page.says("You drafted it, and this kind of message is approved by a second person."),
            "{}",
            page.text()
        );
        assert!(!page.html.contains("/approve\""), "no button for the drafter");
        let page = priya.post(&format!("{draft}/approve"), &[("read", "yes")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.error_at("read").is_none() && page.says("second person"),
            "{}",
            page.text()
        );

        read(&ruth, &draft).await;
        let page = ruth.post(&format!("{draft}/check"), &[]).await;
        assert!(page.says("You sent it for a second check"), "{}", page.text());
        let page = ruth.post(&format!("{draft}/approve"), &[("read", "yes")]).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "neither may whoever sent it on"
        );
        let tom = Who {
            user: "tom.ellis",
            name: "Tom Ellis",
            ..RUTH
        };
        let tom = door.sign_in_as(tom).await;
        read(&tom, &draft).await;
        let page = tom.post(&format!("{draft}/approve"), &[("read", "yes")]).await;
        assert!(page.path.starts_with("/messages/"), "{}", page.text());
    }
);

on_both!(
    async fn a_draft_that_is_made_void_is_written_again_and_cannot_be_approved(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let first = draft(&gateway).await;
        read(&priya, &first).await;
        let page = priya.post(&format!("{first}/void"), &[]).await;
        assert_eq!(
            page.error_at("reason").as_deref(),
            Some("Select why it should be written again")
        );
        let page = priya
            .post(&format!("{first}/void"), &[("reason", "fact-is-wrong")])
            .await;
        assert!(page.says("It is void."), "{}", page.text());
        let late = priya.post(&format!("{first}/approve"), &[("read", "yes")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let second = draft(&gateway).await;
        assert_ne!(first, second);
        assert_eq!(logged(&gateway, "draft-voided").await, 1);
    }
);

on_both!(
    async fn a_draft_of_another_area_is_not_found_and_an_auditor_may_not_look(database: Database) {
        let (gateway, door, _) = house(&database, &json!({}), &[assigned()]).await;
        let draft = draft(&gateway).await;
        let elsewhere = door.sign_in_as(ELSEWHERE).await;
        let nowhere = "/drafts/0123456789abcdef0123456789abcdef";
        for path in [draft.as_str(), nowhere] {
            assert_eq!(elsewhere.get(path).await.status, StatusCode::NOT_FOUND);
        }
        let tries = [
            ("open", "reason", "check-the-work"),
            ("approve", "read", "yes"),
            ("void", "reason", "fact-is-wrong"),
        ];
        for (act, field, value) in tries {
            let answer = elsewhere.post(&format!("{draft}/{act}"), &[(field, value)]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
        }
        let auditor = Who {
            user: "ida.brandt",
            name: "Ida Brandt",
            roles: &[Role::Auditor],
            areas: &[],
        };
        let auditor = door.sign_in_as(auditor).await;
        assert_eq!(auditor.get(&draft).await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            gateway.flows.list_drafts(8).await.expect("the drafts").len(),
            1,
            "nothing changed"
        );
    }
);

on_both!(
    async fn held_words_are_handed_over_and_each_time_stands_in_the_log(database: Database) {
        let post = harness::case::safe(json!(["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"]));
        let changes = json!({"email": null, "preferred": "post", "post": post});
        let (gateway, door, _) = house(&database, &changes, &[assigned()]).await;
        let priya = door.sign_in_as(PRIYA).await;
        let draft = draft(&gateway).await;
        let page = read(&priya, &draft).await;
        assert!(
            page.says("No address is agreed as safe: it will be held Not yet"),
            "{}",
            page.text()
        );
        let message = priya
            .post(&format!("{draft}/approve"), &[("read", "yes")])
            .await
            .path;
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver().await;
        let page = priya.get(&message).await;
        assert!(page.says("Hand the words over"), "{}", page.text());
        let page = priya
            .post(
                &format!("{message}/hand-over"),
                &[("route", "pigeon"), ("why", "no-safe-email")],
            )
            .await;
        assert_eq!(
            page.error_at("route").as_deref(),
            Some("Select how the words will be handed over")
        );
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = priya
            .post(
                &format!("{message}/hand-over"),
                &[("route", "via-isva"), ("why", "no-safe-email")],
            )
            .await;
        assert!(
            page.error_at("route")
                .is_some_and(|words| words.contains("no live consent")),
            "{}",
            page.text()
        );
        let page = priya
            .post(
                &format!("{message}/hand-over"),
                &[("route", "post"), ("why", "no-safe-email")],
            )
            .await;
        assert!(
            page.says("12 Orchard Rise") && page.says("Hello Maren"),
            "{}",
            page.text()
        );
        assert_eq!(logged(&gateway, "message-handed-over").await, 1);
        assert!(priya.get(&message).await.says("Record what came of it"));
    }
);
