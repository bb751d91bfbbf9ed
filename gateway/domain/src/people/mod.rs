//! The people of a case: what the law and their own choices say about them.
//!
//! Enhanced rights (the Victims' Code: the one-day clock) and CPS service (Universal, Enhanced, RASSO,
//! Bereaved) are two fields and never one (requirement D1).

mod consent;
mod name;

use serde::{Deserialize, Serialize};

pub use consent::{Consent, ConsentScope, TransportClass};
pub(crate) use name::name_keys;
pub use name::{BadName, PersonName};

use crate::event::words::words;
use crate::masked::Masked;

/// What the case is about, as far as a duty depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Offence {
    /// Rape of an adult.
    AdultRape,
    /// Another serious sexual offence against an adult.
    SeriousSexual,
    /// Anything else.
    Other,
}

impl Offence {
    /// The word in data and rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdultRape => "adult-rape",
            Self::SeriousSexual => "serious-sexual",
            Self::Other => "other",
        }
    }

    /// Whether the case is on the one-working-day clock by its offence, whatever was assessed.
    pub fn enhanced_by_offence(self) -> bool {
        matches!(self, Self::AdultRape | Self::SeriousSexual)
    }
}

/// The CPS service that a victim is on ("service lead" in the casework application).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// For everybody.
    Universal,
    /// For the greatest needs. Not to be mistaken for enhanced rights.
    Enhanced,
    /// Rape and serious sexual offences.
    Rasso,
    /// The Bereaved Family Service.
    Bereaved,
}

impl Service {
    /// The word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Universal => "universal",
            Self::Enhanced => "enhanced",
            Self::Rasso => "rasso",
            Self::Bereaved => "bereaved",
        }
    }
}

words! {
    /// By what a victim has enhanced rights under the Victims' Code.
    EnhancedGround {
        /// A victim of the most serious crime.
        MostSeriousCrime = "most-serious-crime",
        /// Persistently targeted.
        PersistentlyTargeted = "persistently-targeted",
        /// Vulnerable or intimidated.
        VulnerableOrIntimidated = "vulnerable-or-intimidated",
    }
}

/// The language in which a person wants to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "language", rename_all = "kebab-case")]
pub enum Language {
    /// English.
    English,
    /// Welsh.
    Welsh,
    /// Another; messages go through a vetted translator, by hand.
    Other {
        /// What it is called.
        name: String,
    },
}

impl Language {
    /// The folder of templates: `en` or `cy`; none for another language.
    pub fn template(&self) -> Option<&'static str> {
        match self {
            Self::English => Some("en"),
            Self::Welsh => Some("cy"),
            Self::Other { .. } => None,
        }
    }
}

/// How somebody reads what we write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correspondence {
    /// The language.
    pub language: Language,
    /// Who translates and how they are reached; never friends or family. None when no translator is needed.
    #[serde(default)]
    pub translator: Option<Masked>,
    /// Large print, easy read and the like, in plain words.
    #[serde(default)]
    pub formats: Vec<String>,
}

/// What a victim has chosen, and whether they live: read before any draft and again before any dispatch
/// (requirement D5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VictimStanding {
    /// Wants to be contacted at all.
    pub wants_contact: bool,
    /// Has withdrawn from the case.
    pub withdrawn: bool,
    /// Has died; a person decides who is told and how.
    pub deceased: bool,
    /// Stages about which they want to hear nothing; the word `all` stands for every stage.
    #[serde(default)]
    pub opted_out: Vec<String>,
}

impl VictimStanding {
    /// Somebody who wants to hear of everything.
    pub fn wants_everything() -> Self {
        Self {
            wants_contact: true,
            withdrawn: false,
            deceased: false,
            opted_out: Vec::new(),
        }
    }

    /// Opted out of every stage.
    pub fn opted_out_all(&self) -> bool {
        self.opted_out.iter().any(|stage| stage == "all")
    }

    /// Opted out of this stage, alone or with all others.
    pub fn opted_out_of(&self, stage: &str) -> bool {
        self.opted_out_all() || self.opted_out.iter().any(|out| out == stage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sexual_offence_against_an_adult_is_on_the_one_day_clock_by_offence() {
        assert!(Offence::AdultRape.enhanced_by_offence() && Offence::SeriousSexual.enhanced_by_offence());
        assert!(!Offence::Other.enhanced_by_offence());
    }

    #[test]
    fn opting_out_of_all_is_opting_out_of_each() {
        let mut standing = VictimStanding::wants_everything();
        assert!(!standing.opted_out_of("sentence"));
        standing.opted_out = vec!["trial".into()];
        assert!(standing.opted_out_of("trial") && !standing.opted_out_of("sentence"));
        standing.opted_out.push("all".into());
        assert!(standing.opted_out_of("sentence"));
    }

    #[test]
    fn words_in_data_are_the_words_of_serde() {
        for offence in [Offence::AdultRape, Offence::SeriousSexual, Offence::Other] {
            assert_eq!(serde_json::to_value(offence).unwrap(), offence.as_str());
        }
        for service in [
            Service::Universal,
            Service::Enhanced,
            Service::Rasso,
            Service::Bereaved,
        ] {
            assert_eq!(serde_json::to_value(service).unwrap(), service.as_str());
        }
        let polish = Language::Other {
            name: "Polish".into(),
        };
        let json = serde_json::to_string(&polish).unwrap();
        assert_eq!(json, r#"{"language":"other","name":"Polish"}"#);
        assert_eq!(serde_json::from_str::<Language>(&json).unwrap(), polish);
        assert_eq!(
            (polish.template(), Language::Welsh.template()),
            (None, Some("cy"))
        );
    }
}
