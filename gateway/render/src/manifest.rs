//! `message.toml`: what a template version declares about itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::Language;
use crate::finding::{Finding, Origin};

/// The channel that a text is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Subject, text and HTML.
    Email,
    /// The same text, printed by hand.
    Letter,
    /// A text message.
    Text,
}

/// The type of a field. It decides what a value may hold and how it is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// A person's name: one line, 100 characters unless declared otherwise.
    Name,
    /// A day, given as `2026-11-23`, written "Monday 23 November 2026".
    Date,
    /// An instant, given as RFC 3339, written in London time: "5:30pm on Monday 23 November 2026".
    Datetime,
    /// A telephone number: digits and spaces, perhaps a leading plus.
    Phone,
    /// One line of text, 200 characters unless declared otherwise.
    Text,
    /// The one bounded free field, written by a named prosecutor (C2, C6): line breaks allowed.
    ProsecutorText,
    /// The one bounded free field of an answer to an adviser, written by a named officer: line breaks allowed.
    OfficerText,
    /// A list of lines.
    List,
    /// Yes or no; only for `{{#if}}`.
    Flag,
    /// A whole number.
    Number,
    /// Our own reference, never the URN.
    Reference,
}

impl FieldType {
    /// The word of `message.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Phone => "phone",
            Self::Text => "text",
            Self::ProsecutorText => "prosecutor-text",
            Self::OfficerText => "officer-text",
            Self::List => "list",
            Self::Flag => "flag",
            Self::Number => "number",
            Self::Reference => "reference",
        }
    }

    /// Whether somebody writes it freely, in one line or many: such a field is always bounded.
    pub fn is_free(self) -> bool {
        matches!(self, Self::ProsecutorText | Self::OfficerText)
    }

    /// The longest value in characters (for a list: of one item) when the manifest states none.
    fn chars_usual(self) -> usize {
        match self {
            Self::Name => 100,
            Self::Phone => 25,
            Self::Reference => 40,
            Self::ProsecutorText | Self::OfficerText => 2_000,
            _ => 200,
        }
    }
}

/// One declared field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// What it holds.
    pub kind: FieldType,
    /// Whether it may be absent; then it stands inside `{{#if}}` only.
    pub optional: bool,
    /// The longest value, in characters; of one item for a list.
    pub chars_max: usize,
    /// The most items of a list; 1 for anything else.
    pub items_max: usize,
}

/// Where a translation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Translation {
    /// Written in this language.
    Original,
    /// Translated, and nobody named has checked it: shown wherever the text is shown.
    Unchecked,
    /// Checked by a named person on a day.
    Checked {
        /// Who checked.
        by: String,
        /// When.
        on: jiff::civil::Date,
    },
}

impl Translation {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "original" => Some(Self::Original),
            "unchecked" => Some(Self::Unchecked),
            other => {
                let (by, on) = other.strip_prefix("checked by ")?.rsplit_once(" on ")?;
                let on = on.parse().ok()?;
                (!by.trim().is_empty()).then(|| Self::Checked {
                    by: by.trim().to_owned(),
                    on,
                })
            }
        }
    }
}

/// `message.toml` as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    kind: String,
    version: u32,
    language: String,
    title: String,
    channels: Vec<Channel>,
    hard_news: bool,
    translation: String,
    required_blocks: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, RawField>,
    #[serde(default)]
    digests: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    #[serde(rename = "type")]
    kind: FieldType,
    #[serde(default)]
    optional: bool,
    chars_max: Option<usize>,
    items_max: Option<usize>,
}

/// A checked manifest.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) kind: String,
    pub(crate) version: u32,
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) channels: Vec<Channel>,
    pub(crate) hard_news: bool,
    pub(crate) translation: Translation,
    pub(crate) required_blocks: Vec<String>,
    pub(crate) fields: BTreeMap<String, FieldSpec>,
    pub(crate) digests: BTreeMap<String, String>,
    pub(crate) file: String,
    toml: String,
}

/// Words that mean something to the template engine, so no field may have them for a name.
const RESERVED: [&str; 24] = [
    "if", "else", "each", "unless", "with", "lookup", "log", "raw", "this", "as", "true", "false", "null",
    "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len", "inline",
];

/// Whether this is a plain field name: lower-case letters, digits, underscores.
pub(crate) fn is_field_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&name)
}

/// Whether this is a kebab-case word, as kinds and blocks are named.
pub(crate) fn is_kebab(name: &str) -> bool {
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

impl Manifest {
    /// Reads and checks a manifest; `file` is its name in findings.
    pub(crate) fn parse(file: &str, toml: &str) -> Result<Self, Vec<Finding>> {
        let raw: Raw = toml::from_str(toml).map_err(|e| {
            let line = e.span().map_or(0, |span| line_at(toml, span.start));
            let right = "kind, version, language, title, channels, hard_news, translation, required_blocks, [fields], [digests]";
            vec![Finding::error(
                &Origin::new(file, line),
                "manifest",
                e.message(),
                right,
            )]
        })?;
        let (language, translation) = (
            Language::parse(&raw.language),
            Translation::parse(&raw.translation),
        );
        let (fields, findings) = checked(file, toml, &raw);
        let (Some(language), Some(translation), true) = (language, translation, findings.is_empty()) else {
            return Err(findings);
        };
        Ok(Self {
            kind: raw.kind,
            version: raw.version,
            language,
            title: raw.title,
            channels: raw.channels,
            hard_news: raw.hard_news,
            translation,
            required_blocks: raw.required_blocks,
            fields,
            digests: raw.digests,
            file: file.to_owned(),
            toml: toml.to_owned(),
        })
    }

    /// The place of a key in the file.
    pub(crate) fn at(&self, key: &str) -> Origin {
        Origin::new(&self.file, line_of(&self.toml, key))
    }
}

/// Everything in a manifest that has the right shape and the wrong content; and its good fields.
fn checked(file: &str, toml: &str, raw: &Raw) -> (BTreeMap<String, FieldSpec>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut fault = |key: &str, what: String, instead: &str| {
        findings.push(Finding::error(
            &Origin::new(file, line_of(toml, key)),
            "manifest",
            what,
            instead,
        ));
    };
    if Language::parse(&raw.language).is_none() {
        fault(
            "language",
            format!("language {:?}", raw.language),
            "\"en\" or \"cy\"",
        );
    }
    if Translation::parse(&raw.translation).is_none() {
        let right = "\"original\", \"unchecked\" or \"checked by NAME on YYYY-MM-DD\"";
        fault("translation", format!("translation {:?}", raw.translation), right);
    }
    if raw.title.trim().is_empty()
        || raw
            .title
            .chars()
            .any(|c| c == '\n' || crate::chars::refused(c).is_some())
    {
        fault(
            "title",
            "the title is empty or holds a control character".into(),
            "one line that staff will read",
        );
    }
    let distinct: BTreeSet<_> = raw.channels.iter().collect();
    if raw.channels.is_empty() || distinct.len() != raw.channels.len() {
        fault(
            "channels",
            "no channel, or one twice".into(),
            "each of \"email\", \"letter\", \"text\" at most once",
        );
    }
    for block in raw.required_blocks.iter().filter(|block| !is_kebab(block)) {
        fault(
            "required_blocks",
            format!("block name {block:?}"),
            "a kebab-case word",
        );
    }
    let mut fields = BTreeMap::new();
    for (name, field) in &raw.fields {
        match field_spec(name, field) {
            Ok(spec) => drop(fields.insert(name.clone(), spec)),
            Err((what, instead)) => fault(name, what, instead),
        }
    }
    (fields, findings)
}

fn field_spec(name: &str, field: &RawField) -> Result<FieldSpec, (String, &'static str)> {
    if !is_field_name(name) {
        return Err((
            format!("field name {name:?}"),
            "lower-case letters, digits and underscores, not a reserved word",
        ));
    }
    let list = field.kind == FieldType::List;
    if field.kind == FieldType::Flag && field.optional {
        return Err((
            format!("flag {name} is optional"),
            "a flag is always given: yes or no",
        ));
    }
    if list && (field.items_max.is_none() || field.chars_max.is_none()) {
        return Err((format!("list {name} has no bounds"), "items_max and chars_max"));
    }
    if field.kind.is_free() && field.chars_max.is_none() {
        return Err((format!("{name} has no bound"), "chars_max"));
    }
    if !list && field.items_max.is_some() {
        return Err((
            format!("{name} is not a list and has items_max"),
            "items_max on lists only",
        ));
    }
    let chars_max = field.chars_max.unwrap_or(field.kind.chars_usual());
    let items_max = field.items_max.unwrap_or(1);
    if !(1..=4_000).contains(&chars_max) || !(1..=100).contains(&items_max) {
        return Err((
            format!("the bounds of {name}"),
            "1 to 4000 characters, 1 to 100 items",
        ));
    }
    Ok(FieldSpec {
        kind: field.kind,
        optional: field.optional,
        chars_max,
        items_max,
    })
}

/// The line of a byte offset, from 1.
pub(crate) fn line_at(text: &str, offset: usize) -> u32 {
    let breaks = text.bytes().take(offset).filter(|b| *b == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

/// The line on which a key is set, or 0.
fn line_of(toml: &str, key: &str) -> u32 {
    let set = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let found = toml
        .lines()
        .position(|line| set(line) || line.trim() == format!("[{key}]"));
    found.map_or(0, |index| {
        u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
    })
}
