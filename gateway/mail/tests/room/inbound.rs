//! What a stranger's bytes become: bombs are known before they are parsed, healthy mail is read, and nothing makes it panic.

use std::fmt::Write as _;

use mail::inbound::{self, Automatic, Bound, Bounds, Doubt, Inbound, TEXT_CHARS_MAX};
use proptest::prelude::*;

const HEAD: &str = "From: Dana Example <dana@isva.example>\r\nTo: north-east@isva.gateway.test\r\nSubject: A question\r\n\
                    Message-ID: <1@isva.example>\r\nMIME-Version: 1.0\r\n";

fn read(raw: &str) -> Inbound {
    inbound::read(raw.as_bytes(), Some("dana@isva.example"), &Bounds::default()).unwrap()
}

fn refused(raw: &str) -> Option<Bound> {
    inbound::read(raw.as_bytes(), Some("dana@isva.example"), &Bounds::default()).err()
}

#[test]
fn an_ordinary_message_is_read_whole() {
    let mail = read(&format!(
        "{HEAD}In-Reply-To: <b@gateway.test>\r\nReferences: <a@gateway.test> <b@gateway.test>\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCan she sit at the back? Si=C3=A2n\r\n"
    ));
    assert_eq!(mail.from.unwrap().reveal(), "dana@isva.example");
    assert_eq!(mail.subject, "A question");
    assert_eq!(mail.message_id.as_deref(), Some("1@isva.example"));
    assert_eq!(mail.references, ["b@gateway.test", "a@gateway.test"]);
    assert_eq!(mail.text, "Can she sit at the back? Siân");
    assert_eq!(mail.automatic, Automatic::No);
    assert_eq!(
        (mail.attachments.len(), mail.doubts.as_slice(), mail.text_cut),
        (0, &[][..], false)
    );
}

#[test]
fn of_text_and_html_the_text_is_shown_and_of_html_alone_its_words() {
    let both = read(&format!(
        "{HEAD}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain words\r\n\
         --b\r\nContent-Type: text/html\r\n\r\n<p>other words</p>\r\n--b--\r\n"
    ));
    assert_eq!(
        (both.text.as_str(), both.doubts.as_slice()),
        ("plain words", &[][..])
    );
    let html = read(&format!(
        "{HEAD}Content-Type: text/html\r\n\r\n<p>Hello <b>there</b></p><script>alert(1)</script><img src=\"https://tracker.example/x.png\">\r\n"
    ));
    assert!(html.text.contains("Hello there"), "{}", html.text);
    assert!(!html.text.contains("tracker"), "{}", html.text);
}

#[test]
fn what_comes_with_it_is_named_and_not_opened() {
    let mail = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n--b\r\n\
         Content-Type: Application/PDF\r\nContent-Disposition: attachment; filename=\"../../a\u{202e}fdp.exe\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
    ));
    let [file] = mail.attachments.as_slice() else {
        panic!("one file")
    };
    assert_eq!(
        (file.media_type.as_str(), file.name.as_str(), file.bytes),
        ("application/pdf", "afdp.exe", 3)
    );
}

#[test]
fn a_sender_is_one_address_or_nobody() {
    for (from, known) in [
        ("dana@isva.example", true),
        ("\"a, b\" <dana@isva.example>", true),
        ("dana@isva.example, other@isva.example", false),
        ("friends: dana@isva.example;", false),
        ("<dana@isva.example", false),
        ("dana@xn--isv-5na.example", false),
        ("\"dana@isva.example\" <>", false),
    ] {
        let mail = read(&format!("From: {from}\r\nSubject: x\r\n\r\nhello\r\n"));
        let trusted = mail.from.is_some() && mail.doubts.is_empty();
        assert_eq!(trusted, known, "{from}: {:?}", mail.doubts);
    }
}

#[test]
fn a_message_that_can_be_read_in_two_ways_is_doubted() {
    for (raw, doubt) in [
        (
            "From: a@isva.example\r\nFrom: b@isva.example\r\n\r\nx\r\n".to_owned(),
            Doubt::RepeatedField,
        ),
        (
            format!("{HEAD}Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx\r\n"),
            Doubt::RepeatedField,
        ),
        (format!("{HEAD}this is no field\r\n\r\nx\r\n"), Doubt::NotAField),
        (format!("{HEAD}\r\nx\0y\r\n"), Doubt::Nul),
        (
            format!(
                "{HEAD}Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n"
            ),
            Doubt::ContentType,
        ),
        (
            format!("{HEAD}Content-Type: multipart/mixed\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n"),
            Doubt::ContentType,
        ),
        (
            format!("{HEAD}Content-Transfer-Encoding: x-own\r\n\r\nx\r\n"),
            Doubt::Encoding,
        ),
        (
            format!(
                "{HEAD}Content-Type: multipart/mixed; boundary=a\r\nContent-Transfer-Encoding: base64\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n"
            ),
            Doubt::Encoding,
        ),
        (
            format!("{HEAD}Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n"),
            Doubt::Unended,
        ),
        ("Subject: nobody\r\n\r\nx\r\n".to_owned(), Doubt::Sender),
    ] {
        let doubts = read(&raw).doubts;
        assert!(doubts.contains(&doubt), "{doubt:?} not in {doubts:?} of {raw:?}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_parsed() {
    let nested = |levels: usize| {
        let mut raw = HEAD.to_owned();
        for level in 0..levels {
            write!(
                raw,
                "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
            )
            .unwrap();
        }
        raw + "\r\nx\r\n"
    };
    let messages = |levels: usize| {
        HEAD.to_owned() + &"Content-Type: message/rfc822\r\n\r\n".repeat(levels) + "\r\nx\r\n"
    };
    let parts = |count: usize| {
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n",
            "--b\r\n\r\nx\r\n".repeat(count)
        )
    };
    for (raw, bound) in [
        (nested(17), Bound::Depth),
        (nested(100_000), Bound::Depth),
        (messages(17), Bound::Depth),
        (parts(100), Bound::Parts),
        (parts(1_000_000), Bound::Parts),
        (format!("{HEAD}{}\r\n", "X: y\r\n".repeat(1000)), Bound::Fields),
        (
            format!("{HEAD}To: {}\r\n\r\n", "a@b.example, ".repeat(100_000)),
            Bound::HeaderBytes,
        ),
        (
            format!(
                "{HEAD}Subject: {}\r\n\r\n",
                "=?utf-8?B?w6k=?=\r\n ".repeat(10_000)
            ),
            Bound::HeaderBytes,
        ),
        (
            format!("{HEAD}\r\n{}", "x".repeat(25 * 1024 * 1024)),
            Bound::Bytes,
        ),
    ] {
        assert_eq!(refused(&raw), Some(bound));
    }
    for fits in [parts(99), nested(16)] {
        assert_eq!(refused(&fits), None);
    }
}

#[test]
fn a_message_is_the_same_whichever_way_it_came_and_another_when_a_word_differs() {
    let plain = format!("{HEAD}\r\nhello\r\n");
    let travelled = format!(
        "Return-Path: <dana@isva.example>\r\nDelivered-To: north-east@isva.gateway.test\r\nReceived: from a\r\n\tby b; now\r\n{plain}"
    );
    let same = inbound::identity(plain.as_bytes());
    assert_eq!(inbound::identity(travelled.as_bytes()), same);
    assert_eq!(inbound::identity(plain.replace("\r\n", "\n").as_bytes()), same);
    for other in [
        plain.replace("hello", "hallo"),
        plain.replace("<1@", "<2@"),
        format!("{plain}Received: x\r\n"),
    ] {
        assert_ne!(inbound::identity(other.as_bytes()), same);
    }
}

#[test]
fn the_domain_is_what_a_reader_takes_for_it() {
    for (from, domain) in [
        ("dana@isva.example", "isva.example"),
        ("Dana <dana@ISVA.example>", "isva.example"),
        ("\"dana@isva.example\" <dana@other.example>", "other.example"),
        ("dana@isvа.example", "isvа.example"),
        ("nobody", ""),
    ] {
        assert_eq!(
            read(&format!("From: {from}\r\n\r\nx\r\n")).from_domain,
            domain,
            "{from}"
        );
    }
}

#[test]
fn a_long_text_is_cut_and_said_so() {
    let mail = read(&format!("{HEAD}\r\n{}", "many words\r\n".repeat(20_000)));
    assert!(mail.text_cut);
    assert!(mail.text.chars().count() <= TEXT_CHARS_MAX);
}

proptest! {
    #[test]
    fn whatever_comes_is_answered(raw in prop::collection::vec(any::<u8>(), 0..2000)) {
        let _ = inbound::read(&raw, Some(""), &Bounds::default());
    }

    #[test]
    fn whatever_is_put_together_of_mimes_own_pieces_is_answered_and_stays_within_bounds(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "Content-Type: multipart/mixed; boundary=a\r\n", "Content-Type: multipart/alternative; boundary=\"b\"\r\n",
            "Content-Type: message/rfc822\r\n", "Content-Type: text/html\r\n", "Content-Transfer-Encoding: base64\r\n",
            "From: a@b.example\r\n", "Subject: =?utf-8?Q?=C3?=\r\n", "\r\n", "--a\r\n", "--a--\r\n", "--b\r\n", "--b--\r\n",
            "<b>x", "\u{0}", "\r", "\n", " ", "=3D=\r\n", ";", "\"", "x\r\n",
        ]), 0..60),
    ) {
        let raw = pieces.concat();
        if let Ok(mail) = inbound::read(raw.as_bytes(), Some(""), &Bounds::default()) {
            prop_assert!(mail.text.chars().count() <= TEXT_CHARS_MAX);
            prop_assert!(!mail.subject.contains('\n'));
        }
    }
}
