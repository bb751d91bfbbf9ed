//! A text with sample values in which every word still knows its file and line.
//!
//! The linter reads sketches instead of rendered texts, so that a finding can say where it is. A test holds
//! sketch and rendering to the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::finding::Origin;
use crate::load::scan::Token;
use crate::load::{Loaded, LoadedPart};
use crate::manifest::FieldType;
use crate::values::Values;

/// Which flags are up and which optional fields are there.
pub(crate) type Choice = BTreeMap<String, bool>;

/// A rendered sample with places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sketch {
    pub(crate) text: String,
    /// The byte where each piece starts, where it came from, and its field when it is a value.
    pieces: Vec<(usize, Origin, Option<String>)>,
}

impl Sketch {
    /// The file and line of a byte.
    pub(crate) fn at(&self, byte: usize) -> Origin {
        self.piece(byte)
            .map_or_else(|| Origin::new("", 0), |piece| piece.1.clone())
    }

    /// The field whose value stands at a byte, if one does.
    pub(crate) fn value_at(&self, byte: usize) -> Option<&str> {
        self.piece(byte).and_then(|piece| piece.2.as_deref())
    }

    /// Fields whose values begin before a byte.
    pub(crate) fn fields_before(&self, end: usize) -> impl Iterator<Item = (&str, &Origin)> {
        let before = self.pieces.iter().filter(move |piece| piece.0 < end);
        before.filter_map(|piece| piece.2.as_deref().map(|field| (field, &piece.1)))
    }

    fn piece(&self, byte: usize) -> Option<&(usize, Origin, Option<String>)> {
        let index = self.pieces.partition_point(|piece| piece.0 <= byte);
        self.pieces.get(index.checked_sub(1)?)
    }
}

/// Choices that between them show every branch: all of them up to six conditions, beyond that everything,
/// nothing, and each condition alone against both.
pub(crate) fn choices(loaded: &Loaded) -> Vec<Choice> {
    let names: Vec<&String> = loaded
        .version
        .fields
        .iter()
        .filter(|(_, spec)| spec.kind == FieldType::Flag || spec.optional)
        .map(|(name, _)| name)
        .collect();
    let of = |up: &dyn Fn(usize) -> bool| {
        names
            .iter()
            .enumerate()
            .map(|(i, name)| ((*name).clone(), up(i)))
            .collect()
    };
    if names.len() <= 6 {
        return (0..1_u32 << names.len())
            .rev()
            .map(|bits| of(&|i| bits >> i & 1 == 1))
            .collect();
    }
    let mut all: BTreeSet<Choice> = [of(&|_| true), of(&|_| false)].into();
    for alone in 0..names.len() {
        all.insert(of(&|i| i == alone));
        all.insert(of(&|i| i != alone));
    }
    all.into_iter().rev().collect()
}

/// Plain sample values for a choice, checked like real ones.
pub(crate) fn sample(loaded: &Loaded, choice: &Choice) -> Option<Values> {
    let mut raw = Map::new();
    for (name, spec) in &loaded.version.fields {
        let up = choice.get(name).copied().unwrap_or(true);
        let value = match spec.kind {
            FieldType::Flag => json!(up),
            _ if spec.optional && !up => continue,
            FieldType::Name => json!("Sam"),
            FieldType::Date => json!("2026-11-23"),
            FieldType::Datetime => json!("2026-11-23T10:00:00Z"),
            FieldType::Phone => json!("01632 960123"),
            FieldType::Text => json!("9am to 5pm"),
            FieldType::ProsecutorText | FieldType::OfficerText => {
                json!("We read all that we have. We thought hard about it.")
            }
            FieldType::List => json!(["A first thing", "A next thing"][..spec.items_max.min(2)]),
            FieldType::Number => json!(3),
            FieldType::Reference => json!("4B7K-2M9Q"),
        };
        let fitted = match value {
            Value::String(text) => Value::String(text.chars().take(spec.chars_max).collect()),
            other => other,
        };
        raw.insert(name.clone(), fitted);
    }
    Values::from_json(&loaded.version, &raw).ok()
}

/// Renders one part by hand.
pub(crate) fn sketch(part: &LoadedPart, values: &Values) -> Sketch {
    let mut out = Sketch {
        text: String::new(),
        pieces: vec![],
    };
    // Whether each open block is shown.
    let mut shown: Vec<bool> = Vec::new();
    let mut index = 0;
    while let Some(placed) = part.tokens.get(index) {
        let visible = shown.iter().all(|it| *it);
        let origin = part.source.at(placed.at);
        match &placed.token {
            Token::Raw(from, to) if visible => {
                let (from, to) = without_lone_tags(&part.source.text, *from, *to);
                push_lines(&mut out, part, from, to);
            }
            Token::Field(name) if visible => push_value(&mut out, values, name, origin),
            Token::If(name) => shown.push(truthy(values.data.get(name))),
            Token::Else => shown.iter_mut().next_back().into_iter().for_each(|it| *it = !*it),
            Token::Each(name) => {
                let end = part.tokens[index..]
                    .iter()
                    .position(|it| it.token == Token::End)
                    .map_or(index, |n| index + n);
                if visible {
                    push_list(&mut out, part, (index + 1, end), values, name);
                }
                index = end + 1;
                continue;
            }
            Token::End => drop(shown.pop()),
            Token::Raw(..) | Token::Field(_) | Token::This => {}
        }
        index += 1;
    }
    out
}

fn truthy(value: Option<&Value>) -> bool {
    !matches!(value, None | Some(Value::Null | Value::Bool(false)))
}

fn push_value(out: &mut Sketch, values: &Values, name: &str, origin: Origin) {
    out.pieces.push((out.text.len(), origin, Some(name.to_owned())));
    out.text
        .push_str(values.data.get(name).and_then(Value::as_str).unwrap_or_default());
}

fn push_list(out: &mut Sketch, part: &LoadedPart, (from, to): (usize, usize), values: &Values, name: &str) {
    let empty = Vec::new();
    for item in values.data.get(name).and_then(Value::as_array).unwrap_or(&empty) {
        for placed in &part.tokens[from..to] {
            if let Token::Raw(from, to) = placed.token {
                let (from, to) = without_lone_tags(&part.source.text, from, to);
                push_lines(out, part, from, to);
            } else {
                out.pieces
                    .push((out.text.len(), part.source.at(placed.at), Some(name.to_owned())));
                out.text.push_str(item.as_str().unwrap_or_default());
            }
        }
    }
}

fn push_lines(out: &mut Sketch, part: &LoadedPart, from: usize, to: usize) {
    let mut at = from;
    for line in part
        .source
        .text
        .get(from..to)
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        out.pieces.push((out.text.len(), part.source.at(at), None));
        out.text.push_str(line);
        at += line.len();
    }
}

/// A block tag alone on its line takes its line with it, as the engine has it.
fn without_lone_tags(text: &str, from: usize, to: usize) -> (usize, usize) {
    let mut range = (from, to);
    // The line that this text ends in holds a block tag next.
    let line = text[..to].rfind('\n').map_or(0, |n| n + 1);
    if is_lone(&text[line..]) && line >= from {
        range.1 = line;
    }
    // The line that it starts in held a block tag before.
    let line = text[..from].rfind('\n').map_or(0, |n| n + 1);
    if from > line && is_lone(&text[line..]) {
        let end = text[from..to].find('\n').map_or(to, |n| from + n + 1);
        range.0 = end.min(to);
    }
    (range.0, range.1.max(range.0))
}

fn is_lone(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim();
    let inner = line.strip_prefix("{{").and_then(|line| line.strip_suffix("}}"));
    inner.is_some_and(|tag| !tag.contains("{{") && (tag.starts_with(['#', '/']) || tag == "else"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{choices, sample, sketch};
    use crate::{Library, Part, load};

    #[test]
    fn sketches_are_what_the_engine_renders_in_every_branch() {
        let room = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut compared = 0;
        for dir in ["tests/fixtures/good", "../../templates/messages"] {
            let dir = room.join(dir);
            let library = Library::of(load::inspect(&dir).loaded);
            for loaded in load::inspect(&dir).loaded {
                for choice in choices(&loaded) {
                    let values = sample(&loaded, &choice).expect("sample values");
                    let rendered = library.render(&loaded.version, &values).expect("a rendering");
                    for (part, it) in &loaded.parts {
                        let text = sketch(it, &values).text;
                        match part {
                            Part::Subject => assert_eq!(text.trim(), rendered.subject),
                            Part::Text => assert_eq!(text, rendered.text),
                            Part::Html => assert_eq!(text, rendered.html),
                            Part::Sms => assert_eq!(Some(text.trim()), rendered.sms.as_deref()),
                        }
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 20, "{compared} parts were compared");
    }
}
