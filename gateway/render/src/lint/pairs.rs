//! Rules between versions and on what a version must hold: twins, required blocks, unused fields.

use std::collections::BTreeSet;

use crate::finding::Finding;
use crate::load::Loaded;
use crate::load::scan::Token;
use crate::{Part, TemplateVersion};

/// English and Welsh stand side by side with the same fields, blocks and channels (C10).
pub(crate) fn twins(all: &[Loaded]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in all {
        let twin = all.iter().find(|other| is_twin(&one.version, &other.version));
        let Some(twin) = twin else {
            let what = format!("no usable {} text of this version", one.version.language.twin());
            findings.push(Finding::error(
                &one.manifest.at("language"),
                "twin",
                what,
                "both en and cy",
            ));
            continue;
        };
        // The difference is reported once, on the Welsh side.
        if one.version.language == crate::Language::Welsh {
            findings.extend(differences(one, twin));
        }
    }
    findings
}

fn is_twin(a: &TemplateVersion, b: &TemplateVersion) -> bool {
    a.kind == b.kind && a.version == b.version && a.language == b.language.twin()
}

fn differences(one: &Loaded, twin: &Loaded) -> Vec<Finding> {
    let blocks = |it: &Loaded, part: Part| it.parts.get(&part).map(|part| part.source.blocks.clone());
    let (a, b) = (&one.version, &twin.version);
    let same = |part| blocks(one, part) == blocks(twin, part);
    let checks = [
        ("fields", a.fields == b.fields),
        ("required_blocks", a.required_blocks == b.required_blocks),
        ("channels", a.channels == b.channels),
        ("hard_news", a.hard_news == b.hard_news),
        ("blocks in the text", same(Part::Text)),
        ("blocks in the HTML", same(Part::Html)),
        ("fields in use", used(one) == used(twin)),
    ];
    let wrong = checks.into_iter().filter(|(_, same)| !same);
    wrong
        .map(|(key, _)| {
            let what = format!("other {key} than the {} text", b.language);
            Finding::error(
                &one.manifest.at(key.split(' ').next().map_or(key, place)),
                "twin",
                what,
                "the same in both languages",
            )
        })
        .collect()
}

/// The key of the manifest that is nearest to a difference.
fn place(word: &str) -> &str {
    if word == "blocks" { "required_blocks" } else { word }
}

fn used(it: &Loaded) -> BTreeSet<(Part, &str)> {
    let mut names = BTreeSet::new();
    for (part, loaded) in &it.parts {
        for placed in &loaded.tokens {
            if let Token::Field(name) | Token::If(name) | Token::Each(name) = &placed.token {
                names.insert((*part, name.as_str()));
            }
        }
    }
    names
}

/// Declared fields that no part uses.
pub(crate) fn unused(it: &Loaded) -> Vec<Finding> {
    let used: BTreeSet<&str> = used(it).into_iter().map(|(_, name)| name).collect();
    let idle = it
        .version
        .fields
        .keys()
        .filter(|name| !used.contains(name.as_str()));
    idle.map(|name| {
        let what = format!("the field {name} is declared and never used");
        Finding::error(
            &it.manifest.at(name),
            "unused-field",
            what,
            "use it, or take the line out",
        )
    })
    .collect()
}

/// Blocks that a version must hold (C8), and what hard news needs (C7): empathy, support, and how to change the
/// way we get in touch.
pub(crate) fn blocks(it: &Loaded) -> Vec<Finding> {
    let mut findings = Vec::new();
    let at = it.manifest.at("required_blocks");
    if it.version.hard_news {
        for needed in ["empathy", "support", "contact-change"] {
            if !it.version.required_blocks.iter().any(|block| block == needed) {
                let rule = if needed == "empathy" {
                    "empathy"
                } else {
                    "required-block"
                };
                let what = format!("hard news without the block {needed}");
                findings.push(Finding::error(
                    &at,
                    rule,
                    what,
                    "the block in required_blocks and in the text",
                ));
            }
        }
    }
    for block in &it.version.required_blocks {
        for part in [Part::Text, Part::Html] {
            if it
                .parts
                .get(&part)
                .is_none_or(|loaded| !loaded.source.blocks.contains(block))
            {
                let what = format!("the {} does not hold the required block {block}", part.as_str());
                let right = format!("a line [[block {block}]]");
                findings.push(Finding::error(&at, "required-block", what, right));
            }
        }
    }
    findings
}
