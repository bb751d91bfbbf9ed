//! The fields of an event as a form: one for each field of its kind, by its shape.

use domain::calendar::london;
use domain::event::Detail;
use domain::event::schema::{Field, KindSchema, Shape};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::form::{Form, Problems};
use crate::pages::acting::fields::{date, date_names, instant, is_given, time, time_names};
use crate::parts::{Choice, DateInput, Input, Textarea, TimeInput};
use crate::show;

/// One field of the page: exactly one of these is there.
#[derive(Debug, Default, Serialize)]
pub(super) struct Shown {
    input: Option<Input>,
    textarea: Option<Textarea>,
    radios: Option<Choice>,
    checkboxes: Option<Choice>,
    date: Option<DateInput>,
    time: Option<TimeInput>,
}

/// The name of the time beside a field that is an instant.
fn time_name(name: &str) -> &'static str {
    match name {
        "first_hearing_at" => "first_hearing_at-time",
        "hearing_at" => "hearing_at-time",
        _ => "meeting_at-time",
    }
}

/// Every name that the form of a kind may send.
pub(super) fn names(schema: &KindSchema) -> Vec<String> {
    let of = |field: &Field| match field.shape {
        Shape::Day => date_names(field.name).to_vec(),
        Shape::Instant => [
            date_names(field.name).to_vec(),
            time_names(time_name(field.name)).to_vec(),
        ]
        .concat(),
        _ => vec![field.name.to_owned()],
    };
    schema.fields.iter().flat_map(of).collect()
}

/// The fields of a kind, with what was typed.
pub(super) fn shown(schema: &KindSchema, form: &Form, problems: &Problems) -> Vec<Shown> {
    let one = |field: &Field| {
        let name = field.name;
        let mut label = show::sentence(&name.replace('_', " "));
        if !field.required {
            label += " (optional)";
        }
        let words = |words: &[&'static str]| {
            let labels = words
                .iter()
                .map(|word| (*word, show::sentence(&word.replace('-', " "))));
            let labels = labels.collect::<Vec<_>>();
            let options = labels.iter().map(|(word, label)| (*word, label.as_str()));
            Choice::new(name, &label, options, form, problems)
        };
        let lines = |hint: Option<&str>| Textarea {
            name,
            label: label.clone(),
            value: form.raw(name).to_owned(),
            hint: hint.map(str::to_owned),
            problem: problems.at(name).map(str::to_owned),
            ..Textarea::default()
        };
        match field.shape {
            Shape::Text => Shown {
                textarea: Some(lines(None)),
                ..Shown::default()
            },
            Shape::List => Shown {
                textarea: Some(lines(Some("One on each line"))),
                ..Shown::default()
            },
            Shape::Name | Shape::Number => Shown {
                input: Some(Input::new(name, &label, form, problems)),
                ..Shown::default()
            },
            Shape::Flag => Shown {
                radios: Some(words(&["yes", "no"])),
                ..Shown::default()
            },
            Shape::Word(list) => Shown {
                radios: Some(words(list)),
                ..Shown::default()
            },
            Shape::Words(list) => Shown {
                checkboxes: Some(words(list)),
                ..Shown::default()
            },
            Shape::Day => Shown {
                date: Some(DateInput::new(name, &label, form, problems)),
                ..Shown::default()
            },
            Shape::Instant => Shown {
                date: Some(DateInput::new(name, &label, form, problems)),
                time: Some(TimeInput::new(
                    time_name(name),
                    "At what time, on the 24-hour clock",
                    form,
                    problems,
                )),
                ..Shown::default()
            },
        }
    };
    schema.fields.iter().map(one).collect()
}

/// What was typed, as the detail of an event of this kind.
pub(super) fn read(schema: &KindSchema, form: &Form, problems: &mut Problems) -> Option<Detail> {
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), Value::from(schema.kind));
    for field in schema.fields {
        match value(field, form, problems) {
            Some(value) => {
                fields.insert(field.name.to_owned(), value);
            }
            None if field.required && problems.at(field.name).is_none() => {
                let what = field.name.replace('_', " ");
                let verb = match field.shape {
                    Shape::Flag | Shape::Word(_) | Shape::Words(_) => "Select",
                    _ => "Enter",
                };
                problems.add(field.name, format!("{verb} {what}"));
            }
            None => {}
        }
    }
    if !problems.is_empty() {
        return None;
    }
    let checked = Detail::from_fields(&fields).and_then(|detail| detail.validate().map(|()| detail));
    match checked {
        Ok(detail) => Some(detail),
        Err(fault) => {
            let what = show::sentence(&fault.field.replace('_', " "));
            problems.add(
                &fault.field,
                format!("{what} {}: it should be {}", fault.problem, fault.right),
            );
            None
        }
    }
}

fn value(field: &Field, form: &Form, problems: &mut Problems) -> Option<Value> {
    let name = field.name;
    let text = form.value(name);
    let what = show::sentence(&name.replace('_', " "));
    match field.shape {
        Shape::Day => {
            let given = is_given(form, &date_names(name));
            let day = given.then(|| date(form, name, &what, problems)).flatten()?;
            Some(Value::from(day.to_string()))
        }
        Shape::Instant => {
            let clock = time_name(name);
            if !is_given(form, &date_names(name)) && !is_given(form, &time_names(clock)) {
                return None;
            }
            let day = date(form, name, &what, problems);
            let time = time(form, clock, "The time", problems);
            let at = instant(day?, time?, clock, "The time", problems)?;
            Some(Value::from(at.to_zoned(london()).timestamp().to_string()))
        }
        Shape::Words(_) => {
            let words = form.values(name).map(Value::from).collect::<Vec<_>>();
            (!words.is_empty()).then_some(Value::Array(words))
        }
        _ if text.is_empty() => None,
        Shape::Flag => match text {
            "yes" => Some(Value::Bool(true)),
            "no" => Some(Value::Bool(false)),
            _ => {
                problems.add(name, format!("Select {}", name.replace('_', " ")));
                None
            }
        },
        Shape::Number => {
            let number = text.parse::<u16>().ok();
            problems.need(
                number.is_some(),
                name,
                &format!("{what} must be a whole number from 0 to 65535"),
            );
            number.map(Value::from)
        }
        Shape::List => Some(
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(Value::from)
                .collect(),
        ),
        Shape::Word(list) if !list.contains(&text) => {
            problems.add(name, format!("Select {}", name.replace('_', " ")));
            None
        }
        Shape::Text | Shape::Name | Shape::Word(_) => Some(Value::from(text)),
    }
}
