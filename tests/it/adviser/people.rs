//! Whose people an adviser sees: their own, and nobody else's but by cover.

use axum::http::StatusCode;
use domain::account::Role;
use harness::case::URN;
use harness::on_both;
use harness::web::Who;

use serde_json::json;

use super::{ADVISER, HERS, THEIRS, link, trial, trial_of};

const NAMES: [&str; 3] = ["Maren", "Ilse", "Odette"];

on_both!(
    async fn an_adviser_sees_the_people_whose_consent_names_them_and_nobody_else(database: Database) {
        let trial = trial(&database).await;
        let own = [
            (&trial.lead, URN),
            (&trial.colleague, HERS),
            (&trial.elsewhere, THEIRS),
        ];
        for (who, (account, _)) in own.iter().enumerate() {
            let browser = trial.door.signed_in(account).await;
            let list = browser.get("/adviser/people").await;
            for (at, name) in NAMES.iter().enumerate() {
                assert_eq!(list.says(name), at == who, "{name}: {}", list.text());
            }
            let path = link(&list, "/adviser/people");
            let page = browser.get(&path).await;
            browser
                .submit(&page, &path, &[("words", "How is the case?")])
                .await;
            let conversation = link(&browser.get("/adviser").await, "/adviser/conversations");
            for (at, (other, _)) in own.iter().enumerate() {
                let other = trial.door.signed_in(other).await;
                let wanted = if at == who {
                    StatusCode::OK
                } else {
                    StatusCode::NOT_FOUND
                };
                assert_eq!(other.get(&path).await.status, wanted);
                assert_eq!(other.get(&conversation).await.status, wanted);
                if at != who {
                    let once = "0".repeat(32);
                    let forged = other.post(&path, &[("once", &once), ("words", "x")]).await;
                    assert_eq!(forged.status, StatusCode::NOT_FOUND);
                    let forged = other
                        .post(&conversation, &[("once", &once), ("words", "x")])
                        .await;
                    assert_eq!(forged.status, StatusCode::NOT_FOUND);
                }
            }
        }
        for (_, urn) in own {
            let victim = trial.victim(urn).await;
            assert_eq!(
                trial.file_of(&victim).await.len(),
                1,
                "nobody wrote into another's file"
            );
        }
    }
);

on_both!(
    async fn an_account_is_given_to_who_is_registered_and_once(database: Database) {
        let trial = trial(&database).await;
        let give = async |address: &str| {
            let given = trial
                .door
                .flows
                .give_adviser_access("operator", address, false)
                .await;
            given.expect_err("no account").to_string()
        };
        assert!(
            give("nobody@haven.example")
                .await
                .contains("nobody is registered")
        );
        assert!(
            give("DANA.Whitlock@haven.example")
                .await
                .contains("has an account")
        );
        assert!(give("no address").await.contains("address"));
        let officers = trial
            .door
            .flows
            .give_adviser_access("vlo.priya", ADVISER, true)
            .await;
        assert_eq!(
            officers.expect_err("no administrator").kind(),
            flows::Kind::NotAllowed
        );
        let users = trial
            .door
            .flows
            .list_accounts("operator")
            .await
            .expect("accounts");
        let users = users.into_iter().map(|account| account.user).collect::<Vec<_>>();
        assert_eq!(users.len(), 3);
        assert!(
            users
                .iter()
                .all(|user| user.starts_with("adviser-") && !user.contains("dana")),
            "{users:?}"
        );
    }
);

on_both!(
    async fn a_meeting_ahead_is_seen_by_the_adviser_whom_the_victim_lets_hear_of_meetings(
        database: Database,
    ) {
        let trial = trial_of(&database, &json!({"scopes": ["updates", "replies"]})).await;
        for urn in [URN, HERS] {
            trial.arranged(&trial.victim(urn).await).await;
        }
        for (adviser, sees) in [
            (&trial.lead, false),
            (&trial.colleague, true),
            (&trial.elsewhere, false),
        ] {
            let page = trial.door.signed_in(adviser).await.get("/adviser/meetings").await;
            assert_eq!(page.says("10 December 2026 at 10am"), sees, "{}", page.text());
            assert_eq!(page.says("No meeting is arranged"), !sees, "{}", page.text());
            assert_eq!((page.says("Ilse"), page.says("Maren")), (sees, false));
        }
    }
);

on_both!(
    async fn an_advisers_account_is_made_and_changed_by_no_form_for_officers(database: Database) {
        let trial = trial(&database).await;
        let nadia = trial
            .door
            .sign_in_as(Who {
                user: "nadia.rahman",
                name: "Nadia Rahman",
                roles: &[Role::Administrator],
                areas: &[],
            })
            .await;
        let form = [
            ("user", "d.whitlock"),
            ("name", "Dana"),
            ("roles", "adviser"),
            ("areas", "north-east"),
        ];
        nadia.get("/accounts/new").await;
        let made = nadia.post("/accounts/new", &form).await;
        assert_eq!(
            made.error_at("roles").as_deref(),
            Some("Select what this person may do")
        );
        let path = format!("/accounts/{}", trial.lead);
        let page = nadia.get(&path).await;
        assert!(
            page.says("This is an adviser’s account") && page.says("Make an invitation"),
            "{}",
            page.text()
        );
        let form = [
            ("version", "1"),
            ("name", "Dana"),
            ("roles", "vlo"),
            ("areas", "north-east"),
        ];
        assert_eq!(nadia.post(&path, &form).await.status, StatusCode::NOT_FOUND);
        assert!(
            nadia
                .post(&format!("{path}/invite"), &[])
                .await
                .says("It is shown once")
        );
    }
);
