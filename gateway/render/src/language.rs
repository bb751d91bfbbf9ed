//! The two languages of the templates.

use std::fmt;

/// A language that messages are written in. Any other language is worked out with a translator (C10), from
/// the English text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    English,
    /// Welsh.
    Welsh,
}

impl Language {
    /// Both, in the order that lists use.
    pub const ALL: [Self; 2] = [Self::English, Self::Welsh];

    /// The two-letter tag, as folders and `lang` attributes have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Welsh => "cy",
        }
    }

    /// Reads a two-letter tag.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.as_str() == tag)
    }

    /// The other one of the pair.
    #[must_use]
    pub fn twin(self) -> Self {
        match self {
            Self::English => Self::Welsh,
            Self::Welsh => Self::English,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
