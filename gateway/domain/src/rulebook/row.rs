//! Reads one row key by key, so that every fault of every row is told at once.

use jiff::civil::Date;
use toml::{Table, Value};

use super::RulebookFault;
use super::condition::{Condition, OnEvent, Test};
use crate::event::schema::{self, Shape};

/// Facts that the situation adds to those of the event.
pub(super) const SITUATION: &[(&str, Shape)] = &[
    ("offence", Shape::Word(&["adult-rape", "serious-sexual", "other"])),
    ("enhanced", Shape::Flag),
    ("bereaved", Shape::Flag),
];

/// A row on its way to a rule.
pub(super) struct Row<'a> {
    name: String,
    table: Table,
    faults: &'a mut Vec<RulebookFault>,
}

impl<'a> Row<'a> {
    pub(super) fn new(name: String, table: Table, faults: &'a mut Vec<RulebookFault>) -> Self {
        Self { name, table, faults }
    }

    pub(super) fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(RulebookFault {
            row: self.name.clone(),
            fault: fault.into(),
        });
    }

    /// An optional key of one type; a value of another type is a fault.
    fn take<T>(&mut self, key: &str, right: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.table.remove(key)?;
        let found = read(&value);
        if found.is_none() {
            self.fault(format!("`{key}` is not {right}"));
        }
        found
    }

    pub(super) fn maybe_text(&mut self, key: &str) -> Option<String> {
        self.take(key, "a text with at least one character", |value| {
            value
                .as_str()
                .filter(|text| !text.trim().is_empty())
                .map(str::to_owned)
        })
    }

    pub(super) fn text(&mut self, key: &str) -> String {
        if !self.table.contains_key(key) {
            self.fault(format!("`{key}` is missing; right would be a text"));
        }
        self.maybe_text(key).unwrap_or_default()
    }

    pub(super) fn flag(&mut self, key: &str) -> bool {
        self.take(key, "true or false", Value::as_bool).unwrap_or(false)
    }

    pub(super) fn must_flag(&mut self, key: &str) -> bool {
        if !self.table.contains_key(key) {
            self.fault(format!("`{key}` is missing; right would be true or false"));
        }
        self.flag(key)
    }

    /// A word that may be left out; `absent` then.
    pub(super) fn word<T>(&mut self, key: &str, words: &[&str], find: fn(&str) -> Option<T>, absent: T) -> T {
        let right = format!("one of {}", words.join(", "));
        self.take(key, &right, |value| value.as_str().and_then(find))
            .unwrap_or(absent)
    }

    /// A word that must be there; after the fault, `fallback` lets reading go on to the next key.
    pub(super) fn must_word<T>(
        &mut self,
        key: &str,
        words: &[&str],
        find: fn(&str) -> Option<T>,
        fallback: T,
    ) -> T {
        if !self.table.contains_key(key) {
            self.fault(format!(
                "`{key}` is missing; right would be one of {}",
                words.join(", ")
            ));
        }
        self.word(key, words, find, fallback)
    }

    pub(super) fn day(&mut self, key: &str) -> Option<Date> {
        self.take(key, "a day such as 2021-04-01", |value| match value {
            Value::String(text) => text.parse().ok(),
            Value::Datetime(day) => day.to_string().parse().ok(),
            _ => None,
        })
    }

    pub(super) fn number(&mut self, key: &str) -> Option<u16> {
        self.take(key, "a whole number from 0 to 1000", |value| {
            value
                .as_integer()
                .and_then(|n| u16::try_from(n).ok())
                .filter(|n| *n <= 1000)
        })
    }

    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        self.take(key, "a list of texts", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default()
    }

    /// A table inside the row, read as a row of its own.
    pub(super) fn inner<T>(&mut self, key: &str, read: impl FnOnce(&mut Row<'_>) -> T) -> Option<T> {
        let table = self.take(key, "a table", |value| value.as_table().cloned())?;
        let mut row = Row::new(format!("{}, `{key}`", self.name), table, self.faults);
        let found = read(&mut row);
        row.finish();
        Some(found)
    }

    /// A list of tables inside the row.
    pub(super) fn each<T>(&mut self, key: &str, mut read: impl FnMut(&mut Row<'_>) -> T) -> Vec<T> {
        let tables: Option<Vec<Table>> = self.take(key, "a list of tables", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_table().cloned())
                .collect()
        });
        let mut found = Vec::new();
        for (index, table) in tables.unwrap_or_default().into_iter().enumerate() {
            let mut row = Row::new(
                format!("{}, `{key}` number {}", self.name, index + 1),
                table,
                self.faults,
            );
            found.push(read(&mut row));
            row.finish();
        }
        found
    }

    /// `{ event = "...", when = { ... } }`.
    pub(super) fn on_event(&mut self) -> OnEvent {
        let event = self.text("event");
        if schema::find(&event).is_none() {
            let kinds: Vec<_> = schema::KINDS.iter().map(|schema| schema.kind).collect();
            self.fault(format!(
                "`event` is not a kind of event; right would be one of {}",
                kinds.join(", ")
            ));
        }
        let when = self.when(&[&event]);
        OnEvent { event, when }
    }

    /// `when = { fact = value }` on the facts of these kinds of event and of the situation.
    pub(super) fn when(&mut self, kinds: &[&str]) -> Vec<Condition> {
        let Some(table) = self.take("when", "a table of facts", |value| value.as_table().cloned()) else {
            return Vec::new();
        };
        table
            .into_iter()
            .filter_map(|(fact, value)| self.condition(kinds, fact, &value))
            .collect()
    }

    fn condition(&mut self, kinds: &[&str], fact: String, value: &Value) -> Option<Condition> {
        let shape = kinds
            .iter()
            .filter_map(|kind| schema::find(kind))
            .find_map(|schema| schema.field(&fact))
            .map(|field| field.shape)
            .or_else(|| {
                SITUATION
                    .iter()
                    .find(|(name, _)| *name == fact)
                    .map(|(_, shape)| *shape)
            });
        let test = match (shape, value) {
            (Some(Shape::Flag), Value::Boolean(flag)) => Some(Test::Is(*flag)),
            (Some(Shape::Word(words)), Value::String(word)) if words.contains(&word.as_str()) => {
                Some(Test::OneOf(vec![word.clone()]))
            }
            (Some(Shape::Word(words)), Value::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str()
                        .filter(|word| words.contains(word))
                        .map(str::to_owned)
                })
                .collect::<Option<Vec<_>>>()
                .map(Test::OneOf),
            (Some(Shape::Number), Value::Table(table)) if table.len() == 1 => table
                .get("at_least")
                .and_then(Value::as_integer)
                .map(Test::AtLeast),
            _ => None,
        };
        if test.is_none() {
            let right = match shape {
                None => {
                    "a field of the event that is a flag, a word or a number, or offence, enhanced, bereaved"
                        .to_owned()
                }
                Some(Shape::Number) => "{ at_least = N }".to_owned(),
                Some(Shape::Word(words)) => format!("one of {}, or a list of them", words.join(", ")),
                Some(Shape::Flag) => "true or false".to_owned(),
                Some(_) => "no condition: rules do not look into texts and dates".to_owned(),
            };
            self.fault(format!("`when.{fact}` does not fit; right would be {right}"));
        }
        test.map(|test| Condition { fact, test })
    }

    /// Every key that nobody asked for is a fault.
    pub(super) fn finish(&mut self) {
        let unknown: Vec<String> = self.table.keys().cloned().collect();
        for key in unknown {
            self.fault(format!(
                "`{key}` is not a key of the rulebook; right would be to leave it out"
            ));
        }
    }
}
