//! The door as every page stands behind it.

use axum::http::StatusCode;
use flows::Role;
use harness::gateway::{OFFICER, TestGateway};
use harness::on_both;
use harness::web::Who;
use mail::catcher::{Fault, Faults};

on_both!(
    async fn a_form_of_another_session_changes_nothing_and_says_so(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        let door = gateway.door();
        let officer = Who {
            user: OFFICER,
            name: "Priya Shah",
            roles: &[Role::Vlo],
            areas: &["north-east"],
        };
        let browser = door.sign_in_as(officer).await;
        let page = browser.get("/account").await;
        assert!(
            page.status == StatusCode::OK && page.says("Priya Shah"),
            "{}",
            page.html
        );
        browser.lose_token();
        let answer = browser.post("/sign-out", &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer.says("This page was open for too long"),
            "{}",
            answer.text()
        );
        let page = browser.get("/account").await;
        assert_eq!(page.status, StatusCode::OK, "still signed in");
        assert_eq!(door.stranger().get("/account").await.path, "/sign-in");
    }
);
