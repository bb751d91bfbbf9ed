//! The rulebook: the duties of the Victims' Code and of the CPS as data, each with its source and the grade
//! of its evidence.
//!
//! The rows stand in `config/victims-code.toml`. Nothing in this module knows a rule by its name.
//!
//! **Invariant:** a row that rests on memory (grade M) is not enabled by the file.
//! **Invariant:** a number that no source gives is absent ([`Limit::None`]); nothing puts one in its place.
//! **Invariant:** a rule of another agency has no template: it is watched, never sent by us.
//!
//! To add a rule: a `[[rules]]` row; the loader names every key that is missing, unknown or out of place.

mod condition;
mod read;
mod row;
mod rule;
mod words;

#[cfg(test)]
mod tests;

pub use condition::{Condition, OnEvent, Test, Trigger};
pub use rule::{Confirmation, Grade, Latest, Letter, Limit, Rule, RuleId, TemplateChoice, Upstream};
pub use words::{ClockStart, Discharge, MeetingOffer, Owner, ReviewRight, Roll};

/// One fault in the rulebook: which row, which key, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("config/victims-code.toml, {row}: {fault}")]
pub struct RulebookFault {
    /// The row by its id, or by its place, or the place in the file.
    pub row: String,
    /// What is wrong and what would be right.
    pub fault: String,
}

/// The rules, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rulebook {
    rules: Vec<Rule>,
}

impl Rulebook {
    /// Reads the file; all faults at once.
    pub fn parse(toml: &str) -> Result<Self, Vec<RulebookFault>> {
        read::parse(toml)
    }

    /// Every rule, enabled or not, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.as_str() == id)
    }

    /// The same rulebook with these rows confirmed, and so enabled too. Fails with the first id that is none of its
    /// rules.
    pub fn confirm(mut self, confirmations: &[Confirmation]) -> Result<Self, String> {
        for Confirmation { rule: id, by, on } in confirmations {
            let found = self.rules.iter_mut().find(|rule| rule.id.as_str() == id);
            let rule = found.ok_or_else(|| id.clone())?;
            rule.enabled = true;
            rule.confirmed = Some((by.clone(), *on));
        }
        Ok(self)
    }

    /// The same rulebook with the rows enabled that the file marks `demo_enabled`. For the demo alone: such a
    /// row waits for somebody's confirmation before it may be enabled in earnest.
    #[must_use]
    pub fn for_demo(mut self) -> Self {
        for rule in self.rules.iter_mut().filter(|rule| rule.demo_enabled) {
            rule.enabled = true;
        }
        self
    }
}
