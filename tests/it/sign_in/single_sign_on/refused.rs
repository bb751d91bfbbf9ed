//! Everything by which nobody is signed in.

use harness::bytes::contents;
use harness::gateway::TestGateway;
use harness::on_both;
use harness::provider::TestProvider;
use harness::web::ORIGIN;
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use tokio::net::TcpListener;

use super::super::{Request, Scripted, StatusCode, header};
use super::{BACK, BEGIN, House, NOT_IN, SUBJECT, lets_in, mina, refuses};

on_both!(
    async fn what_began_in_another_browser_or_was_used_opens_nothing(database: Database) {
        let house = House::new(&database).await;
        house.knows(&["officers"]);
        let (mut mine, mut theirs) = (Scripted::default(), Scripted::default());
        let address = house.begin(&mut mine).await;
        house.begin(&mut theirs).await;
        let query = house.provider.go_through(&address, SUBJECT).await;
        // Login CSRF: somebody's own code, brought into another browser.
        refuses(
            &house.come_back(&mut theirs, &query).await,
            StatusCode::UNAUTHORIZED,
            NOT_IN,
        );
        let mut nobody = Scripted::default();
        refuses(
            &house.come_back(&mut nobody, &query).await,
            StatusCode::UNAUTHORIZED,
            NOT_IN,
        );
        // From elsewhere the form itself does not arrive.
        let forged = Request::post(BACK)
            .header(header::ORIGIN, "https://elsewhere.example")
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!("token={}&{query}", mine.token);
        assert_eq!(
            mine.send(&house.door, forged, body).await.0,
            StatusCode::FORBIDDEN
        );
        lets_in(&house.come_back(&mut mine, &query).await);
        // Once only, here and at the provider.
        let mut again = Scripted::default();
        let other = house.begin(&mut again).await;
        let state = query_value(&other, "state");
        let replayed = with_value(&query, "state", &state);
        refuses(
            &house.come_back(&mut again, &replayed).await,
            StatusCode::UNAUTHORIZED,
            NOT_IN,
        );
        refuses(
            &house.come_back(&mut again, &query).await,
            StatusCode::UNAUTHORIZED,
            NOT_IN,
        );
        // And not for ever.
        let mut late = Scripted::default();
        let address = house.begin(&mut late).await;
        let query = house.provider.go_through(&address, SUBJECT).await;
        house
            .gateway
            .clock()
            .set_to(house.door.flows.now() + SignedDuration::from_mins(10));
        refuses(
            &house.come_back(&mut late, &query).await,
            StatusCode::UNAUTHORIZED,
            NOT_IN,
        );
    }
);

on_both!(
    async fn a_changed_request_or_a_token_that_does_not_hold_opens_nothing(database: Database) {
        let house = House::new(&database).await;
        house.knows(&["officers"]);
        for (name, value) in [
            ("nonce", "another"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ] {
            let mut browser = Scripted::default();
            let address = house.begin(&mut browser).await;
            let (front, asked) = address.split_once('?').expect("a query");
            let address = format!("{front}?{}", with_value(asked, name, value));
            let query = house.provider.go_through(&address, SUBJECT).await;
            refuses(
                &house.come_back(&mut browser, &query).await,
                StatusCode::UNAUTHORIZED,
                NOT_IN,
            );
        }
        for (name, value) in [
            ("state", "0".repeat(64)),
            ("iss", "https://elsewhere.example".to_owned()),
            ("code", "x".to_owned()),
        ] {
            let mut browser = Scripted::default();
            let address = house.begin(&mut browser).await;
            let query = house.provider.go_through(&address, SUBJECT).await;
            let query = with_value(&query, name, &value);
            refuses(
                &house.come_back(&mut browser, &query).await,
                StatusCode::UNAUTHORIZED,
                NOT_IN,
            );
        }
        for lie in ["audience", "issuer", "expired", "signature", "unsigned", "shared"] {
            let mut claims = mina(&["officers"]);
            claims["lie"] = json!(lie);
            house.provider.knows(SUBJECT, &claims);
            let mut browser = Scripted::default();
            let answer = house.sign_in(&mut browser, SUBJECT).await;
            refuses(&answer, StatusCode::UNAUTHORIZED, NOT_IN);
            assert!(!house.is_in(&mut browser).await, "{lie}");
        }
        assert!(house.account("mina.varga").await.is_none());
        house.knows(&["officers"]);
        lets_in(&house.sign_in(&mut Scripted::default(), SUBJECT).await);
    }
);

on_both!(
    async fn coming_back_changes_nothing_before_the_form_is_sent(database: Database) {
        let house = House::new(&database).await;
        house.knows(&["officers"]);
        let mut browser = Scripted::default();
        let address = house.begin(&mut browser).await;
        let query = house.provider.go_through(&address, SUBJECT).await;
        let before = contents(&database, &[]).await;
        let (status, page) = browser.get(&house.door, &format!("{BACK}?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        // What somebody refuses at the provider, or types, is no form.
        for query in ["", "error=access_denied&state=x", "state=x"] {
            let answer = browser.get(&house.door, &format!("{BACK}?{query}")).await;
            refuses(&answer, StatusCode::UNAUTHORIZED, NOT_IN);
        }
        let shown = browser
            .get(&house.door, &format!("{BACK}?code=%22%3E%3Cb%3E&state=x"))
            .await;
        assert!(!shown.1.contains("\"><b>"), "{}", shown.1);
        assert!(contents(&database, &[]).await == before);
        lets_in(&house.finish(&mut browser, &query).await);
    }
);

on_both!(
    async fn without_the_provider_there_is_a_plain_page_and_the_passkey(database: Database) {
        let house = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        let provider = TestProvider::start(ORIGIN);
        let mut settings = provider.settings();
        drop(provider);
        // One that takes the connection and says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = silent.local_addr().expect("its address");
        for issuer in [settings.issuer.clone(), format!("http://{at}")] {
            settings.issuer = issuer;
            let door = house.door_of_provider(settings.clone());
            let mut browser = Scripted::default();
            let (_, page) = browser.get(&door, "/sign-in").await;
            assert!(page.contains("Sign in with your Example account"), "{page}");
            let answer = browser.form(&door, BEGIN, &[]).await;
            refuses(
                &answer,
                StatusCode::SERVICE_UNAVAILABLE,
                "sign-in does not answer",
            );
            let (status, options) = browser.post(&door, "/sign-in/passkey/options", &json!({})).await;
            assert_eq!(status, StatusCode::OK);
            assert!(options["publicKey"]["challenge"].is_string());
        }
        // And where it is not configured, nothing of it is there.
        let door = house.door();
        let mut browser = Scripted::default();
        let (_, page) = browser.get(&door, "/sign-in").await;
        assert!(!page.contains("single-sign-on"), "{page}");
        assert_eq!(browser.form(&door, BEGIN, &[]).await.0, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&door, BACK).await.0, StatusCode::NOT_FOUND);
    }
);

fn query_value(address: &str, name: &str) -> String {
    let query = address.split_once('?').expect("a query").1;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(key, _)| key == name)
        .expect("it is there")
        .1
        .into_owned()
}

fn with_value(query: &str, name: &str, value: &str) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    let changed = pairs.map(|(key, old)| {
        let new = if key == name { value.to_owned() } else { old };
        (key, new)
    });
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(changed)
        .finish()
}
