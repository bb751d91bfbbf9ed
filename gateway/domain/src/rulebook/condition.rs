//! What raises a rule, and what ends it: an event and conditions on its facts.

use crate::event::facts::{Fact, Facts};

/// What is asked of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is this flag.
    Is(bool),
    /// It is one of these words.
    OneOf(Vec<String>),
    /// It is a number of at least this.
    AtLeast(i64),
}

/// One condition. A fact that is absent fits none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The fact by its name.
    pub fact: String,
    /// What is asked of it.
    pub test: Test,
}

impl Condition {
    /// Whether the facts fit.
    pub fn holds(&self, facts: &Facts) -> bool {
        match (&self.test, facts.get(&self.fact)) {
            (Test::Is(wanted), Some(Fact::Flag(flag))) => *wanted == flag,
            (Test::OneOf(words), Some(Fact::Word(word))) => words.iter().any(|wanted| wanted == word),
            (Test::AtLeast(least), Some(Fact::Number(number))) => number >= *least,
            _ => false,
        }
    }
}

/// A kind of event with conditions, all of which hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnEvent {
    /// The kind.
    pub event: String,
    /// The conditions.
    pub when: Vec<Condition>,
}

impl OnEvent {
    /// Whether an event of this kind with these facts fits.
    pub fn fits(&self, kind: &str, facts: &Facts) -> bool {
        self.event == kind && self.when.iter().all(|condition| condition.holds(facts))
    }
}

/// What raises a rule: any of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// The alternatives.
    pub any: Vec<OnEvent>,
}

impl Trigger {
    /// Whether one of the alternatives fits.
    pub fn fits(&self, kind: &str, facts: &Facts) -> bool {
        self.any.iter().any(|on| on.fits(kind, facts))
    }
}
