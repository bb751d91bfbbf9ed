//! The first of two walls: our own reading of the template's tags.
//!
//! It runs before the engine's parser sees a byte, so nesting deep enough to exhaust that parser's stack is
//! refused here, and it knows the line of every fault.

use crate::finding::Finding;
use crate::load::source::Source;
use crate::manifest::is_field_name;

/// The deepest nesting of `{{#if}}` and `{{#each}}`.
pub(crate) const DEPTH_MAX: usize = 4;

/// One piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Words as they stand, from byte to byte of the source.
    Raw(usize, usize),
    /// `{{name}}`.
    Field(String),
    /// `{{this}}` inside a list.
    This,
    /// `{{#if name}}`.
    If(String),
    /// `{{else}}` of an `{{#if}}`.
    Else,
    /// `{{#each name}}`.
    Each(String),
    /// `{{/if}}` or `{{/each}}`.
    End,
}

/// A token and the byte where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) at: usize,
}

const GRAMMAR: &str =
    "{{field}}, {{#if field}}..{{else}}..{{/if}}, {{#each field}}{{this}}{{/each}} and nothing else";

/// Reads all tags, or gives every tag that is not allowed.
pub(crate) fn scan(source: &Source) -> Result<Vec<Placed>, Vec<Finding>> {
    let text = source.text.as_str();
    let mut tokens = Vec::new();
    let mut findings = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("{{") {
        let open = from + found;
        raw(text, from, open, source, &mut tokens, &mut findings);
        let rest = &text[open + 2..];
        // The tag ends at the first `}}`; a line break or a brace inside it is never allowed.
        let end = rest.find("}}").filter(|end| !rest[..*end].contains('\n'));
        let Some(end) = end else {
            findings.push(Finding::error(
                &source.at(open),
                "tag",
                "a tag that does not end on its line",
                GRAMMAR,
            ));
            break;
        };
        match tag(&rest[..end]) {
            Ok(token) => tokens.push(Placed { token, at: open }),
            Err(what) => findings.push(Finding::error(&source.at(open), "tag", what, GRAMMAR)),
        }
        from = open + 2 + end + 2;
        if text[..open].ends_with('\\') {
            findings.push(Finding::error(
                &source.at(open),
                "tag",
                "an escaped tag, \\{{",
                GRAMMAR,
            ));
        }
        if text[from..].starts_with('}') {
            findings.push(Finding::error(
                &source.at(open),
                "tag",
                "a third brace, }}}",
                GRAMMAR,
            ));
        }
    }
    if findings.is_empty() || from == 0 {
        raw(text, from, text.len(), source, &mut tokens, &mut findings);
    }
    if findings.is_empty() {
        nesting(&tokens, source, &mut findings);
    }
    if findings.is_empty() {
        Ok(tokens)
    } else {
        Err(findings)
    }
}

fn raw(
    text: &str,
    from: usize,
    to: usize,
    source: &Source,
    tokens: &mut Vec<Placed>,
    findings: &mut Vec<Finding>,
) {
    if from < to {
        tokens.push(Placed {
            token: Token::Raw(from, to),
            at: from,
        });
    }
    if let Some(stray) = text[from..to].find("}}") {
        findings.push(Finding::error(
            &source.at(from + stray),
            "tag",
            "}} without {{",
            GRAMMAR,
        ));
    }
}

/// Reads the inside of one tag, or says which forbidden construct it is.
fn tag(inner: &str) -> Result<Token, String> {
    match inner {
        "else" => return Ok(Token::Else),
        "/if" | "/each" => return Ok(Token::End),
        "this" => return Ok(Token::This),
        _ if is_field_name(inner) => return Ok(Token::Field(inner.to_owned())),
        _ => {}
    }
    for (head, token) in [
        ("#if ", Token::If as fn(String) -> Token),
        ("#each ", Token::Each),
    ] {
        if let Some(name) = inner.strip_prefix(head).filter(|name| is_field_name(name)) {
            return Ok(token(name.to_owned()));
        }
    }
    Err(forbidden(inner).to_owned())
}

fn forbidden(inner: &str) -> &'static str {
    let trimmed = inner.trim_start();
    if inner.starts_with('{') {
        "an unescaped or raw expression, {{{"
    } else if inner.contains('~') {
        "white space control, ~"
    } else if trimmed.starts_with('&') {
        "an unescaped expression, {{&"
    } else if trimmed.starts_with('>') || trimmed.starts_with("#>") {
        "a partial, {{>"
    } else if trimmed.starts_with('*') || trimmed.starts_with("#*") {
        "a decorator, {{*"
    } else if trimmed.starts_with('!') {
        "a comment, {{!"
    } else if trimmed.starts_with('^') || trimmed.starts_with("else ") {
        "an inverse or chained block"
    } else if inner.contains('@') {
        "an engine variable, @"
    } else if inner.contains("..") {
        "a path to the parent, ../"
    } else if inner.contains('(') {
        "a sub-expression"
    } else if inner.contains('=') {
        "a named argument"
    } else if inner.contains('|') {
        "a block parameter"
    } else if inner.contains(['.', '/', '[']) && !trimmed.starts_with('/') {
        "a path; only plain names are allowed"
    } else if inner.trim() != inner {
        "space inside the braces"
    } else if trimmed.starts_with('#') || trimmed.starts_with('/') {
        "a block other than #if and #each with one plain name"
    } else if inner.contains(' ') {
        "a helper call"
    } else if inner.is_empty() {
        "an empty tag"
    } else {
        "not a plain field name"
    }
}

/// Blocks that close what they opened, at most four deep, lists that hold only `{{this}}`.
fn nesting(tokens: &[Placed], source: &Source, findings: &mut Vec<Finding>) {
    // The opener and whether its {{else}} was seen.
    let mut open: Vec<(&Placed, bool)> = Vec::new();
    let mut fault = |at: usize, what: &str, instead: &str| {
        findings.push(Finding::error(&source.at(at), "nesting", what, instead));
    };
    for placed in tokens {
        let in_list = matches!(
            open.last(),
            Some((
                Placed {
                    token: Token::Each(_),
                    ..
                },
                _
            ))
        );
        match &placed.token {
            Token::Raw(..) => {}
            Token::This if in_list => {}
            Token::This => fault(placed.at, "{{this}} outside a list", "{{this}} inside {{#each}}"),
            Token::End => {
                let closes = &source.text[placed.at..];
                match open.pop() {
                    Some((
                        Placed {
                            token: Token::If(_), ..
                        },
                        _,
                    )) if closes.starts_with("{{/if}}") => {}
                    Some((
                        Placed {
                            token: Token::Each(_),
                            ..
                        },
                        _,
                    )) if closes.starts_with("{{/each}}") => {}
                    _ => fault(
                        placed.at,
                        "a closing tag that closes nothing",
                        "each block closed once, in order",
                    ),
                }
            }
            _ if in_list => fault(placed.at, "a field or block inside a list", "{{this}} alone"),
            Token::Field(_) => {}
            Token::Else => match open.last_mut() {
                Some((_, seen)) if !*seen => *seen = true,
                _ => fault(
                    placed.at,
                    "{{else}} without its {{#if}}",
                    "one {{else}} inside an {{#if}}",
                ),
            },
            Token::If(_) | Token::Each(_) => {
                if open.len() == DEPTH_MAX {
                    fault(placed.at, "blocks nested more than 4 deep", "a flatter text");
                }
                open.push((placed, false));
            }
        }
    }
    if let Some((placed, _)) = open.first() {
        fault(placed.at, "a block that is never closed", "{{/if}} or {{/each}}");
    }
}
