//! Rows of an event file. The fields are those of `docs/events.md`.

use domain::event::{Event, EventFault, schema};
use serde_json::{Map, Value};

use super::{Fault, csv, json};

const ENVELOPE: &[&str] = &[
    "source",
    "source_event_id",
    "urn",
    "victim_ref",
    "occurred_at",
    "received_at",
    "kind",
];
/// The column that holds the fields of the kind as one JSON object.
const DETAIL: &str = "detail";

impl From<EventFault> for Fault {
    fn from(fault: EventFault) -> Self {
        if fault.field.starts_with('(') {
            return Self::new(format!("{} {}", fault.field, fault.problem), fault.right);
        }
        Self::of(fault.field, fault.problem, fault.right)
    }
}

/// An event from named fields.
pub(super) fn from_map(fields: Map<String, Value>) -> Result<Event, Fault> {
    Ok(Event::from_fields(fields)?)
}

fn is_field_of_a_kind(name: &str) -> bool {
    schema::KINDS.iter().any(|kind| kind.field(name).is_some())
}

/// Refuses columns that no event has, and a header without the columns that every event needs.
pub(super) fn check_header(names: &[String]) -> Result<(), Fault> {
    for (at, name) in names.iter().enumerate() {
        if !ENVELOPE.contains(&name.as_str()) && name != DETAIL && !is_field_of_a_kind(name) {
            return Err(Fault::of(
                csv::shown(name, at),
                "is not a column of an event file",
                format!(
                    "{}, {DETAIL}, and the fields of the kinds in docs/events.md",
                    ENVELOPE.join(", ")
                ),
            ));
        }
    }
    match ENVELOPE
        .iter()
        .find(|name| **name != "received_at" && !names.iter().any(|n| n == *name))
    {
        None => Ok(()),
        Some(name) => Err(Fault::of(
            *name,
            "is missing from the header",
            "a header with this column",
        )),
    }
}

/// An event from a row: its own columns, and what `detail` adds.
pub(super) fn from_cells(header: &csv::Header, cells: Vec<String>) -> Result<Event, Fault> {
    let mut pairs = header.pair(cells, |_| false)?;
    let detail = match pairs.iter().position(|(name, _)| *name == DETAIL) {
        Some(at) => json::object(&pairs.swap_remove(at).1).map_err(|fault| {
            Fault::of(
                DETAIL,
                fault.what.replace("the line", "the cell"),
                "one JSON object with the fields of the kind",
            )
        })?,
        None => Map::new(),
    };
    let kind = pairs
        .iter()
        .find(|(name, _)| *name == "kind")
        .and_then(|(_, cell)| schema::find(cell));
    let pairs = pairs.iter().map(|(name, cell)| (*name, cell.as_str()));
    let mut fields = match kind {
        Some(kind) => kind.typed(pairs),
        // Reading the event says which kinds there are.
        None => pairs
            .map(|(name, cell)| (name.to_owned(), Value::from(cell)))
            .collect(),
    };
    for (name, value) in detail {
        if ENVELOPE.contains(&name.as_str()) || fields.contains_key(&name) {
            return Err(Fault::of(
                DETAIL,
                "repeats a field that has its own column",
                "each field in one place",
            ));
        }
        fields.insert(name, value);
    }
    from_map(fields)
}
