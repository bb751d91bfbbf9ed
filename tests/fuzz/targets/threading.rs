//! Whatever stands in a reply: references, URNs, domains that look like others, and return paths that come back.
#![no_main]

use domain::address::EmailAddress;
use domain::mailbox::{resembles, urns_in};
use domain::urn::Urn;
use libfuzzer_sys::fuzz_target;
use mail::inbound::{self, Bounds};
use mail::return_path::{self, ReturnPathKey};

fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for urn in urns_in(&text) {
        assert_eq!(Urn::parse(urn.as_str()).expect("a URN that was found"), urn);
    }
    let (one, other) = text.split_once('\n').unwrap_or((&text, "isva.example"));
    assert!(!resembles(one, one), "nobody is taken for himself");
    resembles(one, other);
    let key = ReturnPathKey::new(&[7; 32]);
    assert_eq!(
        return_path::verify(&key, one, "bounce.gateway.example"),
        None,
        "an address that nobody made"
    );
    if let Ok(address) = EmailAddress::parse(one) {
        let again = EmailAddress::parse(address.reveal()).expect("an address");
        assert_eq!(again.reveal(), address.reveal());
    }
    let mail = format!("From: a@isva.example\r\nIn-Reply-To: {one}\r\nReferences: {other}\r\n\r\n{text}");
    if let Ok(mail) = inbound::read(mail.as_bytes(), Some(""), &Bounds::default()) {
        let mut once = mail.references.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), mail.references.len(), "each reference once");
    }
}

fuzz_target!(|data: &[u8]| fuzz::in_time(|| check(data)));
