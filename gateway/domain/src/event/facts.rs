//! What the rules may ask of an event: flags, words and numbers, never free text.

use super::detail::Detail;
use super::words::{ChargeOutcome, DecidedBy};

/// One fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Yes or no.
    Flag(bool),
    /// One of a field's words.
    Word(&'static str),
    /// A whole number.
    Number(i64),
}

/// Facts by name; a name that is absent fits no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(Vec<(&'static str, Fact)>);

impl Facts {
    /// The fact of that name.
    pub fn get(&self, name: &str) -> Option<Fact> {
        self.0
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, fact)| *fact)
    }

    /// Adds a fact.
    pub fn add(&mut self, name: &'static str, fact: Fact) {
        self.0.push((name, fact));
    }
}

impl Detail {
    /// The facts of this event by the names of its fields. `review_qualifies` is there even when the event
    /// does not say it: a decision of the CPS not to charge qualifies, and so does the end of all proceedings
    /// unless the victim had withdrawn (victims-code.md section 7).
    pub fn facts(&self) -> Facts {
        use Fact::{Flag, Number, Word};
        Facts(match self {
            Self::PoliceUpdate { what } => vec![("what", Word(what.as_str()))],
            Self::ChargeDecision { .. } | Self::ChargeStopped { .. } | Self::ChargeAltered { .. } => {
                self.charge_facts()
            }
            Self::Plea {
                plea,
                must_give_evidence,
            } => {
                vec![
                    ("plea", Word(plea.as_str())),
                    ("must_give_evidence", Flag(*must_give_evidence)),
                ]
            }
            Self::TrialSet {
                after_not_guilty_plea,
                ..
            } => {
                vec![("after_not_guilty_plea", Flag(*after_not_guilty_plea))]
            }
            Self::CaseOutcome { outcome, .. } => vec![("outcome", Word(outcome.as_str()))],
            Self::Sentence {
                months,
                hospital_order,
                ..
            } => {
                let mut facts = vec![("hospital_order", Flag(*hospital_order))];
                facts.extend(months.map(|months| ("months", Number(i64::from(months)))));
                facts
            }
            Self::Appeal { stage } => vec![("stage", Word(stage.as_str()))],
            Self::DecisionCommunicated { review_qualifies } => {
                vec![("review_qualifies", Flag(*review_qualifies))]
            }
            Self::ReviewRequest { stage } => vec![("stage", Word(stage.as_str()))],
            Self::ReviewOutcome { upheld, .. } => vec![("upheld", Flag(*upheld))],
            Self::MeetingArranged { how, .. } | Self::MeetingChanged { how, .. } => {
                vec![("how", Word(how.as_str()))]
            }
            Self::EnhancedRightsFound { ground } => vec![("ground", Word(ground.as_str()))],
            Self::OptOut { all, .. } | Self::OptIn { all, .. } => vec![("all", Flag(*all))],
            _ => Vec::new(),
        })
    }

    fn charge_facts(&self) -> Vec<(&'static str, Fact)> {
        use Fact::{Flag, Word};
        match self {
            Self::ChargeDecision {
                decision, decided_by, ..
            } => vec![
                ("decision", Word(decision.as_str())),
                ("decided_by", Word(decided_by.as_str())),
                ("review_qualifies", Flag(self.review_qualifies())),
            ],
            Self::ChargeStopped {
                how,
                all_proceedings_end,
                after_victim_withdrawal,
                victim_at_court,
                ..
            } => vec![
                ("how", Word(how.as_str())),
                ("all_proceedings_end", Flag(*all_proceedings_end)),
                ("after_victim_withdrawal", Flag(*after_victim_withdrawal)),
                ("victim_at_court", Flag(*victim_at_court)),
                ("review_qualifies", Flag(self.review_qualifies())),
            ],
            Self::ChargeAltered {
                level,
                victim_at_court,
                ..
            } => {
                vec![
                    ("level", Word(level.as_str())),
                    ("victim_at_court", Flag(*victim_at_court)),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// Whether the decision in this event qualifies for the Victims' Right to Review.
    pub fn review_qualifies(&self) -> bool {
        match self {
            Self::ChargeDecision {
                decision,
                decided_by,
                review_qualifies,
                ..
            } => review_qualifies
                .unwrap_or(*decision == ChargeOutcome::NoCharge && *decided_by == DecidedBy::Cps),
            Self::ChargeStopped {
                all_proceedings_end,
                after_victim_withdrawal,
                review_qualifies,
                ..
            } => review_qualifies.unwrap_or(*all_proceedings_end && !after_victim_withdrawal),
            Self::DecisionCommunicated { review_qualifies } => *review_qualifies,
            _ => false,
        }
    }
}
