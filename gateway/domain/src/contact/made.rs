//! Contacts made by hand, with the fields of the casework application's log (requirement E2): telephone calls,
//! emails, letters and texts that the program did not send, and meetings in person.
//!
//! What was done is a fact and is recorded; what was done against the plan is flagged. Only what cannot have been,
//! and words on a voicemail that nobody agreed on, are refused.
//!
//! **Invariant:** sent, received and informed are three facts (law 8): nothing that was merely sent informs.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::{
    CallContext, CallFault, CallFlag, CallOutcome, CallRecord, Direction, MessageLeft, PersonContacted,
};
use super::plan::{Plan, TextRule};
use crate::id::ContactPointId;
use crate::masked::Masked;
use crate::rulebook::Discharge;

/// The longest purpose, in characters.
pub const PURPOSE_CHARS_MAX: usize = 500;
/// The longest notes, in characters.
pub const NOTES_CHARS_MAX: usize = 4_000;

/// By what the contact was made; the words are those of the casework application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// A telephone call.
    TelephoneCall {
        /// What came of it.
        outcome: CallOutcome,
        /// "Was a message left, and with what words?"
        left: MessageLeft,
    },
    /// An email that the program did not send.
    Email,
    /// A letter.
    Post,
    /// A text message.
    TextMessage {
        /// Times of the next calls that the text promised.
        promised: Vec<Timestamp>,
    },
    /// Face to face.
    InPerson,
    /// Something else.
    Other {
        /// What, in a few words.
        name: Masked,
    },
}

impl Method {
    /// The word in data.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::TelephoneCall { .. } => "telephone-call",
            Self::Email => "email",
            Self::Post => "post",
            Self::TextMessage { .. } => "text-message",
            Self::InPerson => "in-person",
            Self::Other { .. } => "other",
        }
    }
}

/// Support that the person was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// An Independent Sexual Violence Adviser.
    Isva,
    /// An Independent Domestic Violence Adviser.
    Idva,
    /// Local support.
    LocalSupport,
    /// The Witness Care Unit.
    WitnessCare,
    /// The officer in the case.
    OfficerInTheCase,
    /// Another; the notes say which.
    Other,
}

/// One contact made by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeContact {
    /// When it was made; when it was logged is the log's own fact.
    pub occurred_at: Timestamp,
    /// By what.
    pub method: Method,
    /// Who turned to whom.
    pub direction: Direction,
    /// The point of the plan that was used; none for what came in and for a meeting in person.
    #[serde(default)]
    pub point: Option<ContactPointId>,
    /// Whom it reached or was meant for.
    pub person: PersonContacted,
    /// When the victim was informed of what it was about; none when it is not known that the victim was.
    #[serde(default)]
    pub informed_at: Option<Timestamp>,
    /// What it was about, in a few words.
    pub purpose: Masked,
    /// Anything else.
    #[serde(default)]
    pub notes: Option<Masked>,
    /// Support that the person was told of.
    #[serde(default)]
    pub signposted: BTreeSet<Support>,
    /// The version of the information pack that went with it.
    #[serde(default)]
    pub info_pack: Option<String>,
}

/// Why a contact cannot be recorded like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactFault {
    /// Of a telephone call, or of any contact the same.
    #[error(transparent)]
    Call(#[from] CallFault),
    /// In the future.
    #[error("the contact lies in the future; enter when it was made")]
    Future,
    /// Before the case.
    #[error("the contact lies before the case was opened; check the date")]
    BeforeCase,
    /// The purpose is missing or too long.
    #[error("the purpose says in 1 to 500 characters what the contact was about")]
    Purpose,
    /// The notes are too long.
    #[error("the notes are at most 4,000 characters")]
    Notes,
    /// Somebody else without a name or a part.
    #[error("somebody else is recorded with a name and with their part in the case")]
    Somebody,
    /// Another method without a name.
    #[error("another method is named in a few words")]
    OtherMethod,
    /// The victim is said to be informed by what was only sent.
    #[error(
        "what was sent does not yet inform: record the victim's answer, or the day on which the adviser or the police \
         confirm that the victim was told"
    )]
    SentIsNotInformed,
    /// Somebody else was told, not the victim.
    #[error("the victim counts as informed only when the victim, an adviser or the police was spoken to")]
    SomebodyElseInformed,
    /// Informed at a time that cannot be.
    #[error(
        "the victim was informed at the time of the contact or after it, before it only when an adviser or the police \
         confirm it, and not in the future"
    )]
    InformedAt,
    /// The point is not in the plan.
    #[error("the contact point that was used is not in the contact plan")]
    NoPoint,
    /// A promised call lies before the text.
    #[error("a promised call lies after the text that promises it")]
    PromisedAt,
}

/// What a person should look at although the contact is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactFlag {
    /// Outside the agreed times.
    OutsideWindow,
    /// The address or number was not verified safe when it was used.
    PointNotSafe,
    /// A text, although texts were not agreed on.
    TextNotAgreed,
    /// A call broke off: the dropped-call note of the plan says who rings back.
    FollowDroppedCallNote,
}

impl ContactFlag {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutsideWindow => "outside-window",
            Self::PointNotSafe => "point-not-safe",
            Self::TextNotAgreed => "text-not-agreed",
            Self::FollowDroppedCallNote => "follow-dropped-call-note",
        }
    }

    /// Whether it was done against the plan: a near miss that a manager hears of.
    pub fn is_near_miss(self) -> bool {
        self != Self::FollowDroppedCallNote
    }
}

impl From<CallFlag> for ContactFlag {
    fn from(flag: CallFlag) -> Self {
        match flag {
            CallFlag::OutsideWindow => Self::OutsideWindow,
            CallFlag::PointNotSafe => Self::PointNotSafe,
            CallFlag::FollowDroppedCallNote => Self::FollowDroppedCallNote,
        }
    }
}

impl MadeContact {
    /// What came of it, a code.
    pub fn result(&self) -> &'static str {
        match (&self.method, self.direction) {
            (Method::TelephoneCall { outcome, .. }, _) => match outcome {
                CallOutcome::Answered => "answered",
                CallOutcome::NotAnswered => "not-answered",
                CallOutcome::Dropped => "dropped",
            },
            (Method::InPerson, _) => "met",
            (_, Direction::Outbound) => "sent",
            (_, Direction::Inbound) => "received",
        }
    }

    /// Checks the record; all faults at once, or what to look at.
    pub fn check(&self, context: &CallContext<'_>) -> Result<Vec<ContactFlag>, Vec<ContactFault>> {
        let mut faults = self.faults(context);
        if let Method::TelephoneCall { outcome, left } = &self.method {
            let call = self.as_call(*outcome, left);
            return match call.check(context) {
                Ok(flags) if faults.is_empty() => Ok(flags.into_iter().map(ContactFlag::from).collect()),
                Ok(_) => Err(faults),
                Err(of_call) => {
                    faults.extend(of_call.into_iter().map(ContactFault::Call));
                    Err(faults)
                }
            };
        }
        faults.extend(self.faults_of_writing(context));
        if faults.is_empty() {
            Ok(self.flags(context.plan))
        } else {
            Err(faults)
        }
    }

    fn as_call(&self, outcome: CallOutcome, left: &MessageLeft) -> CallRecord {
        CallRecord {
            occurred_at: self.occurred_at,
            direction: self.direction,
            point: self.point.clone(),
            person: self.person.clone(),
            outcome,
            informed: self.informed_at.is_some(),
            left: left.clone(),
        }
    }

    /// Faults that any contact can have.
    fn faults(&self, context: &CallContext<'_>) -> Vec<ContactFault> {
        let long = |text: &Masked| text.reveal().chars().count();
        let purpose = long(&self.purpose);
        let nameless = matches!(&self.person, PersonContacted::Other { name, role }
            if name.reveal().trim().is_empty() || role.trim().is_empty());
        let unnamed = matches!(&self.method, Method::Other { name } if name.reveal().trim().is_empty());
        // An adviser or the police may confirm later what they passed on earlier.
        let confirmed = self.direction == Direction::Inbound && self.person != PersonContacted::Victim;
        let earliest = if confirmed {
            context.case_opened_at
        } else {
            self.occurred_at
        };
        let informed_wrongly = self
            .informed_at
            .is_some_and(|at| at < earliest || at > context.now);
        all_that_hold([
            (
                self.purpose.reveal().trim().is_empty() || purpose > PURPOSE_CHARS_MAX,
                ContactFault::Purpose,
            ),
            (
                self.notes
                    .as_ref()
                    .is_some_and(|notes| long(notes) > NOTES_CHARS_MAX),
                ContactFault::Notes,
            ),
            (nameless, ContactFault::Somebody),
            (unnamed, ContactFault::OtherMethod),
            (informed_wrongly, ContactFault::InformedAt),
        ])
    }

    /// Faults of anything but a telephone call, which has its own.
    fn faults_of_writing(&self, context: &CallContext<'_>) -> Vec<ContactFault> {
        let informed = self.informed_at.is_some();
        let only_sent = self.direction == Direction::Outbound
            && self.person == PersonContacted::Victim
            && self.method != Method::InPerson;
        let told_other = matches!(self.person, PersonContacted::Other { .. });
        let no_point = self
            .point
            .as_ref()
            .is_some_and(|id| context.plan.point(id).is_none());
        let promised_before = matches!(&self.method, Method::TextMessage { promised }
            if promised.iter().any(|at| *at <= self.occurred_at));
        all_that_hold([
            (self.occurred_at > context.now, ContactFault::Future),
            (
                self.occurred_at < context.case_opened_at,
                ContactFault::BeforeCase,
            ),
            (informed && only_sent, ContactFault::SentIsNotInformed),
            (informed && told_other, ContactFault::SomebodyElseInformed),
            (no_point, ContactFault::NoPoint),
            (promised_before, ContactFault::PromisedAt),
        ])
    }

    fn flags(&self, plan: &Plan) -> Vec<ContactFlag> {
        let to_victim = self.direction == Direction::Outbound && self.person == PersonContacted::Victim;
        let at_a_distance = to_victim && self.method != Method::InPerson;
        let at_a_time = matches!(self.method, Method::Email | Method::TextMessage { .. });
        let text = matches!(self.method, Method::TextMessage { .. });
        let agreed =
            matches!(plan.text, TextRule::Allowed { agreed_at, .. } if agreed_at <= self.occurred_at);
        all_that_hold([
            (
                to_victim && at_a_time && !plan.schedule.is_open(self.occurred_at),
                ContactFlag::OutsideWindow,
            ),
            (
                at_a_distance && !self.used_safe_point(plan),
                ContactFlag::PointNotSafe,
            ),
            (to_victim && text && !agreed, ContactFlag::TextNotAgreed),
        ])
    }

    fn used_safe_point(&self, plan: &Plan) -> bool {
        self.point
            .as_ref()
            .and_then(|id| plan.point(id))
            .is_some_and(|point| point.usable(self.occurred_at).is_ok())
    }

    /// Why this contact ends a duty that is discharged by `discharge`; none when the duty stands.
    /// `carries_message` says that it handed over the approved words of that very duty.
    ///
    /// The victim informed ends any duty. A letter with the approved words, posted to an address that was
    /// verified safe, ends what an accepted email would end: the letter scheme asks that it is sent in time.
    pub fn discharges(
        &self,
        discharge: Discharge,
        plan: &Plan,
        carries_message: bool,
    ) -> Option<&'static str> {
        let posted = self.method == Method::Post
            && self.direction == Direction::Outbound
            && self.person == PersonContacted::Victim
            && self.used_safe_point(plan);
        if self.informed_at.is_some() {
            Some("victim-informed")
        } else if carries_message && posted && discharge == Discharge::EmailAccepted {
            Some("letter-posted")
        } else {
            None
        }
    }
}

fn all_that_hold<T, const N: usize>(tests: [(bool, T); N]) -> Vec<T> {
    tests
        .into_iter()
        .filter_map(|(holds, what)| holds.then_some(what))
        .collect()
}
