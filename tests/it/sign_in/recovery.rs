//! Password and one-time code: prepared by their owner, granted by an administrator, and good for nothing else.

use axum::http::StatusCode;
use harness::bytes::every_byte;
use harness::on_both;
use jiff::SignedDuration;
use vault::one_time_code::{SECRET_BYTES, code};
use web::visit::COOKIE;

use super::{Entrance, Scripted};

const PASSWORD: &str = "seven quiet herons wade";

impl Entrance {
    /// Sets up password and app, and answers the app's secret.
    async fn prepared(&self) -> [u8; SECRET_BYTES] {
        let mut browser = self.signed_in().await;
        browser.get(&self.door, "/account/recovery").await;
        let fields = [("password", PASSWORD), ("again", PASSWORD)];
        let (_, page) = browser.form(&self.door, "/account/recovery", &fields).await;
        let secret = secret_in(&page);
        let fields = [("code", &*self.code(&secret))];
        let (status, _) = browser
            .form(&self.door, "/account/recovery/confirm", &fields)
            .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        // The code of that moment was used.
        self.later(SignedDuration::from_secs(90));
        secret
    }

    async fn granted(&self, hours: i64) {
        let granted = self.door.flows.grant_recovery("operator", &self.officer, hours);
        granted.await.expect("granted");
    }

    fn code(&self, secret: &[u8; SECRET_BYTES]) -> String {
        let now = self.door.flows.now().as_second().cast_unsigned();
        code(secret, now).expect("a code").to_string()
    }

    async fn try_in(&self, user: &str, password: &str, code: &str) -> (StatusCode, String, Scripted) {
        let mut browser = Scripted::default();
        browser.get(&self.door, "/sign-in/recovery").await;
        let fields = [("user", user), ("password", password), ("code", code)];
        let (status, page) = browser.form(&self.door, "/sign-in/recovery", &fields).await;
        (status, page, browser)
    }
}

/// The secret that the page shows, in base 32.
fn secret_in(page: &str) -> [u8; SECRET_BYTES] {
    let (_, rest) = page.split_once("gw-proof\">").expect("a secret is shown");
    let spelled = rest.chars().take_while(|c| matches!(c, 'A'..='Z' | '2'..='7'));
    let mut bits = spelled.flat_map(|c| {
        let value = if c.is_ascii_uppercase() {
            c as u8 - b'A'
        } else {
            c as u8 - b'2' + 26
        };
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    std::array::from_fn(|_| (0..8).fold(0, |byte, _| byte << 1 | bits.next().expect("160 bits")))
}

const IN: StatusCode = StatusCode::SEE_OTHER;
const OUT: StatusCode = StatusCode::UNAUTHORIZED;

on_both!(
    async fn it_opens_while_granted_and_each_code_once(database: Database) {
        let entrance = Entrance::new(&database).await;
        let secret = entrance.prepared().await;
        let code = entrance.code(&secret);
        let before = entrance.try_in("mina.varga", PASSWORD, &code).await;
        assert_eq!(before.0, OUT, "nothing is granted yet");
        entrance.granted(4).await;
        let (status, _, mut browser) = entrance.try_in("mina.varga", PASSWORD, &code).await;
        assert_eq!(status, IN);
        assert!(browser.cookie(COOKIE).is_some() && entrance.is_in(&mut browser).await);
        let again = entrance.try_in("mina.varga", PASSWORD, &code).await;
        assert_eq!(again.0, OUT, "a code works once");
        entrance.later(SignedDuration::from_secs(60));
        let next = entrance
            .try_in(" Mina.Varga ", PASSWORD, &entrance.code(&secret))
            .await;
        assert_eq!(next.0, IN, "a capital letter in the user name changes nothing");
        entrance.later(SignedDuration::from_hours(4));
        let late = entrance
            .try_in("mina.varga", PASSWORD, &entrance.code(&secret))
            .await;
        assert_eq!(late.0, OUT, "the grant is over");
        assert_eq!(entrance.entries_of("recovery-granted").await, 1);
        assert_eq!(entrance.entries_of("sign-in-refused").await, 3);
        let everything = every_byte(&database).await;
        for secret in [PASSWORD.as_bytes(), &secret] {
            let found = everything.windows(secret.len()).any(|part| part == secret);
            assert!(!found, "a secret stands in the database");
        }
    }
);

on_both!(
    async fn whatever_is_wrong_the_words_are_the_same(database: Database) {
        let entrance = Entrance::new(&database).await;
        let secret = entrance.prepared().await;
        let right = entrance.code(&secret);
        let ungranted = entrance.try_in("mina.varga", PASSWORD, &right).await;
        entrance.granted(1).await;
        let tries = [
            entrance.try_in("nobody.here", PASSWORD, &right).await,
            entrance
                .try_in("mina.varga", "seven quiet herons sleep", &right)
                .await,
            entrance.try_in("mina.varga", PASSWORD, "000000").await,
            entrance.try_in("mina.varga", "", "").await,
        ];
        let said = |page: &str| {
            let (_, rest) = page.split_once("govuk-error-summary__list").expect("a summary");
            rest.split("</ul>").next().unwrap_or_default().to_owned()
        };
        for (status, page, _) in &tries {
            assert_eq!((*status, said(page)), (OUT, said(&ungranted.1)));
            assert!(!page.contains(PASSWORD), "a password is not shown again");
        }
    }
);

on_both!(
    async fn five_tries_of_an_account_and_twenty_of_a_client(database: Database) {
        let entrance = Entrance::new(&database).await;
        let secret = entrance.prepared().await;
        entrance.granted(1).await;
        for _ in 0..5 {
            assert_eq!(entrance.try_in("mina.varga", "wrong", "000000").await.0, OUT);
        }
        let right = entrance
            .try_in("mina.varga", PASSWORD, &entrance.code(&secret))
            .await;
        assert_eq!(
            right.0,
            StatusCode::TOO_MANY_REQUESTS,
            "also when it would be right"
        );
        // A name that nobody has is counted like one that somebody has, or the limit would tell them apart.
        for _ in 0..5 {
            assert_eq!(entrance.try_in("nobody.here", "wrong", "000000").await.0, OUT);
        }
        let sixth = entrance.try_in("nobody.here", "wrong", "000000").await;
        assert_eq!(sixth.0, StatusCode::TOO_MANY_REQUESTS);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            assert_eq!(entrance.try_in(name, "wrong", "000000").await.0, OUT);
        }
        let more = entrance.try_in("z", "wrong", "000000").await;
        assert_eq!(more.0, StatusCode::TOO_MANY_REQUESTS, "the client had its twenty");
        entrance.later(SignedDuration::from_mins(15));
        let right = entrance
            .try_in("mina.varga", PASSWORD, &entrance.code(&secret))
            .await;
        assert_eq!(right.0, IN, "after a quarter of an hour");
    }
);

on_both!(
    async fn it_counts_only_when_its_owner_finished_it_shortly_after_signing_in(database: Database) {
        let entrance = Entrance::new(&database).await;
        let flows = &entrance.door.flows;
        let mut browser = entrance.signed_in().await;
        browser.get(&entrance.door, "/account/recovery").await;
        let bad = [
            ("too short", "too short", "15 characters"),
            (
                "aaaaaaaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaaaaaaa",
                "repeats itself less",
            ),
            (
                "I am mina.varga here",
                "I am mina.varga here",
                "does not contain your user name",
            ),
            // What everybody tries, twice, along the keys, and with digits for letters.
            ("passwordpassword", "passwordpassword", "harder to guess"),
            ("qwertyuiopasdfgh", "qwertyuiopasdfgh", "harder to guess"),
            ("P4ssw0rd-P4ssw0rd", "P4ssw0rd-P4ssw0rd", "harder to guess"),
            ("123456789123456", "123456789123456", "harder to guess"),
            (PASSWORD, "seven quiet herons", "the same password twice"),
        ];
        for (password, again, words) in bad {
            let fields = [("password", password), ("again", again)];
            let (_, page) = browser.form(&entrance.door, "/account/recovery", &fields).await;
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(entrance.entries_of("recovery-set").await, 0);
        let fields = [("password", PASSWORD), ("again", PASSWORD)];
        let (_, page) = browser.form(&entrance.door, "/account/recovery", &fields).await;
        let secret = secret_in(&page);
        let path = "/account/recovery/confirm";
        let (_, page) = browser.form(&entrance.door, path, &[("code", "000000")]).await;
        assert!(page.contains("Enter the 6 digits") && !page.contains("otpauth"));
        let unfinished = flows.grant_recovery("operator", &entrance.officer, 1).await;
        assert!(unfinished.is_err(), "there is nothing to grant yet");
        entrance.later(SignedDuration::from_mins(16));
        let code = entrance.code(&secret);
        let (status, _) = browser.form(&entrance.door, path, &[("code", &code)]).await;
        assert_eq!(status, StatusCode::CONFLICT, "that needs a fresh proof");
        let (_, page) = browser.get(&entrance.door, "/account/recovery").await;
        assert!(page.contains("Sign in again first"), "{page}");
    }
);
