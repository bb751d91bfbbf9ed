//! One row of the rulebook.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, OnEvent, Trigger};
use super::words::{ClockStart, Discharge, MeetingOffer, Owner, ReviewRight, Roll};
use crate::area::AreaCode;
use crate::event::Stage;
use crate::event::facts::Facts;

/// A rule's name, such as `R6-06`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleId(String);

impl RuleId {
    /// Reads a name: 2 to 40 capital letters, digits and hyphens.
    pub fn parse(text: &str) -> Result<Self, BadRuleId> {
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        if plain && (2..=40).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadRuleId)
        }
    }

    /// Stands for a name that could not be read; a book with one is refused.
    pub(super) fn unnamed() -> Self {
        Self("UNNAMED".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not a rule's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a rule's id is 2 to 40 capital letters, digits and hyphens, such as R6-06")]
pub struct BadRuleId;

impl TryFrom<String> for RuleId {
    type Error = BadRuleId;
    fn try_from(text: String) -> Result<Self, BadRuleId> {
        Self::parse(&text)
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One letter of a grade (victims-code.md section 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// Read in an official source.
    A,
    /// Read in a secondary summary.
    B,
    /// Read, but in a source about an earlier Code.
    C,
    /// From memory, unverified.
    M,
    /// Our own house practice.
    House,
    /// A working assumption that somebody has to confirm.
    Assumption,
}

impl Letter {
    /// What it means, for whoever reads a due time: law that is not confirmed says so.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::A => "read in an official source",
            Self::B => "read in a secondary summary; not confirmed against the Code itself",
            Self::C => "read in a source about an earlier Code; not confirmed for the one in force",
            Self::M => "from memory; not confirmed",
            Self::House => "our own practice; no Code asks for it",
            Self::Assumption => "a working assumption, neither law nor policy",
        }
    }
}

/// How good the evidence is: one letter, or several as in `A/C` (the limit is A, the detail C).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade(Vec<Letter>);

impl Grade {
    /// A grade of one letter.
    pub fn of(letter: Letter) -> Self {
        Self(vec![letter])
    }

    /// Reads `A`, `A/C`, `house`.
    pub fn find(text: &str) -> Option<Self> {
        text.split('/')
            .map(|part| match part {
                "A" => Some(Letter::A),
                "B" => Some(Letter::B),
                "C" => Some(Letter::C),
                "M" => Some(Letter::M),
                "house" => Some(Letter::House),
                "assumption" => Some(Letter::Assumption),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// The letters.
    pub fn letters(&self) -> &[Letter] {
        &self.0
    }

    /// What its letters mean, in one line.
    pub fn explain(&self) -> String {
        let words = self.0.iter().map(|letter| letter.explain());
        words.collect::<Vec<_>>().join("; in part ")
    }

    /// Whether the row, or a part of it, rests on memory.
    pub fn rests_on_memory(&self) -> bool {
        self.0.contains(&Letter::M)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            f.write_str(match letter {
                Letter::A => "A",
                Letter::B => "B",
                Letter::C => "C",
                Letter::M => "M",
                Letter::House => "house",
                Letter::Assumption => "assumption",
            })?;
        }
        Ok(())
    }
}

/// How much time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// No source gives a number.
    None,
    /// Working days; day 1 is the first working day after the clock starts.
    WorkingDays {
        /// For everybody.
        general: u16,
        /// With enhanced rights; never more than `general`.
        enhanced: u16,
    },
    /// Calendar days after the day on which the clock starts; 0 is the same day.
    CalendarDays {
        /// How many.
        days: u16,
        /// What happens when the last one is not a working day.
        roll: Roll,
    },
    /// The very moment at which the clock starts: what was promised for a time is due at that time.
    AtTheTime,
    /// Calendar months after the day on which the clock starts.
    CalendarMonths {
        /// How many.
        months: u16,
    },
}

/// The leg before ours: another agency's time, which the Code does not count against the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Who passes the news on.
    pub by: Owner,
    /// From when, in words.
    pub starts: String,
    /// How many working days; absent where no source gives a number.
    pub working_days: Option<u16>,
}

/// A latest moment beside the due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latest {
    /// Before pre-recorded cross-examination, else before live evidence.
    BeforeS28OrEvidence,
}

/// A template kind for a situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateChoice {
    /// The conditions, all of which hold.
    pub when: Vec<Condition>,
    /// The kind.
    pub kind: String,
}

/// Somebody of the organisation who answers for a row: they have read it against the Code or the policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The row, by its id.
    pub rule: String,
    /// Who: a name or an office.
    pub by: String,
    /// On which day.
    pub on: Date,
}

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "columns of a table, each named by the issue"
)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// What must be told or done.
    pub title: String,
    /// The right of the Code, or the policy.
    pub right: String,
    /// Where it was read.
    pub source: String,
    /// How good the evidence is.
    pub grade: Grade,
    /// Whether it makes obligations.
    pub enabled: bool,
    /// Whether the demo enables it.
    pub demo_enabled: bool,
    /// Whether somebody has to confirm it first.
    pub confirm_before_enabling: bool,
    /// Who confirmed it and when, once somebody has.
    pub confirmed: Option<(String, Date)>,
    /// Whether it is a working assumption.
    pub working_assumption: bool,
    /// Whether it is our own practice and not a duty of the Code.
    pub house_rule: bool,
    /// Whether its time is never to be stated as a hard cut-off.
    pub soft: bool,
    /// Who owes it.
    pub owner: Owner,
    /// The stage of the case.
    pub stage: Stage,
    /// What raises it.
    pub trigger: Trigger,
    /// From when it counts.
    pub clock_start: ClockStart,
    /// From when it counts, in the words of the source.
    pub clock_words: String,
    /// How much time there is.
    pub limit: Limit,
    /// The leg before ours.
    pub upstream: Option<Upstream>,
    /// What ends it.
    pub discharge: Discharge,
    /// Whether a meeting is offered.
    pub meeting_offer: MeetingOffer,
    /// Whether the right to review is told.
    pub review_right: ReviewRight,
    /// The Areas in which it applies; empty for all.
    pub areas: Vec<AreaCode>,
    /// The kind of message, when no choice in `templates` fits.
    pub template_kind: Option<String>,
    /// Kinds for situations, the first that fits.
    pub templates: Vec<TemplateChoice>,
    /// Whether a second person must approve.
    pub second_person: bool,
    /// The version of the Code.
    pub code_version: String,
    /// The first day on which it is in force.
    pub in_force_from: Option<Date>,
    /// The last day on which it is in force.
    pub in_force_to: Option<Date>,
    /// The latest moment beside the due time.
    pub latest: Option<Latest>,
    /// The rule whose message does this duty too, while that rule is enabled.
    pub carried_by: Option<RuleId>,
    /// The events that end it undone.
    pub lapses_on: Vec<OnEvent>,
    /// What else to know.
    pub note: Option<String>,
}

impl Rule {
    /// Whether the rule is in force on a day.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.in_force_from.is_none_or(|from| from <= day) && self.in_force_to.is_none_or(|to| day <= to)
    }

    /// Whether the rule applies in an Area.
    pub fn applies_in(&self, area: &AreaCode) -> bool {
        self.areas.is_empty() || self.areas.contains(area)
    }

    /// The kind of message for a situation; `None` when nothing is sent from a template.
    pub fn template_for(&self, facts: &Facts) -> Option<&str> {
        self.templates
            .iter()
            .find(|choice| choice.when.iter().all(|condition| condition.holds(facts)))
            .map(|choice| choice.kind.as_str())
            .or(self.template_kind.as_deref())
    }

    /// Every kind of message that the rule may ask for.
    pub fn template_kinds(&self) -> impl Iterator<Item = &str> {
        self.templates
            .iter()
            .map(|choice| choice.kind.as_str())
            .chain(self.template_kind.as_deref())
    }
}
