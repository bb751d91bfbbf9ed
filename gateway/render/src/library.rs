//! The library of template versions, and rendering.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use handlebars::{Handlebars, no_escape};

use crate::finding::{Finding, Level};
use crate::lint::words::Discreet;
use crate::load::{self, Loaded};
use crate::manifest::{Channel, FieldSpec, Translation};
use crate::{Language, Part, Values, chars, html};

/// The longest subject, in characters: one line of a header (RFC 5322 section 2.1.1).
const SUBJECT_CHARS_MAX: usize = 78;
/// The longest text message, in characters: three joined messages of 153.
const SMS_CHARS_MAX: usize = 459;

/// One frozen text of a message kind, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateVersion {
    /// The message kind.
    pub kind: String,
    /// The number of the version, from 1.
    pub version: u32,
    /// The language.
    pub language: Language,
    /// What staff call it.
    pub title: String,
    /// The channels that it is written for.
    pub channels: Vec<Channel>,
    /// Whether it brings hard news, and so must hold an empathy block (C7).
    pub hard_news: bool,
    /// Where the translation stands.
    pub translation: Translation,
    /// The blocks that it must hold (C8).
    pub required_blocks: Vec<String>,
    /// What is merged into it.
    pub fields: BTreeMap<String, FieldSpec>,
    /// SHA-256 over all parts, fields and channels, 64 hexadecimal digits: this is what people vet.
    pub digest: String,
}

/// The words that a person receives.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject: one line. Empty for a version that is a text message only.
    pub subject: String,
    /// The plain text; the letter too.
    pub text: String,
    /// The HTML, with the same words.
    pub html: String,
    /// The text message, where there is one.
    pub sms: Option<String>,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "[a rendered message of {} characters]",
            self.text.chars().count()
        )
    }
}

/// Why a message could not be rendered. No variant holds a value (law 11).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The version is not one of this library.
    #[error("this template version is not in the library (instead: one that `find` gave)")]
    UnknownVersion,
    /// The values were checked against another version.
    #[error(
        "these values were checked against another template version (instead: check them against this one)"
    )]
    ValuesOfAnotherVersion,
    /// The engine refused; with strict mode and checked values this is a fault of ours.
    #[error("the {0} could not be rendered (instead: a template that `gateway templates check` passes)")]
    Engine(&'static str),
    /// The subject is empty, has a line break, or is too long.
    #[error("the subject is not one line of 1 to 78 characters")]
    Subject,
    /// The text message is empty or too long.
    #[error("the text message is not 1 to 459 characters")]
    TextMessage,
    /// A character that has no place in a message.
    #[error("the {0} holds a control or hidden character")]
    BadCharacter(&'static str),
    /// A subject or text message gives away what this is about (C9).
    #[error("the {0} gives away what the message is about (instead: neutral words)")]
    GivesAway(&'static str),
    /// Text and HTML say different words.
    #[error("text and HTML say different words")]
    PartsDiffer,
}

/// All template versions of a folder, checked and ready.
pub struct Library {
    versions: Vec<TemplateVersion>,
    /// The engine for subject, text and text message: values as they are.
    plain: Handlebars<'static>,
    /// The engine for HTML: values escaped.
    html: Handlebars<'static>,
    discreet: Discreet,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("versions", &self.versions.len())
            .finish_non_exhaustive()
    }
}

impl Library {
    /// Reads a folder of templates. Whatever attack 12 of the threat table names is refused here, as are
    /// fields that do not fit the manifest and digests that do not fit the words.
    ///
    /// # Errors
    /// Every fault of every file; nothing is loaded when there is one.
    pub fn load(dir: &Path) -> Result<Self, Vec<Finding>> {
        let inspected = load::inspect(dir);
        if inspected
            .findings
            .iter()
            .any(|finding| finding.level == Level::Error)
        {
            return Err(inspected.findings);
        }
        Ok(Self::of(inspected.loaded))
    }

    pub(crate) fn of(loaded: Vec<Loaded>) -> Self {
        let mut library = Self {
            versions: vec![],
            plain: engine(),
            html: engine(),
            discreet: Discreet::built_in(),
        };
        library.plain.register_escape_fn(no_escape);
        library.html.register_escape_fn(html::escape);
        for Loaded { version, parts, .. } in loaded {
            for (part, it) in parts {
                let engine = if part == Part::Html {
                    &mut library.html
                } else {
                    &mut library.plain
                };
                engine.register_template(&key(&version, part), it.tree);
            }
            library.versions.push(version);
        }
        library
            .versions
            .sort_by(|a, b| (&a.kind, a.version, a.language).cmp(&(&b.kind, b.version, b.language)));
        library
    }

    /// All versions, by kind, number and language.
    pub fn versions(&self) -> &[TemplateVersion] {
        &self.versions
    }

    /// The highest version of a kind in a language.
    pub fn find(&self, kind: &str, language: Language) -> Option<&TemplateVersion> {
        self.versions
            .iter()
            .rfind(|it| it.kind == kind && it.language == language)
    }

    /// One version exactly, for rendering again what was sent.
    pub fn find_exact(&self, kind: &str, version: u32, language: Language) -> Option<&TemplateVersion> {
        self.versions
            .iter()
            .find(|it| it.kind == kind && it.version == version && it.language == language)
    }

    /// Renders all parts. The same version and values give the same bytes.
    ///
    /// # Errors
    /// The values are of another version, or the result breaks a rule of its part; nothing is returned then.
    pub fn render(&self, version: &TemplateVersion, values: &Values) -> Result<Rendered, RenderError> {
        if !self.versions.contains(version) {
            return Err(RenderError::UnknownVersion);
        }
        if values.digest != version.digest {
            return Err(RenderError::ValuesOfAnotherVersion);
        }
        let context = handlebars::Context::wraps(&values.data).map_err(|_| RenderError::Engine("values"))?;
        let one = |part: Part| -> Result<Option<String>, RenderError> {
            let engine = if part == Part::Html {
                &self.html
            } else {
                &self.plain
            };
            let name = key(version, part);
            if !engine.has_template(&name) {
                return Ok(None);
            }
            let words = engine
                .render_with_context(&name, &context)
                .map_err(|_| RenderError::Engine(part.as_str()))?;
            if words.chars().any(|c| chars::refused(c).is_some()) {
                return Err(RenderError::BadCharacter(part.as_str()));
            }
            Ok(Some(words))
        };
        let subject = one(Part::Subject)?
            .map(|words| self.subject(&words))
            .transpose()?;
        let sms = one(Part::Sms)?
            .map(|words| self.text_message(&words))
            .transpose()?;
        let text = one(Part::Text)?.unwrap_or_default();
        let html = one(Part::Html)?.unwrap_or_default();
        html::same_words(&text, &html).map_err(|_| RenderError::PartsDiffer)?;
        Ok(Rendered {
            subject: subject.unwrap_or_default(),
            text,
            html,
            sms,
        })
    }

    fn subject(&self, words: &str) -> Result<String, RenderError> {
        let line = words.trim();
        if line.is_empty() || line.contains('\n') || line.chars().count() > SUBJECT_CHARS_MAX {
            return Err(RenderError::Subject);
        }
        self.neutral(line, "subject")
    }

    fn text_message(&self, words: &str) -> Result<String, RenderError> {
        let words = words.trim();
        if words.is_empty() || words.chars().count() > SMS_CHARS_MAX {
            return Err(RenderError::TextMessage);
        }
        self.neutral(words, "text message")
    }

    fn neutral(&self, words: &str, part: &'static str) -> Result<String, RenderError> {
        if self.discreet.gives_away(words) {
            Err(RenderError::GivesAway(part))
        } else {
            Ok(words.to_owned())
        }
    }
}

/// An engine that knows `if` and `each` and refuses what is missing.
fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    for helper in [
        "unless", "with", "lookup", "log", "raw", "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not",
        "len",
    ] {
        engine.unregister_helper(helper);
    }
    engine
}

fn key(version: &TemplateVersion, part: Part) -> String {
    format!(
        "{}/v{}/{}/{}",
        version.kind,
        version.version,
        version.language,
        part.as_str()
    )
}
