//! Rules on the words of one version: discreet, plain, short, not shouted.

use std::collections::BTreeSet;

use crate::Language;
use crate::finding::{Finding, Level};
use crate::lint::reading;
use crate::lint::sketch::{Sketch, choices, sample, sketch};
use crate::lint::words::{Discreet, Plain, words};
use crate::load::Loaded;
use crate::manifest::{FieldType, Translation};
use crate::{Library, Part, html};

/// The part of an email that a lock screen shows, in characters: Notify builds the preview from so many.
const PREVIEW_CHARS: usize = 256;
/// The longest sentence, in words.
const SENTENCE_WORDS_MAX: usize = 25;
/// The lowest Flesch reading ease of an English text.
const EASE_MIN: f64 = 65.0;

/// All style rules over every branch of a version.
pub(crate) fn check(loaded: &Loaded, library: &Library, discreet: &Discreet, plain: &Plain) -> Vec<Finding> {
    let mut findings = Vec::new();
    if loaded.version.translation == Translation::Unchecked {
        let at = loaded.manifest.at("translation");
        let right = "\"checked by NAME on YYYY-MM-DD\" once a named person has checked it";
        findings.push(Finding::error(&at, "translation", "translation unchecked", right).into_warning());
    }
    // Most conditions touch one part; a text that was read before is not read again.
    let mut read = BTreeSet::new();
    for choice in choices(loaded) {
        let Some(values) = sample(loaded, &choice) else {
            let right = "bounds that a short sample fits in";
            findings.push(Finding::error(
                &loaded.manifest.at("fields"),
                "sample",
                "no sample values fit",
                right,
            ));
            break;
        };
        for (part, it) in &loaded.parts {
            let sketch = sketch(it, &values);
            if !read.insert((*part, sketch.text.clone())) {
                continue;
            }
            match part {
                Part::Subject | Part::Sms => {
                    findings.extend(gives_away(&sketch, part.as_str(), sketch.text.len(), discreet));
                    findings.extend(personal(&sketch, loaded, *part));
                }
                Part::Text => {
                    let end = sketch
                        .text
                        .char_indices()
                        .nth(PREVIEW_CHARS)
                        .map_or(sketch.text.len(), |(at, _)| at);
                    findings.extend(gives_away(&sketch, "opening", end, discreet));
                    findings.extend(personal_opening(&sketch, loaded, end));
                }
                Part::Html => findings.extend(title(&sketch, discreet)),
            }
            if *part != Part::Html {
                findings.extend(wording(&sketch, loaded.version.language, plain));
            }
        }
        findings.extend(ease(loaded, &values));
        if let Err(fault) = library.render(&loaded.version, &values) {
            findings.extend(unrendered(loaded, &fault.to_string(), &values));
        }
    }
    findings.sort();
    findings.dedup();
    one_ease(findings)
}

/// Of several branches that read badly, the worst stands for all.
fn one_ease(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = false;
    findings
        .into_iter()
        .filter(|it| it.rule != "reading-ease" || !std::mem::replace(&mut seen, true))
        .collect()
}

fn gives_away(sketch: &Sketch, place: &str, end: usize, discreet: &Discreet) -> Vec<Finding> {
    // A little more is read than is shown, so that a phrase across the edge is seen whole.
    let read = sketch
        .text
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| *at >= end + 40)
        .unwrap_or(sketch.text.len());
    let hits = discreet
        .find(&sketch.text[..read])
        .into_iter()
        .filter(|hit| hit.at < end);
    hits.map(|hit| {
        let what = format!("the {place} gives away what this is about: {:?}", hit.words);
        let right = if place == "opening" {
            "neutral words in the first 256 characters"
        } else {
            "neutral words"
        };
        Finding::error(&sketch.at(hit.at), "discreet", what, right)
    })
    .collect()
}

/// A subject holds no values at all; a text message none that names or describes (C9).
fn personal(sketch: &Sketch, loaded: &Loaded, part: Part) -> Vec<Finding> {
    let harmless = |field: &str| {
        let kind = loaded.version.fields.get(field).map(|spec| spec.kind);
        field == "vlo_name"
            || matches!(
                kind,
                Some(
                    FieldType::Phone
                        | FieldType::Text
                        | FieldType::Date
                        | FieldType::Datetime
                        | FieldType::Number
                )
            )
    };
    let bad = sketch
        .fields_before(usize::MAX)
        .filter(|(field, _)| part == Part::Subject || !harmless(field));
    bad.map(|(field, at)| {
        let what = format!("the field {field} in the {}", part.as_str());
        Finding::error(at, "discreet", what, "words that are the same for everybody")
    })
    .collect()
}

/// Charges, reasons and references do not stand where a lock screen shows them.
fn personal_opening(sketch: &Sketch, loaded: &Loaded, end: usize) -> Vec<Finding> {
    let telling = |field: &str| {
        let kind = loaded.version.fields.get(field).map(|spec| spec.kind);
        matches!(
            kind,
            Some(FieldType::ProsecutorText | FieldType::OfficerText | FieldType::List | FieldType::Reference)
        )
    };
    let bad = sketch.fields_before(end).filter(|(field, _)| telling(field));
    bad.map(|(field, at)| {
        let what = format!("the field {field} in the first 256 characters");
        Finding::error(at, "discreet", what, "a neutral greeting and who to ring first")
    })
    .collect()
}

fn title(sketch: &Sketch, discreet: &Discreet) -> Vec<Finding> {
    let Some((from, to)) = sketch.text.find("<title>").zip(sketch.text.find("</title>")) else {
        return vec![];
    };
    let hits = discreet
        .find(&sketch.text)
        .into_iter()
        .filter(|hit| hit.at > from && hit.at < to);
    hits.map(|hit| {
        let what = format!("the title gives away what this is about: {:?}", hit.words);
        Finding::error(&sketch.at(hit.at), "discreet", what, "neutral words")
    })
    .collect()
}

/// Jargon, long sentences, capitals: the template's own words only.
fn wording(sketch: &Sketch, language: Language, plain: &Plain) -> Vec<Finding> {
    let mut findings = Vec::new();
    for hit in plain.find(&sketch.text, language) {
        if sketch.value_at(hit.at).is_none() {
            let rule = if hit.banned { "banned-words" } else { "plain-words" };
            findings.push(Finding::error(
                &sketch.at(hit.at),
                rule,
                format!("{:?}", hit.words),
                hit.instead,
            ));
        }
    }
    for sentence in reading::sentences(&sketch.text) {
        if sentence.words > SENTENCE_WORDS_MAX && sketch.value_at(sentence.at).is_none() {
            let what = format!("a sentence of {} words", sentence.words);
            findings.push(Finding::error(
                &sketch.at(sentence.at),
                "long-sentence",
                what,
                "at most 25 words",
            ));
        }
    }
    for (at, word) in words(&sketch.text) {
        let capitals = word.chars().filter(|c| c.is_uppercase()).count();
        let shouted = capitals > 1 && capitals == word.chars().filter(|c| c.is_alphabetic()).count();
        let digits = word.chars().any(|c| c.is_ascii_digit());
        if shouted && !digits && sketch.value_at(at).is_none() && !plain.may_shout(word) {
            let right = "small letters, or the words that the letters stand for";
            findings.push(Finding::error(
                &sketch.at(at),
                "capitals",
                format!("{word:?} in capitals"),
                right,
            ));
        }
    }
    findings
}

/// Reading ease, of English texts and of text messages together with their text.
fn ease(loaded: &Loaded, values: &crate::Values) -> Option<Finding> {
    let part = loaded
        .parts
        .get(&Part::Text)
        .filter(|_| loaded.version.language == Language::English)?;
    let ease = reading::ease(&sketch(part, values).text).filter(|ease| *ease < EASE_MIN)?;
    let what = format!("Flesch reading ease {ease:.1}");
    let right = "65 or more: shorter sentences, shorter words";
    Some(Finding::error(&part.source.at(0), "reading-ease", what, right))
}

/// The sample could not be rendered: says which word parts text and HTML when that is why.
fn unrendered(loaded: &Loaded, fault: &str, values: &crate::Values) -> Vec<Finding> {
    let at = loaded.manifest.at("kind");
    if let (Some(text), Some(page)) = (loaded.parts.get(&Part::Text), loaded.parts.get(&Part::Html)) {
        let (text, page) = (sketch(text, values), sketch(page, values));
        if let Err((number, left, right)) = html::same_words(&text.text, &page.text) {
            let what = format!("word {number} is {left:?} in the text and {right:?} in the HTML");
            let place = place_of_word(&text, number).unwrap_or(at);
            return vec![Finding::error(
                &place,
                "same-words",
                what,
                "the same words in both",
            )];
        }
    }
    // What a subject gives away has its own finding.
    if fault.contains("gives away") {
        return vec![];
    }
    vec![Finding {
        level: Level::Error,
        ..Finding::error(&at, "render", fault, "a sample that can be rendered")
    }]
}

fn place_of_word(sketch: &Sketch, number: usize) -> Option<crate::finding::Origin> {
    let all = words(&sketch.text);
    let (at, _) = all.get(number.checked_sub(1)?).or(all.last())?;
    Some(sketch.at(*at))
}
