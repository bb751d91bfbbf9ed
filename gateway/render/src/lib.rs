//! Vetted templates: from a folder of texts and a handful of checked values to the words a person receives.
//!
//! A template is four small files beside a `message.toml` that declares what may be merged. Shared blocks
//! are written into their places before anything is parsed and before digests are taken, so what was vetted
//! is what is sent (law 1).
//!
//! **Invariant:** a template holds `{{field}}`, `{{#if field}}..{{else}}..{{/if}}`,
//! `{{#each field}}{{this}}{{/each}}` and nothing else. Two walls check it at load: our own reading of the
//! tags, and a walk over the engine's syntax tree; where the two differ the template is refused.
//! **Invariant:** a value is never a template. It is checked, escaped for its place, and stays literal.
//! **Invariant:** nothing is ever blank. A missing, empty, mistyped, overlong or undeclared value fails (C4).
//! **Invariant:** the same version and values give the same bytes, always (C1). No clock, no chance.
//! **Invariant:** both parts of an email say the same words; a subject is one line; a subject and a text
//! message give nothing away (C9).
//!
//! To add a kind: a folder `templates/messages/KIND/v1/` with `en` and `cy`, then `gateway templates check`.
//! To change a text that was sent: a new folder `v2`; `v1` stays, so that what was sent can be rendered again.
//! To add a lint rule: a function in [`lint`] that gives [`Finding`]s, and a failing fixture in `tests/`.

mod chars;
mod dates;
mod digest;
mod finding;
mod html;
mod language;
mod library;
pub mod lint;
mod load;
mod manifest;
pub mod pages;
mod values;

pub use finding::{Finding, Level};
pub use html::same_words;
pub use language::Language;
pub use library::{Library, RenderError, Rendered, TemplateVersion};
pub use manifest::{Channel, FieldSpec, FieldType, Translation};
pub use values::{FaultKind, ValueFault, Values};

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The subject line of an email.
    Subject,
    /// The plain text of an email; also the letter.
    Text,
    /// The HTML of an email.
    Html,
    /// A text message.
    Sms,
}

impl Part {
    /// All parts, in the order of digests.
    pub const ALL: [Self; 4] = [Self::Subject, Self::Text, Self::Html, Self::Sms];

    /// The word for it in `[digests]`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
            Self::Sms => "sms",
        }
    }

    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Subject => "subject.hbs",
            Self::Text => "text.hbs",
            Self::Html => "html.hbs",
            Self::Sms => "sms.hbs",
        }
    }
}
