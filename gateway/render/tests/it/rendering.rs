//! What a person receives, and what may be merged into it.

use crate::harness::{EN, Fixture, raw, raw_with, render};
use render::{FaultKind, Language, RenderError, Values, same_words};
use serde_json::{Value, json};

#[test]
fn all_parts_are_rendered_with_the_same_words() {
    let rendered = render(&Fixture::good().library(), &raw());
    assert_eq!(rendered.subject, "A message for you");
    assert_eq!(
        rendered.sms.as_deref(),
        Some("Please ring Priya Example on 01632 960123.")
    );
    assert!(rendered.text.starts_with("Dear Zoë,\n\nI have a message"));
    assert!(
        rendered.text.contains("- First thing\n- Second thing\n\nWhy"),
        "{}",
        rendered.text
    );
    assert!(rendered.text.contains("We are late"));
    assert!(
        rendered
            .text
            .contains("look again until Thursday 24 December 2026.")
    );
    assert!(
        rendered
            .html
            .contains("<p>We looked hard.<br>\nIt was close.</p>")
    );
    assert_eq!(same_words(&rendered.text, &rendered.html), Ok(()));
}

#[test]
fn the_welsh_text_has_welsh_days() {
    let library = Fixture::good().library();
    let version = library.find("hard-news", Language::Welsh).unwrap();
    let values = Values::from_json(version, &raw()).unwrap();
    assert!(
        library
            .render(version, &values)
            .unwrap()
            .text
            .contains("dydd Iau 24 Rhagfyr 2026")
    );
}

#[test]
fn an_absent_optional_value_takes_the_other_branch() {
    let library = Fixture::good().library();
    let rendered = render(&library, &raw_with("review_until", Value::Null));
    assert!(rendered.text.contains("There is no last day") && !rendered.text.contains("look again"));
}

#[test]
fn the_same_values_give_the_same_bytes_in_another_library() {
    let (one, other) = (Fixture::good().library(), Fixture::good().library());
    assert_eq!(render(&one, &raw()), render(&other, &raw()));
    assert_eq!(one.versions()[0].digest, other.versions()[0].digest);
}

#[test]
fn faulty_values_fail_and_never_leave_a_blank() {
    let library = Fixture::good().library();
    let version = library.find("hard-news", Language::English).unwrap();
    let cases: [(&str, Value, FaultKind); 24] = [
        ("preferred_name", Value::Null, FaultKind::Missing),
        ("late", Value::Null, FaultKind::Missing),
        ("preferred_name", json!(""), FaultKind::Empty),
        ("preferred_name", json!(" \u{a0} "), FaultKind::Empty),
        ("charges", json!([]), FaultKind::Empty),
        ("charges", json!(["one", " "]), FaultKind::Empty),
        ("preferred_name", json!(7), FaultKind::WrongType),
        ("late", json!("yes"), FaultKind::WrongType),
        ("charges", json!("one"), FaultKind::WrongType),
        ("charges", json!([["one"]]), FaultKind::WrongType),
        ("review_until", json!("24/12/2026"), FaultKind::WrongType),
        ("review_until", json!("2026-02-30"), FaultKind::WrongType),
        ("review_until", json!("20261224"), FaultKind::WrongType),
        ("vlo_phone", json!("ring me"), FaultKind::WrongType),
        ("vlo_phone", json!("1+2"), FaultKind::WrongType),
        ("preferred_name", json!("x".repeat(101)), FaultKind::TooLong),
        ("reasons", json!("x".repeat(501)), FaultKind::TooLong),
        ("charges", json!(["a", "b", "c", "d"]), FaultKind::TooLong),
        ("preferred_name", json!("A\nB"), FaultKind::BadCharacter),
        (
            "preferred_name",
            json!("A\r\nBcc: e@x.test"),
            FaultKind::BadCharacter,
        ),
        ("preferred_name", json!("A\u{202e}B"), FaultKind::BadCharacter),
        ("reasons", json!("A\u{1b}[2JB"), FaultKind::BadCharacter),
        ("reasons", json!("A\u{200b}B"), FaultKind::BadCharacter),
        ("shoe_size", json!("9"), FaultKind::Undeclared),
    ];
    for (field, value, kind) in cases {
        let faults = Values::from_json(version, &raw_with(field, value.clone())).expect_err("a fault");
        assert_eq!(
            faults
                .iter()
                .map(|it| (it.field.as_str(), it.kind))
                .collect::<Vec<_>>(),
            [(field, kind)],
            "{value}"
        );
    }
}

#[test]
fn a_fault_never_repeats_the_value() {
    let library = Fixture::good().library();
    let version = library.find("hard-news", Language::English).unwrap();
    let faults = Values::from_json(version, &raw_with("vlo_phone", json!("SECRET"))).expect_err("a fault");
    assert!(!format!("{faults:?} {}", faults[0]).contains("SECRET"));
    let values = Values::from_json(version, &raw()).unwrap();
    assert!(!format!("{values:?}").contains("Priya"));
    assert!(!format!("{:?}", library.render(version, &values)).contains("Priya"));
}

#[test]
fn references_instants_and_numbers_have_their_own_rules() {
    let fixture = Fixture::good();
    for language in ["en", "cy"] {
        let at = |file: &str| format!("hard-news/v1/{language}/{file}");
        fixture.replace(
            &at("message.toml"),
            "late = { type = \"flag\" }",
            "late = { type = \"flag\" }\nref = { type = \"reference\" }\nat = { type = \"datetime\" }\nn = { type = \"number\" }",
        );
        fixture.replace(
            &at("text.hbs"),
            "[[block support]]",
            "Code {{ref}} {{at}} {{n}}.\n\n[[block support]]",
        );
        fixture.replace(
            &at("html.hbs"),
            "[[block support]]",
            "<p>Code {{ref}} {{at}} {{n}}.</p>\n[[block support]]",
        );
    }
    let library = fixture.sealed().library();
    let version = library.find("hard-news", Language::English).unwrap();
    let with = |reference: &str, at: &str, n: Value| {
        let mut raw = raw();
        raw.extend([
            ("ref".into(), json!(reference)),
            ("at".into(), json!(at)),
            ("n".into(), n),
        ]);
        Values::from_json(version, &raw)
    };
    let kind = |result: Result<Values, Vec<render::ValueFault>>| result.expect_err("a fault")[0].kind;
    let good = with("4B7K-2M9Q", "2026-07-01T16:30:00Z", json!(-3)).unwrap();
    let text = library.render(version, &good).unwrap().text;
    // British Summer Time is one hour ahead.
    assert!(
        text.contains("Code 4B7K-2M9Q 5:30pm on Wednesday 1 July 2026 -3."),
        "{text}"
    );
    for urn in [
        "01AB1234526",
        "01ab-12345-26",
        "01AB1234526S",
        "01AB1234526-1",
        "0112345672612",
    ] {
        assert_eq!(
            kind(with(urn, "2026-07-01T16:30:00Z", json!(3))),
            FaultKind::LooksLikeUrn,
            "{urn}"
        );
    }
    assert_eq!(
        kind(with("a b", "2026-07-01T16:30:00Z", json!(3))),
        FaultKind::WrongType
    );
    // Midnight in London: sources write it when they do not know the time.
    assert_eq!(
        kind(with("4B7K", "2026-07-01T23:00:00Z", json!(3))),
        FaultKind::WrongType
    );
    assert_eq!(kind(with("4B7K", "2026-07-01", json!(3))), FaultKind::WrongType);
    assert_eq!(
        kind(with("4B7K", "2026-07-01T16:30:00Z", json!(1.5))),
        FaultKind::WrongType
    );
}

#[test]
fn values_of_one_version_do_not_fit_another() {
    let library = Fixture::good().library();
    let (en, cy) = (
        library.find("hard-news", Language::English).unwrap(),
        library.find("hard-news", Language::Welsh).unwrap(),
    );
    let values = Values::from_json(en, &raw()).unwrap();
    assert_eq!(
        library.render(cy, &values),
        Err(RenderError::ValuesOfAnotherVersion)
    );
    let mut stranger = en.clone();
    stranger.digest = "0".repeat(64);
    assert_eq!(
        library.render(&stranger, &values),
        Err(RenderError::UnknownVersion)
    );
}

#[test]
fn a_value_that_gives_away_too_much_stops_the_text_message() {
    let library = Fixture::good().library();
    let version = library.find("hard-news", Language::English).unwrap();
    let values = Values::from_json(version, &raw_with("vlo_name", json!("Priya of the CPS"))).unwrap();
    assert_eq!(
        library.render(version, &values),
        Err(RenderError::GivesAway("text message"))
    );
}

#[test]
fn find_gives_the_highest_version_and_the_old_one_stays() {
    let fixture = Fixture::good();
    for language in ["en", "cy"] {
        for file in ["message.toml", "subject.hbs", "text.hbs", "html.hbs", "sms.hbs"] {
            let text =
                std::fs::read_to_string(fixture.file(&format!("hard-news/v1/{language}/{file}"))).unwrap();
            // Ten comes after one by number, not by spelling.
            fixture.write(
                &format!("hard-news/v10/{language}/{file}"),
                &text.replace("version = 1\n", "version = 10\n"),
            );
            fixture.write(
                &format!("hard-news/v2/{language}/{file}"),
                &text.replace("version = 1\n", "version = 2\n"),
            );
        }
    }
    let library = fixture.library();
    assert_eq!(library.find("hard-news", Language::English).unwrap().version, 10);
    assert_eq!(
        library
            .find_exact("hard-news", 1, Language::Welsh)
            .unwrap()
            .version,
        1
    );
    assert!(library.find("good-news", Language::English).is_none());
    assert!(library.find_exact("hard-news", 3, Language::English).is_none());
}

#[test]
fn the_digest_follows_words_blocks_and_fields_and_nothing_else() {
    let digest = |fixture: &Fixture| {
        fixture
            .sealed()
            .library()
            .find("hard-news", Language::English)
            .unwrap()
            .digest
            .clone()
    };
    let good = digest(&Fixture::good());
    let block = Fixture::good();
    block.replace("_blocks/support/en/text.hbs", "free help", "good help");
    block.replace("_blocks/support/en/html.hbs", "free help", "good help");
    assert_ne!(digest(&block), good);
    let bounds = Fixture::good();
    bounds.replace(
        &format!("{EN}/message.toml"),
        "chars_max = 500",
        "chars_max = 600",
    );
    assert_ne!(digest(&bounds), good);
    let title = Fixture::good();
    title.replace(
        &format!("{EN}/message.toml"),
        "title = \"Hard news\"",
        "title = \"Difficult news\"",
    );
    assert_eq!(digest(&title), good);
}

#[test]
fn a_block_changed_after_the_digest_was_taken_is_refused() {
    let fixture = Fixture::good();
    fixture.replace("_blocks/support/en/text.hbs", "free help", "paid help");
    let findings = render::Library::load(fixture.path()).expect_err("a digest");
    assert!(
        findings.iter().all(|it| it.rule == "digest" && it.line > 0),
        "{findings:?}"
    );
}
