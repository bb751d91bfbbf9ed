//! Reading the files that cases and events come in: CSV with a header, or JSON lines.
//!
//! Pure reading: text in, [`CaseRecord`]s and [`Event`]s out. What the house thinks of them (whether the case
//! is known, whether an event lies in the future or before its case) is asked by the flows that record them.
//! `docs/imports.md` describes both formats for the people who write such files.
//!
//! **Invariant:** memory is flat. One line is held at a time, and never more than [`LINE_BYTES_MAX`] of it.
//! **Invariant:** a row is read whole or refused whole; a refused row never stops the ones after it. Only a
//! fault of the file as a whole (wrong header, UTF-16, a disk that gives no more) ends the reading, and then
//! [`Refused::rest_unread`] says so.
//! **Invariant:** a [`Refused`] names line and field and what would be right; it never repeats a value (law 11).
//!
//! To add a field of a case: a row in `columns.rs`, its reading in `read.rs` or `contact.rs`, a line in `docs/imports.md`.

mod case;
mod columns;
mod contact;
mod csv;
mod event;
mod fields;
mod json;
mod lines;
mod read;
#[cfg(test)]
mod tests;

use std::io::BufRead;
use std::path::Path;

use domain::event::Event;
use serde::Serialize;

pub use case::{Adviser, CaseRecord, DefendantRecord, PlanRefused, PointRecord};
use lines::Lines;

/// The longest line, in bytes. A longer one is refused and skipped without being held in memory.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// How a file is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header, each record on one line.
    Csv,
    /// One JSON object to a line.
    JsonLines,
}

impl Format {
    /// The format that a file's name promises: `.csv`, or `.jsonl`, `.ndjson`.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// A row, or a whole file, that was not taken. It holds no value of the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The line in the file, from 1.
    pub line: usize,
    /// The column or field, where one is to blame.
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub right: String,
    /// Whether reading ended here, so that nothing is known about the lines after this one.
    pub rest_unread: bool,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(field) = &self.field {
            write!(f, ", field `{field}`")?;
        }
        write!(f, ": {}; right would be: {}", self.what, self.right)?;
        if self.rest_unread {
            f.write_str(" (the rest of the file was not read)")
        } else {
            Ok(())
        }
    }
}

impl std::error::Error for Refused {}

/// What is wrong with something whose line the caller knows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    field: Option<String>,
    what: String,
    right: String,
}

impl Fault {
    fn new(what: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            field: None,
            what: what.into(),
            right: right.into(),
        }
    }

    fn of(field: impl Into<String>, what: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            what: what.into(),
            right: right.into(),
        }
    }

    fn at(self, line: usize, rest_unread: bool) -> Refused {
        Refused {
            line,
            field: self.field,
            what: self.what,
            right: self.right,
            rest_unread,
        }
    }
}

/// Reads cases: each item is the line and the case that stands there, or why it was refused.
pub fn cases<R: BufRead>(
    reader: R,
    format: Format,
) -> impl Iterator<Item = Result<(usize, CaseRecord), Refused>> + use<R> {
    Rows {
        lines: Lines::new(reader),
        format,
        header: None,
        read: &CASES,
        ended: false,
    }
}

/// Reads events: each item is the line and the event that stands there, or why it was refused.
pub fn events<R: BufRead>(
    reader: R,
    format: Format,
) -> impl Iterator<Item = Result<(usize, Event), Refused>> + use<R> {
    Rows {
        lines: Lines::new(reader),
        format,
        header: None,
        read: &EVENTS,
        ended: false,
    }
}

/// How one kind of row is read, from either format.
struct Read<T> {
    header: fn(&[String]) -> Result<(), Fault>,
    csv: fn(&csv::Header, Vec<String>) -> Result<T, Fault>,
    json: fn(&str) -> Result<T, Fault>,
}

static CASES: Read<CaseRecord> = Read {
    header: columns::check_header,
    csv: columns::from_cells,
    json: |line| read::case(json::object(line)?),
};
static EVENTS: Read<Event> = Read {
    header: event::check_header,
    csv: event::from_cells,
    json: |line| event::from_map(json::object(line)?),
};

struct Rows<R, T: 'static> {
    lines: Lines<R>,
    format: Format,
    header: Option<csv::Header>,
    read: &'static Read<T>,
    ended: bool,
}

impl<R: BufRead, T> Rows<R, T> {
    fn row(&mut self, text: &str) -> Result<T, Fault> {
        match &self.header {
            Some(header) => (self.read.csv)(header, csv::cells(text)?),
            None => (self.read.json)(text),
        }
    }

    fn take_header(&mut self, text: &str) -> Result<(), Fault> {
        let header = csv::Header::parse(text)?;
        (self.read.header)(header.names())?;
        self.header = Some(header);
        Ok(())
    }
}

impl<R: BufRead, T> Iterator for Rows<R, T> {
    type Item = Result<(usize, T), Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let (line, text) = match self.lines.next()? {
                Ok(found) => found,
                Err(refused) => {
                    // Without its header a CSV file says nothing.
                    let headless = self.format == Format::Csv && self.header.is_none();
                    self.ended = refused.rest_unread || headless;
                    return Some(Err(Refused {
                        rest_unread: self.ended,
                        ..refused
                    }));
                }
            };
            if text.trim().is_empty() {
                continue;
            }
            if self.format == Format::Csv && self.header.is_none() {
                if let Err(fault) = self.take_header(&text) {
                    self.ended = true;
                    return Some(Err(fault.at(line, true)));
                }
                continue;
            }
            return Some(
                self.row(&text)
                    .map(|row| (line, row))
                    .map_err(|fault| fault.at(line, false)),
            );
        }
        None
    }
}
