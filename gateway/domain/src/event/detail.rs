//! What happened, with the fields of each kind. `docs/events.md` is the same list for people.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::words::{
    AppealStage, ChargeLevel, ChargeOutcome, DecidedBy, MeetingHow, Outcome, PleaWord, PoliceStep,
    ReviewStage, Stage, StopMethod,
};
use crate::masked::Masked;
use crate::people::EnhancedGround;

macro_rules! details {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal in $stage:ident {
        $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)?
    })+) => {
        /// The facts of an event. Free texts are at most [`super::TEXT_CHARS_MAX`] characters, lists at most
        /// [`super::LIST_ITEMS_MAX`] items of [`super::ITEM_CHARS_MAX`]; [`Detail::validate`] checks it.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
        pub enum Detail {
            $(
                $(#[$doc])*
                #[serde(rename = $kind)]
                $variant {
                    $($(#[$fdoc])* $field: $type),*
                }
            ),+
        }

        impl Detail {
            /// Every kind, in the order of the documentation.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The kind as it is spelt in files, the API and the database.
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $kind),+
                }
            }

            /// The stage of the case that the event belongs to.
            pub const fn stage(&self) -> Stage {
                match self {
                    $(Self::$variant { .. } => Stage::$stage),+
                }
            }

            /// The stage of a kind, if there is such a kind.
            pub fn stage_of(kind: &str) -> Option<Stage> {
                match kind {
                    $($kind => Some(Stage::$stage),)+
                    _ => None,
                }
            }
        }
    };
}

details! {
    /// A Victim Liaison Officer was assigned to the victim.
    VloAssigned = "vlo-assigned" in Contact {}
    /// The crime was reported to the police.
    CrimeReported = "crime-reported" in Investigation {}
    /// The police did something that the victim is told of.
    PoliceUpdate = "police-update" in Investigation {
        /// What they did.
        what: PoliceStep,
    }
    /// The police decided not to investigate.
    PoliceNoInvestigation = "police-no-investigation" in Investigation {
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
    }
    /// A charging decision was taken.
    ChargeDecision = "charge-decision" in Charge {
        /// What was decided.
        decision: ChargeOutcome,
        /// By whom.
        decided_by: DecidedBy,
        /// The charges concerned.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        charges: Vec<Masked>,
        /// The prosecutor's reasons (requirement C6: never invented by us).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
        /// The prosecutor who gave the reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons_author: Option<Masked>,
        /// Whether the decision qualifies for a review; absent: it does when the CPS decides not to charge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_qualifies: Option<bool>,
        /// When the first hearing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_hearing_at: Option<Timestamp>,
        /// At which court.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_hearing_court: Option<Masked>,
    }
    /// The CPS has a provisional view to stop the case (expedited review pilot).
    ProvisionalDecision = "provisional-decision" in Charge {
        /// The prosecutor's reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
        /// The prosecutor who gave the reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons_author: Option<Masked>,
    }
    /// One charge or all proceedings were stopped.
    ChargeStopped = "charge-stopped" in Charge {
        /// How.
        how: StopMethod,
        /// The charges concerned.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        charges: Vec<Masked>,
        /// Whether all proceedings end.
        all_proceedings_end: bool,
        /// Whether the victim had withdrawn before.
        #[serde(default)]
        after_victim_withdrawal: bool,
        /// Whether the victim was at court when it was decided.
        #[serde(default)]
        victim_at_court: bool,
        /// Whether the decision qualifies for a review; absent: it does when all proceedings end, unless the
        /// victim had withdrawn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_qualifies: Option<bool>,
        /// The prosecutor's reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
        /// The prosecutor who gave the reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons_author: Option<Masked>,
    }
    /// A charge was substantially altered.
    ChargeAltered = "charge-altered" in Charge {
        /// In which direction.
        level: ChargeLevel,
        /// The charges concerned.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        charges: Vec<Masked>,
        /// Whether the victim was at court when it was decided.
        #[serde(default)]
        victim_at_court: bool,
        /// The prosecutor's reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
        /// The prosecutor who gave the reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons_author: Option<Masked>,
    }
    /// A hearing was listed.
    HearingListed = "hearing-listed" in Court {
        /// When it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hearing_at: Option<Timestamp>,
        /// At which court.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        court: Option<Masked>,
    }
    /// A court decided about bail or its conditions.
    BailOutcome = "bail-outcome" in Court {
        /// The outcome.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Masked>,
        /// The conditions, one to an item.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<Masked>,
    }
    /// A warrant for arrest was issued, or its outcome is known.
    WarrantIssued = "warrant-issued" in Court {
        /// The outcome of the hearing after a new arrest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Masked>,
    }
    /// A plea was entered.
    Plea = "plea" in Trial {
        /// Which.
        plea: PleaWord,
        /// Whether the victim must give evidence.
        #[serde(default)]
        must_give_evidence: bool,
    }
    /// The case was set for trial.
    TrialSet = "trial-set" in Trial {
        /// The first day of the trial.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trial_date: Option<Date>,
        /// Whether it follows a plea of not guilty.
        after_not_guilty_plea: bool,
        /// The day of that plea.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plea_date: Option<Date>,
        /// The day of pre-recorded cross-examination (section 28).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        s28_date: Option<Date>,
        /// The day on which the victim gives evidence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence_date: Option<Date>,
    }
    /// The day of pre-recorded cross-examination was set or moved.
    S28Set = "s28-set" in Trial {
        /// The day.
        date: Date,
    }
    /// The victim gives evidence today.
    EvidenceDay = "evidence-day" in Trial {}
    /// The case ended.
    CaseOutcome = "case-outcome" in Outcome {
        /// How.
        outcome: Outcome,
        /// Brief reasons where there are any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
    }
    /// A sentence was passed.
    Sentence = "sentence" in Sentence {
        /// Its length in months, where it is a term.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        months: Option<u16>,
        /// Whether it is a hospital order.
        #[serde(default)]
        hospital_order: bool,
        /// What it means, in plain words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        explanation: Option<Masked>,
    }
    /// The victim asks about a sentence and the Witness Care Unit cannot answer.
    SentenceQuestion = "sentence-question" in Sentence {
        /// The question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<Masked>,
        /// The prosecutor's answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Masked>,
        /// The prosecutor who answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer_author: Option<Masked>,
    }
    /// The victim asks for a transcript of the sentencing remarks.
    TranscriptRequest = "transcript-request" in Sentence {}
    /// An appeal moved on.
    Appeal = "appeal" in Appeal {
        /// How far it has come.
        stage: AppealStage,
    }
    /// The victim was referred to the Victim Contact Scheme.
    VcsReferral = "vcs-referral" in Sentence {}
    /// A decision reached the victim.
    DecisionCommunicated = "decision-communicated" in Review {
        /// Whether it qualifies for a review.
        review_qualifies: bool,
    }
    /// The victim asks for a review.
    ReviewRequest = "review-request" in Review {
        /// At which stage.
        stage: ReviewStage,
    }
    /// A review came to an end.
    ReviewOutcome = "review-outcome" in Review {
        /// Whether the decision stands.
        upheld: bool,
        /// The reviewer's reasons.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Masked>,
        /// The reviewer who gave them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons_author: Option<Masked>,
    }
    /// The victim complains.
    Complaint = "complaint" in Complaint {}
    /// The victim claims expenses.
    ExpensesClaim = "expenses-claim" in Complaint {}
    /// A meeting was arranged.
    MeetingArranged = "meeting-arranged" in Meeting {
        /// When it is.
        meeting_at: Timestamp,
        /// Where.
        #[serde(rename = "where")]
        place: Masked,
        /// How it takes place.
        how: MeetingHow,
    }
    /// An arranged meeting was moved.
    MeetingChanged = "meeting-changed" in Meeting {
        /// When it is now.
        meeting_at: Timestamp,
        /// Where it is now.
        #[serde(rename = "where")]
        place: Masked,
        /// How it takes place.
        how: MeetingHow,
    }
    /// An arranged meeting was cancelled.
    MeetingCancelled = "meeting-cancelled" in Meeting {
        /// When it would have been.
        meeting_at: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Masked>,
    }
    /// The victim was promised a call.
    CallPromised = "call-promised" in Contact {
        /// When we said that we would ring.
        call_at: Timestamp,
    }
    /// The victim was found to have enhanced rights.
    EnhancedRightsFound = "enhanced-rights-found" in Contact {
        /// By what.
        ground: EnhancedGround,
    }
    /// A change of contact details was proposed; it never carries the new value itself.
    ContactChange = "contact-change" in Contact {
        /// Who says so.
        said_by: Masked,
        /// What changed, in a few words without the new value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Masked>,
    }
    /// An agency cannot update the victim or cannot use the method that they prefer.
    UpdateImpossible = "update-impossible" in Contact {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Masked>,
    }
    /// It is time to ask again whether the contact details are safe.
    SafetyCheckDue = "safety-check-due" in Contact {}
    /// A victim's adviser wrote to us, and waits for an answer.
    AdviserMessage = "adviser-message" in Contact {}
    /// An officer writes to a victim's adviser unasked.
    AdviserUpdate = "adviser-update" in Contact {}
    /// Something of ours reached the adviser: their mail server, or their mailbox here. The victim has heard nothing by it.
    AdviserAnswered = "adviser-answered" in Contact {}
    /// Nobody was in contact with the victim for as many working days as the configuration allows.
    NoContact = "no-contact" in Contact {}
    /// An adviser sent what may be evidence, which goes to a prosecutor.
    EvidenceArrived = "evidence-arrived" in Contact {}
    /// The victim no longer supports the prosecution.
    VictimWithdrew = "victim-withdrew" in Case {}
    /// The victim wants no more news, of some stages or at all.
    OptOut = "opt-out" in Contact {
        /// The stages; empty when `all`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stages: Vec<Stage>,
        /// Of everything.
        #[serde(default)]
        all: bool,
    }
    /// The victim wants news again.
    OptIn = "opt-in" in Contact {
        /// The stages; empty when `all`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stages: Vec<Stage>,
        /// Of everything.
        #[serde(default)]
        all: bool,
    }
    /// The victim has died.
    VictimDeceased = "victim-deceased" in Case {}
    /// The case is closed.
    CaseClosed = "case-closed" in Case {}
}
