//! A victim's page: behind a reason, which every view puts into the log, with the contact rules on top.

use axum::http::StatusCode;
use harness::gateway::OFFICER;
use harness::on_both;
use serde_json::json;

use super::{house, log, officer, owed};

on_both!(
    async fn a_page_is_opened_with_a_reason_once_a_day_and_each_view_is_recorded(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({})).await;
        gateway.flows.compose_due(10).await.expect("drafts");
        let door = gateway.door();
        let browser = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        let path = format!("/victims/{victim}");
        let views = async || {
            let entries = log(&gateway).await.into_iter();
            entries
                .filter(|text| text.contains("victim-read"))
                .collect::<Vec<_>>()
        };
        let asked = browser.get(&path).await;
        assert!(
            asked.says("Why do you open this person's record?"),
            "{}",
            asked.text()
        );
        assert!(!asked.html.contains("Maren"), "no name before a reason");
        let open = format!("{path}/open");
        let wrong = browser.submit(&asked, &open, &[]).await;
        assert_eq!(
            wrong.error_at("reason").as_deref(),
            Some("Select why you open this record")
        );
        assert_eq!(views().await.len(), 0);
        let shown = browser
            .submit(&wrong, &open, &[("reason", "prepare-contact")])
            .await;
        assert_eq!(
            (shown.status, shown.path.as_str()),
            (StatusCode::OK, path.as_str())
        );
        let entries = views().await;
        assert_eq!(entries.len(), 1);
        assert!(
            entries[0].contains("prepare-contact") && entries[0].contains(victim.as_str()),
            "{entries:?}"
        );
        for words in [
            "Never leave a message on a voicemail.",
            "Email: may be used until 2 July 2027.",
            "May be contacted at any time.",
            "Maren Holloway",
            "Draft: vlo introduction (drafted)",
            "Case event: vlo assigned",
            "Duty raised:",
            "1 working day counted under enhanced rights: 24 November 2026.",
        ] {
            assert!(shown.says(words), "{words}: {}", shown.text());
        }
        assert!(
            !shown.html.contains(harness::case::EMAIL),
            "an address is shown where it is used"
        );
        let title = shown.html.split("</title>").next().unwrap_or_default();
        assert!(!title.contains("Maren"), "{title}");
        assert_eq!(browser.get(&path).await.status, StatusCode::OK);
        assert_eq!(views().await.len(), 2, "every view has its entry");

        gateway.clock().set("2026-11-24T09:00:00Z");
        let tomorrow = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        assert!(
            tomorrow.get(&path).await.says("Why do you open"),
            "asked again in another session"
        );
    }
);

on_both!(
    async fn a_case_names_nobody_and_is_recorded(database: Database) {
        let gateway = house(&database).await;
        let victim = owed(&gateway, 1, &json!({})).await;
        let door = gateway.door();
        let browser = door
            .sign_in_as(officer(OFFICER, "Priya Shah", &["north-east"]))
            .await;
        browser.get("/cases").await;
        let found = browser.post("/work/search", &[("urn", harness::case::URN)]).await;
        let (_, rest) = found.html.split_once("/cases/").expect("a link to the case");
        let case = rest.split('"').next().unwrap_or_default();
        let shown = browser.get(&format!("/cases/{case}")).await;
        assert!(
            shown.says("Person 1") && shown.says("North East"),
            "{}",
            shown.text()
        );
        assert!(!shown.html.contains("Maren") && shown.html.contains(victim.as_str()));
        assert!(log(&gateway).await.iter().any(|text| text.contains("case-read")));
    }
);
