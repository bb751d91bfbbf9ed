//! The domain that mail comes from, as a real DNS server on loopback publishes it: all right, weak, missing, not to be
//! asked.

use harness::gateway::MAIL_DOMAIN;
use harness::zone::{NO_RESOLVER, Zone};
use mail::dkim::Signer;
use mail::sending_domain::{Finding, Mechanism, SendingDomain, Standing};

pub(super) const KEY_PEM: &str = include_str!("../../../gateway/mail/tests/data/dkim-rsa-for-tests.pem");
const OTHER_PEM: &str = include_str!("../../../gateway/mail/tests/data/dkim-ed25519-for-tests.pem");
const FOREIGN: &str = "elsewhere.example";

/// The names of the records of [`MAIL_DOMAIN`].
const DKIM_AT: &str = "g1._domainkey.gateway.example";
pub(super) const DMARC_AT: &str = "_dmarc.gateway.example";
const STS_AT: &str = "_mta-sts.gateway.example";
const RPT_AT: &str = "_smtp._tls.gateway.example";

fn signer(pem: &str, domain: &str) -> Signer {
    Signer::from_pem(pem, domain, "g1").expect("a key")
}

/// A zone in which everything is as it should be.
pub(super) fn right() -> Vec<(&'static str, String)> {
    vec![
        (MAIL_DOMAIN, "v=spf1 include:relay.example -all".to_owned()),
        (MAIL_DOMAIN, "some-other-service=verification".to_owned()),
        (DKIM_AT, signer(KEY_PEM, MAIL_DOMAIN).dns_record()),
        (
            DMARC_AT,
            "v=DMARC1; p=reject; rua=mailto:reports@gateway.example".to_owned(),
        ),
        (STS_AT, "v=STSv1; id=20261123;".to_owned()),
        (
            RPT_AT,
            "v=TLSRPTv1; rua=mailto:reports@gateway.example".to_owned(),
        ),
    ]
}

/// The right zone with these texts in the place of those of one name.
pub(super) fn with(at: &'static str, texts: &[&str]) -> Vec<(&'static str, String)> {
    let mut zone = right();
    zone.retain(|(name, _)| *name != at);
    zone.extend(texts.iter().map(|text| (at, (*text).to_owned())));
    zone
}

pub(super) async fn serve(zone: &[(&str, String)]) -> Zone {
    let texts = zone.iter().map(|(at, text)| (*at, text.as_str()));
    Zone::serve(&texts.collect::<Vec<_>>()).await
}

async fn check(zone: &[(&str, String)], domain: &str, signer: Option<&Signer>) -> Vec<Finding> {
    let zone = serve(zone).await;
    SendingDomain::new(domain, domain, signer, Some(zone.address()))
        .check()
        .await
}

fn of(findings: &[Finding], mechanism: Mechanism) -> &Finding {
    let found = findings.iter().find(|one| one.mechanism == mechanism);
    found.expect("every mechanism has its finding")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zone_in_which_all_is_right_is_good_five_times() {
    let signer = signer(KEY_PEM, MAIL_DOMAIN);
    let findings = check(&right(), MAIL_DOMAIN, Some(&signer)).await;
    let found = findings
        .iter()
        .map(|one| (one.mechanism.name(), one.mechanism.rfc(), one.standing));
    let good = Standing::Good;
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            ("SPF", "RFC 7208", good),
            ("DKIM", "RFC 6376", good),
            ("DMARC", "RFC 7489", good),
            ("MTA-STS", "RFC 8461", good),
            ("TLS-RPT", "RFC 8460", good),
        ],
        "{findings:#?}"
    );
    assert!(
        of(&findings, Mechanism::MtaSts)
            .found
            .contains("policy file that belongs to it was not fetched")
    );
}

/// Records that are of little use: at which name, in the place of what is right there, of which mechanism, and what is said.
const WEAK: [(&str, &[&str], Mechanism, &str); 16] = [
    (
        MAIL_DOMAIN,
        &["v=spf1 +all"],
        Mechanism::Spf,
        "every server in the world",
    ),
    (
        MAIL_DOMAIN,
        &["v=spf1 all"],
        Mechanism::Spf,
        "every server in the world",
    ),
    (
        MAIL_DOMAIN,
        &["v=spf1 mx ?all"],
        Mechanism::Spf,
        "says nothing about servers",
    ),
    (MAIL_DOMAIN, &["v=spf1 mx"], Mechanism::Spf, "no end in `all`"),
    (
        MAIL_DOMAIN,
        &["v=spf1 -all", "v=spf1 ~all"],
        Mechanism::Spf,
        "more than one SPF record",
    ),
    (
        MAIL_DOMAIN,
        &["v=spf1 redirect=nowhere.example"],
        Mechanism::Spf,
        "leads to a name that has none",
    ),
    (
        MAIL_DOMAIN,
        &["v=spf1 redirect=gateway.example"],
        Mechanism::Spf,
        "without an end",
    ),
    (
        DMARC_AT,
        &["v=DMARC1; p=none; rua=mailto:r@gateway.example"],
        Mechanism::Dmarc,
        "The policy is none",
    ),
    (
        DMARC_AT,
        &["v=DMARC1; p=reject"],
        Mechanism::Dmarc,
        "Nobody is sent reports",
    ),
    (
        DMARC_AT,
        &["v=DMARC1; p=reject; pct=20; rua=mailto:r@gateway.example"],
        Mechanism::Dmarc,
        "for a part of the mail",
    ),
    (
        DMARC_AT,
        &["v=DMARC1; p=reject", "v=DMARC1; p=none"],
        Mechanism::Dmarc,
        "more than one DMARC record",
    ),
    (
        STS_AT,
        &["v=STSv1; id=not-a-number;"],
        Mechanism::MtaSts,
        "no id of 1 to 32",
    ),
    (STS_AT, &["v=STSv1;"], Mechanism::MtaSts, "no id of 1 to 32"),
    (
        STS_AT,
        &["v=STSv1; id=1;", "v=STSv1; id=2;"],
        Mechanism::MtaSts,
        "more than one MTA-STS record",
    ),
    (RPT_AT, &["v=TLSRPTv1;"], Mechanism::TlsRpt, "names nobody"),
    (
        RPT_AT,
        &[
            "v=TLSRPTv1; rua=mailto:a@b.example",
            "v=TLSRPTv1; rua=mailto:c@d.example",
        ],
        Mechanism::TlsRpt,
        "more than one TLS-RPT record",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_record_that_is_of_little_use_is_weak_and_leaves_the_others_good() {
    let signer = signer(KEY_PEM, MAIL_DOMAIN);
    for (at, texts, mechanism, words) in WEAK {
        let findings = check(&with(at, texts), MAIL_DOMAIN, Some(&signer)).await;
        for finding in &findings {
            let expected = if finding.mechanism == mechanism {
                Standing::Weak
            } else {
                Standing::Good
            };
            assert_eq!(finding.standing, expected, "{texts:?}: {finding:#?}");
        }
        let found = &of(&findings, mechanism).found;
        assert!(found.contains(words), "{texts:?}: {found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_record_that_is_not_there_is_missing_with_what_would_be_right() {
    let signer = signer(KEY_PEM, MAIL_DOMAIN);
    for (at, mechanism, right) in [
        (MAIL_DOMAIN, Mechanism::Spf, "(RFC 7208)"),
        (DKIM_AT, Mechanism::Dkim, "(RFC 6376)"),
        (DMARC_AT, Mechanism::Dmarc, "(RFC 7489)"),
        (STS_AT, Mechanism::MtaSts, "(RFC 8461)"),
        (RPT_AT, Mechanism::TlsRpt, "(RFC 8460)"),
    ] {
        let findings = check(&with(at, &["another text"]), MAIL_DOMAIN, Some(&signer)).await;
        for finding in &findings {
            let expected = if finding.mechanism == mechanism {
                Standing::Missing
            } else {
                Standing::Good
            };
            assert_eq!(finding.standing, expected, "{at}: {finding:#?}");
        }
        let finding = of(&findings, mechanism);
        assert!(
            finding.right.contains(right) && finding.right.starts_with("Right is "),
            "{finding:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_no_server_can_check_our_signatures_with_is_missing() {
    let own = signer(KEY_PEM, MAIL_DOMAIN);
    let other = signer(OTHER_PEM, MAIL_DOMAIN).dns_record();
    for (texts, words) in [
        (vec![other.as_str()], "not the one that we sign with"),
        (vec!["v=DKIM1; k=rsa; p="], "was revoked"),
    ] {
        let findings = check(&with(DKIM_AT, &texts), MAIL_DOMAIN, Some(&own)).await;
        let dkim = of(&findings, Mechanism::Dkim);
        assert_eq!(dkim.standing, Standing::Missing, "{dkim:#?}");
        assert!(dkim.found.contains(words), "{dkim:#?}");
    }
    let test = own.dns_record() + "; t=y";
    let findings = check(&with(DKIM_AT, &[&test]), MAIL_DOMAIN, Some(&own)).await;
    let dkim = of(&findings, Mechanism::Dkim);
    assert_eq!(dkim.standing, Standing::Weak, "{dkim:#?}");
    assert!(dkim.found.contains("marked as a test"), "{dkim:#?}");
    let findings = check(&right(), MAIL_DOMAIN, None).await;
    let dkim = of(&findings, Mechanism::Dkim);
    assert_eq!((dkim.standing, dkim.name.as_str()), (Standing::Missing, ""));
    assert!(dkim.found.contains("Nothing that leaves is signed"), "{dkim:#?}");
    let foreign = signer(KEY_PEM, FOREIGN);
    let mut zone = right();
    zone.push(("g1._domainkey.elsewhere.example", foreign.dns_record()));
    let findings = check(&zone, MAIL_DOMAIN, Some(&foreign)).await;
    let dkim = of(&findings, Mechanism::Dkim);
    assert_eq!(dkim.standing, Standing::Weak, "{dkim:#?}");
    assert!(dkim.found.contains("We sign for another domain"), "{dkim:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spf_is_followed_to_where_it_leads_and_a_policy_above_holds_below() {
    let mut zone = with(MAIL_DOMAIN, &["v=spf1 redirect=_spf.relay.example"]);
    zone.push(("_spf.relay.example", "v=spf1 ip4:192.0.2.7 ~all".to_owned()));
    let findings = check(&zone, MAIL_DOMAIN, None).await;
    let spf = of(&findings, Mechanism::Spf);
    assert_eq!(spf.standing, Standing::Good, "{spf:#?}");
    let findings = check(&zone, "letters.gateway.example", None).await;
    let dmarc = of(&findings, Mechanism::Dmarc);
    assert_eq!(dmarc.standing, Standing::Good, "{dmarc:#?}");
    assert!(dmarc.found.contains("a domain above"), "{dmarc:#?}");
    let without = with(
        DMARC_AT,
        &["v=DMARC1; p=reject; sp=none; rua=mailto:r@gateway.example"],
    );
    let findings = check(&without, "letters.gateway.example", None).await;
    assert_eq!(of(&findings, Mechanism::Dmarc).standing, Standing::Weak);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn return_paths_of_another_domain_have_an_spf_record_of_their_own() {
    let zone = serve(&right()).await;
    let domain = SendingDomain::new(MAIL_DOMAIN, FOREIGN, None, Some(zone.address()));
    let findings = domain.check().await;
    let spf = findings.iter().filter(|one| one.mechanism == Mechanism::Spf);
    let spf = spf
        .map(|one| (one.name.as_str(), one.standing))
        .collect::<Vec<_>>();
    assert_eq!(spf, [(MAIL_DOMAIN, Standing::Good), (FOREIGN, Standing::Missing)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_answers_nothing_is_said_to_be_missing() {
    let signer = signer(KEY_PEM, MAIL_DOMAIN);
    let domain = SendingDomain::new(MAIL_DOMAIN, MAIL_DOMAIN, Some(&signer), Some(NO_RESOLVER));
    let findings = domain.check().await;
    assert_eq!(findings.len(), 5);
    for finding in findings {
        assert_eq!(finding.standing, Standing::NotAsked, "{finding:#?}");
        assert!(
            finding
                .found
                .starts_with("It is not known whether there is a record"),
            "{finding:#?}"
        );
    }
}
