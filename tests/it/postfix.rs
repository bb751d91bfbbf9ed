//! Through a real mail server, as Debian ships it, and back out of its mailbox.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test may panic like the test itself"
)]

use std::collections::BTreeMap;

use domain::address::EmailAddress;
use harness::postfix::{DOMAIN, Postfix};
use mail::compose::{Composed, Outgoing, check_wire, compose};
use mail::relay::Outcome;
use mail::return_path::{self, ReturnPathKey};
use mail_parser::MessageParser;

const BOUNCES: &str = "bounce.gateway.test";
const MESSAGES: usize = 20;

/// Lines with which one server smuggles a second message past another that believes a bare line feed.
const SMUGGLED: &str =
    "\n.\nMAIL FROM:<e@x.test>\nRCPT TO:<f@victims.example>\nDATA\nSubject: smuggled\n\nx\n.\n";

fn recipient(number: usize) -> String {
    format!("victim{number}@{DOMAIN}")
}

fn text(number: usize) -> String {
    let smuggled = if number.is_multiple_of(2) { SMUGGLED } else { "" };
    format!("Annwyl Siân,\n\nDyma neges {number}. Ffoniwch ni: 01632 960001.\n..\n.{smuggled}\nDŵr a thŷ.\n")
}

/// The same words in paragraphs.
fn html(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<html><body><p>{}</p></body></html>\n",
        escaped.replace("\n\n", "</p>\n<p>")
    )
}

fn message(key: &ReturnPathKey, number: usize) -> Composed {
    let id = format!("{number:032x}");
    let return_path = return_path::make(key, &id, BOUNCES).unwrap();
    let text = text(number);
    compose(&Outgoing {
        from_name: "Siân Puw, Victim Liaison",
        from: &EmailAddress::parse("liaison@gateway.test").unwrap(),
        to: &EmailAddress::parse(&recipient(number)).unwrap(),
        subject: "Diweddariad i chi",
        text: &text,
        html: &html(&text),
        message_id: &format!("<{id}@gateway.test>"),
        date: "2026-11-23T09:00:00Z".parse().unwrap(),
        auto_submitted: true,
        return_path: &return_path,
        language: "cy",
        conversation: None,
    })
    .unwrap()
}

/// The words of an HTML text, without its marks.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_postfix_delivers_exactly_what_was_composed_to_one_recipient_each() {
    let postfix = Postfix::start();
    let key = ReturnPathKey::new(&[7; 32]);
    let sent: Vec<Composed> = (0..MESSAGES).map(|number| message(&key, number)).collect();
    let relay = postfix.relay("gateway.test", 2);
    for message in &sent {
        let outcome = relay.ready().await.unwrap().send(message).await;
        assert!(
            matches!(outcome, Outcome::Accepted { code: 250, .. }),
            "{outcome:?}\n{}",
            postfix.log()
        );
    }
    relay.close().await;

    let delivered = postfix.delivered();
    assert_eq!(delivered.len(), MESSAGES, "{}", postfix.log());
    let by_recipient: BTreeMap<_, _> = delivered.iter().map(|one| (one.recipient.clone(), one)).collect();
    for (number, composed) in sent.iter().enumerate() {
        let one = by_recipient[&recipient(number)];
        assert!(!one.bytes.contains(&b'\r'));
        let wire = String::from_utf8(one.bytes.clone())
            .unwrap()
            .replace('\n', "\r\n");
        assert_eq!(wire.as_bytes(), composed.bytes());
        assert_eq!(check_wire(wire.as_bytes()), Ok(()));
        let id = return_path::verify(&key, &one.return_path, BOUNCES);
        assert_eq!(id, Some(format!("{number:032x}")));

        let parsed = MessageParser::default().parse(&one.bytes).unwrap();
        let plain = words(&parsed.body_text(0).unwrap());
        assert_eq!(plain, words(&text(number)));
        let html = parsed.body_html(0).unwrap();
        assert_eq!(words(&mail_parser::decoders::html::html_to_text(&html)), plain);
        assert_eq!(parsed.to().unwrap().iter().count(), 1);
        assert!(parsed.cc().is_none() && parsed.bcc().is_none());
    }
    assert!(
        !postfix.log().contains("x.test"),
        "a smuggled sender reached Postfix"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_postfix_refuses_to_relay_and_that_is_no_verdict_on_the_recipient() {
    let postfix = Postfix::start();
    let key = ReturnPathKey::new(&[7; 32]);
    let return_path = return_path::make(&key, "0a1b", BOUNCES).unwrap();
    let elsewhere = compose(&Outgoing {
        from_name: "Victim Liaison",
        from: &EmailAddress::parse("liaison@gateway.test").unwrap(),
        to: &EmailAddress::parse("mary@elsewhere.example").unwrap(),
        subject: "An update for you",
        text: "words\n",
        html: "<p>words</p>\n",
        message_id: "<0a1b@gateway.test>",
        date: "2026-11-23T09:00:00Z".parse().unwrap(),
        auto_submitted: true,
        return_path: &return_path,
        language: "en",
        conversation: None,
    })
    .unwrap();
    let relay = postfix.relay("gateway.test", 1);
    let outcome = relay.ready().await.unwrap().send(&elsewhere).await;
    assert!(
        matches!(&outcome, Outcome::Technical { what } if what.starts_with("554 5.7.1")),
        "{outcome:?}\n{}",
        postfix.log()
    );
    assert!(postfix.delivered().is_empty());
}
