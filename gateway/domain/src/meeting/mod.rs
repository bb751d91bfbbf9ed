//! A meeting with a victim, from the offer to what came of it.
//!
//! **Invariant:** nobody of the defence is ever part of a meeting, neither as planned nor as held.
//! **Invariant:** what was planned is never overwritten by what took place: the two stand side by side.
//!
//! No source gives a time after which an unanswered offer ends, so none ends by itself: a person records that there was
//! no answer, a second offer goes by another route, and an answer that comes late still counts.

mod details;
mod words;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use details::{
    Arrangement, Cancelled, LONG_CHARS_MAX, MINUTES_MAX, NotOffered, Outcome, PLACE_CHARS_MAX, People, Place,
    SHORT_CHARS_MAX, Word,
};
pub use words::{AskedBy, CancelWhy, Mode, NotOfferedWhy, Part, PlaceKind, Purpose, Research, Route};

use crate::masked::Masked;
use details::is_text;

/// Why a step of a meeting is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeetingFault {
    /// The step does not follow on the state that the meeting is in.
    #[error("a meeting that is {from} cannot be {verb}")]
    WrongState {
        /// The state it is in.
        from: &'static str,
        /// What was asked.
        verb: &'static str,
    },
    /// "Other" without a name for it.
    #[error("another purpose is named in 1 to 200 characters")]
    Purpose,
    /// "Other" without details, or details that are too long.
    #[error("another reason is given in 1 to 200 characters")]
    Detail,
    /// Something recorded before it happened.
    #[error("the time lies in the future; record it once it has happened")]
    Future,
    /// Something recorded of a time before the case.
    #[error("the time lies before the case was opened; check the date")]
    BeforeCase,
    /// An answer before its offer.
    #[error("the answer lies before the offer; check the date")]
    BeforeOffer,
    /// A second offer by a route that was tried.
    #[error("the offer went by this route before and was not answered; use another safe route")]
    SameRoute,
    /// A meeting that is arranged for the past.
    #[error("the meeting must lie in the future")]
    NotAhead,
    /// No place, or a name that is too long.
    #[error("the place is named in 1 to 180 characters")]
    Place,
    /// A place of a meeting by video.
    #[error("a virtual meeting has no place")]
    PlaceOfNone,
    /// Somebody of the defence.
    #[error("nobody of the defence takes part in a meeting with a victim")]
    Defence,
    /// No chair, or one who does not take part.
    #[error("one of those who take part leads the meeting, and not the victim")]
    Chair,
    /// A plan without the victim.
    #[error("the victim takes part in every meeting")]
    WithoutVictim,
    /// CPS's offer that nobody accepted.
    #[error("CPS offered this meeting only if an offer was accepted; record the offer and its answer first")]
    NoOffer,
    /// A meeting whose time has not come.
    #[error("the meeting has not begun yet; record what came of it afterwards")]
    NotYet,
    /// No length, or more than a day.
    #[error("a meeting takes 1 minute to 24 hours")]
    Minutes,
    /// Actions that are too long.
    #[error("the actions are at most 4,000 characters")]
    Actions,
}

/// Where a meeting stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum State {
    /// Written down, and neither offered nor refused: the victim or somebody else asked for it.
    Asked,
    /// Not offered, with a reason.
    NotOffered {
        /// Why.
        reason: NotOffered,
    },
    /// Offered; the answer is awaited.
    Offered,
    /// The victim accepted.
    Accepted {
        /// How and when.
        answer: Word,
    },
    /// The victim declined.
    Declined {
        /// How and when.
        answer: Word,
    },
    /// Nobody answered.
    NoResponse {
        /// When this was recorded.
        since: Timestamp,
    },
    /// A time is agreed.
    Arranged {
        /// What is agreed.
        plan: Arrangement,
    },
    /// It will not be.
    Cancelled {
        /// What was agreed.
        plan: Arrangement,
        /// Why it will not be.
        reason: Cancelled,
    },
    /// It took place.
    Held {
        /// What was agreed.
        plan: Arrangement,
        /// What took place.
        outcome: Outcome,
    },
}

impl State {
    /// The word in data.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::NotOffered { .. } => "not-offered",
            Self::Offered => "offered",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::NoResponse { .. } => "no-response",
            Self::Arranged { .. } => "arranged",
            Self::Cancelled { .. } => "cancelled",
            Self::Held { .. } => "held",
        }
    }
}

/// A meeting as it is kept, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// What it is about.
    pub purpose: Purpose,
    /// Named in a few words; always for [`Purpose::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose_name: Option<Masked>,
    /// Every offer, oldest first.
    pub offers: Vec<Word>,
    /// Where it stands.
    pub state: State,
}

/// When a step is taken, and since when the case is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Now.
    pub now: Timestamp,
    /// When the case was opened.
    pub case_opened_at: Timestamp,
}

impl Times {
    /// What is said to have happened has, and since the case is there.
    fn check(self, at: Timestamp) -> Result<(), MeetingFault> {
        if at > self.now {
            return Err(MeetingFault::Future);
        }
        if at < self.case_opened_at {
            return Err(MeetingFault::BeforeCase);
        }
        Ok(())
    }
}

/// One step of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is not offered.
    DoNotOffer(NotOffered),
    /// It is offered, or offered again by another route.
    Offer(Word),
    /// The victim accepts.
    Accept(Word),
    /// The victim declines.
    Decline(Word),
    /// Nobody answers.
    NoResponse,
    /// A time is agreed, or another one.
    Arrange(Arrangement),
    /// What was agreed will not be.
    Cancel(Cancelled),
    /// It took place.
    Hold(Outcome),
}

impl Step {
    /// What the step does to a meeting, in the words of an error.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::DoNotOffer(_) => "not offered",
            Self::Offer(_) => "offered",
            Self::Accept(_) => "accepted",
            Self::Decline(_) => "declined",
            Self::NoResponse => "without an answer",
            Self::Arrange(_) => "arranged",
            Self::Cancel(_) => "cancelled",
            Self::Hold(_) => "held",
        }
    }
}

impl Meeting {
    /// A meeting of which nothing is decided yet.
    pub fn new(purpose: Purpose, purpose_name: Option<Masked>) -> Result<Self, MeetingFault> {
        let named = is_text(purpose_name.as_ref(), SHORT_CHARS_MAX);
        if named != (purpose == Purpose::Other) {
            return Err(MeetingFault::Purpose);
        }
        Ok(Self {
            purpose,
            purpose_name,
            offers: Vec::new(),
            state: State::Asked,
        })
    }

    /// Takes a step, or says why it cannot be taken.
    pub fn step(mut self, step: Step, times: Times) -> Result<Self, MeetingFault> {
        let wrong = MeetingFault::WrongState {
            from: self.state.as_str(),
            verb: step.verb(),
        };
        self.state = match (self.state, step) {
            (State::Asked, Step::DoNotOffer(reason)) => {
                reason.check()?;
                State::NotOffered { reason }
            }
            (
                State::Asked | State::NotOffered { .. } | State::Offered | State::NoResponse { .. },
                Step::Offer(offer),
            ) => {
                times.check(offer.at)?;
                if self.offers.iter().any(|before| before.route == offer.route) {
                    return Err(MeetingFault::SameRoute);
                }
                self.offers.push(offer);
                State::Offered
            }
            (State::Offered | State::NoResponse { .. }, Step::Accept(answer)) => {
                answers(&self.offers, answer, times)?;
                State::Accepted { answer }
            }
            (State::Offered | State::NoResponse { .. }, Step::Decline(answer)) => {
                answers(&self.offers, answer, times)?;
                State::Declined { answer }
            }
            (State::Offered, Step::NoResponse) => State::NoResponse { since: times.now },
            // Whoever declined or did not answer may ask for a meeting later; CPS's offer must have been accepted.
            (
                before @ (State::Asked
                | State::Accepted { .. }
                | State::Declined { .. }
                | State::NoResponse { .. }
                | State::Arranged { .. }),
                Step::Arrange(plan),
            ) => {
                plan.check(times.now)?;
                let offered = matches!(before, State::Accepted { .. })
                    || matches!(&before, State::Arranged { plan } if plan.asked_by == AskedBy::CpsOffered);
                if plan.asked_by == AskedBy::CpsOffered && !offered {
                    return Err(MeetingFault::NoOffer);
                }
                State::Arranged { plan }
            }
            (State::Arranged { plan }, Step::Cancel(reason)) => {
                reason.check()?;
                State::Cancelled { plan, reason }
            }
            (State::Arranged { plan }, Step::Hold(outcome)) => {
                if plan.meeting_at > times.now {
                    return Err(MeetingFault::NotYet);
                }
                outcome.check()?;
                State::Held { plan, outcome }
            }
            _ => return Err(wrong),
        };
        Ok(self)
    }
}

/// An answer follows on the first offer at the earliest.
fn answers(offers: &[Word], answer: Word, times: Times) -> Result<(), MeetingFault> {
    times.check(answer.at)?;
    match offers.first() {
        Some(offer) if answer.at >= offer.at => Ok(()),
        _ => Err(MeetingFault::BeforeOffer),
    }
}
