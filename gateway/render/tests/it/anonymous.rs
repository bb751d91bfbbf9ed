//! A letter without the values that were merged into it, for scrutiny.

use std::collections::BTreeMap;
use std::path::Path;

use render::{FieldType, Library, TemplateVersion, Values};
use serde_json::{Map, Value, json};

/// Stands in every value, and in no vetted words.
const CANARY: &str = "zephyrfield";

fn library() -> Library {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/messages");
    Library::load(&dir).expect("the templates")
}

/// Values of every field, each of its type; a flag is this.
fn values(version: &TemplateVersion, flag: bool) -> Map<String, Value> {
    let one = |kind| match kind {
        FieldType::Flag => json!(flag),
        FieldType::List => json!([CANARY, CANARY]),
        _ => json!(CANARY),
    };
    let fields = version.fields.iter();
    fields
        .map(|(name, spec)| (name.clone(), one(spec.kind)))
        .collect()
}

#[test]
fn no_value_of_any_template_is_left_in_a_letter_for_scrutiny() {
    let library = library();
    for version in library.versions() {
        for flag in [true, false] {
            let anonymous = Values::anonymous(version, &values(version, flag), &BTreeMap::new());
            let rendered = library.render(version, &anonymous).expect("a letter");
            let all = [rendered.subject, rendered.text, rendered.html].concat();
            let all = all + &rendered.sms.unwrap_or_default();
            assert!(
                !all.contains(CANARY),
                "{} {}: {all}",
                version.kind,
                version.language
            );
        }
    }
}

#[test]
fn what_was_written_freely_stands_there_as_it_was_left_and_what_was_absent_does_not() {
    let library = library();
    let is_free = |version: &&TemplateVersion| version.fields.values().any(|spec| spec.kind.is_free());
    let mut tried = 0;
    for version in library.versions().iter().filter(is_free) {
        let raw = values(version, true);
        let free = version.fields.iter().filter(|(_, spec)| spec.kind.is_free());
        let left = free
            .map(|(name, _)| (name.clone(), "looked through".to_owned()))
            .collect();
        let anonymous = Values::anonymous(version, &raw, &left);
        let rendered = library.render(version, &anonymous).expect("a letter");
        assert!(rendered.text.contains("looked through"), "{}", version.kind);
        let absent = Values::anonymous(version, &Map::new(), &left);
        assert_eq!(absent.texts().count(), 0, "nothing is made up");
        tried += 1;
    }
    assert!(tried > 3, "{tried} templates with freely written words");
}
