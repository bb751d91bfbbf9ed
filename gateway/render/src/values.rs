//! The values that are merged, checked against what the manifest declares.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::manifest::{FieldSpec, FieldType};
use crate::{Language, TemplateVersion, chars, dates};

/// What is wrong with a value; the value itself is never repeated (law 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueFault {
    /// The field.
    pub field: String,
    /// The kind of fault.
    pub kind: FaultKind,
    /// What would be right.
    pub instead: String,
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The field is declared and not given.
    Missing,
    /// Given, with nothing in it.
    Empty,
    /// Not of the declared type.
    WrongType,
    /// Given, and not declared.
    Undeclared,
    /// More characters or items than declared.
    TooLong,
    /// A control, hidden or direction-changing character, or a line break where one line is asked for.
    BadCharacter,
    /// A reference that looks like a URN, which is never printed.
    LooksLikeUrn,
}

impl fmt::Display for ValueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FaultKind::Missing => "is missing",
            FaultKind::Empty => "is empty",
            FaultKind::WrongType => "is of another type",
            FaultKind::Undeclared => "is not a field of this template",
            FaultKind::TooLong => "is too long",
            FaultKind::BadCharacter => "holds a character that is not allowed",
            FaultKind::LooksLikeUrn => "looks like a URN",
        };
        write!(f, "{}: {what} (instead: {})", self.field, self.instead)
    }
}

/// Checked values for one template version.
#[derive(Clone, PartialEq)]
pub struct Values {
    /// The digest of the version that they were checked against.
    pub(crate) digest: String,
    /// As they will be written: texts, lists of texts, flags, and null for what is absent.
    pub(crate) data: BTreeMap<String, Value>,
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} values]", self.data.len())
    }
}

impl Values {
    /// Checks raw values: dates as `2026-11-23`, instants as RFC 3339, lists of texts, flags as booleans.
    ///
    /// # Errors
    /// Every fault of every field, in the order of their names.
    pub fn from_json(version: &TemplateVersion, raw: &Map<String, Value>) -> Result<Self, Vec<ValueFault>> {
        let mut data = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, spec) in &version.fields {
            match one(raw.get(name), spec, version.language) {
                Ok(value) => drop(data.insert(name.clone(), value)),
                Err((kind, instead)) => faults.push(ValueFault {
                    field: name.clone(),
                    kind,
                    instead,
                }),
            }
        }
        for name in raw.keys().filter(|name| !version.fields.contains_key(*name)) {
            let field = name
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
                .take(40)
                .collect();
            let instead = "only fields that message.toml declares".to_owned();
            faults.push(ValueFault {
                field,
                kind: FaultKind::Undeclared,
                instead,
            });
        }
        if faults.is_empty() {
            Ok(Self {
                digest: version.digest.clone(),
                data,
            })
        } else {
            Err(faults)
        }
    }

    /// A label in the place of each value, so that nobody can be recognised; `words` in the place of what somebody wrote freely,
    /// which its author's reader has looked through. What was absent stays absent, and a flag stays as it was, since it chooses
    /// among vetted words.
    pub fn anonymous(
        version: &TemplateVersion,
        raw: &Map<String, Value>,
        words: &BTreeMap<String, String>,
    ) -> Self {
        let label = |name: &str| format!("[{}]", name.replace('_', " "));
        let one = |(name, spec): (&String, &FieldSpec)| {
            let value = match raw.get(name) {
                None | Some(Value::Null) => Value::Null,
                Some(Value::Bool(flag)) => Value::Bool(*flag),
                Some(Value::Array(items)) => {
                    let numbered = (1..=items.len()).map(|at| Value::String(format!("{} {at}", label(name))));
                    numbered.collect()
                }
                Some(_) if spec.kind.is_free() => {
                    Value::String(words.get(name).cloned().unwrap_or_else(|| label(name)))
                }
                Some(_) => Value::String(label(name)),
            };
            (name.clone(), value)
        };
        Self {
            digest: version.digest.clone(),
            data: version.fields.iter().map(one).collect(),
        }
    }

    /// Every text that will be merged, with its field, for the scan for other cases' names and URNs (C2, C3).
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.data.iter().flat_map(|(name, value)| {
            let items: Vec<&str> = match value {
                Value::String(text) => vec![text],
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
                _ => vec![],
            };
            items.into_iter().map(move |text| (name.as_str(), text))
        })
    }
}

type Fault = (FaultKind, String);

fn one(raw: Option<&Value>, spec: &FieldSpec, language: Language) -> Result<Value, Fault> {
    let value = match raw {
        None | Some(Value::Null) if spec.optional => return Ok(Value::Null),
        None | Some(Value::Null) => return Err((FaultKind::Missing, format!("a {}", spec.kind.as_str()))),
        Some(value) => value,
    };
    let wrong = |instead: &str| (FaultKind::WrongType, instead.to_owned());
    match (spec.kind, value) {
        (FieldType::Flag, Value::Bool(flag)) => Ok(Value::Bool(*flag)),
        (FieldType::Flag, _) => Err(wrong("true or false")),
        (FieldType::Number, Value::Number(n)) => n
            .as_i64()
            .map(|n| Value::String(n.to_string()))
            .ok_or_else(|| wrong("a whole number")),
        (FieldType::Number, _) => Err(wrong("a whole number")),
        (FieldType::List, Value::Array(items)) => list(items, spec),
        (FieldType::List, _) => Err(wrong("a list of texts")),
        (kind, Value::String(raw)) => written(&text(raw, spec)?, kind, language).map(Value::String),
        (kind, _) => Err(wrong(&format!("a text that holds a {}", kind.as_str()))),
    }
}

fn list(items: &[Value], spec: &FieldSpec) -> Result<Value, Fault> {
    if items.is_empty() {
        return Err((FaultKind::Empty, "at least one item".into()));
    }
    if items.len() > spec.items_max {
        return Err((FaultKind::TooLong, format!("at most {} items", spec.items_max)));
    }
    let item = |item: &Value| match item {
        Value::String(raw) => text(raw, spec).map(Value::String),
        _ => Err((FaultKind::WrongType, "a list of texts".to_owned())),
    };
    items
        .iter()
        .map(item)
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

/// A bounded text without hidden characters, trimmed; CRLF becomes LF where line breaks are allowed.
fn text(raw: &str, spec: &FieldSpec) -> Result<String, Fault> {
    let many_lines = spec.kind.is_free();
    let raw = if many_lines {
        raw.replace("\r\n", "\n")
    } else {
        raw.to_owned()
    };
    let text = raw.trim_matches([' ', '\n']);
    if text.chars().all(char::is_whitespace) {
        return Err((FaultKind::Empty, "at least one word".into()));
    }
    if let Some(why) = text.chars().find_map(chars::refused) {
        return Err((FaultKind::BadCharacter, format!("a text without {why}")));
    }
    if text.contains('\n') && !many_lines {
        return Err((FaultKind::BadCharacter, "one line".into()));
    }
    if text.chars().count() > spec.chars_max {
        return Err((
            FaultKind::TooLong,
            format!("at most {} characters", spec.chars_max),
        ));
    }
    Ok(text.to_owned())
}

fn written(text: &str, kind: FieldType, language: Language) -> Result<String, Fault> {
    let wrong = |instead: &str| (FaultKind::WrongType, instead.to_owned());
    match kind {
        FieldType::Date => {
            let is_iso = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            let date = is_iso.then(|| text.parse().ok()).flatten();
            date.map(|date| dates::long(date, language))
                .ok_or_else(|| wrong("a day such as 2026-11-23"))
        }
        FieldType::Datetime => {
            let at: jiff::Timestamp = text
                .parse()
                .map_err(|_| wrong("an instant such as 2026-11-23T17:30:00Z"))?;
            let london = at
                .in_tz("Europe/London")
                .map_err(|_| wrong("a machine with time zone data"))?;
            let unknown = || wrong("the true time of day; midnight stands for an unknown time");
            dates::long_with_time(london.datetime(), language).ok_or_else(unknown)
        }
        FieldType::Phone => {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let rest = text.strip_prefix('+').unwrap_or(text);
            let plain = rest.bytes().all(|b| b.is_ascii_digit() || b == b' ') && (3..=15).contains(&digits);
            plain
                .then(|| text.to_owned())
                .ok_or_else(|| wrong("digits and spaces, perhaps a leading +"))
        }
        FieldType::Reference => {
            if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return Err(wrong("letters, digits and hyphens"));
            }
            if looks_like_urn(text) {
                return Err((FaultKind::LooksLikeUrn, "our own reference".into()));
            }
            Ok(text.to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

/// Two digits, two letters or digits, seven digits, then perhaps `M` or `S` and a split number: a URN,
/// however it is spaced (`isva-practice.md` section 11).
fn looks_like_urn(text: &str) -> bool {
    let bare: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let (Some(head), Some(serial), Some(tail)) = (bare.get(..2), bare.get(4..11), bare.get(11..)) else {
        return false;
    };
    let tail = tail
        .strip_prefix(b"M")
        .or_else(|| tail.strip_prefix(b"S"))
        .unwrap_or(tail);
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    digits(head) && digits(serial) && digits(tail) && tail.len() <= 2
}
