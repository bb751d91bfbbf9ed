//! What a composed message looks like, and what is refused.

use mail::compose::{ComposeError, Outgoing, check_wire, compose};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

use crate::{HTML, TEXT, composed, outgoing};

const HEADERS: [&str; 10] = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
    "",
];

/// The names of the headers, sorted; the expected set leaves out none and adds none.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<String> = lines
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn expected() -> Vec<&'static str> {
    HEADERS.iter().copied().filter(|name| !name.is_empty()).collect()
}

#[test]
fn a_message_has_exactly_our_headers_and_both_parts_whole() {
    let message = composed();
    assert_eq!(header_names(message.bytes()), expected());
    let parsed = MessageParser::default().parse(message.bytes()).unwrap();
    assert_eq!(parsed.message_id(), Some("0a1b@gateway.test"));
    assert_eq!(parsed.subject(), Some("Diweddariad i chi"));
    assert_eq!(
        parsed.from().unwrap().first().unwrap().name(),
        Some("Siân Puw, Victim Liaison")
    );
    assert_eq!(
        parsed.to().unwrap().first().unwrap().address(),
        Some("mary@victims.example")
    );
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-23T09:00:00Z");
    assert_eq!(parsed.header_raw("Content-Language").unwrap().trim(), "cy");
    assert_eq!(
        parsed.header_raw("Auto-Submitted").unwrap().trim(),
        "auto-generated"
    );
    assert_eq!(parsed.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!(
        (
            parsed.text_body_count(),
            parsed.html_body_count(),
            parsed.attachment_count()
        ),
        (1, 1, 0)
    );
    assert_eq!(
        parsed.body_text(0).unwrap().replace("\r\n", "\n").trim_end(),
        TEXT.trim_end()
    );
    assert_eq!(
        parsed.body_html(0).unwrap().replace("\r\n", "\n").trim_end(),
        HTML.trim_end()
    );
}

#[test]
fn the_envelope_holds_our_return_path_and_the_one_recipient() {
    let message = composed();
    assert_eq!(message.envelope_to().to_string(), "mary@victims.example");
    assert!(message.envelope_from().to_string().starts_with("b-0a1b-"));
    assert!(!format!("{message:?}").contains("mary"));
}

#[test]
fn a_retry_has_the_same_bytes_and_another_message_another_boundary() {
    assert_eq!(composed().bytes(), composed().bytes());
    let other = outgoing(|o| {
        compose(&Outgoing {
            message_id: "<0a1c@gateway.test>",
            ..o
        })
    })
    .unwrap();
    let boundary = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.split("boundary=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_ne!(boundary(composed().bytes()), boundary(other.bytes()));
}

#[test]
fn a_message_written_by_a_person_does_not_claim_to_be_automatic() {
    let message = outgoing(|o| {
        compose(&Outgoing {
            auto_submitted: false,
            ..o
        })
    })
    .unwrap();
    assert!(
        !header_names(message.bytes())
            .iter()
            .any(|name| name == "Auto-Submitted")
    );
}

#[test]
fn a_display_name_that_makes_lettre_panic_is_refused() {
    let refused = outgoing(|o| {
        compose(&Outgoing {
            from_name: "A\r\nBcc: e@x",
            ..o
        })
    })
    .unwrap_err();
    assert!(
        matches!(
            refused,
            ComposeError::Header {
                field: "the sender's name",
                ..
            }
        ),
        "{refused}"
    );
    assert!(!refused.to_string().contains("Bcc"));
    for subject in [
        "A\r\nBcc: e@x.test",
        "A\rB",
        "A\nB",
        "A\0B",
        "A\u{2028}B",
        "A\u{202e}B",
        "=?utf-8?q?=0A?=",
    ] {
        assert!(
            outgoing(|o| compose(&Outgoing { subject, ..o })).is_err(),
            "{subject:?}"
        );
    }
    for message_id in ["<a@b>\r\nBcc: e@x.test", "a@b", "<a b@c>"] {
        assert!(
            outgoing(|o| compose(&Outgoing { message_id, ..o })).is_err(),
            "{message_id:?}"
        );
    }
}

#[test]
fn control_characters_and_lone_carriage_returns_in_a_body_are_refused() {
    for text in ["a\rb", "a\0b", "a\u{85}b", "a\u{1b}b", ""] {
        assert!(
            outgoing(|o| compose(&Outgoing { text, ..o })).is_err(),
            "{text:?}"
        );
        assert!(
            outgoing(|o| compose(&Outgoing { html: text, ..o })).is_err(),
            "{text:?}"
        );
    }
}

#[test]
fn a_date_that_no_calendar_of_mail_holds_is_refused() {
    let date = "1969-12-31T23:59:59Z".parse().unwrap();
    assert_eq!(
        outgoing(|o| compose(&Outgoing { date, ..o })).unwrap_err(),
        ComposeError::Date
    );
}

/// Words that a person or an attacker might put somewhere.
fn words() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        "\r\n",
        "\r",
        "\n",
        "\0",
        "\u{2028}",
        "\u{202e}",
        "=?",
        "?=",
        "Bcc: e@x.test",
        "\r\n.\r\n",
        "\n.\n",
        ".",
        "\"",
        "\\",
        "<",
        ">",
        ",",
        ";",
        ":",
        "@",
        "é",
        "ŵ",
        "漢",
        "=_",
        "--",
        " ",
        "\t",
        "MAIL FROM:<e@x.test>",
    ]);
    let piece = prop_oneof![hostile.prop_map(str::to_owned), "\\PC{0,12}", "[a-zA-Z ]{1,90}"];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_panics_adds_a_header_or_breaks_a_line(
        name in words(), subject in words(), text in words(), html in words(), id in "[a-z0-9]{1,40}|\\PC{0,20}",
    ) {
        let message_id = format!("<{id}@gateway.test>");
        let result = outgoing(|o| compose(&Outgoing {
            from_name: &name, subject: &subject, text: &text, html: &html, message_id: &message_id, ..o
        }));
        let Ok(message) = result else { return Ok(()) };
        prop_assert_eq!(check_wire(message.bytes()), Ok(()));
        prop_assert_eq!(header_names(message.bytes()), expected());
        let parsed = MessageParser::default().parse(message.bytes()).unwrap();
        prop_assert_eq!(parsed.subject().unwrap_or_default(), subject.as_str());
        let unix = |s: &str| s.replace("\r\n", "\n").trim_end_matches('\n').to_owned();
        prop_assert_eq!(unix(&parsed.body_text(0).unwrap()), unix(&text));
        prop_assert_eq!(unix(&parsed.body_html(0).unwrap()), unix(&html));
        prop_assert_eq!(parsed.to().unwrap().iter().count(), 1);
    }
}
