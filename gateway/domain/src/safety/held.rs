//! Messages that do not leave, and why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::draft::Message;

/// A message that does not leave now.
#[derive(Debug)]
pub struct Held {
    /// The message, back in the caller's hands.
    pub message: Box<Message>,
    /// Why.
    pub reason: HoldReason,
}

/// Why a message does not leave now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum HoldReason {
    /// The point is gone, unknown or unsafe.
    NoVerifiedSafeContactPoint,
    /// Its review-by day has passed.
    ContactPointExpired,
    /// The person may not be contacted at this time.
    OutsideWindow {
        /// When they may be.
        until: Timestamp,
    },
    /// They may be contacted only after the duty is due, or at no time that could be found.
    WindowAfterDeadline {
        /// When they may be; none within a year.
        opens: Option<Timestamp>,
    },
    /// It can still be cancelled.
    HoldBack {
        /// Until when.
        until: Timestamp,
    },
    /// The victim has withdrawn from the case.
    Withdrawn,
    /// The victim wants to hear nothing of this stage, or of any.
    OptedOut,
    /// The victim does not want to be contacted.
    WantsNoContact,
    /// The victim has died.
    Deceased,
    /// The address meets somebody of the defence side.
    DenySet,
    /// No live consent for this adviser and this matter, or the adviser has left.
    NoConsent,
    /// The service may not be written to in this way.
    TransportClass,
    /// The template version is not vetted.
    NotVetted,
    /// Somebody cancelled it.
    Cancelled,
    /// It goes by hand: through the adviser or the police, or not by email.
    RouteByHand,
    /// The person wants no content in email, and this message has some.
    ContentNotWanted,
    /// Message, plan and standing do not belong to one victim.
    WrongVictim,
    /// It is written to an adviser, and was meant to go to somebody else.
    WrongRecipient,
    /// Texts were not agreed on.
    TextNotAgreed,
}

impl HoldReason {
    /// The stable code for data, counts and interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoVerifiedSafeContactPoint => "no-verified-safe-contact-point",
            Self::ContactPointExpired => "contact-point-expired",
            Self::OutsideWindow { .. } => "outside-window",
            Self::WindowAfterDeadline { .. } => "window-after-deadline",
            Self::HoldBack { .. } => "hold-back",
            Self::Withdrawn => "withdrawn",
            Self::OptedOut => "opted-out",
            Self::WantsNoContact => "wants-no-contact",
            Self::Deceased => "deceased",
            Self::DenySet => "deny-set",
            Self::NoConsent => "no-consent",
            Self::TransportClass => "transport-class",
            Self::NotVetted => "not-vetted",
            Self::Cancelled => "cancelled",
            Self::RouteByHand => "route-by-hand",
            Self::ContentNotWanted => "content-not-wanted",
            Self::WrongVictim => "wrong-victim",
            Self::WrongRecipient => "wrong-recipient",
            Self::TextNotAgreed => "text-not-agreed",
        }
    }

    /// A plain sentence for the officer, without personal data.
    pub fn explain(&self) -> &'static str {
        match self {
            Self::NoVerifiedSafeContactPoint => {
                "No address is verified as safe. Ask through the adviser, or verify one by another path."
            }
            Self::ContactPointExpired => {
                "The day by which this address had to be checked again has passed. Check that it is still safe."
            }
            Self::OutsideWindow { .. } => {
                "The person may not be contacted now. It leaves when the window opens."
            }
            Self::WindowAfterDeadline { .. } => {
                "The person may be contacted only after the duty is due. Decide whether there is another safe way; \
                 otherwise it leaves late, when the window opens."
            }
            Self::HoldBack { .. } => "It can still be cancelled. It leaves when the hold-back ends.",
            Self::Withdrawn => {
                "The victim has withdrawn from the case. Decide whether anything is still owed."
            }
            Self::OptedOut => "The victim has opted out of updates on this stage.",
            Self::WantsNoContact => "The victim does not want to be contacted.",
            Self::Deceased => "The victim has died. Decide with a manager who is told, and how.",
            Self::DenySet => {
                "The address meets the name, address or number of somebody on the defence side. Do not use it; tell a \
                 manager."
            }
            Self::NoConsent => {
                "The adviser has no live consent from the victim for this, or is no longer at the service. Ask the \
                 victim by a safe way."
            }
            Self::TransportClass => {
                "This service may not be written to by ordinary email. Use the agreed way."
            }
            Self::NotVetted => "This version of the words has not been vetted by two people.",
            Self::Cancelled => "It was cancelled.",
            Self::RouteByHand => {
                "It goes by hand: through the adviser, the police, by post or by telephone. Record it when it is done."
            }
            Self::ContentNotWanted => {
                "The person wants nothing about the case in email. Send the short update notice, or use another way."
            }
            Self::WrongVictim => {
                "The message and the contact plan belong to different people. Do not send it; tell a manager."
            }
            Self::WrongRecipient => "It is written to an adviser and goes to nobody else. Tell a manager.",
            Self::TextNotAgreed => {
                "The person has not agreed to text messages. Ask them first, or use another way."
            }
        }
    }

    /// The sentence for a code that was kept; none for a code that is no hold.
    pub fn explain_code(code: &str) -> Option<&'static str> {
        let whole = serde_json::json!({"code": code, "until": Timestamp::UNIX_EPOCH, "opens": null});
        let reason: Self = serde_json::from_value(whole).ok()?;
        Some(reason.explain())
    }

    /// Whether it waits for a person and not only for time.
    pub fn needs_person(&self) -> bool {
        !matches!(
            self,
            Self::OutsideWindow { .. } | Self::HoldBack { .. } | Self::Cancelled
        )
    }

    /// When to ask again without a person; none when only a person can change anything. A message whose
    /// window opens after the due time leaves then, late and safe, if nobody found another way.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::OutsideWindow { until } | Self::HoldBack { until } => Some(*until),
            Self::WindowAfterDeadline { opens } => *opens,
            _ => None,
        }
    }
}
