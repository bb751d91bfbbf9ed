//! What is wrong with a template, where, and what would be right.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The template may not be used, or may not be merged.
    Error,
    /// Shown, and left to a person.
    Warning,
}

/// One fault, at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, under the folder that was given.
    pub file: String,
    /// The line, counted from 1; 0 when the whole file or folder is meant.
    pub line: u32,
    /// The rule, a kebab-case word that stays the same.
    pub rule: &'static str,
    /// What is there.
    pub what: String,
    /// What would be right.
    pub instead: String,
    /// Whether it refuses the template.
    pub level: Level,
}

impl Finding {
    /// A fault that refuses the template.
    pub(crate) fn error(
        at: &Origin,
        rule: &'static str,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            file: at.file.to_string(),
            line: at.line,
            rule,
            what: what.into(),
            instead: instead.into(),
            level: Level::Error,
        }
    }

    /// The same finding as a warning.
    pub(crate) fn into_warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let warning = if self.level == Level::Warning {
            "warning: "
        } else {
            ""
        };
        write!(
            f,
            "{}:{}: {}{}: {}",
            self.file, self.line, warning, self.rule, self.what
        )?;
        if self.instead.is_empty() {
            Ok(())
        } else {
            write!(f, " (instead: {})", self.instead)
        }
    }
}

/// A file and a line in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) file: std::sync::Arc<str>,
    pub(crate) line: u32,
}

impl Origin {
    pub(crate) fn new(file: &str, line: u32) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }
}
