//! A duty to tell or to offer, from the event that raised it to its end.
//!
//! **Invariant:** no obligation disappears (law 6): it is open, or it ended in one of three ways that say by
//! whom or by what.
//! **Invariant:** lateness is measured against the due time that the obligation was raised with, however often
//! it was moved since.
//!
//! To add an end: a variant of [`State`], its name in [`State::as_str`], and its column in both migrations.

mod due;

#[cfg(test)]
mod tests;

pub use due::{Attention, DueTime, Lateness, Move, MoveError, Thresholds};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::EventId;
use crate::masked::Masked;

/// Where an obligation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum State {
    /// It stands.
    Open {},
    /// It was done.
    Discharged {
        /// By what or whom: a message, a contact, an owner's word.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// A person let it go.
    Waived {
        /// Why.
        reason: Masked,
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// An event ended it.
    Lapsed {
        /// Which.
        event: EventId,
        /// Why.
        why: String,
        /// When.
        at: Timestamp,
    },
}

/// A step that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an obligation that is {from} cannot {verb}")]
pub struct WrongState {
    /// The state it is in.
    pub from: &'static str,
    /// What was asked.
    pub verb: &'static str,
}

/// Giving up an obligation, or moving it, without saying why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WaiveError {
    /// The state does not allow it.
    #[error(transparent)]
    State(#[from] WrongState),
    /// The reason is empty.
    #[error("a waiver needs a reason and a name")]
    NoReason,
}

impl State {
    /// The names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["open", "discharged", "waived", "lapsed"];

    /// The name in the database and for people.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open {} => "open",
            Self::Discharged { .. } => "discharged",
            Self::Waived { .. } => "waived",
            Self::Lapsed { .. } => "lapsed",
        }
    }

    /// Whether it still stands.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open {})
    }

    fn must_be_open(&self, verb: &'static str) -> Result<(), WrongState> {
        if self.is_open() {
            Ok(())
        } else {
            Err(WrongState {
                from: self.as_str(),
                verb,
            })
        }
    }

    /// It was done.
    pub fn discharge(self, by: impl Into<String>, at: Timestamp) -> Result<Self, WrongState> {
        self.must_be_open("be discharged")?;
        Ok(Self::Discharged { by: by.into(), at })
    }

    /// A person lets it go, with a reason and a name.
    pub fn waive(self, reason: Masked, by: impl Into<String>, at: Timestamp) -> Result<Self, WaiveError> {
        self.must_be_open("be waived")?;
        let by = by.into();
        if reason.reveal().trim().is_empty() || by.trim().is_empty() {
            return Err(WaiveError::NoReason);
        }
        Ok(Self::Waived { reason, by, at })
    }

    /// An event ends it.
    pub fn lapse(self, event: EventId, why: impl Into<String>, at: Timestamp) -> Result<Self, WrongState> {
        self.must_be_open("lapse")?;
        Ok(Self::Lapsed {
            event,
            why: why.into(),
            at,
        })
    }

    /// What had counted as done was not: a bounce, or doubt (law 7). Only a discharge can be taken back.
    pub fn reopen(self) -> Result<Self, WrongState> {
        match self {
            Self::Discharged { .. } => Ok(Self::Open {}),
            other => Err(WrongState {
                from: other.as_str(),
                verb: "be opened again",
            }),
        }
    }
}
