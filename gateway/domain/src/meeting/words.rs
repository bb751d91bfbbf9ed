//! The closed words of a meeting, after the option lists of CPS's own application.

use serde::{Deserialize, Serialize};

use crate::event::words::words;

words! {
    /// What a meeting is about.
    Purpose {
        /// The meeting with the prosecution team before trial.
        PreTrial = "pre-trial",
        /// The decision to charge or not to charge.
        ChargingDecision = "charging-decision",
        /// A stopped or substantially altered charge (Victim Communication and Liaison scheme).
        StoppedOrAltered = "stopped-or-altered",
        /// The Victims' Right to Review.
        Review = "review",
        /// A complaint of the victim.
        Complaint = "complaint",
        /// Something else, named in a few words.
        Other = "other",
    }

    /// By which route an offer or its answer went.
    Route {
        /// Letter by post.
        Post = "post",
        /// Email.
        Email = "email",
        /// Telephone.
        Telephone = "telephone",
        /// Letter that the police handed over.
        Police = "police",
        /// Letter that the ISVA handed over.
        Isva = "isva",
    }

    /// Why no meeting was offered.
    NotOfferedWhy {
        /// The prosecutor decided, with reasons, that there should be none.
        ProsecutorDecided = "prosecutor-decided",
        /// The victim asked not to be contacted about it.
        VictimAskedNot = "victim-asked-not",
        /// Nobody has a safe way to the victim.
        NoSafeRoute = "no-safe-route",
        /// The kind of case gives no right to it.
        NotEntitled = "not-entitled",
        /// Something else, with details.
        Other = "other",
    }

    /// Who asked for the meeting.
    AskedBy {
        /// The victim.
        Victim = "victim",
        /// CPS offered it and the victim accepted.
        CpsOffered = "cps-offered",
        /// Somebody else, for instance the ISVA.
        ThirdParty = "third-party",
    }

    /// How people meet.
    Mode {
        /// All in one room.
        InPerson = "in-person",
        /// Some in a room, others by video.
        Hybrid = "hybrid",
        /// All by video.
        Virtual = "virtual",
    }

    /// The sort of place.
    PlaceKind {
        /// An office of CPS.
        CpsOffice = "cps-office",
        /// A magistrates' court.
        MagistratesCourt = "magistrates-court",
        /// A Crown Court.
        CrownCourt = "crown-court",
        /// Another place.
        Other = "other",
    }

    /// The part that somebody has at a meeting. Defence roles are known only to be refused.
    Part {
        /// The victim.
        Victim = "victim",
        /// Independent Sexual Violence Adviser.
        Isva = "isva",
        /// Independent Domestic Violence Adviser.
        Idva = "idva",
        /// Family liaison officer.
        Flo = "flo",
        /// Prosecuting counsel.
        Counsel = "counsel",
        /// The reviewing lawyer.
        ReviewingLawyer = "reviewing-lawyer",
        /// Paralegal officer.
        ParalegalOfficer = "paralegal-officer",
        /// Victim Liaison Officer of CPS.
        Vlo = "vlo",
        /// The officer in the case.
        OfficerInTheCase = "officer-in-the-case",
        /// Interpreter.
        Interpreter = "interpreter",
        /// Somebody whom the victim brings along.
        Supporter = "supporter",
        /// Of the defence: refused.
        DefenceSolicitor = "defence-solicitor",
        /// Of the defence: refused.
        DefenceCounsel = "defence-counsel",
    }

    /// Why an arranged meeting was cancelled.
    CancelWhy {
        /// The victim withdrew.
        VictimWithdrew = "victim-withdrew",
        /// It was entered by mistake.
        CreatedInError = "created-in-error",
        /// The date in court changed.
        CourtDateChanged = "court-date-changed",
        /// Nobody needs it any more.
        NoLongerRequired = "no-longer-required",
        /// Something else, with details.
        Other = "other",
    }

    /// Whether the victim agreed to be asked for research.
    Research {
        /// Agreed.
        Yes = "yes",
        /// Did not agree.
        No = "no",
        /// Was not asked.
        NotAsked = "not-asked",
    }
}

impl Part {
    /// Whether this is a part on the defence side, which no meeting with a victim may have.
    pub const fn is_defence(self) -> bool {
        matches!(self, Self::DefenceSolicitor | Self::DefenceCounsel)
    }
}
