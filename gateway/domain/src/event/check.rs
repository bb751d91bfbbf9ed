//! Bounds, and fields that belong together.

use super::detail::Detail;
use super::words::ChargeOutcome;
use super::{ITEM_CHARS_MAX, LIST_ITEMS_MAX, NAME_CHARS_MAX, REFERENCE_CHARS_MAX, TEXT_CHARS_MAX};
use crate::masked::Masked;

/// An event that cannot be taken: which field, what is wrong, what would be right. Never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}` {problem}; right would be: {right}")]
pub struct EventFault {
    /// The field, or `(whole line)`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
    /// What would be right.
    pub right: String,
}

impl EventFault {
    pub(super) fn new(field: &str, problem: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            problem: problem.into(),
            right: right.into(),
        }
    }
}

/// A reference in the envelope: short, not empty, no spaces around it, no control characters.
pub(super) fn reference(name: &'static str, text: &str) -> Result<(), EventFault> {
    let chars = text.chars().count();
    if chars == 0 || chars > REFERENCE_CHARS_MAX || text.trim() != text || text.chars().any(char::is_control)
    {
        return Err(EventFault::new(
            name,
            format!("has {chars} characters, or spaces around it, or control characters"),
            format!("1 to {REFERENCE_CHARS_MAX} plain characters"),
        ));
    }
    Ok(())
}

fn bounded(name: &'static str, value: &Masked, chars_max: usize) -> Result<(), EventFault> {
    let text = value.reveal();
    let chars = text.chars().count();
    if text.trim().is_empty() || chars > chars_max {
        return Err(EventFault::new(
            name,
            format!("has {chars} characters"),
            format!("1 to {chars_max} characters, or leave the field out"),
        ));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(EventFault::new(
            name,
            "holds control characters",
            "plain text; line breaks as \\n",
        ));
    }
    Ok(())
}

fn text(name: &'static str, value: Option<&Masked>) -> Result<(), EventFault> {
    value.map_or(Ok(()), |value| bounded(name, value, TEXT_CHARS_MAX))
}

fn name(field: &'static str, value: Option<&Masked>) -> Result<(), EventFault> {
    let Some(value) = value else { return Ok(()) };
    if value.reveal().contains(['\n', '\t']) {
        return Err(EventFault::new(field, "holds a line break or a tab", "one line"));
    }
    bounded(field, value, NAME_CHARS_MAX)
}

fn list(name: &'static str, items: &[Masked]) -> Result<(), EventFault> {
    if items.len() > LIST_ITEMS_MAX {
        return Err(EventFault::new(
            name,
            format!("has {} items", items.len()),
            format!("at most {LIST_ITEMS_MAX} items"),
        ));
    }
    items
        .iter()
        .try_for_each(|item| bounded(name, item, ITEM_CHARS_MAX))
}

/// Reasons come with the person who gave them (requirement C6).
fn signed(
    field: (&'static str, &'static str),
    words: Option<&Masked>,
    author: Option<&Masked>,
) -> Result<(), EventFault> {
    text(field.0, words)?;
    name(field.1, author)?;
    if words.is_some() && author.is_none() {
        return Err(EventFault::new(
            field.1,
            format!("is missing although `{}` is given", field.0),
            "the name of the prosecutor who gave the words",
        ));
    }
    Ok(())
}

const REASONS: (&str, &str) = ("reasons", "reasons_author");

impl Detail {
    /// Checks bounds, and fields that belong together.
    pub fn validate(&self) -> Result<(), EventFault> {
        match self {
            Self::ChargeDecision { .. } => self.validate_decision(),
            Self::ProvisionalDecision {
                reasons,
                reasons_author,
            }
            | Self::ReviewOutcome {
                reasons,
                reasons_author,
                ..
            } => signed(REASONS, reasons.as_ref(), reasons_author.as_ref()),
            Self::ChargeStopped {
                charges,
                reasons,
                reasons_author,
                ..
            }
            | Self::ChargeAltered {
                charges,
                reasons,
                reasons_author,
                ..
            } => {
                list("charges", charges)?;
                signed(REASONS, reasons.as_ref(), reasons_author.as_ref())
            }
            Self::PoliceNoInvestigation { reasons } | Self::CaseOutcome { reasons, .. } => {
                text("reasons", reasons.as_ref())
            }
            Self::HearingListed { court, .. } => name("court", court.as_ref()),
            Self::BailOutcome { outcome, conditions } => {
                text("outcome", outcome.as_ref())?;
                list("conditions", conditions)
            }
            Self::WarrantIssued { outcome } => text("outcome", outcome.as_ref()),
            Self::Sentence { explanation, .. } => text("explanation", explanation.as_ref()),
            Self::SentenceQuestion {
                question,
                answer,
                answer_author,
            } => {
                text("question", question.as_ref())?;
                signed(
                    ("answer", "answer_author"),
                    answer.as_ref(),
                    answer_author.as_ref(),
                )
            }
            Self::MeetingArranged { place, .. } | Self::MeetingChanged { place, .. } => {
                name("where", Some(place))
            }
            Self::MeetingCancelled { reason, .. } | Self::UpdateImpossible { reason } => {
                text("reason", reason.as_ref())
            }
            Self::ContactChange { said_by, note } => {
                name("said_by", Some(said_by))?;
                text("note", note.as_ref())
            }
            Self::OptOut { stages, all } | Self::OptIn { stages, all } => scope(stages, *all),
            _ => Ok(()),
        }
    }

    fn validate_decision(&self) -> Result<(), EventFault> {
        let Self::ChargeDecision {
            decision,
            charges,
            reasons,
            reasons_author,
            first_hearing_at,
            first_hearing_court,
            ..
        } = self
        else {
            return Ok(());
        };
        list("charges", charges)?;
        signed(REASONS, reasons.as_ref(), reasons_author.as_ref())?;
        name("first_hearing_court", first_hearing_court.as_ref())?;
        if *decision == ChargeOutcome::NoCharge
            && (first_hearing_at.is_some() || first_hearing_court.is_some())
        {
            return Err(EventFault::new(
                "first_hearing_at",
                "or `first_hearing_court` is given although nobody is charged",
                "no hearing with `decision` = no-charge",
            ));
        }
        Ok(())
    }
}

/// Either all, or at least one stage.
fn scope<T>(stages: &[T], all: bool) -> Result<(), EventFault> {
    if all == stages.is_empty() && stages.len() <= LIST_ITEMS_MAX {
        return Ok(());
    }
    Err(EventFault::new(
        "stages",
        "does not fit `all`",
        "`all` = true without stages, or a list of stages",
    ))
}
