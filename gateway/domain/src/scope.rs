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
    /// Read which victims a case has, without anything about the person.
    VictimsRead,
    /// Read how a contact plan stands, without an address or number.
    PlansRead,
    /// Propose a change of a contact plan; people verify and approve it.
    PlansPropose,
    /// Read how drafts stand, without their words.
    DraftsRead,
    /// Read which contacts there were, without what was said.
    ContactsRead,
    /// Read the published contact log: its checkpoint, and proofs.
    LogRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 10] = [
        Self::CasesAdd,
        Self::EventsAdd,
        Self::ObligationsRead,
        Self::MessagesRead,
        Self::VictimsRead,
        Self::PlansRead,
        Self::PlansPropose,
        Self::DraftsRead,
        Self::ContactsRead,
        Self::LogRead,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CasesAdd => "cases-add",
            Self::EventsAdd => "events-add",
            Self::ObligationsRead => "obligations-read",
            Self::MessagesRead => "messages-read",
            Self::VictimsRead => "victims-read",
            Self::PlansRead => "plans-read",
            Self::PlansPropose => "plans-propose",
            Self::DraftsRead => "drafts-read",
            Self::ContactsRead => "contacts-read",
            Self::LogRead => "log-read",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}
