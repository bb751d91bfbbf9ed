//! Attack 12 of the threat table: template injection.

use crate::harness::{EN, Fixture, raw, render};
use proptest::prelude::*;
use render::{Language, Library, Values};
use serde_json::{Value, json};

/// Everything that a template may not hold, and a word of the finding that names it.
const FORBIDDEN: [(&str, &str); 47] = [
    ("{{{reasons}}}", "tag"),
    ("{{&reasons}}", "tag"),
    ("{{& reasons}}", "tag"),
    ("{{{{raw}}}}x{{{{/raw}}}}", "tag"),
    ("{{> opening}}", "tag"),
    ("{{>opening}}", "tag"),
    ("{{#> opening}}x{{/opening}}", "tag"),
    ("{{#*inline \"x\"}}y{{/inline}}", "tag"),
    ("{{* decorate}}", "tag"),
    ("{{lookup charges 0}}", "tag"),
    ("{{#lookup charges 0}}x{{/lookup}}", "tag"),
    ("{{log reasons}}", "tag"),
    ("{{@root.reasons}}", "tag"),
    ("{{@index}}", "tag"),
    ("{{#each charges}}{{@index}}{{/each}}", "tag"),
    ("{{../reasons}}", "tag"),
    ("{{./reasons}}", "tag"),
    ("{{this.reasons}}", "tag"),
    ("{{this/reasons}}", "tag"),
    ("{{charges.[0]}}", "tag"),
    ("{{[reasons]}}", "tag"),
    ("{{reasons.length}}", "tag"),
    ("{{#if (eq reasons \"x\")}}y{{/if}}", "tag"),
    ("{{(lookup charges 0)}}", "tag"),
    ("{{#if late includeZero=true}}x{{/if}}", "tag"),
    ("{{reasons x=1}}", "tag"),
    ("{{#each charges as |c|}}{{c}}{{/each}}", "tag"),
    ("{{#unless late}}x{{/unless}}", "tag"),
    ("{{#with reasons}}x{{/with}}", "tag"),
    ("{{^late}}x{{/late}}", "tag"),
    ("{{#if late}}x{{^}}y{{/if}}", "tag"),
    ("{{#if late}}x{{else if review_until}}y{{/if}}", "tag"),
    ("{{~reasons}}", "tag"),
    ("{{reasons~}}", "tag"),
    ("{{ reasons }}", "tag"),
    ("{{! a note }}", "tag"),
    ("{{!-- a note --}}", "tag"),
    ("\\{{reasons}}", "tag"),
    ("{{7*7}}", "tag"),
    ("{{\"words\"}}", "tag"),
    ("{{true}}", "tag"),
    ("{{}}", "tag"),
    ("{{reasons", "tag"),
    ("reasons}}", "tag"),
    ("{{#if late}}x", "nesting"),
    ("{{this}}", "nesting"),
    ("{{#each charges}}{{reasons}}{{/each}}", "nesting"),
];

#[test]
fn every_forbidden_construct_is_refused_at_load_in_every_part_with_its_line() {
    for (construct, rule) in FORBIDDEN {
        for part in ["subject", "text", "html", "sms"] {
            let fixture = Fixture::good();
            let name = format!("{EN}/{part}.hbs");
            let words = std::fs::read_to_string(fixture.file(&name)).unwrap();
            fixture.write(&name, &format!("{construct}\n{words}"));
            let findings = Library::load(fixture.path()).expect_err(construct);
            let named = findings
                .iter()
                .find(|it| it.file.ends_with(&name) && it.rule == rule);
            let named = named.unwrap_or_else(|| panic!("{construct} in {part}: {findings:?}"));
            assert_eq!(named.line, 1, "{construct}");
            assert!(!named.instead.is_empty(), "{construct}");
        }
    }
}

#[test]
fn undeclared_names_are_refused_even_where_strict_mode_lets_them_pass() {
    for construct in [
        "{{missing}}",
        "{{#if missing}}x{{/if}}",
        "{{#each missing}}{{this}}{{/each}}",
    ] {
        let fixture = Fixture::good();
        fixture.replace(&format!("{EN}/text.hbs"), "Why\n", &format!("Why\n{construct}\n"));
        let findings = Library::load(fixture.path()).expect_err(construct);
        assert!(
            findings.iter().any(|it| it.rule == "undeclared-field"),
            "{construct}: {findings:?}"
        );
    }
}

#[test]
fn mutual_partials_are_refused_and_the_process_survives() {
    let fixture = Fixture::good();
    fixture.write(&format!("{EN}/text.hbs"), "{{> hard-news/v1/en/html}}");
    fixture.write(&format!("{EN}/html.hbs"), "{{> hard-news/v1/en/text}}");
    let findings = Library::load(fixture.path()).expect_err("partials");
    assert!(findings.iter().filter(|it| it.rule == "tag").count() >= 2);
    // We are still here, and the good ones still load.
    assert_eq!(Fixture::good().library().versions().len(), 2);
}

#[test]
fn blocks_that_hold_blocks_are_refused() {
    let fixture = Fixture::good();
    fixture.write("_blocks/opening/en/text.hbs", "[[block empathy]]\n");
    fixture.write("_blocks/empathy/en/text.hbs", "[[block opening]]\n");
    let findings = Library::load(fixture.path()).expect_err("nested blocks");
    assert!(
        findings
            .iter()
            .any(|it| it.rule == "block" && it.file.ends_with("_blocks/opening/en/text.hbs"))
    );
}

#[test]
fn nesting_that_would_exhaust_the_parser_is_refused_before_it_runs() {
    let deep = |levels: usize| format!("{}x{}", "{{#if late}}".repeat(levels), "{{/if}}".repeat(levels));
    let fixture = Fixture::good();
    fixture.write(&format!("{EN}/text.hbs"), &deep(3_000));
    let findings = Library::load(fixture.path()).expect_err("depth");
    assert!(findings.iter().any(|it| it.rule == "nesting"));
    for bracket in ["(", "[", "{"] {
        fixture.write(
            &format!("{EN}/text.hbs"),
            &format!("{{{{#if {}late}}}}", bracket.repeat(30_000)),
        );
        assert!(Library::load(fixture.path()).is_err());
    }
}

#[test]
fn oversized_hidden_and_linked_files_are_refused() {
    let big = Fixture::good();
    big.write(&format!("{EN}/text.hbs"), &"a word ".repeat(10_000));
    assert!(
        big.errors()
            .iter()
            .any(|it| it.rule == "file" && it.what.contains("64 KiB"))
    );
    for hidden in ["\u{202e}", "\u{200b}", "\r\n", "\u{feff}", "\0"] {
        let fixture = Fixture::good();
        fixture.replace(&format!("{EN}/text.hbs"), "Why\n", &format!("Why{hidden}\n"));
        assert!(
            fixture.errors().iter().any(|it| it.rule == "file"),
            "{}",
            hidden.escape_unicode()
        );
    }
    let linked = Fixture::good();
    let target = linked.file(&format!("{EN}/text.hbs"));
    std::fs::remove_file(&target).unwrap();
    std::os::unix::fs::symlink(linked.file(&format!("{EN}/html.hbs")), &target).unwrap();
    assert!(
        linked
            .errors()
            .iter()
            .any(|it| it.rule == "file" && it.what.contains("plain file"))
    );
}

#[test]
fn values_that_look_like_templates_or_markup_stay_literal() {
    let library = Fixture::good().library();
    for hostile in [
        "{{7*7}}",
        "{{> x}}",
        "{{{reasons}}}",
        "{{reasons}}",
        "<script>alert(1)</script>",
        "{{#each charges}}",
        "\\{{x}}",
        "[[block opening]]",
        "</p><img src=x onerror=alert(1)>",
        "&lt;b&gt;",
        "' onmouseover='x",
        "{{@root}}",
    ] {
        let mut raw = raw();
        raw.insert("reasons".into(), json!(hostile));
        let rendered = render(&library, &raw);
        assert!(rendered.text.contains(hostile), "{hostile}");
        assert!(
            !rendered.html.contains("<script") && !rendered.html.contains("<img"),
            "{hostile}"
        );
    }
}

fn version_and_library() -> Library {
    Fixture::good().library()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_accepted_value_stands_literally_in_the_text_and_escaped_in_the_html(words in "[ -~éŵ{}<>&\"'`=\\\\/]{1,80}") {
        thread_local! {
            static LIBRARY: Library = version_and_library();
        }
        LIBRARY.with(|library| {
            let version = library.find("hard-news", Language::English).unwrap();
            let mut raw = raw();
            raw.insert("reasons".into(), json!(words));
            let Ok(values) = Values::from_json(version, &raw) else {
                prop_assert!(words.trim().is_empty());
                return Ok(());
            };
            let rendered = library.render(version, &values).unwrap();
            prop_assert!(rendered.text.contains(words.trim()));
            // Markup comes from the template alone, so every value leaves the same number of tags.
            let plain = render(library, &harness_raw_plain());
            prop_assert_eq!(rendered.html.matches('<').count(), plain.html.matches('<').count());
            prop_assert_eq!(rendered, library.render(version, &values).unwrap());
            Ok(())
        })?;
    }

    #[test]
    fn no_text_makes_the_loader_panic(words in "(\\{\\{|\\}\\}|#if |/if|#each |else|late|charges|this|~|>|\\[\\[block |\\]\\]|\n| |\\\\){0,40}") {
        let fixture = Fixture::good();
        fixture.write(&format!("{EN}/text.hbs"), &words);
        // Whatever it is: digests differ at least, so it never loads, and nothing aborts.
        prop_assert!(Library::load(fixture.path()).is_err());
    }
}

fn harness_raw_plain() -> serde_json::Map<String, Value> {
    let mut raw = raw();
    raw.insert("reasons".into(), json!("plain"));
    raw
}
