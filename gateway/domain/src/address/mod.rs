//! Where a person can be reached: email address, telephone number, postal address.
//!
//! Every value is read once, by a grammar narrower than the protocols allow, and hides itself in `Debug`.
//! Each has [`MatchKey`]s: what it is recognised by in the deny set, exactly and nearly. Keys are for
//! comparing only; nothing is ever delivered to a key.
//!
//! **Invariant:** reading never panics, whatever the text.
//! **Invariant:** an error never repeats the value.

pub mod chars;
mod email;
mod phone;
mod post;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use email::{BadEmail, EmailAddress};
pub use phone::{BadPhone, PhoneNumber};
pub(crate) use post::postcodes_in;
pub use post::{BadPost, PostalAddress};

use crate::masked::Masked;

/// One thing that a value is recognised by, such as a telephone number in its international form or a
/// postcode with a house number. Two values meet when they share a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchKey(Masked);

impl MatchKey {
    pub(crate) fn new(kind: &str, text: &str) -> Self {
        Self(Masked::new(format!("{kind}:{text}")))
    }

    /// The key as text, `kind:value`, for a blind index. It is personal data.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The kind before the colon: `email`, `domain`, `phone`, `post`, `postcode` or `name`.
    pub fn kind(&self) -> &str {
        self.0.reveal().split(':').next().unwrap_or_default()
    }
}

impl fmt::Debug for MatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MatchKey({}:…)", self.kind())
    }
}
