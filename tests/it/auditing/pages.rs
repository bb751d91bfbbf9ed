//! Searching, reading, opening: masked until one field is opened, and every reading is an entry.

use audit::offline_proof::OfflineProof;
use axum::http::StatusCode;
use harness::case::{EMAIL, URN};
use harness::contact_log::policy;
use harness::on_both;

use super::{AUDITOR, PERSONAL, entries, house, index};

on_both!(
    async fn no_page_of_the_auditor_holds_a_name_or_an_address_before_a_field_is_opened(database: Database) {
        let gateway = house(&database).await;
        let size = gateway.log_bodies().await.len();
        let browser = gateway.door().sign_in_as(AUDITOR).await;
        let mut pages = vec![browser.get("/log").await];
        pages.push(browser.post("/log", &[("urn", URN)]).await);
        for index in 0..size {
            pages.push(browser.get(&format!("/log/{index}")).await);
        }
        let attempts = entries(&gateway, "delivery-attempted").await;
        let (attempt, entry) = attempts.first().expect("an attempt");
        let case = entry.case().expect("its case");
        pages.push(browser.get(&format!("/log/about/{case}")).await);
        pages.push(
            browser
                .post("/log/csv", &[("urn", URN), ("reason", "inspection")])
                .await,
        );
        pages.push(
            browser
                .post("/log/pack", &[("pack-urn", URN), ("reason", "inspection")])
                .await,
        );
        for page in &pages {
            assert_eq!(page.status, StatusCode::OK, "{}", page.html);
            for personal in PERSONAL {
                assert!(!page.html.contains(personal), "{}: {}", page.path, page.html);
            }
        }
        let field = entry
            .commitments()
            .keys()
            .next()
            .expect("an address is committed to");
        let open = format!("/log/{attempt}/open");
        browser.get(&format!("/log/{attempt}")).await;
        let opened = browser
            .post(&open, &[("field", field), ("reason", "inspection")])
            .await;
        assert!(opened.says(EMAIL), "{}", opened.text());
        assert_eq!(entries(&gateway, "field-opened").await.len(), 1);
        let again = browser.get(&format!("/log/{attempt}")).await;
        assert!(!again.says(EMAIL), "shown once");
    }
);

on_both!(
    async fn every_search_and_every_reading_has_exactly_one_entry(database: Database) {
        let gateway = house(&database).await;
        let browser = gateway.door().sign_in_as(AUDITOR).await;
        let before = gateway.log_bodies().await.len();
        browser.get("/log").await;
        browser.post("/log", &[("urn", URN)]).await;
        browser.get("/log/3").await;
        browser.get("/log/3/proof").await;
        let after = gateway.log_bodies().await.len();
        assert_eq!(after - before, 4);
        let searched = entries(&gateway, "log-searched").await;
        assert_eq!(searched.len(), 2);
        let (_, last) = searched.last().expect("one");
        assert!(
            last.case().is_some() && last.facts().contains_key("found"),
            "{last:?}"
        );
        let wrong = browser.post("/log", &[("urn", "no such thing")]).await;
        assert!(wrong.error_at("urn").is_some(), "{}", wrong.text());
        assert_eq!(
            gateway.log_bodies().await.len(),
            after,
            "nothing was searched for"
        );
    }
);

on_both!(
    async fn a_search_finds_what_was_asked_for_and_pages_on_to_the_first_entry(database: Database) {
        let gateway = house(&database).await;
        let browser = gateway.door().sign_in_as(AUDITOR).await;
        browser.get("/log").await;
        for (field, value, says) in [
            ("verb", "delivery-attempted", "1 entry"),
            ("actor", "nobody.here", "No entries"),
            ("area", "wessex", "No entries"),
            ("act", "attempt", "1 entry"),
        ] {
            let page = browser.post("/log", &[(field, value)]).await;
            assert!(page.says(says), "{field}: {}", page.text());
        }
        let day = [("from", "24"), ("from-month", "11"), ("from-year", "2026")];
        assert!(browser.post("/log", &day).await.says("No entries"));
        let day = [("to", "23"), ("to-month", "11"), ("to-year", "2026")];
        assert!(!browser.post("/log", &day).await.says("No entries"));
        for _ in 0..30 {
            browser.get("/log").await;
        }
        index(&gateway).await;
        let page = browser.post("/log", &[("verb", "log-searched")]).await;
        assert!(page.says("The 25 newest"), "{}", page.text());
        let from = page.value("before").expect("where the next page begins");
        let older = browser
            .post("/log", &[("verb", "log-searched"), ("before", &from)])
            .await;
        assert!(
            older.says("Log searched") && !older.says("The 25 newest"),
            "{}",
            older.text()
        );
    }
);

on_both!(
    async fn a_proof_from_the_page_holds_without_us(database: Database) {
        let gateway = house(&database).await;
        let browser = gateway.door().sign_in_as(AUDITOR).await;
        let file = browser.get("/log/3/proof").await;
        let proof = OfflineProof::parse(file.html.as_bytes()).expect("a tlog-proof");
        let body = gateway.log_bodies().await.swap_remove(3);
        proof.check(&body).expect("the proof holds");
        policy()
            .trust(&proof.note)
            .expect("its checkpoint is the log's own");
        assert!(proof.check(b"{}").is_err());
    }
);

on_both!(
    async fn a_verification_says_whether_the_log_holds_and_who_asked(database: Database) {
        let gateway = house(&database).await;
        let door = gateway.door();
        let browser = door.sign_in_as(AUDITOR).await;
        browser.get("/log").await;
        let answer = browser.post_once("/log/verify", &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let mut verified = Vec::new();
        for _ in 0..500 {
            verified = entries(&gateway, "log-verified").await;
            if !verified.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let (_, entry) = verified.first().expect("the verification ended");
        assert_eq!((entry.result(), entry.actor()), (Some("holds"), AUDITOR.user));
        index(&gateway).await;
        let page = browser.get("/log").await;
        assert!(
            page.says("Holds") && page.says("asked for by joan.ferris"),
            "{}",
            page.text()
        );
    }
);
