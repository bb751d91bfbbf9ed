//! Accounts: who may do what, and in which Areas. Roles are granted, never chosen.

use serde::{Deserialize, Serialize};

/// What somebody may do. One person can have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A Victim Liaison Officer: drafts, records contacts, approves what needs no second person.
    Vlo,
    /// Looks after a unit: assigns, reads drafts and approves them, decides about due times.
    VloManager,
    /// Gives the reasons that only a prosecutor can give.
    Prosecutor,
    /// Vets the words of templates.
    TemplateReviewer,
    /// An adviser (ISVA): their own mailbox and the people who consented, nothing else.
    Adviser,
    /// Reads the contact log, masked, and is recorded reading.
    Auditor,
    /// Looks after accounts and the service; sees no content.
    Administrator,
    /// Another system.
    ApiClient,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Vlo,
        Self::VloManager,
        Self::Prosecutor,
        Self::TemplateReviewer,
        Self::Adviser,
        Self::Auditor,
        Self::Administrator,
        Self::ApiClient,
    ];

    /// Its name in files, in the database and in the contact log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vlo => "vlo",
            Self::VloManager => "vlo-manager",
            Self::Prosecutor => "prosecutor",
            Self::TemplateReviewer => "template-reviewer",
            Self::Adviser => "adviser",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::ApiClient => "api-client",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// A passkey (`WebAuthn`).
    Passkey,
    /// Password and one-time code, for the time that an administrator granted.
    Recovery,
    /// The organisation's single sign-on (`OpenID` Connect).
    SingleSignOn,
}

impl SignIn {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::Recovery, Self::SingleSignOn];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Recovery => "recovery",
            Self::SingleSignOn => "single-sign-on",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert_eq!(Role::parse("Vlo"), None);
    }
}
