//! A service lead: who stands in for whom, and who has left.

use axum::http::StatusCode;
use flows::Arrived;
use harness::case::URN;
use harness::on_both;
use harness::zone::NO_RESOLVER;

use super::{COLLEAGUE, HERS, link, trial};
use crate::mailbox::mail;

on_both!(
    async fn a_colleague_who_stands_in_sees_the_persons_of_who_is_away_for_these_days(database: Database) {
        let trial = trial(&database).await;
        let dana = trial.asked("What happens next?", &trial.lead).await;
        let conversation = link(&dana.get("/adviser").await, "/adviser/conversations");
        let rosa = trial.door.signed_in(&trial.colleague).await;
        let page = dana.get("/adviser/service").await;
        let form = |last: &'static str| {
            [
                ("absent", trial.lead.as_str()),
                ("deputy", trial.colleague.as_str()),
                ("from", "24"),
                ("from-month", "11"),
                ("from-year", "2026"),
                ("last", last),
                ("last-month", "12"),
                ("last-year", "2026"),
            ]
        };
        let covers = "/adviser/service/covers";
        let long = dana.submit(&page, covers, &form("22")).await;
        assert!(
            long.error_at("last")
                .is_some_and(|words| words.contains("28 days at most"))
        );
        let page = dana.submit(&long, covers, &form("4")).await;
        assert!(
            page.says("Rosa Quill stands in for Dana Whitlock"),
            "{}",
            page.text()
        );

        assert_eq!(
            rosa.get(&conversation).await.status,
            StatusCode::NOT_FOUND,
            "not yet"
        );
        trial.house.clock().set("2026-11-24T10:00:00Z");
        let rosa = trial.door.signed_in(&trial.colleague).await;
        let read = rosa.get(&conversation).await;
        assert!(
            read.says("You stand in for Dana Whitlock") && read.says("Dana Whitlock at 9am"),
            "{}",
            read.text()
        );
        rosa.submit(&read, &conversation, &[("words", "I stand in for Dana.")])
            .await;
        let file = trial.file_of(&trial.victim(URN).await).await;
        assert_eq!(
            file.last().expect("a message").from,
            COLLEAGUE,
            "the officer sees who wrote it"
        );
        let dana = trial.door.signed_in(&trial.lead).await;
        assert!(dana.get(&conversation).await.says("Rosa Quill at 10am"));
        trial.house.clock().set("2026-12-05T00:00:00Z");
        let rosa = trial.door.signed_in(&trial.colleague).await;
        assert_eq!(
            rosa.get(&conversation).await.status,
            StatusCode::NOT_FOUND,
            "it is over"
        );
    }
);

on_both!(
    async fn a_cover_that_is_ended_early_opens_nothing_from_then_on(database: Database) {
        let trial = trial(&database).await;
        let dana = trial.asked("What happens next?", &trial.lead).await;
        let conversation = link(&dana.get("/adviser").await, "/adviser/conversations");
        let days = (
            "2026-11-23".parse().expect("a day"),
            "2026-11-30".parse().expect("a day"),
        );
        let lead = trial.user(&trial.lead).await;
        let pair = (&trial.lead, &trial.colleague);
        let added = trial.door.flows.add_adviser_cover(&lead, pair, days).await;
        added.expect("a cover");
        let rosa = trial.door.signed_in(&trial.colleague).await;
        assert_eq!(rosa.get(&conversation).await.status, StatusCode::OK);
        let page = dana.get("/adviser/service").await;
        let end = link(&page, "/adviser/service/covers");
        dana.post(&end, &[]).await;
        assert_eq!(rosa.get(&conversation).await.status, StatusCode::NOT_FOUND);
    }
);

on_both!(
    async fn nobody_leads_another_service_and_who_leads_none_has_no_such_page(database: Database) {
        let trial = trial(&database).await;
        let rosa = trial.door.signed_in(&trial.colleague).await;
        assert_eq!(rosa.get("/adviser/service").await.status, StatusCode::NOT_FOUND);
        let lead = trial.user(&trial.lead).await;
        let days = (
            "2026-11-23".parse().expect("a day"),
            "2026-11-30".parse().expect("a day"),
        );
        let flows = &trial.door.flows;
        for pair in [(&trial.lead, &trial.elsewhere), (&trial.elsewhere, &trial.lead)] {
            let cover = flows.add_adviser_cover(&lead, pair, days).await;
            assert_eq!(cover.expect_err("another service").kind(), flows::Kind::NotFound);
        }
        let left = flows.end_adviser(&lead, &trial.elsewhere).await;
        assert_eq!(left.expect_err("another service").kind(), flows::Kind::NotFound);
        let herself = flows.end_adviser(&lead, &trial.lead).await;
        assert_eq!(herself.expect_err("not oneself").kind(), flows::Kind::NotAllowed);
    }
);

on_both!(
    async fn whoever_has_left_loses_access_and_consents_at_once_and_nobody_is_forgotten(database: Database) {
        let trial = trial(&database).await;
        let rosa = trial.door.signed_in(&trial.colleague).await;
        assert!(rosa.get("/adviser/people").await.says("Ilse"));
        let dana = trial.door.signed_in(&trial.lead).await;
        let page = dana.get("/adviser/service").await;
        let left = format!("/adviser/service/advisers/{}/left", trial.colleague);
        let page = dana.submit(&page, &left, &[]).await;
        assert!(!page.says("Rosa Quill"), "{}", page.text());
        assert_eq!(rosa.get("/adviser/people").await.path, "/sign-in");
        let hers = trial.victim(HERS).await;
        let mut tx = trial.house.reader().await;
        let consents = store::consents::list_by_victim(&mut tx, &hers)
            .await
            .expect("consents");
        assert!(
            consents
                .iter()
                .all(|one| one.ended_why.as_deref() == Some("adviser-has-left"))
        );
        drop(tx);
        let unseen = trial.house.unseen().await;
        assert!(
            unseen.iter().any(|(kind, _)| kind == "consent-ended"),
            "{unseen:?}"
        );
        let letter = mail(
            COLLEAGUE,
            "Subject: x\r\n",
            &format!("About {HERS}: is there news?"),
        );
        let arrived = trial.house.taking_mail(NO_RESOLVER).receive_mail(&letter).await;
        assert!(matches!(arrived, Ok(Arrived::Quarantined(_))), "{arrived:?}");
        let again = trial
            .door
            .flows
            .give_adviser_access("operator", COLLEAGUE, false)
            .await;
        assert!(again.is_err(), "who is registered no more is given no account");
    }
);
