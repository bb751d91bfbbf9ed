//! What another system may do here. A token names its scopes; none includes another.

use serde::{Deserialize, Serialize};

/// One thing that another system may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Bring cases in.
    CasesAdd,
    /// Bring key-stage events in.
    EventsAdd,
    /// Read what is owed, without anything about a person.
    ObligationsRead,
    /// Read what became of messages, without their words.
    MessagesRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [
        Self::CasesAdd,
        Self::EventsAdd,
        Self::ObligationsRead,
        Self::MessagesRead,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CasesAdd => "cases-add",
            Self::EventsAdd => "events-add",
            Self::ObligationsRead => "obligations-read",
            Self::MessagesRead => "messages-read",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}
