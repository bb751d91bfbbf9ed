//! Sessions: how long they last, and what ends them.

use domain::account::SignIn;
use harness::bytes::every_byte;
use harness::on_both;
use jiff::SignedDuration;
use web::visit::COOKIE;

use super::Entrance;

on_both!(
    async fn half_an_hour_without_a_request_ends_it(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = entrance.signed_in().await;
        for _ in 0..3 {
            entrance.later(SignedDuration::from_mins(29));
            assert!(entrance.is_in(&mut browser).await, "each request extends it");
        }
        entrance.later(SignedDuration::from_mins(30));
        assert!(!entrance.is_in(&mut browser).await);
        entrance
            .house
            .clock()
            .set(&(entrance.door.flows.now() - SignedDuration::from_mins(30)).to_string());
        assert!(
            !entrance.is_in(&mut browser).await,
            "what has ended does not come back"
        );
    }
);

on_both!(
    async fn twelve_hours_end_it_however_busy(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut browser = entrance.signed_in().await;
        for _ in 0..35 {
            entrance.later(SignedDuration::from_mins(20));
            assert!(entrance.is_in(&mut browser).await);
        }
        entrance.later(SignedDuration::from_mins(20));
        assert!(!entrance.is_in(&mut browser).await, "twelve hours are over");
    }
);

on_both!(
    async fn signing_out_revoking_and_disabling_end_it_with_the_next_request(database: Database) {
        let entrance = Entrance::new(&database).await;
        let (mut one, mut two) = (entrance.signed_in().await, entrance.signed_in().await);
        let flows = &entrance.door.flows;
        let visitor = |token: &str| {
            let token = token.to_owned();
            async move {
                flows
                    .find_session(&token)
                    .await
                    .expect("an answer")
                    .expect("signed in")
            }
        };
        let first = visitor(one.cookie(COOKIE).expect("a cookie")).await;
        let second = visitor(two.cookie(COOKIE).expect("a cookie")).await;
        flows
            .revoke_session(&first, &second.session)
            .await
            .expect("revoked");
        assert!(entrance.is_in(&mut one).await && !entrance.is_in(&mut two).await);
        flows.end_session(&first).await.expect("signed out");
        assert!(!entrance.is_in(&mut one).await);

        let mut three = entrance.signed_in().await;
        assert!(entrance.is_in(&mut three).await);
        flows
            .disable_account("operator", &entrance.officer, "left")
            .await
            .expect("disabled");
        assert!(!entrance.is_in(&mut three).await);
        let reopened = flows.open_session(&entrance.officer, SignIn::Passkey, None).await;
        assert!(reopened.is_err(), "nobody signs in to a disabled account");
    }
);

on_both!(
    async fn a_new_session_ends_the_one_that_the_browser_had(database: Database) {
        let entrance = Entrance::new(&database).await;
        let mut before = entrance.signed_in().await;
        let old = before.cookie(COOKIE).expect("a cookie").to_owned();
        let flows = &entrance.door.flows;
        flows
            .open_session(&entrance.officer, SignIn::Passkey, Some(&old))
            .await
            .expect("a session");
        assert!(!entrance.is_in(&mut before).await, "the old cookie is useless");
    }
);

on_both!(
    async fn the_database_holds_no_token_of_anybody(database: Database) {
        let entrance = Entrance::new(&database).await;
        let browser = entrance.signed_in().await;
        let token = browser.cookie(COOKIE).expect("a cookie").to_owned();
        let invitation = entrance.invitation().await;
        let everything = every_byte(&database).await;
        let holds = |needle: &[u8]| everything.windows(needle.len()).any(|part| part == needle);
        assert!(holds(b"mina.varga"), "the search finds what is there");
        for secret in [&token, &invitation] {
            assert!(
                !holds(secret.as_bytes()) && !holds(&hex_bytes(secret)),
                "a token stands in the database"
            );
        }
    }
);

fn hex_bytes(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(digit).collect()
}
