//! What a file may say, and the sentence for everything that it may not.

mod cases;
mod contact;
mod events;
mod files;

use super::{CaseRecord, Format, Refused};

const SAMPLE: &str = include_str!("../../../../../tests/sample/cases.jsonl");
/// A line of a case file with nothing left out that is required.
const CASE: &str = r#"{"urn":"44RG9895426","victim_ref":"V-1","area":"north-east","offence":"adult-rape","opened_at":"2026-01-05","legal_name":"Tamsin Rowanlea","preferred_name":"Tam","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"preferred":"via-police","content_in_email":true}"#;

fn cases(text: impl AsRef<[u8]>, format: Format) -> Vec<Result<(usize, CaseRecord), Refused>> {
    super::cases(text.as_ref(), format).collect()
}

/// The refusal of a file whose only row, or whose header, is bad.
fn refused(text: impl AsRef<[u8]>, format: Format) -> Refused {
    let mut found = cases(text, format);
    assert_eq!(found.len(), 1);
    found.remove(0).unwrap_err()
}

/// The case with one field changed, added, or (with null) left out, as a line.
fn with(field: &str, value: serde_json::Value) -> String {
    let mut case: serde_json::Value = serde_json::from_str(CASE).unwrap();
    case[field] = value;
    case.to_string()
}
