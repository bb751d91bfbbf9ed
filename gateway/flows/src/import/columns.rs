//! The columns of a case file, and how a row of them becomes the object that JSON lines have.

use serde_json::{Map, Value};

use super::case::CaseRecord;
use super::{Fault, csv, read};

/// How many defendants a row has columns for; a JSON line holds more.
const DEFENDANTS_MAX: usize = 3;
const LISTS: &[&str] = &["formats", "windows", "exclusions"];
const FLAGS: &[&str] = &["enhanced", "wants_contact", "content_in_email"];
const REQUIRED: &[&str] = &[
    "urn",
    "victim_ref",
    "area",
    "offence",
    "opened_at",
    "legal_name",
    "preferred_name",
    "language",
    "service",
    "enhanced",
    "wants_contact",
    "preferred",
    "content_in_email",
];
const OPTIONAL: &[&str] = &[
    "unit",
    "birth_year",
    "language_name",
    "translator",
    "formats",
    "enhanced_ground",
    "vlo",
    "windows",
    "exclusions",
    "voicemail",
    "voicemail_agreed_at",
    "text_wording",
    "text_agreed_at",
    "code_word",
    "dropped_call",
];
const POINTS: &[&str] = &["email", "mobile", "home_phone", "post"];
const POINT_FIELDS: &[&str] = &[
    "safety",
    "said_by",
    "how",
    "verified_at",
    "review_by",
    "why",
    "since",
];
const DEFENDANT_FIELDS: &[&str] = &["label", "name", "addresses", "phones", "emails"];
const ADVISER_FIELDS: &[&str] = &["name", "service", "email", "transport", "scopes", "from", "until"];

/// Where the cell of a column goes.
enum Place {
    Own,
    Inside(&'static str, &'static str),
    Defendant(usize, &'static str),
}

fn place(name: &str) -> Option<Place> {
    let find = |list: &'static [&'static str], word: &str| list.iter().copied().find(|known| *known == word);
    if REQUIRED.contains(&name) || OPTIONAL.contains(&name) {
        return Some(Place::Own);
    }
    if let Some(point) = find(POINTS, name) {
        return Some(Place::Inside(point, "value"));
    }
    for point in POINTS {
        let rest = name.strip_prefix(point).and_then(|rest| rest.strip_prefix('_'));
        if let Some(field) = rest.and_then(|rest| find(POINT_FIELDS, rest)) {
            return Some(Place::Inside(point, field));
        }
    }
    if let Some(field) = name
        .strip_prefix("adviser_")
        .and_then(|rest| find(ADVISER_FIELDS, rest))
    {
        return Some(Place::Inside("adviser", field));
    }
    let (number, field) = name.strip_prefix("defendant_")?.split_once('_')?;
    let number = (1..=DEFENDANTS_MAX).find(|n| n.to_string() == number)?;
    Some(Place::Defendant(number, find(DEFENDANT_FIELDS, field)?))
}

fn is_phone(name: &str) -> bool {
    name == "mobile" || name == "home_phone" || (name.starts_with("defendant_") && name.ends_with("_phones"))
}

/// Refuses columns that no case has, and a header without the columns that every case needs.
pub(super) fn check_header(names: &[String]) -> Result<(), Fault> {
    for (at, name) in names.iter().enumerate() {
        if place(name).is_none() {
            return Err(Fault::of(
                csv::shown(name, at),
                "is not a column of a case file",
                "the columns that docs/imports.md lists",
            ));
        }
    }
    match REQUIRED.iter().find(|name| !names.iter().any(|n| n == *name)) {
        None => Ok(()),
        Some(name) => Err(Fault::of(
            *name,
            "is missing from the header",
            "a header with this column",
        )),
    }
}

/// A list in a cell, with `|` between its items.
fn list(cell: &str) -> Value {
    cell.split('|').map(|item| Value::from(item.trim())).collect()
}

/// The lines of an address in a cell, with `;` between them.
fn lines(cell: &str) -> Value {
    cell.split(';').map(|line| Value::from(line.trim())).collect()
}

fn own(name: &str, cell: String) -> Value {
    match cell.as_str() {
        "true" | "yes" if FLAGS.contains(&name) => Value::Bool(true),
        "false" | "no" if FLAGS.contains(&name) => Value::Bool(false),
        _ if LISTS.contains(&name) => list(&cell),
        _ => Value::String(cell),
    }
}

fn put(map: &mut Map<String, Value>, object: &str, field: &str, value: Value) {
    let inner = map.entry(object).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        inner.insert(field.to_owned(), value);
    }
}

/// A case from a row.
pub(super) fn from_cells(header: &csv::Header, cells: Vec<String>) -> Result<CaseRecord, Fault> {
    let mut map = Map::new();
    let mut defendants = Map::new();
    for (name, cell) in header.pair(cells, is_phone)? {
        match place(name) {
            None => {}
            Some(Place::Own) => {
                map.insert(name.to_owned(), own(name, cell));
            }
            Some(Place::Inside(object, field)) => {
                let value = match (object, field) {
                    ("post", "value") => lines(&cell),
                    ("adviser", "scopes") => list(&cell),
                    _ => Value::String(cell),
                };
                put(&mut map, object, field, value);
            }
            Some(Place::Defendant(number, field)) => {
                let value = match field {
                    "addresses" => cell.split('|').map(lines).collect(),
                    "phones" | "emails" => list(&cell),
                    _ => Value::String(cell),
                };
                put(&mut defendants, &format!("defendant_{number}"), field, value);
            }
        }
    }
    // The number in a column's name is the number in a fault only when none is left out.
    if let Some(number) = (1..=defendants.len()).find(|n| !defendants.contains_key(&format!("defendant_{n}")))
    {
        return Err(Fault::of(
            format!("defendant_{number}_name"),
            "is empty although a later defendant is given",
            "defendants in order, none left out",
        ));
    }
    if !defendants.is_empty() {
        map.insert(
            "defendants".to_owned(),
            defendants.into_iter().map(|(_, defendant)| defendant).collect(),
        );
    }
    read::case(map).map_err(|fault| Fault {
        field: fault.field.map(|path| column(&path)),
        ..fault
    })
}

/// The column that a path in the object stands for.
fn column(path: &str) -> String {
    path.strip_suffix(".value").unwrap_or(path).replace('.', "_")
}
