//! What is found about the sending domain: on the administrator's page, on the command line, and in the log of a start.

use std::fs;
use std::net::SocketAddr;

use flows::MailRoute;
use harness::database::sqlite;
use harness::gateway::MAIL_DOMAIN;
use harness::on_both;
use harness::service::{Service, secret};
use harness::zone::NO_RESOLVER;
use mail::catcher::{Fault, Faults};
use mail::sending_domain::SendingDomain;

use super::records::{DMARC_AT, KEY_PEM, right, serve, with};
use super::relay::nobody;
use super::{NADIA, house, shows_nothing_of_the_case};
use crate::auditing::entries;
use crate::served::{said, stop, until_said};

on_both!(
    async fn an_administrator_asks_and_sees_each_record_with_what_would_be_right(database: Database) {
        let (gateway, _) = house(&database).await;
        let zone = serve(&with(MAIL_DOMAIN, &["v=spf1 ?all"])).await;
        let relay = nobody();
        let domain = SendingDomain::new(MAIL_DOMAIN, MAIL_DOMAIN, None, Some(zone.address()));
        let door = gateway.door_mailing(MailRoute::new(relay, domain));
        let browser = door.sign_in_as(NADIA).await;
        let page = browser.get("/house/mail").await;
        assert!(
            page.says("has not been asked about gateway.example since the start"),
            "{}",
            page.text()
        );
        let page = browser.post("/house/mail/domain", &[]).await;
        for words in [
            "SPF Weak The record says nothing about servers",
            "DKIM Missing Nothing that leaves is signed",
            "DMARC Good Mail in the domain's name",
            "MTA-STS Good The record is there. The policy file that belongs to it was not fetched",
            "TLS-RPT Good",
            "What DNS said about gateway.example on 23 November 2026 at 9:15am",
            "The policy file that belongs to it is not fetched",
            "(RFC 8460)",
        ] {
            assert!(page.says(words), "{words}: {}", page.text());
        }
        shows_nothing_of_the_case(&page);
        assert!(
            browser
                .get("/house")
                .await
                .says("3 of 5 records of gateway.example are good")
        );
        let (_, entry) = entries(&gateway, "sending-domain-checked")
            .await
            .pop()
            .expect("an entry");
        assert_eq!(entry.actor(), NADIA.user);
        let facts = entry
            .facts()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(
            facts.collect::<Vec<_>>(),
            [
                ("dkim", "missing"),
                ("dmarc", "good"),
                ("mta-sts", "good"),
                ("spf", "weak"),
                ("tls-rpt", "good")
            ]
        );
    }
);

/// The service's configuration with this resolver, and with a key that signs.
fn configure(service: &Service, resolver: SocketAddr, signs: bool) {
    let text = fs::read_to_string(service.config()).expect("the configuration");
    let mut text = text.replace(&NO_RESOLVER.to_string(), &resolver.to_string());
    if signs {
        let dkim =
            format!("[relay.dkim]\ndomain = \"{MAIL_DOMAIN}\"\nselector = \"g1\"\nkey_file = \"dkim.pem\"\n");
        text = text.replace("[outbox]\n", &format!("{dkim}[outbox]\n"));
        secret(&service.dir().join("dkim.pem"), KEY_PEM);
    }
    fs::write(service.config(), text).expect("the configuration");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_says_what_is_missing_and_exits_with_it() {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let output = service.run(&["mail", "check-domain"]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "nobody could be asked: {}",
        said(&output)
    );
    assert!(said(&output).contains("SPF      not-asked"), "{}", said(&output));
    let zone = serve(&right()).await;
    configure(&service, zone.address(), false);
    let text = fs::read_to_string(service.config()).expect("the configuration");
    let output = service.run(&["mail", "check-domain"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for words in ["SPF      good", "DKIM     missing", "[relay.dkim]"] {
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
    }
    fs::write(
        service.config(),
        text.replace(&zone.address().to_string(), &NO_RESOLVER.to_string()),
    )
    .expect("the configuration");
    configure(&service, zone.address(), true);
    let output = service.run(&["--json", "mail", "check-domain"]);
    assert!(output.status.success(), "{}", said(&output));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let standings = lines.map(|line| line["standing"].as_str().unwrap_or_default().to_owned());
    assert_eq!(standings.collect::<Vec<_>>(), ["good"; 5]);
    fs::write(
        service.config(),
        text.replace("resolver = \"", "resolver = \"dns."),
    )
    .expect("the configuration");
    let output = service.run(&["mail", "check-domain"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("sender.resolver: must be an IP address and a port"),
        "{}",
        said(&output)
    );
    service.close().await;
}

on_both!(
    async fn a_start_says_how_each_record_stands_and_goes_on(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        let zone = serve(&with(
            DMARC_AT,
            &["v=DMARC1; p=none; rua=mailto:r@gateway.example"],
        ))
        .await;
        configure(&service, zone.address(), false);
        let child = service.start();
        until_said(&service, "working").await;
        until_said(&service, "TLS-RPT").await;
        let log = service.log();
        let lines = log.lines().filter(|line| line.contains("sending domain"));
        let lines = lines.collect::<Vec<_>>();
        assert_eq!(lines.len(), 5, "{log}");
        for (mechanism, standing) in [
            ("SPF", "good"),
            ("DKIM", "missing"),
            ("DMARC", "weak"),
            ("MTA-STS", "good"),
            ("TLS-RPT", "good"),
        ] {
            let said = lines
                .iter()
                .any(|line| line.contains(mechanism) && line.contains(standing));
            assert!(said, "{mechanism}: {log}");
        }
        stop(&service, child);
        service.close().await;
    }
);
