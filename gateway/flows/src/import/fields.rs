//! Taking named fields out of a JSON object, with faults that name the field and never its value.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Fault, csv};

/// The most texts in a list.
const LIST_ITEMS_MAX: usize = 20;

/// An object whose fields are taken one by one; [`Fields::finish`] refuses what is left.
pub(super) struct Fields {
    map: Map<String, Value>,
    path: String,
}

impl Fields {
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self {
            map,
            path: String::new(),
        }
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    pub(super) fn fault(&self, name: &str, what: impl Into<String>, right: impl Into<String>) -> Fault {
        Fault::of(self.path(name), what, right)
    }

    pub(super) fn missing(&self, name: &str, right: impl Into<String>) -> Fault {
        self.fault(name, "is missing", right)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    /// One line of text.
    pub(super) fn text(&mut self, name: &str, chars_max: usize) -> Result<Option<String>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if is_line(&text, chars_max) => Ok(Some(text)),
            Some(_) => Err(self.fault(
                name,
                "is not one line of plain text of the right length",
                format!(
                    "1 to {chars_max} characters in quotation marks, no line breaks, no space at either end"
                ),
            )),
        }
    }

    pub(super) fn must_text(&mut self, name: &str, chars_max: usize) -> Result<String, Fault> {
        self.text(name, chars_max)?
            .ok_or_else(|| self.missing(name, format!("a text of 1 to {chars_max} characters")))
    }

    /// A text that `parse` understands; its error tells what would be right.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        what: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(name, 400)? else {
            return Ok(None);
        };
        parse(&text)
            .map(Some)
            .map_err(|e| self.fault(name, format!("is not {what}"), e.to_string()))
    }

    pub(super) fn must_parsed<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        what: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, Fault> {
        self.parsed(name, what, parse)?
            .ok_or_else(|| self.missing(name, what))
    }

    /// One of a few words.
    pub(super) fn word<T: DeserializeOwned>(&mut self, name: &str, words: &str) -> Result<Option<T>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match serde_json::from_value(value) {
                Ok(found) => Ok(Some(found)),
                Err(_) => Err(self.fault(name, "is not one of its words", words)),
            },
        }
    }

    pub(super) fn must_word<T: DeserializeOwned>(&mut self, name: &str, words: &str) -> Result<T, Fault> {
        self.word(name, words)?.ok_or_else(|| self.missing(name, words))
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.fault(
                name,
                "is neither yes nor no",
                "true or false; in CSV also yes or no",
            )),
        }
    }

    pub(super) fn must_flag(&mut self, name: &str) -> Result<bool, Fault> {
        self.flag(name)?
            .ok_or_else(|| self.missing(name, "true or false"))
    }

    pub(super) fn day(&mut self, name: &str) -> Result<Option<Date>, Fault> {
        self.parsed(name, "a day", |text| day(text).ok_or("a day such as 2026-11-23"))
    }

    pub(super) fn must_day(&mut self, name: &str) -> Result<Date, Fault> {
        self.day(name)?
            .ok_or_else(|| self.missing(name, "a day such as 2026-11-23"))
    }

    /// An instant with its offset, or a day, which is read as its first instant in London.
    pub(super) fn instant(&mut self, name: &str) -> Result<Option<Timestamp>, Fault> {
        const RIGHT: &str =
            "an instant with its offset such as 2026-11-23T09:00:00Z, or a day such as 2026-11-23";
        self.parsed(name, "an instant", |text| instant(text).ok_or(RIGHT))
    }

    pub(super) fn must_instant(&mut self, name: &str) -> Result<Timestamp, Fault> {
        self.instant(name)?
            .ok_or_else(|| self.missing(name, "an instant such as 2026-11-23T09:00:00Z, or a day"))
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, Fault> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.len() <= LIST_ITEMS_MAX => Ok(items),
            Some(_) => Err(self.fault(
                name,
                "is not a list of the right length",
                format!("a list of at most {LIST_ITEMS_MAX}"),
            )),
        }
    }

    /// A list, each item read by `read`, whose error tells what would be right.
    pub(super) fn items<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        what: &str,
        read: impl Fn(&Value) -> Result<T, E>,
    ) -> Result<Vec<T>, Fault> {
        let items = self.list(name)?;
        let each = items.into_iter().enumerate().map(|(at, item)| {
            read(&item).map_err(|e| {
                self.fault(
                    name,
                    format!("has an item {} that is not {what}", at + 1),
                    e.to_string(),
                )
            })
        });
        each.collect()
    }

    /// An object inside this one.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Self>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Self {
                map,
                path: format!("{}.", self.path(name)),
            })),
            Some(_) => Err(self.fault(
                name,
                "is not an object",
                "an object in braces, as docs/imports.md describes it",
            )),
        }
    }

    /// Objects inside this one; their fields are named `one_1.field`.
    pub(super) fn objects(&mut self, name: &str, one: &str) -> Result<Vec<Self>, Fault> {
        let items = self.list(name)?;
        let each = items.into_iter().enumerate().map(|(at, item)| match item {
            Value::Object(map) => Ok(Self {
                map,
                path: format!("{}.", self.path(&format!("{one}_{}", at + 1))),
            }),
            _ => Err(self.fault(
                name,
                format!("has an item {} that is not an object", at + 1),
                "objects in braces",
            )),
        });
        each.collect()
    }

    /// Refuses a field that nobody asked for.
    pub(super) fn finish(self, known: &str) -> Result<(), Fault> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.fault(
                &csv::shown(name, 0).replace("(column 1)", "(a field)"),
                "is not known",
                known,
            )),
        }
    }
}

pub(super) fn is_line(text: &str, chars_max: usize) -> bool {
    let plain = text.trim() == text && !text.chars().any(char::is_control);
    plain && (1..=chars_max).contains(&text.chars().count())
}

/// Strictly `2026-11-23`: a longer text that begins with a day is not one.
pub(super) fn day(text: &str) -> Option<Date> {
    if text.len() == 10 {
        Date::from_str(text).ok()
    } else {
        None
    }
}

pub(super) fn instant(text: &str) -> Option<Timestamp> {
    match day(text) {
        Some(day) => Some(day.to_zoned(domain::window::london()).ok()?.timestamp()),
        None => text.parse().ok(),
    }
}
