//! The relay tried out from the administrator's page: against a real Postfix, and against nobody.

use std::net::{Ipv4Addr, TcpListener};

use axum::http::StatusCode;
use flows::MailRoute;
use harness::gateway::{MAIL_DOMAIN, TestGateway};
use harness::on_both;
use harness::postfix::{HOST, PASSWORD, Postfix, USER};
use harness::web::Answer;
use harness::zone::NO_RESOLVER;
use mail::relay::{Relay, RelayConfig, SignIn, TlsPolicy};
use mail::sending_domain::SendingDomain;
use mail::tls::{Roots, TlsMode};

use super::{NADIA, house, shows_nothing_of_the_case};
use crate::auditing::entries;

fn relay(port: u16, mode: TlsMode, roots: Roots, sign_in: Option<SignIn>) -> Relay {
    Relay::new(RelayConfig {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
        hello_name: MAIL_DOMAIN.to_owned(),
        tls: TlsPolicy::Required {
            mode,
            server_name: HOST.to_owned(),
            roots,
        },
        sign_in,
        timeout_ms: 5_000,
        connections_max: 1,
    })
    .expect("a relay")
}

/// A relay at a port where nobody listens.
pub(super) fn nobody() -> Relay {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = free.local_addr().expect("its number").port();
    drop(free);
    relay(port, TlsMode::StartTls, Roots::Public, None)
}

/// Presses the button for the test of this relay.
async fn tried(gateway: &TestGateway, relay: Relay) -> Answer {
    let domain = SendingDomain::new(MAIL_DOMAIN, MAIL_DOMAIN, None, Some(NO_RESOLVER));
    let door = gateway.door_mailing(MailRoute::new(relay, domain));
    let browser = door.sign_in_as(NADIA).await;
    browser.get("/house/mail").await;
    let page = browser.post_once("/house/mail/relay", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    shows_nothing_of_the_case(&page);
    page
}

/// How the test of the relay that was recorded last ended: its result, and the step that failed.
async fn recorded(gateway: &TestGateway) -> (String, Option<String>) {
    let (_, entry) = entries(gateway, "relay-tried").await.pop().expect("an entry");
    assert_eq!(entry.actor(), NADIA.user);
    let result = entry.result().expect("a result").to_owned();
    (result, entry.facts().get("step").cloned())
}

on_both!(
    async fn a_real_relay_is_gone_through_step_by_step_and_gets_no_message(database: Database) {
        let (gateway, _) = house(&database).await;
        let postfix = Postfix::start_for_users();
        let own = || Roots::Only(postfix.cert_pem().to_owned());
        let as_user = |password| Some(SignIn::new(USER, password).expect("a user and a password"));

        let good = relay(postfix.port(), TlsMode::StartTls, own(), as_user(PASSWORD));
        let page = tried(&gateway, good).await;
        assert!(
            page.says("The relay works."),
            "{}\n{}",
            page.text(),
            postfix.log()
        );
        assert_eq!(page.text().matches("Went well").count(), 7, "{}", page.text());
        assert!(page.says("ask for TLS (EHLO, STARTTLS)") && page.says("Sign in (AUTH)"));
        assert_eq!(recorded(&gateway).await, ("works".to_owned(), None));

        let first = relay(postfix.tls_port(), TlsMode::Implicit, own(), as_user(PASSWORD));
        let page = tried(&gateway, first).await;
        assert_eq!(page.text().matches("Went well").count(), 6, "{}", page.text());
        assert!(!page.says("STARTTLS"), "{}", page.text());

        let wrong = relay(postfix.port(), TlsMode::StartTls, own(), as_user("hunter2"));
        let page = tried(&gateway, wrong).await;
        assert!(
            page.says("The relay does not work as it should"),
            "{}",
            page.text()
        );
        assert!(
            page.says("Sign in (AUTH) Failed The relay refuses us: signing in: 535 5.7.8"),
            "{}",
            page.text()
        );
        assert_eq!(page.text().matches("Not begun").count(), 2, "{}", page.text());
        let at_signing_in = ("refused-us".to_owned(), Some("sign-in".to_owned()));
        assert_eq!(recorded(&gateway).await, at_signing_in);

        let stranger = relay(postfix.port(), TlsMode::StartTls, Roots::Public, None);
        let page = tried(&gateway, stranger).await;
        assert!(
            page.says("TLS, with the relay’s name verified Failed No verified TLS with the relay"),
            "{}",
            page.text()
        );
        assert!(
            !page.says("Sign in (AUTH)"),
            "nobody to sign in as: {}",
            page.text()
        );
        assert_eq!(
            recorded(&gateway).await,
            ("no-tls".to_owned(), Some("tls".to_owned()))
        );
        assert!(postfix.delivered().is_empty(), "nothing was sent");
        assert!(!postfix.log().contains("MAIL FROM"), "{}", postfix.log());
    }
);

on_both!(
    async fn a_closed_port_is_said_and_nothing_comes_after_it(database: Database) {
        let (gateway, _) = house(&database).await;
        let page = tried(&gateway, nobody()).await;
        assert!(
            page.says("Connect Failed The relay cannot be reached now: connecting: connection refused."),
            "{}",
            page.text()
        );
        assert_eq!(page.text().matches("Not begun").count(), 5, "{}", page.text());
        assert_eq!(
            recorded(&gateway).await,
            ("no-answer".to_owned(), Some("connect".to_owned()))
        );
    }
);
