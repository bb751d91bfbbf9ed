//! Event files. The fields themselves are `domain::event`'s.

use domain::event::Event;

use super::super::{Format, Refused, events};

const SAMPLE: &str = include_str!("../../../../../tests/sample/events.jsonl");
const SMALL: &str = include_str!("../../../../../tests/sample/events-small.csv");
const BAD: &str = include_str!("../../../../../tests/sample/events-bad.jsonl");
const HEADER: &str = "source,source_event_id,urn,victim_ref,occurred_at,kind";
const ROW: &str = "cms,C-1,44RG9895426,V-1,2026-11-23T09:00:00Z";

fn read(text: &str, format: Format) -> Vec<Result<(usize, Event), Refused>> {
    events(text.as_bytes(), format).collect()
}

fn one(text: &str) -> Result<Event, Refused> {
    let mut found = read(text, Format::Csv);
    assert_eq!(found.len(), 1);
    found.remove(0).map(|(_, event)| event)
}

#[test]
fn the_sample_holds_1100_events_in_the_order_of_time() {
    let found: Vec<_> = read(SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    assert_eq!(found.len(), 1100);
    assert!(found.is_sorted_by_key(|event| event.occurred_at));
    let ids: std::collections::BTreeSet<_> = found
        .iter()
        .map(|event| (&event.source, &event.source_event_id))
        .collect();
    assert_eq!(ids.len(), found.len());
}

#[test]
fn the_csv_twin_holds_the_same_events() {
    let sample: Vec<_> = read(SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    let small: Vec<_> = read(SMALL, Format::Csv)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    assert!(small.len() >= 20 && small.iter().all(|event| sample.contains(event)));
}

#[test]
fn bad_lines_that_reading_can_see_are_refused_by_field_and_the_rest_goes_on() {
    let found = read(BAD, Format::JsonLines);
    let fields: Vec<_> = found
        .iter()
        .filter_map(|row| row.as_ref().err())
        .map(|r| (r.line, r.field.clone().unwrap_or_default()))
        .collect();
    let expected = [
        (6, "occurred_at"),
        (7, "urn"),
        (8, "kind"),
        (9, "date"),
        (10, "colour"),
        (11, "reasons_author"),
    ];
    assert_eq!(fields, expected.map(|(line, field)| (line, field.to_owned())));
    assert_eq!(found.len(), 13);
}

#[test]
fn the_fields_of_a_kind_stand_in_the_detail_cell_or_in_columns_of_their_own() {
    let detail = one(&format!(
        "{HEADER},detail\n{ROW},opt-out,\"{{\"\"stages\"\":[\"\"trial\"\",\"\"court\"\"]}}\"\n"
    ))
    .unwrap();
    let columns = one(&format!("{HEADER},stages\n{ROW},opt-out,trial|court\n")).unwrap();
    assert_eq!(detail, columns);
}

#[test]
fn a_bad_detail_cell_is_named() {
    for (cell, what) in [
        ("x", "the cell is not JSON, at column 1"),
        ("[]", "the cell is JSON but not an object"),
        (
            "{\"\"urn\"\":\"\"44RG9895426\"\"}",
            "repeats a field that has its own column",
        ),
        (
            "{\"\"kind\"\":\"\"opt-in\"\"}",
            "repeats a field that has its own column",
        ),
    ] {
        let refused = one(&format!("{HEADER},detail\n{ROW},opt-out,\"{cell}\"\n")).unwrap_err();
        assert_eq!(
            (refused.field.as_deref(), refused.what.as_str()),
            (Some("detail"), what)
        );
    }
}

#[test]
fn a_header_of_events_is_checked_too() {
    for (header, field) in [
        (HEADER.replace(",kind", ""), "kind"),
        (format!("{HEADER},colour"), "colour"),
    ] {
        let refused = one(&format!("{header}\n{ROW}\n")).unwrap_err();
        assert_eq!(
            (refused.field.as_deref(), refused.rest_unread),
            (Some(field), true)
        );
    }
}

#[test]
fn formulas_in_an_event_file_are_refused() {
    let refused = one(&format!("{HEADER}\n{},vlo-assigned\n", ROW.replace("V-1", "=V1"))).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("victim_ref"));
}

#[test]
fn a_fault_of_a_kind_is_named_by_field_and_line() {
    let refused = one(&format!("{HEADER},date\n{ROW},s28-set,soon\n")).unwrap_err();
    assert_eq!(refused.line, 2);
    let refused = one(&format!("{HEADER}\n{ROW},carrier-pigeon\n")).unwrap_err();
    assert_eq!(
        (refused.field.as_deref(), refused.what.as_str()),
        (Some("kind"), "is not known")
    );
}

#[test]
fn what_recording_has_to_refuse_in_the_sample_is_what_the_document_says() {
    let cases: Vec<_> = super::cases(super::SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    let good: Vec<_> = read(SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1)
        .collect();
    let bad: Vec<_> = read(BAD, Format::JsonLines)
        .into_iter()
        .filter_map(Result::ok)
        .collect();
    let line = |number: usize| {
        bad.iter()
            .find(|(line, _)| *line == number)
            .map(|(_, event)| event)
            .unwrap()
    };
    let victims = |event: &Event| -> Vec<&str> {
        cases
            .iter()
            .filter(|case| case.urn == event.urn)
            .map(|case| case.victim_ref.as_str())
            .collect()
    };
    assert!(victims(line(1)).is_empty() && victims(line(2)).is_empty());
    assert!(!victims(line(3)).is_empty() && !victims(line(3)).contains(&line(3).victim_ref.as_str()));
    let opened_at = cases
        .iter()
        .find(|case| case.urn == line(4).urn)
        .unwrap()
        .opened_at;
    assert!(line(4).occurred_at < opened_at);
    assert!(good.iter().all(|event| event.occurred_at < line(5).occurred_at));
    assert!(good.contains(line(12)) && !good.contains(line(13)));
    assert_eq!(line(12).source_event_id, line(13).source_event_id);
}

#[test]
fn each_event_of_the_sample_belongs_to_a_case_that_was_open() {
    let cases: std::collections::BTreeMap<_, _> = super::cases(super::SAMPLE, Format::JsonLines)
        .into_iter()
        .map(|row| row.unwrap().1)
        .map(|case| ((case.urn, case.victim_ref), case.opened_at))
        .collect();
    assert_eq!(cases.len(), 220);
    for row in read(SAMPLE, Format::JsonLines) {
        let event = row.unwrap().1;
        assert!(cases[&(event.urn, event.victim_ref)] < event.occurred_at);
    }
}
