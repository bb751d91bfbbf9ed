//! What was typed when a session had run out: for the same person in the same browser, for a day, and for nobody else.

use axum::http::{Request, StatusCode, header};
use domain::account::SignIn;
use domain::id::AccountId;
use flows::KEPT_MAX;
use harness::bytes::{contents, every_byte};
use harness::database::Database;
use harness::on_both;
use jiff::SignedDuration;
use web::visit::COOKIE;

use super::{Entrance, Scripted};

/// Where a case is written down.
const PATH: &str = "/cases";
const WORDS: &str = "Kestrel & <Finch>\nsecond line";
const TYPED: [(&str, &str); 3] = [("urn", "07XQ0031826"), ("unit", WORDS), ("offence", "")];

/// An officer with an open page, half an hour after they were last there.
async fn away(entrance: &Entrance) -> Scripted {
    let mut browser = entrance.signed_in().await;
    assert!(entrance.is_in(&mut browser).await);
    entrance.later(SignedDuration::from_mins(31));
    browser
}

/// The same browser, in which somebody has signed in again.
async fn back(entrance: &Entrance, browser: &mut Scripted, who: &AccountId) {
    let opened = entrance.door.flows.open_session(who, SignIn::Passkey, None);
    let token = opened.await.expect("a session").token.to_string();
    browser.cookies.retain(|(name, _)| name != COOKIE);
    browser.cookies.push((COOKIE.to_owned(), token));
}

async fn kept(database: &Database) -> i64 {
    let all = contents(database, &[]).await;
    let rows = all.get("kept_words.id").map_or(0, Vec::len);
    i64::try_from(rows).expect("few")
}

/// Where the first page leads to.
async fn first_page(entrance: &Entrance, browser: &mut Scripted) -> String {
    let (status, _) = browser.get(&entrance.door, "/").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    browser.location.clone()
}

/// Where the form of the page sends what was kept.
fn form_of(page: &str, verb: &str) -> Option<String> {
    let (_, rest) = page.split_once("action=\"/kept-words/")?;
    let id = rest.get(..32)?;
    Some(format!("/kept-words/{id}/{verb}"))
}

on_both!(
    async fn what_was_typed_when_the_session_ran_out_can_be_sent_after_signing_in(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = away(&entrance).await;
        let (status, page) = browser.form(&entrance.door, PATH, &TYPED).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(page.contains("What you typed is kept for you"), "{page}");
        let bytes = every_byte(&database).await;
        let is_there = |words: &str| bytes.windows(words.len()).any(|some| some == words.as_bytes());
        assert!(!is_there("Kestrel") && !is_there("07XQ0031826"), "it is sealed");
        let token = browser.cookie("__Host-kept").expect("a cookie");
        assert!(!is_there(token), "its key is not in the database");

        back(&entrance, &mut browser, &entrance.officer).await;
        assert_eq!(first_page(&entrance, &mut browser).await, "/kept-words");
        let (status, page) = browser.get(&entrance.door, "/kept-words").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Kestrel &amp; &lt;Finch&gt;"), "{page}");

        let send = form_of(&page, "send").expect("a form");
        let other = [("urn", "07XQ0031826"), ("unit", "other words"), ("offence", "")];
        let (status, _) = browser.form(&entrance.door, &send, &other).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "only what was kept is sent"
        );
        let (status, _) = browser.form(&entrance.door, &send, &TYPED).await;
        assert_eq!(
            status,
            StatusCode::TEMPORARY_REDIRECT,
            "the same form goes to its page"
        );
        let (status, _) = browser.form(&entrance.door, &send, &TYPED).await;
        assert_eq!(status, StatusCode::CONFLICT, "once");

        // Its page may have refused it: it can still be read, and is not in the way any more.
        let (_, page) = browser.get(&entrance.door, "/kept-words").await;
        assert!(
            page.contains("Kestrel") && page.contains("You sent this at"),
            "{page}"
        );
        assert_eq!(first_page(&entrance, &mut browser).await, "/work");
        let (status, _) = browser
            .form(&entrance.door, &form_of(&page, "forget").expect("a form"), &[])
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(kept(&database).await, 0);
    }
);

on_both!(
    async fn what_was_kept_is_nobody_elses_and_in_no_other_browser(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = away(&entrance).await;
        browser.form(&entrance.door, PATH, &TYPED).await;
        back(&entrance, &mut browser, &entrance.officer).await;
        let (_, page) = browser.get(&entrance.door, "/kept-words").await;
        let forget = form_of(&page, "forget").expect("a form");

        // Somebody else at the same browser, who finds the cookie there.
        let somebody = entrance.somebody_else().await;
        back(&entrance, &mut browser, &somebody).await;
        let (_, page) = browser.get(&entrance.door, "/kept-words").await;
        assert!(page.contains("Nothing is kept for you"), "{page}");
        let (status, _) = browser.form(&entrance.door, &forget, &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        // The same person at another browser.
        let mut other = entrance.signed_in().await;
        let (_, page) = other.get(&entrance.door, "/kept-words").await;
        assert!(page.contains("Nothing is kept for you"), "{page}");
        let (status, _) = other.form(&entrance.door, &forget, &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        // And a cookie that somebody else put there opens nothing, and finds nothing.
        other.cookies.push(("__Host-kept".to_owned(), "0".repeat(64)));
        let (_, page) = other.get(&entrance.door, "/kept-words").await;
        assert!(page.contains("Nothing is kept for you"), "{page}");
        assert_eq!(kept(&database).await, 1);
    }
);

on_both!(
    async fn nothing_is_kept_of_a_session_that_somebody_ended(database: Database) {
        let entrance = Entrance::new(&database).await;
        let flows = &entrance.door.flows;
        let mut browser = entrance.signed_in().await;
        assert!(entrance.is_in(&mut browser).await);
        flows
            .end_sessions("operator", &entrance.officer)
            .await
            .expect("ended");
        let (status, _) = browser.form(&entrance.door, PATH, &TYPED).await;
        assert_eq!(status, StatusCode::SEE_OTHER);

        // Nor of one whose account is disabled: and what was kept before goes.
        let mut browser = away(&entrance).await;
        browser.form(&entrance.door, PATH, &TYPED).await;
        assert_eq!(kept(&database).await, 1);
        flows
            .disable_account("operator", &entrance.officer, "left")
            .await
            .expect("disabled");
        assert_eq!(kept(&database).await, 0);
        let (status, _) = browser.form(&entrance.door, PATH, &TYPED).await;
        assert_eq!((status, kept(&database).await), (StatusCode::SEE_OTHER, 0));
    }
);

on_both!(
    async fn only_a_form_of_ours_with_words_in_it_is_kept(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = away(&entrance).await;
        let right = browser.token.clone();
        // A password is typed anew.
        for (path, fields) in [
            ("/account/recovery", &[("password", "a few words together")][..]),
            ("/sign-out", &[]),
            (
                "/victims/00000000000000000000000000000001/open",
                &[("reason", "follow-the-case")],
            ),
            (PATH, &[("urn", " "), ("unit", "")]),
        ] {
            let (status, _) = browser.form(&entrance.door, path, fields).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
            browser.token.clone_from(&right);
        }
        browser.token = "0".repeat(64);
        let (status, _) = browser.form(&entrance.door, PATH, &TYPED).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "another form's token");
        browser.token.clone_from(&right);
        let foreign = Request::post(PATH)
            .header(header::ORIGIN, "https://elsewhere.example")
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!("token={right}&urn=07XQ0031826");
        let (status, _) = browser.send(&entrance.door, foreign, body).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "another site's form");
        assert_eq!(kept(&database).await, 0);
    }
);

on_both!(
    async fn what_was_kept_goes_after_a_day_and_is_never_much(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = away(&entrance).await;
        let right = browser.token.clone();
        for at in 0..=KEPT_MAX {
            browser.token.clone_from(&right);
            if at % 2 == 0 {
                // In whatever browser.
                browser.cookies.retain(|(name, _)| name != "__Host-kept");
            }
            let (status, _) = browser.form(&entrance.door, PATH, &TYPED).await;
            let expected = if at < KEPT_MAX {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::SEE_OTHER
            };
            assert_eq!(status, expected, "form {at}");
        }
        assert_eq!(kept(&database).await, KEPT_MAX);
        entrance.later(SignedDuration::from_hours(24));
        back(&entrance, &mut browser, &entrance.officer).await;
        let (_, page) = browser.get(&entrance.door, "/kept-words").await;
        assert!(page.contains("Nothing is kept for you"), "{page}");
        entrance.door.flows.sweep(3600).await.expect("swept");
        assert_eq!(kept(&database).await, 0);
        // A day after anybody was there, a token that somebody found keeps nothing.
        let mut browser = entrance.signed_in().await;
        assert!(entrance.is_in(&mut browser).await);
        entrance.later(SignedDuration::from_hours(24));
        let (status, _) = browser.form(&entrance.door, PATH, &TYPED).await;
        assert_eq!((status, kept(&database).await), (StatusCode::SEE_OTHER, 0));
    }
);
