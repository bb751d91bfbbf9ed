//! What a form sent: bounded texts by name. A field that the page does not have is refused, and so is one sent twice.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::Serialize;

use crate::door::Door;
use crate::guard::TOKEN_FIELD;
use crate::refusal::Refusal;

/// The longest text of one field, in characters; pages ask for less where less is right.
const FIELD_CHARS_MAX: usize = 20_000;
/// The most fields of one form.
const FIELDS_MAX: usize = 400;

/// A form as it was sent. What was typed is shown again when something is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// The parameters of an address, read like the fields of a form.
    pub(crate) fn from_query(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self {
            pairs: pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        }
    }

    /// The form in a body, within its bounds.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let pairs = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")))
            .collect::<Vec<_>>();
        let is_long = |(_, value): &(String, String)| value.chars().count() > FIELD_CHARS_MAX;
        if pairs.len() > FIELDS_MAX || pairs.iter().any(is_long) {
            return Err(Refusal::TooLong);
        }
        Ok(Self { pairs })
    }

    /// Reads the body of a form and refuses what its page does not have. `once` may come once each, `many` often.
    pub fn only(&self, once: &[&str], many: &[&str]) -> Result<&Self, Refusal> {
        let mut seen = BTreeSet::new();
        for (name, _) in &self.pairs {
            let name = name.as_str();
            let known = many.contains(&name) || (once.contains(&name) && seen.insert(name));
            if !known && name != TOKEN_FIELD {
                return Err(Refusal::Invalid(
                    "this form has a field that its page does not have".to_owned(),
                ));
            }
        }
        Ok(self)
    }

    /// Fills a form as a page shows it first.
    pub fn put(&mut self, name: &str, value: &str) {
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// What was typed, without blanks around it; empty when the field was not sent.
    pub fn value(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// What was typed, as it was.
    pub fn raw(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Everything that was sent but the token, which each page puts in; in the order of the form.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self
            .pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(|(name, _)| *name != TOKEN_FIELD)
    }

    /// Every value of a field that may come often.
    pub fn values<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let named = self.pairs.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.trim())
    }
}

impl FromRequest<Door> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Refusal> {
        let body = Bytes::from_request(request, door)
            .await
            .map_err(|_| Refusal::TooLong)?;
        Self::read(&body)
    }
}

/// What is wrong with a field, in words that say what would be right. The same words stand at the top of the page and at
/// the field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field's name, which is its id on the page.
    pub field: String,
    /// The words.
    pub words: String,
}

/// Everything that is wrong with what was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Notes one.
    pub fn add(&mut self, field: &str, words: impl Into<String>) {
        self.list.push(Problem {
            field: field.to_owned(),
            words: words.into(),
        });
    }

    /// Notes one unless `right`.
    pub fn need(&mut self, right: bool, field: &str, words: &str) {
        if !right {
            self.add(field, words);
        }
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is wrong with this field.
    pub fn at(&self, field: &str) -> Option<&str> {
        let found = self.list.iter().find(|problem| problem.field == field);
        found.map(|problem| problem.words.as_str())
    }

    /// All of them, in the order of the page.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }
}
