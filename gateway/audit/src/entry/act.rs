//! The sorts of act that the log tells apart.

use serde::{Deserialize, Serialize};

/// What sort of act an entry records. The first six are the processing operations of which the Data
/// Protection Act 2018 section 62 wants logs; the others are this program's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Personal data came in.
    Collection,
    /// Personal data, or what follows from them, were changed.
    Change,
    /// Somebody read a person's content.
    Consultation,
    /// Something was told to somebody outside.
    Disclosure,
    /// Personal data were put together, for instance into a draft.
    Combination,
    /// Personal data were erased.
    Erasure,
    /// A delivery or a call was begun.
    Attempt,
    /// What came of an attempt.
    Outcome,
    /// Somebody, or a rule, decided something.
    Decision,
    /// The program did something about itself: it started, stopped, was configured.
    System,
}

impl Act {
    /// Every sort, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Collection,
        Self::Change,
        Self::Consultation,
        Self::Disclosure,
        Self::Combination,
        Self::Erasure,
        Self::Attempt,
        Self::Outcome,
        Self::Decision,
        Self::System,
    ];

    /// Its name in an entry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Change => "change",
            Self::Consultation => "consultation",
            Self::Disclosure => "disclosure",
            Self::Combination => "combination",
            Self::Erasure => "erasure",
            Self::Attempt => "attempt",
            Self::Outcome => "outcome",
            Self::Decision => "decision",
            Self::System => "system",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_what_stands_in_the_entry() {
        for act in Act::ALL {
            assert_eq!(serde_json::to_value(act).unwrap(), act.as_str());
        }
    }
}
