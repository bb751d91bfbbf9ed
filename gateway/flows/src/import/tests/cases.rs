//! The fields of a case.

use serde_json::{Value, json};

use super::super::Format;
use super::{CASE, SAMPLE, cases, refused, with};

const SMALL: &str = include_str!("../../../../../tests/sample/cases-small.csv");

#[test]
fn the_sample_holds_220_cases_in_all_fourteen_areas() {
    let found: Vec<_> = cases(SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    assert_eq!(found.len(), 220);
    let areas = domain::area::Areas::parse(include_str!("../../../../../config/areas.toml")).unwrap();
    for area in areas.list() {
        assert!(found.iter().any(|case| case.area == area.code), "{}", area.code);
    }
    assert!(found.iter().all(|case| areas.get(&case.area).is_some()));
}

#[test]
fn the_csv_twin_says_what_the_json_says() {
    let json = cases(SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1);
    let csv: Vec<_> = cases(SMALL, Format::Csv)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    assert_eq!(csv.len(), 8);
    assert_eq!(csv, json.take(8).collect::<Vec<_>>());
}

#[test]
fn a_day_is_its_midnight_in_london_and_an_instant_keeps_its_offset() {
    for (given, meant) in [
        ("2026-07-01", "2026-06-30T23:00:00Z"),
        ("2026-01-05", "2026-01-05T00:00:00Z"),
        ("2026-07-01T10:00:00+01:00", "2026-07-01T09:00:00Z"),
    ] {
        let found = cases(with("opened_at", given.into()), Format::JsonLines)
            .remove(0)
            .unwrap()
            .1;
        assert_eq!(found.opened_at, meant.parse().unwrap());
    }
}

/// A field, a value that it does not take, and the sentence.
fn bad_fields() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("urn", json!("44RG989542"), "is not a case reference"),
        ("urn", json!(null), "is missing"),
        (
            "victim_ref",
            json!(" V-1"),
            "is not one line of plain text of the right length",
        ),
        (
            "victim_ref",
            json!("x".repeat(101)),
            "is not one line of plain text of the right length",
        ),
        (
            "victim_ref",
            json!(7),
            "is not one line of plain text of the right length",
        ),
        ("area", json!("North East"), "is not an Area code"),
        ("offence", json!("murder"), "is not one of its words"),
        ("opened_at", json!("05/01/2026"), "is not an instant"),
        ("opened_at", json!("2026-02-30"), "is not an instant"),
        ("opened_at", json!("2026-01-05T10:00:00"), "is not an instant"),
        (
            "legal_name",
            json!("Tam\nBcc: x"),
            "is not one line of plain text of the right length",
        ),
        ("legal_name", json!("<Tam>"), "is not a name"),
        ("language", json!("french"), "is not one of its words"),
        ("language_name", json!("French"), "stands beside english or welsh"),
        (
            "formats",
            json!("large print"),
            "is not a list of the right length",
        ),
        (
            "formats",
            json!(["large print", 2]),
            "has an item 2 that is not a format",
        ),
        (
            "formats",
            json!(vec!["a"; 21]),
            "is not a list of the right length",
        ),
        ("service", json!("gold"), "is not one of its words"),
        ("enhanced", json!("perhaps"), "is neither yes nor no"),
        ("enhanced", json!(null), "is missing"),
        ("enhanced_ground", json!(null), "is missing"),
        ("preferred", json!("pigeon"), "is not one of its words"),
        (
            "preferred",
            json!("email"),
            "names a way that the row has no contact for",
        ),
        (
            "preferred",
            json!("via-isva"),
            "names a way that the row has no contact for",
        ),
        (
            "windows",
            json!(["mon-fri"]),
            "has an item 1 that is not a window",
        ),
        ("mobile", json!("07700 900123"), "is not an object"),
        ("defendants", json!([1]), "has an item 1 that is not an object"),
        ("shoe_size", json!(7), "is not known"),
    ]
}

#[test]
fn every_bad_field_is_named_with_what_would_be_right_and_without_its_value() {
    for (field, value, what) in bad_fields() {
        let line = with(field, value.clone());
        let refused = refused(&line, Format::JsonLines);
        assert_eq!(
            (refused.field.as_deref(), refused.what.as_str()),
            (Some(field), what),
            "{value}"
        );
        assert!(!refused.right.is_empty() && !refused.rest_unread);
        if let Some(text) = value.as_str().filter(|text| text.len() > 3) {
            assert!(!refused.what.contains(text), "{refused}");
        }
    }
}

#[test]
fn another_language_is_named_and_a_ground_needs_enhanced_rights() {
    assert_eq!(
        refused(with("language", "other".into()), Format::JsonLines)
            .field
            .as_deref(),
        Some("language_name")
    );
    let refused = refused(with("enhanced", false.into()), Format::JsonLines);
    assert_eq!(refused.what, "is given although enhanced is false");
}

#[test]
fn a_field_that_looks_like_a_persons_name_is_not_repeated() {
    let refused = refused(with("Tamsin Rowanlea", 1.into()), Format::JsonLines);
    assert_eq!(refused.field.as_deref(), Some("(a field)"));
}

#[test]
fn advisers_and_defendants_are_checked_like_victims() {
    let adviser = json!({"name": "Dilys Firelight", "service": "Support", "email": "dilys@support.example",
        "transport": "aligned-tls-dmarc", "scopes": ["updates"], "from": "2026-01-01", "until": "2027-01-01"});
    let changed = |name: &str, value: Value| {
        let mut adviser = adviser.clone();
        adviser[name] = value;
        with("adviser", adviser)
    };
    assert!(cases(with("adviser", adviser.clone()), Format::JsonLines)[0].is_ok());
    for (name, value, what) in [
        ("transport", json!("plain"), "is not one of its words"),
        ("scopes", json!([]), "is missing"),
        (
            "scopes",
            json!(["everything"]),
            "has an item 1 that is not a scope",
        ),
        ("until", json!("2025-01-01"), "lies before from"),
        ("until", json!(null), "is missing"),
        ("email", json!("dilys"), "is not an email address"),
    ] {
        let refused = refused(changed(name, value), Format::JsonLines);
        assert_eq!(
            (refused.field, refused.what.as_str()),
            (Some(format!("adviser.{name}")), what)
        );
    }
    let second = json!([{"name": "Silas Nailerby"}, {"name": "Ivor Drayman", "phones": ["12"]}]);
    let refused = refused(with("defendants", second), Format::JsonLines);
    assert_eq!(refused.field.as_deref(), Some("defendant_2.phones"));
}

#[test]
fn json_is_one_object_to_a_line_with_each_name_once() {
    for (line, what) in [
        ("[]".to_owned(), "the line is JSON but not an object"),
        ("{\"urn\":".to_owned(), "the line is not JSON, at column 7"),
        (format!("{CASE} {CASE}"), "the line is not JSON, at column 349"),
        (
            CASE.replace("\"area\":", "\"urn\":"),
            "a field stands twice, near column 70",
        ),
        (
            with("email", json!(1)).replace("\"email\":1", "\"email\":{\"value\":1,\"value\":2}"),
            "a field stands twice, near column 119",
        ),
    ] {
        let refused = refused(&line, Format::JsonLines);
        let stem = |text: &str| text.split(" column").next().unwrap().to_owned();
        assert_eq!(stem(&refused.what), stem(what));
    }
    assert!(
        cases("[".repeat(100_000), Format::JsonLines)[0].is_err(),
        "deep nesting ends, too"
    );
}

#[test]
fn a_case_does_not_show_itself() {
    let shown = format!("{:?}", cases(SAMPLE, Format::JsonLines));
    for secret in [
        "Rowanlea",
        "post.example",
        "ZZ18",
        "900112",
        "kittiwake",
        "Nailerby",
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
