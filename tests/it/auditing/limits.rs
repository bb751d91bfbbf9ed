//! Who reads what: an auditor of some Areas reads the entries of these and no others.

use axum::http::StatusCode;
use flows::Role;
use harness::case::URN;
use harness::gateway::OFFICER;
use harness::on_both;
use harness::web::Who;

use super::{AUDITOR, entries, house, index};

on_both!(
    async fn an_auditor_of_another_area_finds_nothing_of_this_one(database: Database) {
        let gateway = house(&database).await;
        let door = gateway.door();
        let near = Who {
            user: "near.by",
            areas: &["north-east"],
            ..AUDITOR
        };
        let far = Who {
            user: "far.off",
            areas: &["wessex"],
            ..AUDITOR
        };
        let (attempt, entry) = entries(&gateway, "delivery-attempted").await.swap_remove(0);
        let field = entry.commitments().keys().next().expect("a field").clone();
        let near = door.sign_in_as(near).await;
        assert!(
            near.post("/log", &[("urn", URN)]).await.status == StatusCode::FORBIDDEN,
            "no token yet"
        );
        near.get("/log").await;
        assert!(!near.post("/log", &[("urn", URN)]).await.says("No entries"));
        assert_eq!(near.get(&format!("/log/{attempt}")).await.status, StatusCode::OK);
        let far = door.sign_in_as(far).await;
        assert!(far.get("/log").await.says("No entries"));
        assert!(far.post("/log", &[("urn", URN)]).await.says("No entries"));
        for path in ["", "/proof"] {
            let page = far.get(&format!("/log/{attempt}{path}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.html);
        }
        let open = format!("/log/{attempt}/open");
        let page = far
            .post(&open, &[("field", &field), ("reason", "inspection")])
            .await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let page = far
            .post("/log/pack", &[("pack-urn", URN), ("reason", "inspection")])
            .await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(entries(&gateway, "field-opened").await.is_empty());
    }
);

on_both!(
    async fn an_officer_has_no_way_into_the_log(database: Database) {
        let gateway = house(&database).await;
        let officer = Who {
            user: OFFICER,
            name: "Priya Shah",
            roles: &[Role::Vlo],
            areas: &["north-east"],
        };
        let browser = gateway.door().sign_in_as(officer).await;
        for path in ["/log", "/log/1", "/log/1/proof"] {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
);

on_both!(
    async fn entries_are_found_once_by_whichever_process_is_first(database: Database) {
        let gateway = house(&database).await;
        let other = gateway.door().flows;
        gateway
            .flows
            .record_log_export(harness::gateway::AUDITOR)
            .await
            .expect("recorded");
        gateway.seal().await;
        let (one, two) = tokio::join!(gateway.flows.index_log(), other.index_log());
        assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
        index(&gateway).await;
        let browser = gateway.door().sign_in_as(AUDITOR).await;
        browser.get("/log").await;
        assert!(
            browser
                .post("/log", &[("verb", "log-exported")])
                .await
                .says("1 entry")
        );
    }
);
