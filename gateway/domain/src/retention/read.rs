//! From TOML to the rows of a policy.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{DEFAULT, Does, Row};

/// More than that is a slip of the finger.
const YEARS_MAX: u8 = 120;

/// One thing wrong in the policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("retention, line {line}: {what}")]
pub struct RetentionFault {
    /// The line in the file, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    row: Vec<toml::Spanned<Row>>,
}

pub(super) fn parse(text: &str) -> Result<Vec<Row>, Vec<RetentionFault>> {
    let line_at = |offset: usize| 1 + text.bytes().take(offset).filter(|b| *b == b'\n').count();
    let file: File = toml::from_str(text).map_err(|fault| {
        let line = fault.span().map_or(0, |span| line_at(span.start));
        let what = format!("not a table of [[row]] entries: {}", fault.message());
        vec![RetentionFault { line, what }]
    })?;
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in &file.row {
        let line = line_at(row.span().start);
        let row = row.get_ref();
        let mut found = faults_of(row);
        if !seen.insert(row.flag.as_str()) {
            found.push("this `flag` stands above; each flag has one row");
        }
        faults.extend(found.into_iter().map(|what| RetentionFault {
            line,
            what: what.to_owned(),
        }));
    }
    if !seen.contains(DEFAULT) {
        let what = "no row with flag = \"default\"; it weighs on every case".to_owned();
        faults.push(RetentionFault { line: 0, what });
    }
    if faults.is_empty() {
        Ok(file.row.into_iter().map(toml::Spanned::into_inner).collect())
    } else {
        Err(faults)
    }
}

fn faults_of(row: &Row) -> Vec<&'static str> {
    let is_default = row.flag == DEFAULT;
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let checks = [
        (
            row.flag.len() > 40 || !row.flag.split('-').all(word),
            "`flag` is 1 to 40 lower-case letters, digits and single hyphens between them",
        ),
        (
            row.years.is_some_and(|years| !(1..=YEARS_MAX).contains(&years)),
            "`years` is a number from 1 to 120, or left out while nobody has stated it",
        ),
        (
            row.does == Does::Hold && row.years.is_some(),
            "a row that holds has no `years`; it ends when the flag is lifted",
        ),
        (is_default && row.does != Does::Keep, "the row `default` keeps"),
        (
            is_default && row.years.is_some() != row.confirmed,
            "the row `default` has `years` and `confirmed = true` together, or neither",
        ),
        (
            !["A", "B", "M", "house"].contains(&row.grade.as_str()),
            "`grade` is A, B, M or house",
        ),
        (row.source.trim().is_empty(), "`source` is missing"),
    ];
    checks
        .into_iter()
        .filter_map(|(wrong, what)| wrong.then_some(what))
        .collect()
}
