//! Every rule of the linter has a text that breaks it, and the finding says where.

use std::path::Path;

use crate::harness::{EN, Fixture};
use render::{Level, lint};

/// What a case does to the good templates.
enum Edit {
    /// In this file, these words become those.
    Words(&'static str, &'static str, &'static str),
    /// In the English text, and in its HTML where the words stand there too.
    Both(&'static str, &'static str),
    /// In the English manifest.
    Manifest(&'static str, &'static str),
    /// A new file.
    Add(&'static str),
    /// A folder goes.
    Remove(&'static str),
}

use Edit::{Add, Both, Manifest, Remove, Words};

fn spoil(fixture: &Fixture, edit: &Edit) {
    let (text, html) = (format!("{EN}/text.hbs"), format!("{EN}/html.hbs"));
    match edit {
        Words(file, from, to) => fixture.replace(file, from, to),
        Manifest(from, to) => fixture.replace(&format!("{EN}/message.toml"), from, to),
        Add(file) => fixture.write(file, "x"),
        Remove(folder) => std::fs::remove_dir_all(fixture.file(folder)).expect("a folder"),
        Both(from, to) => {
            fixture.replace(&text, from, to);
            if std::fs::read_to_string(fixture.file(&html)).is_ok_and(|it| it.contains(from.trim_end())) {
                fixture.replace(&html, from.trim_end(), to.trim_end());
            }
        }
    }
}

const EN_SUBJECT: &str = "hard-news/v1/en/subject.hbs";
const EN_SMS: &str = "hard-news/v1/en/sms.hbs";
const EN_TEXT: &str = "hard-news/v1/en/text.hbs";
const EN_HTML: &str = "hard-news/v1/en/html.hbs";
const HARD: &str = "Determinations regarding discontinuation necessitate considerable organisational deliberation. \
    Determinations regarding discontinuation necessitate considerable organisational deliberation. \
    Determinations regarding discontinuation necessitate considerable organisational deliberation.\n";
const LONG: &str = "You can ring us and you can write to us and you can see us and you can ask us what you like and \
    you can do it when you like.\n";
const OPENING_EN: [&str; 2] = ["_blocks/opening/en/text.hbs", "_blocks/opening/en/html.hbs"];
const OPENING_CY: [&str; 2] = ["_blocks/opening/cy/text.hbs", "_blocks/opening/cy/html.hbs"];

/// A rule, the file of its finding, and how to break it.
const BROKEN: [(&str, &str, &[Edit]); 40] = [
    (
        "undeclared-field",
        "en/text.hbs",
        &[Both("Why\n", "Why {{weather}}\n")],
    ),
    (
        "unused-field",
        "en/message.toml",
        &[Manifest("[fields]", "[fields]\nweather = { type = \"text\" }")],
    ),
    ("field-type", "en/text.hbs", &[Both("Why\n", "Why {{charges}}\n")]),
    ("field-type", "en/text.hbs", &[Both("Why\n", "Why {{late}}\n")]),
    (
        "field-type",
        "en/text.hbs",
        &[Both("Why\n", "Why {{#if reasons}}x{{/if}}\n")],
    ),
    (
        "field-type",
        "en/text.hbs",
        &[Both("Why\n", "Why {{#each reasons}}{{this}}{{/each}}\n")],
    ),
    (
        "optional-unguarded",
        "en/text.hbs",
        &[Both("Why\n", "Why {{review_until}}\n")],
    ),
    (
        "optional-unguarded",
        "en/text.hbs",
        &[Both("There is no last day", "{{review_until}} is no last day")],
    ),
    ("twin", "en/message.toml", &[Remove("hard-news/v1/cy")]),
    (
        "twin",
        "cy/message.toml",
        &[Manifest("chars_max = 80", "chars_max = 81")],
    ),
    ("twin", "cy/message.toml", &[Manifest("\"letter\", ", "")]),
    (
        "twin",
        "cy/message.toml",
        &[Both("{{reasons_author}} writes", "They write")],
    ),
    (
        "digest",
        "en/message.toml",
        &[Manifest("subject = \"", "subject = \"0")],
    ),
    ("digest", "en/message.toml", &[Manifest("sms = \"", "fax = \"")]),
    (
        "discreet",
        "en/subject.hbs",
        &[Words(EN_SUBJECT, "A message", "The trial")],
    ),
    (
        "discreet",
        "en/subject.hbs",
        &[Words(EN_SUBJECT, "you", "{{preferred_name}}")],
    ),
    (
        "discreet",
        "en/sms.hbs",
        &[Words(EN_SMS, "ring", "ring the police, not")],
    ),
    (
        "discreet",
        "en/sms.hbs",
        &[Words(EN_SMS, "ring", "{{preferred_name}}, ring")],
    ),
    (
        "discreet",
        OPENING_EN[0],
        &[
            Words(OPENING_EN[0], "a message for you", "news of the court case"),
            Words(OPENING_EN[1], "a message for you", "news of the court case"),
        ],
    ),
    (
        "discreet",
        OPENING_CY[0],
        &[
            Words(OPENING_CY[0], "neges i chi", "neges gan yr heddlu"),
            Words(OPENING_CY[1], "neges i chi", "neges gan yr heddlu"),
        ],
    ),
    (
        "discreet",
        "en/html.hbs",
        &[Words(EN_HTML, "<title>A message", "<title>A verdict")],
    ),
    (
        "discreet",
        "en/text.hbs",
        &[Both("[[block opening]]\n", "{{reasons}}\n[[block opening]]\n")],
    ),
    (
        "plain-words",
        "en/text.hbs",
        &[Both("Why\n", "Why, in order to help\n")],
    ),
    ("banned-words", "en/text.hbs", &[Both("Why\n", "Unfortunately\n")]),
    (
        "banned-words",
        "cy/text.hbs",
        &[Words("hard-news/v1/cy/text.hbs", "Pam\n", "Yn anffodus\n")],
    ),
    ("long-sentence", "en/text.hbs", &[Both("Why\n", LONG)]),
    ("reading-ease", "en/text.hbs", &[Both("Why\n", HARD)]),
    ("capitals", "en/text.hbs", &[Both("Why\n", "WHY\n")]),
    (
        "required-block",
        "en/message.toml",
        &[Words(EN_TEXT, "[[block support]]\n", "")],
    ),
    (
        "required-block",
        "en/message.toml",
        &[Manifest("\"support\", ", "")],
    ),
    ("empathy", "en/message.toml", &[Manifest("\"empathy\", ", "")]),
    (
        "same-words",
        "en/text.hbs",
        &[Words(EN_HTML, "<h2>Why</h2>", "<h2>How</h2>")],
    ),
    (
        "html",
        "en/html.hbs",
        &[Words(EN_HTML, "<h2>Why</h2>", "<img src=\"https://x.test\">")],
    ),
    (
        "html",
        "en/html.hbs",
        &[Words(EN_HTML, "<h2>", "<h2 style=\"{{reasons}}\">")],
    ),
    (
        "manifest",
        "en/message.toml",
        &[Manifest("kind = \"hard-news\"", "kind = \"soft-news\"")],
    ),
    (
        "manifest",
        "en/message.toml",
        &[Manifest("title = ", "subtitle = ")],
    ),
    (
        "manifest",
        "en/message.toml",
        &[Manifest(", chars_max = 500", "")],
    ),
    ("stray", "en/notes.txt", &[Add("hard-news/v1/en/notes.txt")]),
    (
        "block",
        "en/text.hbs",
        &[Words(EN_TEXT, "block support", "block weather")],
    ),
    (
        "render",
        "en/message.toml",
        &[Words(
            EN_SUBJECT,
            "you",
            "you, and for you, and for you, and for you, and for you, and for you, and you",
        )],
    ),
];

#[test]
fn every_rule_finds_the_text_that_breaks_it() {
    for (number, (rule, file, edits)) in BROKEN.iter().enumerate() {
        let fixture = Fixture::good();
        edits.iter().for_each(|edit| spoil(&fixture, edit));
        if *rule != "digest" {
            fixture.sealed();
        }
        let errors = fixture.errors();
        let found = errors
            .iter()
            .find(|it| it.rule == *rule && it.file.ends_with(file));
        let found = found.unwrap_or_else(|| panic!("case {number}, {rule} in {file}: {errors:#?}"));
        assert!(found.line > 0 || *rule == "stray", "case {number}: {found}");
        assert!(!found.instead.is_empty(), "{found}");
    }
}

#[test]
fn one_fault_gives_one_finding_at_its_line() {
    let fixture = Fixture::good();
    spoil(&fixture, &Both("Why\n", "WHY\n"));
    let errors = fixture.sealed().errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let line = std::fs::read_to_string(fixture.file(&format!("{EN}/text.hbs"))).unwrap();
    let expected = line.lines().position(|line| line == "WHY").unwrap() + 1;
    assert_eq!(usize::try_from(errors[0].line).unwrap(), expected);
}

#[test]
fn the_good_templates_have_no_errors_and_show_the_unchecked_translation() {
    let findings = lint::check(Fixture::good().path());
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(
        (findings[0].level, findings[0].rule),
        (Level::Warning, "translation")
    );
    assert!(
        findings[0]
            .to_string()
            .contains("warning: translation: translation unchecked")
    );
}

#[test]
fn a_checked_translation_is_no_longer_shown() {
    let fixture = Fixture::good();
    fixture.replace(
        "hard-news/v1/cy/message.toml",
        "\"unchecked\"",
        "\"checked by Siân Example on 2026-11-20\"",
    );
    assert_eq!(lint::check(fixture.path()), []);
}

#[test]
fn an_empty_or_absent_folder_is_a_finding() {
    assert!(!lint::check(Path::new("no/such/folder")).is_empty());
    assert!(!lint::check(tempfile::tempdir().unwrap().path()).is_empty());
}

#[test]
fn the_templates_of_the_repository_pass() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/messages");
    let errors: Vec<_> = lint::check(&dir)
        .into_iter()
        .filter(|it| it.level == Level::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
