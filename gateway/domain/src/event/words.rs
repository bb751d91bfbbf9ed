//! The closed words that appear in the fields of an event, each spelt in kebab-case outside.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$vdoc])* $variant),+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every word, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word used in files, the API and the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The value that a word stands for, if it is one of [`Self::WORDS`].
            pub fn find(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}
pub(crate) use words;

words! {
    /// The part of a case that an event belongs to; victims opt out of stages by these words.
    Stage {
        /// Report, investigation, arrest and police bail.
        Investigation = "investigation",
        /// The decision to charge or not, and the end or change of a charge.
        Charge = "charge",
        /// Hearings, court bail and warrants.
        Court = "court",
        /// Plea, setting for trial, evidence and the meeting before trial.
        Trial = "trial",
        /// The outcome of the case.
        Outcome = "outcome",
        /// Sentence and what follows it.
        Sentence = "sentence",
        /// Appeals.
        Appeal = "appeal",
        /// The Victims' Right to Review.
        Review = "review",
        /// Complaints and expenses.
        Complaint = "complaint",
        /// Meetings that were arranged.
        Meeting = "meeting",
        /// Who the victim's contact is and how they can be reached.
        Contact = "contact",
        /// The case as a whole.
        Case = "case",
    }

    /// What a charging decision was.
    ChargeOutcome {
        /// Somebody is charged.
        Charge = "charge",
        /// Nobody is charged.
        NoCharge = "no-charge",
        /// A caution or another disposal out of court.
        OutOfCourt = "out-of-court",
    }

    /// Who took a charging decision.
    DecidedBy {
        /// The Crown Prosecution Service.
        Cps = "cps",
        /// The police.
        Police = "police",
    }

    /// How a charge was stopped.
    StopMethod {
        /// A notice of discontinuance.
        Discontinued = "discontinued",
        /// No evidence was offered.
        NoEvidence = "no-evidence",
        /// The prosecutor withdrew the charge.
        WithdrawnByProsecutor = "withdrawn-by-prosecutor",
    }

    /// In which direction a charge was altered.
    ChargeLevel {
        /// A more serious charge.
        Increased = "increased",
        /// A less serious charge.
        Decreased = "decreased",
    }

    /// What the police did or changed.
    PoliceStep {
        /// An investigation was opened.
        InvestigationOpened = "investigation-opened",
        /// A suspect was arrested.
        Arrested = "arrested",
        /// A suspect was interviewed under caution.
        Interviewed = "interviewed",
        /// A suspect was released without charge.
        ReleasedWithoutCharge = "released-without-charge",
        /// A suspect was released on police bail or under investigation.
        ReleasedOnBail = "released-on-bail",
        /// A suspect was released under investigation.
        UnderInvestigation = "under-investigation",
        /// Police bail conditions were changed or cancelled.
        BailChanged = "bail-changed",
    }

    /// A plea.
    PleaWord {
        /// Guilty.
        Guilty = "guilty",
        /// Not guilty.
        NotGuilty = "not-guilty",
    }

    /// How the case ended.
    Outcome {
        /// Convicted of at least one charge.
        Convicted = "convicted",
        /// Acquitted.
        Acquitted = "acquitted",
        /// Ended in another way.
        Other = "other",
    }

    /// How far an appeal has come.
    AppealStage {
        /// An appeal was lodged.
        Lodged = "lodged",
        /// Leave to appeal was given.
        LeaveGiven = "leave-given",
        /// A hearing was listed.
        HearingListed = "hearing-listed",
        /// The result is known.
        Result = "result",
    }

    /// The stage of a review that the victim asks for.
    ReviewStage {
        /// Local resolution by the unit that decided.
        Local = "local",
        /// Independent review afresh.
        Independent = "independent",
    }

    /// How a meeting takes place.
    MeetingHow {
        /// Face to face.
        InPerson = "in-person",
        /// By video.
        Video = "video",
        /// By telephone.
        Phone = "phone",
    }
}
