//! Fields as the texts use them, against fields as the manifest declares them.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::load::scan::{Placed, Token};
use crate::load::source::Source;
use crate::manifest::{FieldSpec, FieldType};

/// Checks one part; adds the fields that it uses to `used`.
pub(crate) fn check(
    source: &Source,
    tokens: &[Placed],
    fields: &BTreeMap<String, FieldSpec>,
    used: &mut BTreeSet<String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The field of each open block, and whether we stand in its first branch.
    let mut open: Vec<(&str, bool)> = Vec::new();
    for placed in tokens {
        let (name, block) = match &placed.token {
            Token::Field(name) => (name, false),
            Token::If(name) | Token::Each(name) => (name, true),
            Token::Else => {
                if let Some(last) = open.last_mut() {
                    last.1 = false;
                }
                continue;
            }
            Token::End => {
                open.pop();
                continue;
            }
            Token::Raw(..) | Token::This => continue,
        };
        used.insert(name.clone());
        let at = source.at(placed.at);
        let guarded = open.iter().any(|(field, first)| field == name && *first);
        match fields.get(name) {
            None => {
                let what = format!("the field {name} is not declared");
                findings.push(Finding::error(
                    &at,
                    "undeclared-field",
                    what,
                    "a line for it in [fields], or another name",
                ));
            }
            Some(spec) => findings.extend(
                misuse(name, spec, &placed.token, guarded)
                    .map(|(rule, what, instead)| Finding::error(&at, rule, what, instead)),
            ),
        }
        if block {
            open.push((name, true));
        }
    }
    findings
}

fn misuse(
    name: &str,
    spec: &FieldSpec,
    token: &Token,
    guarded: bool,
) -> Option<(&'static str, String, &'static str)> {
    let conditional = spec.kind == FieldType::Flag || spec.optional;
    match token {
        Token::If(_) if !conditional => Some((
            "field-type",
            format!("{{{{#if {name}}}}} on a field that is always there"),
            "the words without #if",
        )),
        Token::If(_) => None,
        Token::Each(_) if spec.kind != FieldType::List => Some((
            "field-type",
            format!("{{{{#each {name}}}}} on a {}", spec.kind.as_str()),
            "{{name}}",
        )),
        Token::Field(_) if spec.kind == FieldType::List => Some((
            "field-type",
            format!("{{{{{name}}}}} is a list"),
            "{{#each name}}{{this}}{{/each}}",
        )),
        Token::Field(_) if spec.kind == FieldType::Flag => Some((
            "field-type",
            format!("{{{{{name}}}}} is a flag"),
            "{{#if name}}..{{/if}}",
        )),
        _ if spec.optional && !guarded => Some((
            "optional-unguarded",
            format!("the optional field {name} stands outside its {{{{#if}}}}"),
            "{{#if name}}..{{name}}..{{/if}}",
        )),
        _ => None,
    }
}
