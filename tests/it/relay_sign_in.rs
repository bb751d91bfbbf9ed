//! A relay as organisations have it: a Postfix that takes mail from its users alone, and asks a Dovecot whose
//! password is right.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use domain::address::EmailAddress;
use harness::database::sqlite;
use harness::on_both;
use harness::postfix::{DOMAIN, HOST, PASSWORD, Postfix, USER};
use harness::service::Service;
use mail::catcher::{Fault, Faults};
use mail::compose::{Composed, Outgoing, compose};
use mail::relay::{Failure, Outcome, Relay, RelayConfig, SignIn, TlsPolicy};
use mail::return_path::{self, ReturnPathKey};
use mail::tls::{Roots, TlsMode};
use store::outbox;

use crate::served::{said, stop, until_quiet, until_said};

const MODES: [TlsMode; 2] = [TlsMode::StartTls, TlsMode::Implicit];

fn relay(postfix: &Postfix, mode: TlsMode, password: Option<&str>) -> Relay {
    Relay::new(RelayConfig {
        host: "127.0.0.1".to_owned(),
        port: match mode {
            TlsMode::StartTls => postfix.port(),
            TlsMode::Implicit => postfix.tls_port(),
        },
        hello_name: "gateway.test".to_owned(),
        tls: TlsPolicy::Required {
            mode,
            server_name: HOST.to_owned(),
            roots: Roots::Only(postfix.cert_pem().to_owned()),
        },
        sign_in: password.map(|password| SignIn::new(USER, password).expect("a user and a password")),
        timeout_ms: 30_000,
        connections_max: 1,
    })
    .expect("a relay")
}

fn message(number: usize) -> Composed {
    let id = format!("{number:032x}");
    let return_path = return_path::make(&ReturnPathKey::new(&[7; 32]), &id, "bounce.gateway.test");
    compose(&Outgoing {
        from_name: "Victim Liaison",
        from: &EmailAddress::parse("liaison@gateway.test").expect("an address"),
        to: &EmailAddress::parse(&format!("victim{number}@{DOMAIN}")).expect("an address"),
        subject: "An update for you",
        text: "words\n",
        html: "<p>words</p>\n",
        message_id: &format!("<{id}@gateway.test>"),
        date: "2026-11-23T09:00:00Z".parse().expect("an instant"),
        auto_submitted: true,
        return_path: &return_path.expect("a return path"),
        language: "en",
        conversation: None,
    })
    .expect("a message")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_relay_takes_mail_with_the_password_and_none_without_in_either_mode() {
    let postfix = Postfix::start_for_users();
    for (number, mode) in MODES.into_iter().enumerate() {
        let with = relay(&postfix, mode, Some(PASSWORD));
        for message in [message(2 * number), message(2 * number + 1)] {
            let session = with.ready().await.expect("the relay knows us");
            let outcome = session.send(&message).await;
            assert!(
                matches!(outcome, Outcome::Accepted { code: 250, .. }),
                "{outcome:?}\n{}",
                postfix.log()
            );
        }
        with.close().await;
        let wrong = relay(&postfix, mode, Some("hunter2")).ready().await.err();
        assert_eq!(
            wrong,
            Some(Failure::Technical {
                what: "signing in: 535 5.7.8: refused, security or policy".to_owned()
            }),
            "{}",
            postfix.log()
        );
        let without = relay(&postfix, mode, None).ready().await.expect("a greeting");
        let outcome = without.send(&message(99)).await;
        assert_eq!(
            outcome,
            Outcome::Technical {
                what: "554 5.7.1: refused, security or policy".to_owned()
            },
            "that we are not known is no verdict on the recipient: {}",
            postfix.log()
        );
    }
    let mut recipients = postfix
        .delivered()
        .into_iter()
        .map(|mail| mail.recipient)
        .collect::<Vec<_>>();
    recipients.sort();
    let expected = [0, 1, 2, 3].map(|number| format!("victim{number}@{DOMAIN}"));
    assert_eq!(recipients, expected);
    assert!(!postfix.log().contains(PASSWORD));
}

/// Makes a Postfix the relay of a service that signs in with a password file.
pub(crate) fn use_relay(service: &Service, postfix: &Postfix, mode: TlsMode) {
    let (port, tls) = match mode {
        TlsMode::StartTls => (postfix.port(), "starttls"),
        TlsMode::Implicit => (postfix.tls_port(), "implicit"),
    };
    let old = fs::read_to_string(service.config()).expect("the configuration");
    let (before, relay) = old.split_once("[relay]\n").expect("a relay");
    let (_, after) = relay.split_once("[outbox]\n").expect("an outbox");
    let relay = format!(
        "[relay]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"{tls}\"\nserver_name = \"{HOST}\"\nca_file = \"relay-ca.pem\"\n\
         user = \"{USER}\"\npassword_file = \"relay.password\"\nconnections_max = 4\ntimeout_ms = 3000\n"
    );
    fs::write(service.config(), format!("{before}{relay}[outbox]\n{after}")).expect("the configuration");
    fs::write(service.dir().join("relay-ca.pem"), postfix.cert_pem()).expect("the certificate");
    write_secret(service, "relay.password", &format!("{PASSWORD}\n"));
}

pub(crate) fn write_secret(service: &Service, name: &str, text: &str) {
    let path = service.dir().join(name);
    fs::write(&path, text).expect("a secret file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
}

fn no_secret_in(output: &Output) -> String {
    let said = said(output);
    assert!(!said.contains(PASSWORD) && !said.contains("hunter2"), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_signs_in_to_the_relay_and_says_when_it_cannot() {
    let postfix = Postfix::start_for_users();
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    for mode in MODES {
        use_relay(&service, &postfix, mode);
        let output = service.run(&["check"]);
        let said = no_secret_in(&output);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("with its name verified, and signs us in"), "{said}");

        write_secret(&service, "relay.password", "hunter2");
        let output = service.run(&["check"]);
        let said = no_secret_in(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("the relay refuses us: signing in: 535 5.7.8"),
            "{said}"
        );
    }
    service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_without_a_password_or_a_password_that_others_read_is_refused() {
    let postfix = Postfix::start_for_users();
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    use_relay(&service, &postfix, TlsMode::StartTls);
    let good = fs::read_to_string(service.config()).expect("the configuration");
    let both = "relay: name both `user` and `password_file`, or neither";
    for (right, wrong, sentence) in [
        ("user = \"gateway\"\n", "", both),
        ("password_file = \"relay.password\"\n", "", both),
        (
            "user = \"gateway\"",
            "user = \"\"",
            "the user must be 1 to 255 bytes",
        ),
        ("tls = \"starttls\"", "tls = \"none\"", "unknown variant `none`"),
        (
            "password_file = \"relay.password\"",
            "password = \"hunter2\"",
            "unknown field `password`",
        ),
    ] {
        fs::write(service.config(), good.replacen(right, wrong, 1)).expect("the configuration");
        let output = service.run(&["serve"]);
        let said = no_secret_in(&output);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {said}");
        assert!(said.contains(sentence), "{wrong}: {said}");
    }
    fs::write(service.config(), good).expect("the configuration");
    let secret = service.dir().join("relay.password");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).expect("a mode");
    let output = service.run(&["serve"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(no_secret_in(&output).contains("others than its owner may read this secret (mode 640)"));
    service.close().await;
}

on_both!(
    async fn a_wrong_password_loses_nothing_and_once_it_is_mended_the_message_leaves_by_itself(
        database: Database,
    ) {
        let postfix = Postfix::start_for_users();
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        use_relay(&service, &postfix, TlsMode::Implicit);
        write_secret(&service, "relay.password", "hunter2");
        service.queue(1).await;
        let child = service.start();
        until_said(&service, "the relay refuses us: signing in: 535 5.7.8").await;
        stop(&service, child);
        assert!(!service.log().contains("hunter2"));
        let mut tx = service.database.pool.read().await.expect("a reader");
        let held = outbox::list(&mut tx, 10).await.expect("the outbox answers");
        drop(tx);
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].state, "technical-failure");
        assert!(postfix.delivered().is_empty());
        let notices = no_secret_in(&service.run(&["notices", "list"]));
        assert!(notices.contains("The service team has to look."), "{notices}");

        write_secret(&service, "relay.password", PASSWORD);
        let mut child = service.start();
        until_quiet(&service, &mut child).await;
        stop(&service, child);
        let delivered = postfix.delivered();
        assert_eq!(
            delivered.len(),
            1,
            "the address was never doubted: {}",
            service.log()
        );
        assert_eq!(
            service
                .flows
                .counts()
                .await
                .expect("the counts")
                .messages
                .delivered,
            1
        );
        service.close().await;
    }
);
