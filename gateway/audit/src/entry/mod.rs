//! One entry of the contact log.
//!
//! An entry is begun with when, who, what sort of act and which one, and completed with `with_...`. The
//! rules for every field are in `check.rs`; they are applied by [`Entry::to_canonical`] and by
//! [`Entry::parse`], so nothing that breaks them can be stored, and nothing stored that breaks them passes
//! for an entry.

mod act;
mod check;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use act::Act;
pub use check::EntryError;

use crate::instant;

/// The version of the entry format that this room writes.
pub const VERSION: u32 = 1;
/// The longest canonical entry, in bytes. Readers may refuse longer ones unread.
pub const BYTES_MAX: usize = 4096;

/// A vetted template version: which words were used, without the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateRef {
    /// The message kind, for instance `decision-not-to-charge`.
    pub kind: String,
    /// The template's version, from 1.
    pub version: u32,
    /// Two or three lower-case letters, for instance `en` or `cy`.
    pub language: String,
    /// SHA-256 of the template version, 64 hexadecimal digits.
    pub digest: String,
}

/// One entry of the contact log, version [`VERSION`].
///
/// Compared and shown freely: it holds no personal data by construction of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    v: u32,
    at: At,
    actor: String,
    act: Act,
    verb: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    victim: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    obligation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    draft: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<TemplateRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    commitments: BTreeMap<String, String>,
}

/// One optional text field of the entry: the way to set it and the way to read it.
macro_rules! texts {
    ($($(#[$doc:meta])* $with:ident $field:ident;)+) => {
        impl Entry {$(
            $(#[$doc])*
            #[must_use]
            pub fn $with(mut self, $field: impl Into<String>) -> Self {
                self.$field = Some($field.into());
                self
            }

            $(#[$doc])*
            pub fn $field(&self) -> Option<&str> {
                self.$field.as_deref()
            }
        )+}
    };
}

texts! {
    /// Why, as a code in kebab-case.
    with_reason reason;
    /// The CPS Area, by its code in kebab-case. Fourteen values: it points at nobody.
    with_area area;
    /// The case, by its random identifier.
    with_case case;
    /// The victim, by the random identifier of this person in this case.
    with_victim victim;
    /// The obligation, by its random identifier.
    with_obligation obligation;
    /// The draft, by its random identifier.
    with_draft draft;
    /// The message, by its random identifier.
    with_message message;
    /// The delivery attempt, by its random identifier.
    with_attempt attempt;
    /// The contact, by its random identifier.
    with_contact contact;
    /// By which channel, as a code in kebab-case: email, letter, text, phone.
    with_channel channel;
    /// What came of it, as a code in kebab-case.
    with_result result;
    /// The rule of the rulebook, by its identifier.
    with_rule rule;
}

impl Entry {
    /// Begins an entry. `at` is in microseconds since 1970 UTC; `actor` is a staff user name or
    /// `system:<worker>`; `verb` is in kebab-case and in the past, for instance `event-recorded`.
    pub fn new(
        at: i64,
        actor: impl Into<String>,
        act: Act,
        verb: impl Into<String>,
    ) -> Result<Self, EntryError> {
        let entry = Self {
            v: VERSION,
            at: At(at),
            actor: actor.into(),
            act,
            verb: verb.into(),
            reason: None,
            area: None,
            case: None,
            victim: None,
            obligation: None,
            draft: None,
            message: None,
            attempt: None,
            contact: None,
            template: None,
            channel: None,
            result: None,
            rule: None,
            facts: BTreeMap::new(),
            nonce: None,
            commitments: BTreeMap::new(),
        };
        check::entry(&entry)?;
        Ok(entry)
    }

    /// Names the template version whose words were used.
    #[must_use]
    pub fn with_template(
        mut self,
        kind: impl Into<String>,
        version: u32,
        language: impl Into<String>,
        digest: impl Into<String>,
    ) -> Self {
        self.template = Some(TemplateRef {
            kind: kind.into(),
            version,
            language: language.into(),
            digest: digest.into(),
        });
        self
    }

    /// Adds a fact that is about nobody: a count, an instant, a code. A second value replaces the first.
    #[must_use]
    pub fn with_fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.insert(name.into(), value.into());
        self
    }

    /// Sets the random nonce that binds the commitments to this entry; needed as soon as there is one.
    #[must_use]
    pub fn with_nonce(mut self, nonce: &[u8; 16]) -> Self {
        self.nonce = Some(hex::encode(nonce));
        self
    }

    /// Adds the commitment (64 hexadecimal digits, made by the vault) to the value of a personal field.
    #[must_use]
    pub fn with_commitment(mut self, field: impl Into<String>, commitment: impl Into<String>) -> Self {
        self.commitments.insert(field.into(), commitment.into());
        self
    }

    /// The canonical bytes (RFC 8785), checked: these are what the log stores and hashes.
    pub fn to_canonical(&self) -> Result<Vec<u8>, EntryError> {
        check::entry(self)?;
        let bytes = write::canonical(self).into_bytes();
        if bytes.len() > BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads the canonical bytes of an entry. Any other spelling of the same entry is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        // The parser's own words could repeat a value, so only the position is kept (law 11).
        let entry: Self = serde_json::from_slice(bytes).map_err(|fault| EntryError::NotAnEntry {
            column: fault.column(),
        })?;
        if entry.to_canonical()? != bytes {
            return Err(EntryError::NotCanonical);
        }
        Ok(entry)
    }

    /// The version of its format.
    pub const fn version(&self) -> u32 {
        self.v
    }

    /// When, in microseconds since 1970 UTC.
    pub const fn at(&self) -> i64 {
        self.at.0
    }

    /// Who: a staff user name or `system:<worker>`.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// What sort of act.
    pub const fn act(&self) -> Act {
        self.act
    }

    /// Which act.
    pub fn verb(&self) -> &str {
        &self.verb
    }

    /// The template version whose words were used.
    pub const fn template(&self) -> Option<&TemplateRef> {
        self.template.as_ref()
    }

    /// Facts that are about nobody.
    pub const fn facts(&self) -> &BTreeMap<String, String> {
        &self.facts
    }

    /// The nonce that binds the commitments to this entry, 32 hexadecimal digits.
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// Commitments to personal values, by field name.
    pub const fn commitments(&self) -> &BTreeMap<String, String> {
        &self.commitments
    }
}

/// The instant of an entry, microseconds in memory and RFC 3339 in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
struct At(i64);

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}",
            instant::to_text(self.0).unwrap_or_else(|| self.0.to_string())
        )
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = instant::to_text(self.0).ok_or_else(|| serde::ser::Error::custom("no such instant"))?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        instant::from_text(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("no instant"))
    }
}
