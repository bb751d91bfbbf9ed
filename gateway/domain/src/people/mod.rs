//! The people of a case: what the law and their own choices say about them.
//!
//! Enhanced rights (the Victims' Code: the one-day clock) and CPS service (Universal, Enhanced, RASSO,
//! Bereaved) are two fields and never one (requirement D1).

mod consent;
mod detail;
mod name;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use consent::{
    Consent, ConsentFault, ConsentHow, ConsentScope, ConsentState, GivenConsent, TransportClass,
    check_second_person,
};
pub use detail::{
    AbuseRisk, BORN_NOT_BEFORE, Because, ChangeReason, Charging, DetailChange, DetailFault, Gender,
    PersonDetail, StatementStatus,
};
pub(crate) use name::name_keys;
pub use name::{BadName, PersonName};

use crate::event::words::{Stage, words};
use crate::masked::Masked;

words! {
    /// What the case is about, as far as a duty depends on it.
    Offence {
        /// Rape of an adult.
        AdultRape = "adult-rape",
        /// Another serious sexual offence against an adult.
        SeriousSexual = "serious-sexual",
        /// Anything else.
        Other = "other",
    }
}

impl Offence {
    /// Whether the case is on the one-working-day clock by its offence, whatever was assessed.
    pub fn enhanced_by_offence(self) -> bool {
        matches!(self, Self::AdultRape | Self::SeriousSexual)
    }
}

/// The word for every stage.
const ALL: &str = "all";

words! {
    /// The CPS service that a victim is on ("service lead" in the casework application).
    Service {
        /// For everybody.
        Universal = "universal",
        /// For the greatest needs. Not to be mistaken for enhanced rights.
        Enhanced = "enhanced",
        /// Rape and serious sexual offences.
        Rasso = "rasso",
        /// The Bereaved Family Service.
        Bereaved = "bereaved",
    }

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
    /// The last choice about each stage, and about `all`.
    #[serde(default)]
    pub choices: BTreeMap<String, Choice>,
}

/// A choice to hear of a stage, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Whether the person wants to hear nothing.
    pub out: bool,
    /// When they chose so.
    pub at: Timestamp,
}

impl VictimStanding {
    /// Somebody who wants to hear of everything.
    pub fn wants_everything() -> Self {
        Self {
            wants_contact: true,
            withdrawn: false,
            deceased: false,
            opted_out: Vec::new(),
            choices: BTreeMap::new(),
        }
    }

    /// Takes a choice about some stages, or about all. What was chosen last counts, in whatever order it is told: an
    /// older choice that arrives late undoes no newer one.
    pub fn choose(&mut self, stages: &[Stage], all: bool, choice: Choice) {
        let chosen = stages.iter().map(|stage| stage.as_str());
        let chosen = chosen.filter(|_| !all).chain(all.then_some(ALL));
        for word in chosen {
            let known = self.choices.entry(word.to_owned()).or_insert(choice);
            if known.at <= choice.at {
                *known = choice;
            }
        }
        let out = |stage: &Stage| {
            let of = [self.choices.get(stage.as_str()), self.choices.get(ALL)];
            let last = of
                .into_iter()
                .flatten()
                .max_by_key(|choice| (choice.at, choice.out));
            last.is_some_and(|choice| choice.out)
        };
        let stages = Stage::ALL.iter().filter(|stage| out(stage));
        let stages = stages.map(|stage| stage.as_str().to_owned()).collect::<Vec<_>>();
        let everything = stages.len() == Stage::ALL.len();
        self.opted_out = if everything { vec![ALL.to_owned()] } else { stages };
    }

    /// Opted out of every stage.
    pub fn opted_out_all(&self) -> bool {
        self.opted_out.iter().any(|stage| stage == ALL)
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
    fn the_last_choice_counts_in_whatever_order_it_is_told() {
        let on = |day: i8, out: bool| Choice {
            out,
            at: jiff::civil::date(2026, 11, day).in_tz("UTC").unwrap().timestamp(),
        };
        let mut standing = VictimStanding::wants_everything();
        standing.choose(&[], true, on(23, true));
        standing.choose(&[], true, on(20, false));
        assert!(standing.opted_out_all(), "an older opt-in undoes nothing");
        standing.choose(&[Stage::Sentence], false, on(24, false));
        assert!(!standing.opted_out_of("sentence") && standing.opted_out_of("trial"));
        assert!(!standing.opted_out_all());
        standing.choose(&[Stage::Trial], false, on(22, false));
        assert!(standing.opted_out_of("trial"), "older than the opt-out of all");
        standing.choose(&[], true, on(25, false));
        assert_eq!(standing.opted_out, [""; 0]);
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
