//! Personal values that do not show themselves (law 11).

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A personal text: a name, a reason, a note. `Debug` and `Display` print its length alone; whoever needs
/// the words calls [`Masked::reveal`], which is easy to find in a review. Memory is wiped on drop.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// Wraps a personal text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} characters]", self.0.chars().count())
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Drop for Masked {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<&str> for Masked {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
