use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Map, Value, json};

use super::schema::{KINDS, KindSchema, Shape};
use super::*;
use crate::area::AreaCode;
use crate::calendar::Calendar;
use crate::id::ObligationId;
use crate::people::Offence;
use crate::rulebook::{Owner, RuleId, Rulebook};

fn calendar() -> Calendar {
    Calendar::parse(include_str!("../../../../config/bank-holidays.json")).unwrap()
}

fn book() -> Rulebook {
    Rulebook::parse(include_str!("../../../../config/victims-code.toml")).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event(detail: &Value) -> Event {
    let mut fields = json!({
        "source": "cms", "source_event_id": "E-1", "urn": "01AB1234526", "victim_ref": "V-1",
        "occurred_at": "2026-11-24T10:00:00Z",
    });
    fields
        .as_object_mut()
        .unwrap()
        .extend(detail.as_object().unwrap().clone());
    Event::parse(&fields.to_string()).unwrap_or_else(|fault| panic!("{fields}: {fault}"))
}

fn example(shape: Shape) -> Value {
    match shape {
        Shape::Text => json!("Two\nlines"),
        Shape::Name => json!("P Example"),
        Shape::Flag => json!(false),
        Shape::Number => json!(14),
        Shape::Day => json!("2026-12-01"),
        Shape::Instant => json!("2026-12-01T10:00:00Z"),
        Shape::List => json!(["One", "Two"]),
        Shape::Word(words) => json!(words[0]),
        Shape::Words(words) => json!([words[0]]),
    }
}

fn full(schema: &KindSchema) -> Map<String, Value> {
    let mut fields: Map<String, Value> = schema
        .fields
        .iter()
        .map(|field| (field.name.to_owned(), example(field.shape)))
        .collect();
    fields.insert("kind".to_owned(), json!(schema.kind));
    fields
}

#[test]
fn the_schema_the_types_and_the_page_agree_on_every_kind_and_field() {
    let page = include_str!("../../../../docs/events.md");
    let kinds: Vec<&str> = KINDS.iter().map(|schema| schema.kind).collect();
    assert_eq!(kinds, Detail::KINDS);
    for schema in KINDS {
        let kind = schema.kind;
        let detail = Detail::from_fields(&full(schema)).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        assert_eq!(detail.kind(), kind);
        assert_eq!(Detail::stage_of(kind), Some(detail.stage()));
        // Every field that the types know is in the schema: what was read is written again, no more, no less.
        let Value::Object(again) = serde_json::to_value(&detail).unwrap() else {
            panic!("{kind}")
        };
        assert_eq!(again, full(schema), "{kind}");
        assert!(
            page.contains(&format!("| **`{kind}`** | {} |", detail.stage())),
            "{kind} is not in docs/events.md"
        );
        for field in schema.fields {
            let row = format!("| `{kind}` |  | `{}` |", field.name);
            assert!(
                page.contains(&row),
                "{kind}.{} is not in docs/events.md",
                field.name
            );
        }
    }
}

#[test]
fn a_missing_unknown_or_misshapen_field_is_named_and_its_value_is_not_repeated() {
    for schema in KINDS {
        let mut unknown = full(schema);
        unknown.insert("colour".to_owned(), json!("secret words"));
        let fault = Detail::from_fields(&unknown).unwrap_err();
        assert_eq!(fault.field, "colour", "{}", schema.kind);
        assert!(!fault.to_string().contains("secret"));
        for field in schema.fields {
            let mut fields = full(schema);
            fields.remove(field.name);
            match Detail::from_fields(&fields) {
                Ok(_) => assert!(!field.required, "{}.{}", schema.kind, field.name),
                Err(fault) => assert!(field.required && fault.field == field.name, "{fault}"),
            }
            let mut fields = full(schema);
            fields.insert(field.name.to_owned(), json!({"secret": "words"}));
            let fault = Detail::from_fields(&fields).unwrap_err();
            assert_eq!(fault.field, field.name);
            assert!(!fault.to_string().contains("secret"), "{fault}");
        }
    }
}

#[test]
fn an_event_survives_storage() {
    let read = event(
        &json!({"kind": "meeting-arranged", "meeting_at": "2026-12-01T10:00:00Z", "where": "Room 1",
        "how": "in-person", "received_at": "2026-11-24T11:00:00Z"}),
    );
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(Event::parse(&json).unwrap(), read);
    assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), read);
}

#[test]
fn bounds_and_fields_that_belong_together_are_checked() {
    let long = "x".repeat(TEXT_CHARS_MAX + 1);
    let stopped = |extra: Value| {
        let mut fields = json!({"source": "cms", "source_event_id": "E-1", "urn": "01AB1234526", "victim_ref": "V-1",
            "occurred_at": "2026-11-24T10:00:00Z", "kind": "charge-stopped", "how": "discontinued",
            "all_proceedings_end": true});
        fields
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        Event::parse(&fields.to_string()).map_err(|fault| fault.field)
    };
    assert!(stopped(json!({})).is_ok());
    for (extra, field) in [
        (json!({"reasons": long, "reasons_author": "P Example"}), "reasons"),
        (json!({"reasons": "Because"}), "reasons_author"),
        (
            json!({"reasons": "a\u{0}b", "reasons_author": "P Example"}),
            "reasons",
        ),
        (
            json!({"reasons": "Because", "reasons_author": "P\nExample"}),
            "reasons_author",
        ),
        (json!({"charges": vec!["x"; LIST_ITEMS_MAX + 1]}), "charges"),
        (json!({"charges": ["x".repeat(ITEM_CHARS_MAX + 1)]}), "charges"),
        (json!({"urn": "O1AB123452"}), "urn"),
        (json!({"victim_ref": " V-1"}), "victim_ref"),
        (json!({"source_event_id": ""}), "source_event_id"),
        (json!({"occurred_at": "yesterday"}), "occurred_at"),
        (json!({"received_at": "2026-11-24T09:00:00Z"}), "received_at"),
        (json!({"kind": "charge-stoped"}), "kind"),
        (json!({"kind": "opt-out"}), "all_proceedings_end"),
    ] {
        assert_eq!(stopped(extra.clone()).unwrap_err(), field, "{extra}");
    }
    for scope in [json!({}), json!({"all": true, "stages": ["trial"]})] {
        let mut fields = scope.as_object().unwrap().clone();
        fields.insert("kind".to_owned(), json!("opt-out"));
        assert_eq!(
            Detail::from_fields(&fields)
                .unwrap()
                .validate()
                .unwrap_err()
                .field,
            "stages"
        );
    }
}

#[test]
fn a_csv_row_becomes_typed_fields() {
    let schema = schema::find("charge-stopped").unwrap();
    let fields = schema.typed([
        ("kind", "charge-stopped"),
        ("how", "no-evidence"),
        ("all_proceedings_end", "yes"),
        ("charges", "One|Two"),
        ("reasons", ""),
    ]);
    let detail = Detail::from_fields(&fields).unwrap();
    assert!(detail.review_qualifies());
    assert!(matches!(&detail, Detail::ChargeStopped { charges, .. } if charges.len() == 2));
    let fault = Detail::from_fields(&schema.typed([
        ("kind", "charge-stopped"),
        ("how", "no-evidence"),
        ("all_proceedings_end", "perhaps"),
    ]));
    assert_eq!(fault.unwrap_err().field, "all_proceedings_end");
}

mod consequence;
mod late;
