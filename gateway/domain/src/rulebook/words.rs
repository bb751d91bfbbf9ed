//! The closed words of the rulebook.

use serde::{Deserialize, Serialize};

use crate::event::words::words;

words! {
    /// The agency that owes the duty.
    Owner {
        /// The Crown Prosecution Service: the only owner for whom we send.
        Cps = "cps",
        /// The police.
        Police = "police",
        /// The Witness Care Unit.
        WitnessCareUnit = "witness-care-unit",
        /// The Probation Service.
        Probation = "probation",
        /// The court.
        Court = "court",
        /// The Attorney General.
        AttorneyGeneral = "attorney-general",
        /// The victim, who has a time in which to ask for something.
        Victim = "victim",
        /// The Secretary of State.
        SecretaryOfState = "secretary-of-state",
        /// No source names the owner.
        Unconfirmed = "unconfirmed",
    }

    /// From which instant a rule counts.
    ClockStart {
        /// When it happened: a decision, a charge, a sentence.
        OccurredAt = "occurred-at",
        /// When the owner received it; when nobody says, when it happened, with a note.
        ReceivedAt = "received-at",
        /// The day of the plea; when nobody says, when it happened, with a note.
        PleaDate = "plea-date",
        /// The time for which a call was promised.
        PromisedAt = "promised-at",
    }

    /// What ends an obligation whose news goes straight to the victim.
    Discharge {
        /// The receiving server accepted the email.
        EmailAccepted = "email-accepted",
        /// The victim was informed, with a date.
        VictimInformed = "victim-informed",
        /// The owner says that it is done.
        ByOwner = "by-owner",
    }

    /// Whether a meeting is offered.
    MeetingOffer {
        /// No.
        None = "none",
        /// Yes, unless a prosecutor gives a reason why not (victims-code.md section 3d).
        MandatoryUnlessReasonedRefusal = "mandatory-unless-reasoned-refusal",
        /// To bereaved families.
        Bereaved = "bereaved",
        /// The duty is itself the offer of a meeting, which the victim may decline.
        IsTheOffer = "is-the-offer",
    }

    /// Whether the news tells of the Victims' Right to Review.
    ReviewRight {
        /// No.
        None = "none",
        /// When the decision qualifies.
        IfQualifying = "if-qualifying",
        /// When all proceedings end.
        IfAllProceedingsEnd = "if-all-proceedings-end",
        /// The expedited review of a provisional decision.
        Expedited = "expedited",
    }

    /// Where a due date goes that is not a working day.
    Roll {
        /// It stays.
        None = "none",
        /// Back to the last working day before.
        BackToWorkingDay = "back-to-working-day",
    }
}

impl Discharge {
    /// What ends the obligation when the news goes through an adviser or the police: that somebody was told
    /// does not mean that the victim was (law 8).
    #[must_use]
    pub const fn through_somebody(self) -> Self {
        match self {
            Self::EmailAccepted | Self::VictimInformed => Self::VictimInformed,
            Self::ByOwner => Self::ByOwner,
        }
    }
}
