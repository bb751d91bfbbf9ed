//! Our signatures, verified by `mail-auth` with the DNS record that we would publish.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use mail::dkim::{DkimError, Signer};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt};

use crate::composed;

const ED25519: &str = include_str!("../data/dkim-ed25519-for-tests.pem");
const RSA: &str = include_str!("../data/dkim-rsa-for-tests.pem");
const SHORT_RSA: &str = include_str!("../data/dkim-rsa-too-short.pem");
const AT: &str = "2026-11-23T09:00:00Z";

/// A DNS of one record, whatever is asked.
struct OneRecord(Txt);

impl ResolverCache<Box<str>, Txt> for OneRecord {
    fn get<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        Some(self.0.clone())
    }
    fn remove<Q: Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
    {
        None
    }
    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

fn signer(pem: &str) -> Signer {
    Signer::from_pem(pem, "gateway.test", "s1").unwrap()
}

/// The verdicts on a message, one for each signature.
fn verdicts(signer: &Signer, bytes: &[u8]) -> Vec<bool> {
    let record = DomainKey::parse(signer.dns_record().as_bytes()).unwrap();
    let dns = OneRecord(Txt::DomainKey(Arc::new(record)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let authenticator = MessageAuthenticator::new_cloudflare().unwrap();
        let parsed = AuthenticatedMessage::parse(bytes).unwrap();
        let parameters = Parameters::new(&parsed).with_txt_cache(&dns);
        let outputs = authenticator.verify_dkim(parameters).await;
        outputs
            .iter()
            .map(|output| matches!(output.result(), DkimResult::Pass))
            .collect()
    })
}

#[test]
fn a_signature_of_either_kind_verifies_and_falls_with_the_smallest_change() {
    for pem in [ED25519, RSA] {
        let signer = signer(pem);
        let message = composed().signed(&signer, AT.parse().unwrap()).unwrap();
        assert!(message.bytes().ends_with(composed().bytes()));
        assert_eq!(mail::compose::check_wire(message.bytes()), Ok(()));
        assert_eq!(verdicts(&signer, message.bytes()), [true]);
        let text = String::from_utf8(message.bytes().to_vec()).unwrap();
        for changed in [
            text.replace("Diweddariad i chi", "Diweddariad i chwi"),
            text.replace("01632 960001", "01632 960002"),
            text.replace("To: mary@", "Cc: other@x.test\r\nTo: mary@"),
            text.replace("Subject: ", "Subject: Other\r\nSubject: "),
        ] {
            assert_ne!(changed, text);
            assert_eq!(verdicts(&signer, changed.as_bytes()), [false]);
        }
    }
}

#[test]
fn folding_and_blank_lines_that_servers_change_do_not_break_it() {
    let signer = signer(ED25519);
    let message = composed().signed(&signer, AT.parse().unwrap()).unwrap();
    let text = String::from_utf8(message.bytes().to_vec()).unwrap();
    let changed = text.replace("Subject: ", "Subject:\r\n  ") + "\r\n\r\n";
    assert_eq!(verdicts(&signer, changed.as_bytes()), [true]);
}

#[test]
fn the_same_message_at_the_same_instant_has_the_same_signature() {
    let sign = |at: &str| composed().signed(&signer(ED25519), at.parse().unwrap()).unwrap();
    assert_eq!(sign(AT).bytes(), sign(AT).bytes());
    assert_ne!(sign(AT).bytes(), sign("2026-11-23T09:00:01Z").bytes());
}

#[test]
fn a_key_that_is_short_or_no_key_is_refused() {
    for pem in [
        SHORT_RSA,
        "",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        assert_eq!(
            Signer::from_pem(pem, "gateway.test", "s1").err(),
            Some(DkimError::Key)
        );
    }
    assert_eq!(
        Signer::from_pem(ED25519, "gateway.test; b=", "s1").err(),
        Some(DkimError::Name("domain"))
    );
    assert_eq!(
        Signer::from_pem(ED25519, "gateway.test", "").err(),
        Some(DkimError::Name("selector"))
    );
}
