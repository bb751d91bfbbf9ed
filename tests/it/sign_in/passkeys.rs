//! Passkeys: the way in by invitation, and what does not let anybody in.

use axum::http::StatusCode;
use harness::on_both;
use harness::web::ORIGIN;
use serde_json::{Value, json};

use super::authenticator::Passkey;
use super::{Entrance, Scripted};

/// Follows an invitation and registers a passkey.
async fn accept(entrance: &Entrance, token: &str, passkey: &mut Passkey) -> (StatusCode, Scripted) {
    let (mut browser, path) = (Scripted::default(), format!("/invitation/{token}"));
    browser.get(&entrance.door, &path).await;
    let options = browser
        .post(&entrance.door, &format!("{path}/options"), &json!({}))
        .await
        .1;
    let answer = if options["publicKey"].is_null() {
        Value::Null
    } else {
        passkey.register(&options)
    };
    let (status, _) = browser.post(&entrance.door, &path, &answer).await;
    (status, browser)
}

async fn sign_in(entrance: &Entrance, passkey: &mut Passkey) -> (StatusCode, Scripted) {
    let mut browser = Scripted::default();
    browser.get(&entrance.door, "/sign-in").await;
    let options = browser
        .post(&entrance.door, "/sign-in/passkey/options", &json!({}))
        .await
        .1;
    let answer = passkey.sign_in(&options);
    let (status, _) = browser.post(&entrance.door, "/sign-in/passkey", &answer).await;
    (status, browser)
}

on_both!(
    async fn an_invitation_leads_to_a_passkey_and_that_to_ones_work(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut passkey = Passkey::new(ORIGIN, 1);
        let token = entrance.invitation().await;
        let (status, mut browser) = accept(&entrance, &token, &mut passkey).await;
        assert_eq!(status, StatusCode::OK);
        let (status, page) = browser.get(&entrance.door, "/account").await;
        assert!(status == StatusCode::OK && page.contains("mina.varga"), "{page}");
        // On another day, in another browser.
        let (status, mut browser) = sign_in(&entrance, &mut passkey).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(browser.get(&entrance.door, "/account").await.0, StatusCode::OK);
        for (verb, count) in [
            ("account-invited", 1),
            ("passkey-registered", 1),
            ("signed-in", 2),
        ] {
            assert_eq!(entrance.entries_of(verb).await, count, "{verb}");
        }
    }
);

on_both!(
    async fn an_invitation_works_once_for_a_while_and_says_no_name(database: Database) {
        let entrance = Entrance::new(&database).await;
        let first = entrance.invitation().await;
        let second = entrance.invitation().await;
        let (status, page) = Scripted::default()
            .get(&entrance.door, &format!("/invitation/{second}"))
            .await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("Mina") && !page.contains("mina.varga"));
        let mut passkey = Passkey::new(ORIGIN, 1);
        assert_eq!(
            accept(&entrance, &first, &mut passkey).await.0,
            StatusCode::UNAUTHORIZED,
            "a newer one was made"
        );
        assert_eq!(accept(&entrance, &second, &mut passkey).await.0, StatusCode::OK);
        let mut other = Passkey::new(ORIGIN, 2);
        assert_eq!(
            accept(&entrance, &second, &mut other).await.0,
            StatusCode::UNAUTHORIZED,
            "it was used"
        );
        assert_eq!(sign_in(&entrance, &mut other).await.0, StatusCode::UNAUTHORIZED);
        let third = entrance.invitation().await;
        let now = entrance.door.flows.now();
        let later = now + jiff::SignedDuration::from_hours(72);
        entrance.house.clock().set(&later.to_string());
        assert_eq!(
            accept(&entrance, &third, &mut other).await.0,
            StatusCode::UNAUTHORIZED,
            "its time is over"
        );
        let nobody = Scripted::default()
            .get(&entrance.door, &format!("/invitation/{}", "0".repeat(64)))
            .await;
        let over = Scripted::default()
            .get(&entrance.door, &format!("/invitation/{third}"))
            .await;
        assert_eq!((nobody.0, over.0), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    }
);

on_both!(
    async fn what_is_wrong_with_a_passkey_lets_nobody_in(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut passkey = Passkey::new(ORIGIN, 1);
        let token = entrance.invitation().await;
        accept(&entrance, &token, &mut passkey).await;
        let refused = StatusCode::UNAUTHORIZED;

        passkey.verifies = false;
        assert_eq!(
            sign_in(&entrance, &mut passkey).await.0,
            refused,
            "nobody showed finger, face or PIN"
        );
        passkey.verifies = true;
        "https://gateway.example.test".clone_into(&mut passkey.origin);
        assert_eq!(
            sign_in(&entrance, &mut passkey).await.0,
            refused,
            "another site asked for it"
        );
        ORIGIN.clone_into(&mut passkey.origin);
        "example.test".clone_into(&mut passkey.host);
        assert_eq!(
            sign_in(&entrance, &mut passkey).await.0,
            refused,
            "it was made for another site"
        );
        ORIGIN
            .trim_start_matches("https://")
            .clone_into(&mut passkey.host);
        let mut stranger = Passkey::new(ORIGIN, 9);
        stranger.user.clone_from(&passkey.user);
        assert_eq!(
            sign_in(&entrance, &mut stranger).await.0,
            refused,
            "nobody registered it"
        );
        let mut copy = Passkey::new(ORIGIN, 1);
        copy.user.clone_from(&passkey.user);
        assert_eq!(
            sign_in(&entrance, &mut copy).await.0,
            refused,
            "another key under the same id"
        );

        assert_eq!(sign_in(&entrance, &mut passkey).await.0, StatusCode::OK);
        passkey.counter = 0;
        assert_eq!(
            sign_in(&entrance, &mut passkey).await.0,
            refused,
            "a counter that went back is a copy"
        );
    }
);

on_both!(
    async fn an_answer_works_once_in_the_browser_that_was_asked(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut passkey = Passkey::new(ORIGIN, 1);
        let token = entrance.invitation().await;
        accept(&entrance, &token, &mut passkey).await;
        let mut browser = Scripted::default();
        browser.get(&entrance.door, "/sign-in").await;
        let options = browser
            .post(&entrance.door, "/sign-in/passkey/options", &json!({}))
            .await
            .1;
        let answer = passkey.sign_in(&options);
        let mut other = Scripted::default();
        other.get(&entrance.door, "/sign-in").await;
        let (status, _) = other.post(&entrance.door, "/sign-in/passkey", &answer).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "another browser was not asked");
        let (status, _) = browser.post(&entrance.door, "/sign-in/passkey", &answer).await;
        assert_eq!(status, StatusCode::OK);
        let mut again = Scripted::default();
        again.get(&entrance.door, "/sign-in").await;
        again
            .post(&entrance.door, "/sign-in/passkey/options", &json!({}))
            .await;
        let (status, _) = again.post(&entrance.door, "/sign-in/passkey", &answer).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "an answer to another challenge");
        for nonsense in [Value::Null, json!({}), json!({"id": "x"}), json!([1])] {
            let (status, _) = again.post(&entrance.door, "/sign-in/passkey", &nonsense).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
        }
    }
);

on_both!(
    async fn a_passkey_made_for_one_account_is_not_put_to_another(database: Database) {
        let entrance = Entrance::new(&database).await;
        let flows = &entrance.door.flows;
        let details = flows::AccountDetails {
            name: "Tomas Arden".to_owned(),
            phone: String::new(),
            roles: vec![flows::Role::Auditor],
            areas: vec!["north-east".to_owned()],
        };
        let other = flows.add_account("operator", "tomas.arden", &details).await;
        let other = flows.invite("operator", &other.expect("an account")).await;
        let (other, own) = (
            other.expect("an invitation").to_string(),
            entrance.invitation().await,
        );
        let mut browser = Scripted::default();
        browser.get(&entrance.door, &format!("/invitation/{own}")).await;
        let options = format!("/invitation/{own}/options");
        let options = browser.post(&entrance.door, &options, &json!({})).await.1;
        let answer = Passkey::new(ORIGIN, 1).register(&options);
        let (status, _) = browser
            .post(&entrance.door, &format!("/invitation/{other}"), &answer)
            .await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(entrance.entries_of("passkey-registered").await, 0);
    }
);

on_both!(
    async fn one_client_cannot_fill_the_log_with_refusals(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = Scripted::default();
        browser.get(&entrance.door, "/sign-in").await;
        for _ in 0..25 {
            let (status, _) = browser
                .post(&entrance.door, "/sign-in/passkey", &Value::Null)
                .await;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(entrance.entries_of("sign-in-refused").await, 20);
        entrance.later(jiff::SignedDuration::from_mins(15));
        browser
            .post(&entrance.door, "/sign-in/passkey", &Value::Null)
            .await;
        assert_eq!(entrance.entries_of("sign-in-refused").await, 21);
    }
);
