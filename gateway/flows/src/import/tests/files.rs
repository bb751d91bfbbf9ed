//! Encodings, lines and the shape of CSV.

use std::io::{BufReader, Error, Read};

use super::super::{Format, LINE_BYTES_MAX, Refused, cases as read_cases};
use super::{CASE, cases, refused};
use crate::import::csv;

const CSV: &str = "urn,victim_ref,area,offence,opened_at,legal_name,preferred_name,language,service,enhanced,\
    enhanced_ground,wants_contact,preferred,content_in_email,mobile,mobile_safety\n";
const ROW: &str = "44RG9895426,V-1,north-east,adult-rape,2026-01-05,Tamsin Rowanlea,Tam,english,rasso,yes,\
    most-serious-crime,yes,via-police,no,+44 7700 900123,unknown\n";

fn row_refused(row: &str) -> Refused {
    refused(format!("{CSV}{row}"), Format::Csv)
}

#[test]
fn the_ending_of_the_name_tells_the_format() {
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("a.CSV", Some(Format::Csv)),
        ("a.jsonl", Some(Format::JsonLines)),
        ("a.ndjson", Some(Format::JsonLines)),
        ("a.json", None),
        ("a.xlsx", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of(name.as_ref()), format, "{name}");
    }
}

#[test]
fn both_formats_say_the_same() {
    let json = super::with("content_in_email", false.into());
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap();
    json["mobile"] = serde_json::json!({"value": "07700 900123", "safety": "unknown"});
    let from_json = cases(json.to_string(), Format::JsonLines).remove(0).unwrap();
    let from_csv = cases(format!("{CSV}{ROW}"), Format::Csv).remove(0).unwrap();
    assert_eq!((from_json.0, from_csv.0), (1, 2));
    assert_eq!(from_json.1, from_csv.1);
}

#[test]
fn a_byte_order_mark_of_utf8_windows_line_ends_and_empty_lines_are_no_fault() {
    let file = format!("\u{feff}{CSV}\r\n{}\r\n\r\n{ROW}", ROW.trim_end());
    let found = cases(file, Format::Csv);
    let lines: Vec<_> = found.iter().map(|row| row.as_ref().unwrap().0).collect();
    assert_eq!(lines, [3, 5]);
    assert_eq!(cases(format!("\u{feff}{CASE}"), Format::JsonLines).len(), 1);
}

#[test]
fn utf16_is_refused_as_a_whole_with_or_without_its_mark() {
    let wide = |mark: &[u8]| {
        let body = format!("{CSV}{ROW}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>();
        [mark, &body].concat()
    };
    for file in [wide(&[0xFF, 0xFE]), wide(&[])] {
        let refused = refused(file, Format::Csv);
        assert!(refused.rest_unread);
        assert_eq!(
            refused.to_string(),
            "line 1: the file is written in UTF-16; right would be: the same file saved as UTF-8 (the rest of the \
             file was not read)"
        );
    }
}

#[test]
fn a_line_in_latin_1_is_refused_and_the_next_is_read() {
    let mut file = format!("{CSV}{ROW}").replace("Tam,", "T\u{e9}a,").into_bytes();
    let at = file
        .windows(2)
        .position(|pair| pair == "\u{e9}".as_bytes())
        .unwrap();
    file.splice(at..at + 2, [0xE9]);
    file.extend_from_slice(ROW.as_bytes());
    let found = cases(file, Format::Csv);
    let refused = found[0].as_ref().unwrap_err();
    assert!(
        refused
            .what
            .ends_with("is not UTF-8; it looks like Latin-1 or Windows-1252"),
        "{refused}"
    );
    assert_eq!(
        (refused.line, refused.right.as_str()),
        (2, "the same file saved as UTF-8")
    );
    assert_eq!(found[1].as_ref().unwrap().0, 3);
}

#[test]
fn a_line_of_ten_megabytes_is_refused_by_its_number_and_the_next_is_read() {
    let long = format!("{}\n{CASE}", "x".repeat(10 * LINE_BYTES_MAX));
    let found = cases(long, Format::JsonLines);
    assert_eq!(found.len(), 2);
    let refused = found[0].as_ref().unwrap_err();
    assert_eq!(
        (refused.line, refused.what.as_str()),
        (1, "the line is longer than 1,048,576 bytes")
    );
    assert_eq!(found[1].as_ref().unwrap().0, 2);
}

#[test]
fn a_line_may_be_exactly_as_long_as_the_bound() {
    let pad = |bytes: usize| format!("{CASE}{}\n", " ".repeat(bytes - CASE.len()));
    assert!(cases(pad(LINE_BYTES_MAX), Format::JsonLines)[0].is_ok());
    assert!(cases(pad(LINE_BYTES_MAX + 1), Format::JsonLines)[0].is_err());
}

/// Gives a few bytes, then fails as a broken disk does.
struct Breaks<'a>(&'a [u8]);

impl Read for Breaks<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            Err(Error::other("gone"))
        } else {
            self.0.read(out)
        }
    }
}

#[test]
fn a_file_that_stops_giving_ends_the_reading_and_says_so() {
    let file = format!("{CASE}\n{CASE}\n");
    let found: Vec<_> = read_cases(BufReader::new(Breaks(file.as_bytes())), Format::JsonLines).collect();
    assert_eq!(found.len(), 3);
    let refused = found[2].as_ref().unwrap_err();
    assert!(refused.rest_unread && refused.what.starts_with("the file gives no more"));
}

#[test]
fn a_header_that_repeats_lacks_or_invents_a_column_refuses_the_file() {
    for (header, field, what) in [
        (
            CSV.replace("mobile,", "urn,"),
            "urn",
            "stands in the header twice",
        ),
        (
            CSV.replace("mobile,", "shoe_size,"),
            "shoe_size",
            "is not a column of a case file",
        ),
        (
            CSV.replace("mobile,", "Tamsin Rowanlea,"),
            "(column 15)",
            "is not a column of a case file",
        ),
        (CSV.replace("area,", ""), "area", "is missing from the header"),
    ] {
        let refused = refused(format!("{header}{ROW}"), Format::Csv);
        assert_eq!(
            (refused.field.as_deref(), refused.what.as_str()),
            (Some(field), what)
        );
        assert!(refused.rest_unread && refused.line == 1);
    }
    assert_eq!(
        refused(CSV.replace(',', ";"), Format::Csv).what,
        "the columns are not separated by commas"
    );
}

#[test]
fn a_row_has_as_many_cells_as_the_header() {
    let refused = row_refused("44RG9895426,V-1\n");
    assert_eq!((refused.line, refused.what.as_str()), (2, "the row has 2 cells"));
    assert_eq!(refused.right, "16 cells, one to each column of the header");
}

#[test]
fn quotation_marks_are_read_strictly_and_a_slip_costs_one_row() {
    assert_eq!(
        csv::cells(r#"a,"b,""c""",,"""#.trim_end_matches('"')).unwrap(),
        ["a", "b,\"c\"", "", ""]
    );
    for (name, what) in [
        ("\"Tam", "opens a quotation mark that its line does not close"),
        ("T\"am", "has a quotation mark but does not begin with one"),
        ("\"Tam\"s", "goes on after its closing quotation mark"),
    ] {
        let bad = ROW.replace("Tam,", &format!("{name},"));
        let found = cases(format!("{CSV}{bad}{ROW}"), Format::Csv);
        assert!(found[0].as_ref().unwrap_err().what.ends_with(what));
        assert!(found[1].is_ok());
    }
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_refused_except_a_phone_number() {
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "  =1"] {
        let refused = row_refused(&ROW.replace("Tam,", &format!("\"{cell}\",")));
        assert_eq!(refused.field.as_deref(), Some("preferred_name"));
        assert_eq!(refused.what, "begins like a spreadsheet formula");
    }
    assert!(
        cases(format!("{CSV}{ROW}"), Format::Csv)[0].is_ok(),
        "its phone number begins with +"
    );
    let refused = row_refused(&ROW.replace("+44 7700 900123", "+44|=1"));
    assert_eq!(refused.what, "begins like a spreadsheet formula");
}

#[test]
fn a_control_character_in_a_cell_is_refused() {
    let refused = row_refused(&ROW.replace("Tam,", "T\u{7}am,"));
    assert_eq!(refused.what, "holds a control character");
}

#[test]
fn a_fault_of_a_row_is_named_by_its_column() {
    let refused = row_refused(&ROW.replace("unknown", "maybe"));
    assert_eq!(
        refused.to_string(),
        "line 2, field `mobile_safety`: is not one of its words; right would be: verified-safe, unknown or unsafe"
    );
    let refused = row_refused(&ROW.replace("900123", "9001"));
    assert_eq!(refused.field.as_deref(), Some("mobile"));
}

proptest::proptest! {
    #[test]
    fn whatever_the_bytes_reading_ends_and_never_shows_them(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        for format in [Format::Csv, Format::JsonLines] {
            let lines = bytes.split(|b| *b == b'\n').count();
            proptest::prop_assert!(cases(&bytes, format).len() <= lines);
            proptest::prop_assert!(crate::import::events(bytes.as_slice(), format).count() <= lines);
        }
    }

    #[test]
    fn cells_written_by_the_rules_come_back(texts in proptest::collection::vec("[^\r\n]{0,12}", 1..6)) {
        let quoted: Vec<_> = texts.iter().map(|text| format!("\"{}\"", text.replace('"', "\"\""))).collect();
        proptest::prop_assert_eq!(csv::cells(&quoted.join(",")).unwrap(), texts);
    }
}
