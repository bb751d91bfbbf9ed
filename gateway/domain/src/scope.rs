//! What another system may do here. A token names its scopes; none includes another.

use serde::{Deserialize, Serialize};

/// One thing that another system may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Bring cases in.
    CasesAdd,
    /// Read how a case stands.
    CasesRead,
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
    /// Have drafts made, voided and sent for a second check; people approve them.
    DraftsPrepare,
    /// Read which contacts there were, without what was said.
    ContactsRead,
    /// Record contacts that people made by hand.
    ContactsAdd,
    /// Read the published contact log: its checkpoint, and proofs.
    LogRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 13] = [
        Self::CasesAdd,
        Self::CasesRead,
        Self::EventsAdd,
        Self::ObligationsRead,
        Self::MessagesRead,
        Self::VictimsRead,
        Self::PlansRead,
        Self::PlansPropose,
        Self::DraftsRead,
        Self::DraftsPrepare,
        Self::ContactsRead,
        Self::ContactsAdd,
        Self::LogRead,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CasesAdd => "cases-add",
            Self::CasesRead => "cases-read",
            Self::EventsAdd => "events-add",
            Self::ObligationsRead => "obligations-read",
            Self::MessagesRead => "messages-read",
            Self::VictimsRead => "victims-read",
            Self::PlansRead => "plans-read",
            Self::PlansPropose => "plans-propose",
            Self::DraftsRead => "drafts-read",
            Self::DraftsPrepare => "drafts-prepare",
            Self::ContactsRead => "contacts-read",
            Self::ContactsAdd => "contacts-add",
            Self::LogRead => "log-read",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}
