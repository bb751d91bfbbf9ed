//! Every rule of the linter has a text that breaks it, and the finding says where.

use std::path::Path;

use crate::harness::{EN, Fixture};
use render::{Level, lint};

/// What a case does to the good templates.
type Spoil = fn(&Fixture);

fn text(fixture: &Fixture, from: &str, to: &str) {
    fixture.replace(&format!("{EN}/text.hbs"), from, to);
    let html = std::fs::read_to_string(fixture.file(&format!("{EN}/html.hbs"))).unwrap();
    let from = from.trim_end();
    if html.contains(from) {
        fixture.replace(&format!("{EN}/html.hbs"), from, to.trim_end());
    }
}

fn toml(fixture: &Fixture, from: &str, to: &str) {
    fixture.replace(&format!("{EN}/message.toml"), from, to);
}

/// A rule, the file of its finding, and how to break it.
const BROKEN: [(&str, &str, Spoil); 40] = [
    ("undeclared-field", "en/text.hbs", |f| {
        text(f, "Why\n", "Why {{weather}}\n")
    }),
    ("unused-field", "en/message.toml", |f| {
        toml(f, "[fields]", "[fields]\nweather = { type = \"text\" }")
    }),
    ("field-type", "en/text.hbs", |f| {
        text(f, "Why\n", "Why {{charges}}\n")
    }),
    ("field-type", "en/text.hbs", |f| {
        text(f, "Why\n", "Why {{late}}\n")
    }),
    ("field-type", "en/text.hbs", |f| {
        text(f, "Why\n", "Why {{#if reasons}}x{{/if}}\n")
    }),
    ("field-type", "en/text.hbs", |f| {
        text(f, "Why\n", "Why {{#each reasons}}{{this}}{{/each}}\n")
    }),
    ("optional-unguarded", "en/text.hbs", |f| {
        text(f, "Why\n", "Why {{review_until}}\n")
    }),
    ("optional-unguarded", "en/text.hbs", |f| {
        text(f, "There is no last day", "{{review_until}} is no last day")
    }),
    ("twin", "en/message.toml", |f| {
        std::fs::remove_dir_all(f.file("hard-news/v1/cy")).unwrap()
    }),
    ("twin", "cy/message.toml", |f| {
        toml(f, "chars_max = 80", "chars_max = 81")
    }),
    ("twin", "cy/message.toml", |f| toml(f, "\"letter\", ", "")),
    ("twin", "cy/message.toml", |f| {
        text(f, "{{reasons_author}} writes", "They write")
    }),
    ("digest", "en/message.toml", |f| {
        toml(f, "subject = \"", "subject = \"0")
    }),
    ("digest", "en/message.toml", |f| toml(f, "sms = \"", "fax = \"")),
    ("discreet", "en/subject.hbs", |f| {
        f.replace(&format!("{EN}/subject.hbs"), "A message", "The trial")
    }),
    ("discreet", "en/subject.hbs", |f| {
        f.replace(&format!("{EN}/subject.hbs"), "you", "{{preferred_name}}")
    }),
    ("discreet", "en/sms.hbs", |f| {
        f.replace(&format!("{EN}/sms.hbs"), "ring", "ring the police, not")
    }),
    ("discreet", "en/sms.hbs", |f| {
        f.replace(&format!("{EN}/sms.hbs"), "ring", "{{preferred_name}}, ring")
    }),
    ("discreet", "opening/en/text.hbs", |f| {
        f.replace(
            "_blocks/opening/en/text.hbs",
            "a message for you",
            "news of the court case",
        );
        f.replace(
            "_blocks/opening/en/html.hbs",
            "a message for you",
            "news of the court case",
        );
    }),
    ("discreet", "opening/cy/text.hbs", |f| {
        f.replace(
            "_blocks/opening/cy/text.hbs",
            "neges i chi",
            "neges gan yr heddlu",
        );
        f.replace(
            "_blocks/opening/cy/html.hbs",
            "neges i chi",
            "neges gan yr heddlu",
        );
    }),
    ("discreet", "en/html.hbs", |f| {
        f.replace(&format!("{EN}/html.hbs"), "<title>A message", "<title>A verdict")
    }),
    ("discreet", "en/text.hbs", |f| {
        text(f, "[[block opening]]\n", "{{reasons}}\n[[block opening]]\n")
    }),
    ("plain-words", "en/text.hbs", |f| {
        text(f, "Why\n", "Why, in order to help\n")
    }),
    ("banned-words", "en/text.hbs", |f| {
        text(f, "Why\n", "Unfortunately\n")
    }),
    ("banned-words", "cy/text.hbs", |f| {
        f.replace("hard-news/v1/cy/text.hbs", "Pam\n", "Yn anffodus\n")
    }),
    ("long-sentence", "en/text.hbs", |f| {
        text(f, "Why\n", &format!("Why {}\n", "and so on ".repeat(9).trim()))
    }),
    ("reading-ease", "en/text.hbs", |f| {
        let hard = "Determinations regarding prosecutorial discontinuation necessitate considerable organisational deliberation.";
        text(f, "Why\n", &format!("{}\n", [hard; 6].join(" ")));
    }),
    ("capitals", "en/text.hbs", |f| text(f, "Why\n", "WHY\n")),
    ("required-block", "en/message.toml", |f| {
        f.replace(&format!("{EN}/text.hbs"), "[[block support]]\n", "");
        f.replace(&format!("{EN}/html.hbs"), "[[block support]]\n", "");
    }),
    ("required-block", "en/message.toml", |f| {
        toml(f, "\"support\", ", "")
    }),
    ("empathy", "en/message.toml", |f| toml(f, "\"empathy\", ", "")),
    ("same-words", "en/text.hbs", |f| {
        f.replace(&format!("{EN}/html.hbs"), "<h2>Why</h2>", "<h2>How</h2>")
    }),
    ("html", "en/html.hbs", |f| {
        f.replace(
            &format!("{EN}/html.hbs"),
            "<h2>Why</h2>",
            "<img src=\"https://x.test\">",
        )
    }),
    ("html", "en/html.hbs", |f| {
        f.replace(&format!("{EN}/html.hbs"), "<h2>", "<h2 style=\"{{reasons}}\">")
    }),
    ("manifest", "en/message.toml", |f| {
        toml(f, "kind = \"hard-news\"", "kind = \"soft-news\"")
    }),
    ("manifest", "en/message.toml", |f| {
        toml(f, "title = ", "subtitle = ")
    }),
    ("manifest", "en/message.toml", |f| {
        toml(f, ", chars_max = 500", "")
    }),
    ("stray", "en/notes.txt", |f| {
        f.write(&format!("{EN}/notes.txt"), "x")
    }),
    ("block", "en/text.hbs", |f| {
        f.replace(&format!("{EN}/text.hbs"), "block support", "block weather")
    }),
    ("render", "en/message.toml", |f| {
        f.replace(&format!("{EN}/subject.hbs"), "you", &"you ".repeat(30))
    }),
];

#[test]
fn every_rule_finds_the_text_that_breaks_it() {
    for (number, (rule, file, spoil)) in BROKEN.iter().enumerate() {
        let fixture = Fixture::good();
        spoil(&fixture);
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
    text(&fixture, "Why\n", "WHY\n");
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
