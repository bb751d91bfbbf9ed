//! Calls as they were made, with the fields of the casework application's log (requirements A7 and E2).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::{Plan, VoicemailRule};
use crate::id::ContactPointId;
use crate::masked::Masked;

/// Who rang whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The person rang us.
    Inbound,
    /// We rang.
    Outbound,
}

/// Whom the call reached or was meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "person", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PersonContacted {
    /// The victim.
    Victim,
    /// Through the adviser.
    ViaIsva,
    /// Through the domestic violence adviser.
    ViaIdva,
    /// Through the police.
    ViaPolice,
    /// Somebody else.
    Other {
        /// Their name.
        name: Masked,
        /// Their part in the case.
        role: String,
    },
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallOutcome {
    /// Somebody spoke.
    Answered,
    /// Nobody did.
    NotAnswered,
    /// It broke off.
    Dropped,
}

/// What was left on a voicemail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "left", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MessageLeft {
    /// Nothing.
    Nothing,
    /// The words that were agreed on.
    AgreedWording,
    /// These words.
    Words {
        /// What was said.
        words: Masked,
    },
}

/// One telephone call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// When it was made; when it was logged is the log's own fact.
    pub occurred_at: Timestamp,
    /// Who rang whom.
    pub direction: Direction,
    /// The number of the plan that was rung; none for an inbound call.
    #[serde(default)]
    pub point: Option<ContactPointId>,
    /// Whom it reached or was meant for.
    pub person: PersonContacted,
    /// What came of it.
    pub outcome: CallOutcome,
    /// Whether the victim has been told what the call was about.
    pub informed: bool,
    /// "Was a message left, and with what words?"
    pub left: MessageLeft,
}

/// Why a call cannot be recorded like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallFault {
    /// In the future.
    #[error("the call lies in the future; enter when it was made")]
    Future,
    /// Before the case.
    #[error("the call lies before the case was opened; check the date")]
    BeforeCase,
    /// Inbound and not answered.
    #[error(
        "a call that came in was answered; one that was not is recorded as an outbound attempt or not at all"
    )]
    InboundFailed,
    /// Informed in a call that nobody answered, or somebody else was told.
    #[error(
        "the victim counts as informed only when the victim spoke, or an adviser or the police passed it on"
    )]
    InformedUnheard,
    /// A message left in a call that was answered or came in.
    #[error("a message is left only when nobody answered a call that we made")]
    LeftWhileAnswered,
    /// A free message on a voicemail.
    #[error(
        "no message may be left on this person's voicemail in words that were not agreed; if one was left, record the \
         call without it and report an incident"
    )]
    VoicemailNotAgreed,
    /// The number is not in the plan.
    #[error("the number that was rung is not in the contact plan")]
    NoPoint,
}

/// What a person should look at although the call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallFlag {
    /// We rang outside the agreed times.
    OutsideWindow,
    /// The number was not verified safe when it was rung.
    PointNotSafe,
    /// It broke off: the dropped-call note of the plan says who rings back.
    FollowDroppedCallNote,
}

/// What a call is checked against.
#[derive(Debug, Clone, Copy)]
pub struct CallContext<'a> {
    /// The victim's plan.
    pub plan: &'a Plan,
    /// When the case was opened.
    pub case_opened_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl CallRecord {
    /// Checks the record; all faults at once, or what to look at. A recorded call is a fact: what was done
    /// against the plan is flagged rather than hidden, except for words on a voicemail, which would make an
    /// unsafe act look like an ordinary one.
    pub fn check(&self, context: &CallContext<'_>) -> Result<Vec<CallFlag>, Vec<CallFault>> {
        let outbound = self.direction == Direction::Outbound;
        let answered = self.outcome != CallOutcome::NotAnswered;
        let left_words = self.left != MessageLeft::Nothing;
        let told_other = matches!(self.person, PersonContacted::Other { .. });
        let point = self.point.as_ref().and_then(|id| context.plan.point(id));
        let faults: Vec<CallFault> = [
            (self.occurred_at > context.now, CallFault::Future),
            (self.occurred_at < context.case_opened_at, CallFault::BeforeCase),
            (!outbound && !answered, CallFault::InboundFailed),
            (
                self.informed && (!answered || told_other),
                CallFault::InformedUnheard,
            ),
            (
                left_words && (answered || !outbound),
                CallFault::LeftWhileAnswered,
            ),
            (
                !self.voicemail_agreed(context.plan),
                CallFault::VoicemailNotAgreed,
            ),
            (self.point.is_some() && point.is_none(), CallFault::NoPoint),
        ]
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let to_victim = outbound && self.person == PersonContacted::Victim;
        let unsafe_point = point.is_none_or(|point| point.usable(self.occurred_at).is_err());
        Ok([
            (
                to_victim && !context.plan.schedule.is_open(self.occurred_at),
                CallFlag::OutsideWindow,
            ),
            (to_victim && unsafe_point, CallFlag::PointNotSafe),
            (
                self.outcome == CallOutcome::Dropped,
                CallFlag::FollowDroppedCallNote,
            ),
        ]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .collect())
    }

    /// Nothing left, or exactly the agreed words, agreed before the call.
    fn voicemail_agreed(&self, plan: &Plan) -> bool {
        match (&self.left, &plan.voicemail) {
            (MessageLeft::Nothing, _) => true,
            (_, VoicemailRule::Forbidden) => false,
            (MessageLeft::AgreedWording, VoicemailRule::Allowed { agreed_at, .. }) => {
                *agreed_at <= self.occurred_at
            }
            (MessageLeft::Words { words }, VoicemailRule::Allowed { wording, agreed_at }) => {
                *agreed_at <= self.occurred_at && words.reveal().trim() == wording.reveal().trim()
            }
        }
    }
}
