//! The second wall: the engine's own syntax tree, walked against an allow-list, and compared tag by tag
//! with what [`super::scan`] read. Where the two readings differ, the template is refused.

use handlebars::template::{HelperTemplate, Parameter, Template, TemplateElement};

use crate::load::scan::{DEPTH_MAX, Placed, Token};
use crate::manifest::is_field_name;

/// Parses with the engine and checks every node; an error says what stands there.
pub(crate) fn compile(text: &str, tokens: &[Placed]) -> Result<Template, String> {
    let template =
        Template::compile(text).map_err(|e| format!("the engine cannot read it: {}", e.reason()))?;
    let mut seen = Vec::new();
    walk(&template, 0, &mut seen)?;
    let ours: Vec<&Token> = tokens
        .iter()
        .map(|p| &p.token)
        .filter(|t| !matches!(t, Token::Raw(..)))
        .collect();
    if seen.iter().collect::<Vec<_>>() == ours {
        Ok(template)
    } else {
        Err("the engine reads other tags than we do".into())
    }
}

fn walk(template: &Template, depth: usize, seen: &mut Vec<Token>) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err("blocks nested more than 4 deep".into());
    }
    for element in &template.elements {
        match element {
            TemplateElement::RawString(_) => {}
            TemplateElement::Expression(it) => seen.push(expression(it)?),
            TemplateElement::HelperBlock(it) => block(it, depth, seen)?,
            TemplateElement::HtmlExpression(_) => return Err("an unescaped expression".into()),
            TemplateElement::DecoratorExpression(_) | TemplateElement::DecoratorBlock(_) => {
                return Err("a decorator".into());
            }
            TemplateElement::PartialExpression(_) | TemplateElement::PartialBlock(_) => {
                return Err("a partial".into());
            }
            TemplateElement::Comment(_) => return Err("a comment".into()),
            _ => return Err("an element that this version of the program does not know".into()),
        }
    }
    Ok(())
}

fn expression(it: &HelperTemplate) -> Result<Token, String> {
    if it.block || !it.params.is_empty() || !it.hash.is_empty() || it.block_param.is_some() {
        return Err("a helper call".into());
    }
    match plain(&it.name)? {
        "this" => Ok(Token::This),
        name if is_field_name(name) => Ok(Token::Field(name.to_owned())),
        _ => Err("not a plain field name".into()),
    }
}

fn block(it: &HelperTemplate, depth: usize, seen: &mut Vec<Token>) -> Result<(), String> {
    let [param] = it.params.as_slice() else {
        return Err("a block without exactly one name".into());
    };
    if !it.block || it.chain || !it.hash.is_empty() || it.block_param.is_some() {
        return Err("a block with more than one plain name".into());
    }
    let name = plain(param)?;
    if !is_field_name(name) || !matches!(param, Parameter::Path(_)) {
        return Err("a block on something else than a field".into());
    }
    match plain(&it.name)? {
        "if" => seen.push(Token::If(name.to_owned())),
        "each" => seen.push(Token::Each(name.to_owned())),
        _ => return Err("a block other than #if and #each".into()),
    }
    if let Some(inner) = &it.template {
        walk(inner, depth + 1, seen)?;
    }
    if let Some(inverse) = &it.inverse {
        seen.push(Token::Else);
        walk(inverse, depth + 1, seen)?;
    }
    seen.push(Token::End);
    Ok(())
}

fn plain(parameter: &Parameter) -> Result<&str, String> {
    match parameter {
        Parameter::Name(_) | Parameter::Path(_) => parameter.as_name().ok_or_else(|| "no name".into()),
        Parameter::Literal(_) => Err("a literal".into()),
        Parameter::Subexpression(_) => Err("a sub-expression".into()),
        _ => Err("a parameter that this version of the program does not know".into()),
    }
}
