//! An entry has one encoding, and no field lets a person in.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop the test, as the tests do"
)]

use audit::entry::{Act, BYTES_MAX, Entry, EntryError};
use proptest::prelude::*;

const AT: i64 = 1_795_424_400_000_000;
const ID: &str = "0123456789abcdef0123456789abcdef";

fn begin() -> Entry {
    Entry::new(AT, "vlo.one", Act::Decision, "draft-approved").unwrap()
}

fn full() -> Entry {
    begin()
        .with_reason("second-person")
        .with_area("north-east")
        .with_case(ID)
        .with_victim(ID)
        .with_obligation(ID)
        .with_draft(ID)
        .with_message(ID)
        .with_attempt(ID)
        .with_contact(ID)
        .with_template("decision-not-to-charge", 1, "cy", "ab".repeat(32))
        .with_channel("email")
        .with_result("delivered")
        .with_rule("R6-05")
        .with_fact("due", "2026-11-30T23:59:59Z")
        .with_fact("old_due", "none")
        .with_nonce(&[7; 16])
        .with_commitment("to", "cd".repeat(32))
}

fn refused(entry: &Entry) -> &'static str {
    match entry.to_canonical() {
        Err(EntryError::Field { field, .. } | EntryError::TooMany { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_entry_reads_back_with_every_field() {
    let entry = full();
    let bytes = entry.to_canonical().unwrap();
    let back = Entry::parse(&bytes).unwrap();
    assert_eq!(back, entry);
    assert_eq!(
        (back.version(), back.at(), back.actor(), back.act()),
        (1, AT, "vlo.one", Act::Decision)
    );
    assert_eq!(
        (back.verb(), back.rule(), back.victim()),
        ("draft-approved", Some("R6-05"), Some(ID))
    );
    assert_eq!(back.template().unwrap().language, "cy");
    assert_eq!(back.facts()["old_due"], "none");
    assert_eq!(back.nonce(), Some("07".repeat(16).as_str()));
    assert_eq!(back.commitments()["to"], "cd".repeat(32));
}

#[test]
fn absent_fields_leave_no_trace_in_the_bytes() {
    let text = String::from_utf8(begin().to_canonical().unwrap()).unwrap();
    assert_eq!(
        text,
        r#"{"act":"decision","actor":"vlo.one","at":"2026-11-23T09:00:00.000000Z","v":1,"verb":"draft-approved"}"#
    );
}

#[test]
fn every_other_spelling_of_an_entry_is_refused() {
    let text = String::from_utf8(begin().to_canonical().unwrap()).unwrap();
    for (other, fault) in [
        (text.replace(':', ": "), None),
        (format!("{text}\n"), Some(EntryError::NotCanonical)),
        (
            text.replace(r#""v":1,"#, r#""v":1,"reason":null,"#),
            Some(EntryError::NotCanonical),
        ),
        (
            text.replace(r#""v":1,"#, r#""facts":{},"v":1,"#),
            Some(EntryError::NotCanonical),
        ),
        (
            text.replace("vlo.one", r"\u0076lo.one"),
            Some(EntryError::NotCanonical),
        ),
        (
            text.replace(r#""act":"decision","#, "")
                .replace('}', r#","act":"decision"}"#),
            Some(EntryError::NotCanonical),
        ),
        (text.replace(r#""v":1"#, r#""v":2"#), Some(EntryError::Version(2))),
        (text.replace(r#""v":1"#, r#""v":1.0"#), None),
        (text.replace(r#""v":1"#, r#""v":1,"v":1"#), None),
        (text.replace(r#""v":1"#, r#""subject":"x","v":1"#), None),
        (text.replace("000000Z", "000Z"), None),
        (text.replace("\"decision\"", "\"gossip\""), None),
        (String::new(), None),
        ("[]".to_owned(), None),
    ] {
        let told = Entry::parse(other.as_bytes()).expect_err(&other);
        if let Some(fault) = fault {
            assert_eq!(told, fault, "{other}");
        }
    }
    assert!(Entry::parse(&[0xff, 0xfe]).is_err());
    assert_eq!(
        Entry::parse(&vec![b' '; BYTES_MAX + 1]),
        Err(EntryError::TooLong(BYTES_MAX + 1))
    );
}

#[test]
fn what_begins_an_entry_is_checked_at_once() {
    for actor in [
        "",
        "system:",
        "system:Import",
        "jo@example.test",
        "jo smith",
        "-jo",
        &"j".repeat(65),
    ] {
        assert!(Entry::new(AT, actor, Act::System, "started").is_err(), "{actor}");
    }
    for verb in [
        "",
        "Started",
        "started-",
        "a--b",
        "1st",
        "über",
        "a_b",
        &"v".repeat(65),
    ] {
        assert!(
            Entry::new(AT, "system:daemon", Act::System, verb).is_err(),
            "{verb}"
        );
    }
    assert!(Entry::new(i64::MAX, "system:daemon", Act::System, "started").is_err());
    assert!(Entry::new(AT, "Jo.Smith-2", Act::System, "started").is_ok());
}

#[test]
fn references_must_be_random_identifiers() {
    let urn = "01AB2345626";
    assert_eq!(refused(&begin().with_case(urn)), "case");
    assert_eq!(refused(&begin().with_victim(ID.to_uppercase())), "victim");
    assert_eq!(refused(&begin().with_obligation(&ID[1..])), "obligation");
    assert_eq!(refused(&begin().with_draft("")), "draft");
    assert_eq!(refused(&begin().with_message("<1@gateway.example>")), "message");
    assert_eq!(refused(&begin().with_attempt("1")), "attempt");
    assert_eq!(refused(&begin().with_contact("07700 900123")), "contact");
    assert_eq!(refused(&begin().with_reason("She rang, upset")), "reason");
    assert_eq!(refused(&begin().with_area("North East")), "area");
    assert_eq!(refused(&begin().with_channel("e-mail ")), "channel");
    assert_eq!(refused(&begin().with_result("250 OK")), "result");
    assert_eq!(refused(&begin().with_rule("R6 05")), "rule");
    assert_eq!(
        refused(&begin().with_template("kind", 0, "en", "ab".repeat(32))),
        "template.version"
    );
    assert_eq!(
        refused(&begin().with_template("kind", 1, "English", "ab".repeat(32))),
        "template.language"
    );
    assert_eq!(
        refused(&begin().with_template("kind", 1, "en", "ab")),
        "template.digest"
    );
}

#[test]
fn facts_let_no_address_or_phone_number_in() {
    for value in [
        "someone@example.test",
        "07700 900123",
        "+44 7700 900123",
        "01632-960001",
        "line\nbreak",
        "Siân",
        "<b>",
        &"x".repeat(129),
    ] {
        assert_eq!(
            refused(&begin().with_fact("note", value)),
            "facts (a value)",
            "{value}"
        );
    }
    for value in [
        "",
        "0",
        "200",
        "2026-11-30T23:59:59.999999Z",
        "1795424400000000",
        ID,
        "a/b c+d:e_f.g",
        "00:15",
    ] {
        assert!(begin().with_fact("note", value).to_canonical().is_ok(), "{value}");
    }
    for name in ["", "Due", "1st", "an name", "é", &"n".repeat(65)] {
        assert_eq!(refused(&begin().with_fact(name, "1")), "facts (a name)", "{name}");
    }
    let many = (0..33).fold(begin(), |entry, n| entry.with_fact(format!("n{n}"), "1"));
    assert_eq!(refused(&many), "facts");
}

#[test]
fn a_commitment_needs_the_nonce_that_binds_it() {
    let bare = begin().with_commitment("to", "cd".repeat(32));
    assert_eq!(refused(&bare), "nonce");
    assert!(bare.with_nonce(&[1; 16]).to_canonical().is_ok());
    let short = begin().with_nonce(&[1; 16]).with_commitment("to", "cd");
    assert_eq!(refused(&short), "commitments (a value)");
}

#[test]
fn an_entry_over_four_kilobytes_is_refused() {
    let long = (0..30).fold(begin(), |entry, n| {
        entry.with_fact(format!("n{n}"), "x".repeat(128))
    });
    assert!(matches!(long.to_canonical(), Err(EntryError::TooLong(size)) if size > BYTES_MAX));
}

#[test]
fn no_error_repeats_a_value() {
    let secret = "canary@example.test";
    let faults = [
        begin().with_fact("note", secret).to_canonical().unwrap_err(),
        begin().with_reason(secret).to_canonical().unwrap_err(),
        Entry::new(AT, secret, Act::System, "started").unwrap_err(),
        Entry::parse(format!(r#"{{"act":"{secret}"}}"#).as_bytes()).unwrap_err(),
        Entry::parse(format!(r#"{{"{secret}":1}}"#).as_bytes()).unwrap_err(),
    ];
    for fault in faults {
        assert!(!format!("{fault} {fault:?}").contains("canary"), "{fault}");
    }
}

proptest! {
    #[test]
    fn bytes_that_parse_are_exactly_what_would_be_written(
        at in 0_i64..4_102_444_800_000_000,
        actor in "[a-z][a-z0-9.]{0,20}",
        verb in "[a-z]{1,8}(-[a-z0-9]{1,8}){0,3}",
        facts in proptest::collection::btree_map("[a-z][a-z0-9_-]{0,20}", "[A-Za-z][A-Za-z0-9 ._:/+-]{0,60}", 0..8),
    ) {
        let mut entry = Entry::new(at, actor, Act::Change, verb).unwrap();
        for (name, value) in facts {
            entry = entry.with_fact(name, value);
        }
        let bytes = entry.to_canonical().unwrap();
        let back = Entry::parse(&bytes).unwrap();
        prop_assert_eq!(&back, &entry);
        prop_assert_eq!(back.to_canonical().unwrap(), bytes);
    }

    #[test]
    fn outside_bytes_never_panic(bytes: Vec<u8>) {
        prop_assert!(Entry::parse(&bytes).is_err());
    }

    #[test]
    fn a_damaged_entry_is_refused_or_is_another_entry(place: prop::sample::Index, value: u8) {
        let bytes = full().to_canonical().unwrap();
        let mut damaged = bytes.clone();
        let place = place.index(bytes.len());
        damaged[place] = value;
        if let Ok(other) = Entry::parse(&damaged) {
            prop_assert_eq!(other == full(), damaged == bytes);
        }
    }
}
