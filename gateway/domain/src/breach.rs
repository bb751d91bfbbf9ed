//! Suspected breaches and near misses (requirement E5; UK GDPR article 33): a suspected one has 72 hours from the moment it
//! was noticed until the Information Commissioner's Office must know, unless two people find that it need not.
//!
//! **Invariant:** hours are hours: nights, weekends and bank holidays count.
//! **Invariant:** nobody decides alone that a breach need not be reported.

use jiff::{SignedDuration, Timestamp};

/// The hours from noticing to the report.
pub const HOURS: i64 = 72;

/// What sort of record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreachKind {
    /// Something may have reached somebody, or been lost.
    Suspected,
    /// It was stopped in time.
    NearMiss,
}

/// How far it has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreachState {
    /// Noticed, and nobody has looked into it.
    Suspected,
    /// Looked into.
    Assessed {
        /// By whom.
        by: String,
    },
    /// The Commissioner's Office was told.
    Reported,
    /// Two people found that it need not be.
    NotReportable,
}

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreachEnd {
    /// The Commissioner's Office was told.
    Reported,
    /// It need not be.
    NotReportable,
}

/// A step that cannot be taken, in words that say what would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BreachFault {
    /// Assessed before, or at an end.
    #[error("this one was assessed already")]
    Assessed,
    /// Not assessed yet, or at an end.
    #[error("only what was assessed can end, and it ends once")]
    NotAssessed,
    /// One person for both.
    #[error("whoever assessed it cannot find alone that it need not be reported; somebody else does")]
    SamePerson,
}

/// When the Commissioner's Office must know.
pub fn report_due(noticed_at: Timestamp) -> Timestamp {
    noticed_at
        .checked_add(SignedDuration::from_hours(HOURS))
        .unwrap_or(Timestamp::MAX)
}

impl BreachState {
    /// Somebody has looked into it.
    pub fn assess(self, by: &str) -> Result<Self, BreachFault> {
        match self {
            Self::Suspected => Ok(Self::Assessed { by: by.to_owned() }),
            _ => Err(BreachFault::Assessed),
        }
    }

    /// It ends. Reporting waits for nobody; not reporting takes a second person.
    pub fn end(self, by: &str, end: BreachEnd) -> Result<Self, BreachFault> {
        match (self, end) {
            (Self::Assessed { .. }, BreachEnd::Reported) => Ok(Self::Reported),
            (Self::Assessed { by: first }, BreachEnd::NotReportable) if first == by => {
                Err(BreachFault::SamePerson)
            }
            (Self::Assessed { .. }, BreachEnd::NotReportable) => Ok(Self::NotReportable),
            _ => Err(BreachFault::NotAssessed),
        }
    }

    /// Its name in the database and in the contact log.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Assessed { .. } => "assessed",
            Self::Reported => "reported",
            Self::NotReportable => "not-reportable",
        }
    }

    /// Whether its clock still runs.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Suspected | Self::Assessed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_runs_72_hours_over_a_weekend_and_the_change_of_the_hour() {
        // Friday 5pm, summer time ends on Sunday 25 October 2026: 4pm on Monday in winter time.
        let noticed = "2026-10-23T16:00:00Z".parse::<Timestamp>().unwrap();
        assert_eq!(report_due(noticed).to_string(), "2026-10-26T16:00:00Z");
    }

    #[test]
    fn nobody_decides_alone_that_it_need_not_be_reported() {
        let assessed = BreachState::Suspected.assess("a").unwrap();
        let alone = assessed.clone().end("a", BreachEnd::NotReportable);
        assert_eq!(alone, Err(BreachFault::SamePerson));
        assert_eq!(
            assessed.clone().end("b", BreachEnd::NotReportable),
            Ok(BreachState::NotReportable)
        );
        assert_eq!(
            assessed.clone().end("a", BreachEnd::Reported),
            Ok(BreachState::Reported)
        );
        assert_eq!(assessed.assess("b"), Err(BreachFault::Assessed));
    }

    #[test]
    fn what_nobody_assessed_does_not_end_and_what_ended_does_not_end_again() {
        for state in [
            BreachState::Suspected,
            BreachState::Reported,
            BreachState::NotReportable,
        ] {
            assert_eq!(state.end("b", BreachEnd::Reported), Err(BreachFault::NotAssessed));
        }
    }
}
