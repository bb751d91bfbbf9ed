//! Whether a message may leave now, to this recipient (law 2). Asked at the moment of dispatch.
//!
//! [`clear`] looks in this order, and the first that fails holds the message:
//!
//! 1. cancelled;
//! 2. meant for another victim than plan and standing speak of, or written to an adviser and on its way to somebody else;
//! 3. deceased, withdrawn, opted out, wants no contact;
//! 4. the recipient: a point of the plan, verified safe and unexpired, by email and not by hand; or an
//!    adviser with live consent and a permitted transport;
//! 5. content that the person does not want in email;
//! 6. the deny set;
//! 7. the hold-back;
//! 8. the window, and the window against the due time.
//!
//! What cannot be mended by waiting comes first, so that a person hears of it while there is time.
//!
//! What goes by hand is put to [`clear_by_hand`] under the same laws, and what an adviser reads in their mailbox here to
//! [`clear_into_mailbox`].
//!
//! **Invariant:** nothing but [`clear`] makes a [`Cleared`], and a [`Cleared`] holds one address.
//! **Invariant:** a deadline never makes anything pass; it only turns waiting into a question (law 3).

mod by_hand;
mod deny;
mod held;
mod placed;

use jiff::Timestamp;

pub use by_hand::{HandRoute, HandedOver, clear_by_hand};
pub use deny::DenySet;
pub use held::{Held, HoldReason};
pub use placed::{Placed, clear_into_mailbox};

use crate::address::EmailAddress;
use crate::contact::{Plan, Point, PointValue, Route, Unusable};
use crate::draft::Message;
use crate::id::{AdviserId, ContactPointId, VictimId};
use crate::people::{Consent, ConsentScope, PersonName, TransportClass, VictimStanding};

/// Where a message is meant to go. It names a point or a registered adviser and never holds typed text;
/// it cannot hold two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A point of the victim's plan, resolved by [`clear`] when it is asked.
    Victim {
        /// The point.
        point: ContactPointId,
    },
    /// An adviser, with everything as it stands now.
    Adviser(Box<AdviserRecipient>),
}

/// An adviser as a recipient: from the register and the consents, read at the moment of dispatch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdviserRecipient {
    /// Who.
    pub adviser: AdviserId,
    /// Their name.
    pub name: PersonName,
    /// Their registered address.
    pub address: EmailAddress,
    /// Whether they are at their service today.
    pub in_post: bool,
    /// The victim's consent for this adviser, if there is one.
    pub consent: Option<Consent>,
    /// What the message is, for the consent's scope.
    pub scope: ConsentScope,
    /// How the service can be written to.
    pub transport: TransportClass,
    /// Whether they sign in to a mailbox of their own here.
    pub has_mailbox: bool,
}

impl AdviserRecipient {
    /// Whether this victim's consent covers it now, and the service can be written to.
    pub fn may_be_written_to(&self, victim: &VictimId, now: Timestamp) -> bool {
        self.is_allowed(victim, now) && (self.transport.permits(&self.address) || self.reads_here())
    }

    /// Whether what is for them is put into their mailbox here and goes nowhere else: their service is not written to by
    /// mail, and they sign in.
    pub fn reads_here(&self) -> bool {
        self.transport == TransportClass::PortalOnly && self.has_mailbox
    }

    fn is_allowed(&self, victim: &VictimId, now: Timestamp) -> bool {
        let live = self.consent.as_ref().is_some_and(|consent| {
            consent.victim == *victim && consent.adviser == self.adviser && consent.is_live(self.scope, now)
        });
        live && self.in_post
    }
}

/// What a victim has chosen, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    /// Whose choice it is.
    pub victim: VictimId,
    /// The choice.
    pub standing: VictimStanding,
}

/// A message that may leave now, to one address. It is used at once and never kept: what was true when it
/// was made need not be true later.
#[derive(Debug)]
pub struct Cleared {
    message: Message,
    to: EmailAddress,
    recipient: Recipient,
    at: Timestamp,
}

impl Cleared {
    /// The message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// The one address.
    pub fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// The point or adviser that the address belongs to.
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// When it was cleared.
    pub fn cleared_at(&self) -> Timestamp {
        self.at
    }

    /// The message, once it has been handed over.
    pub fn into_message(self) -> Message {
        self.message
    }
}

/// Decides whether `message` may leave now to `recipient` by email.
pub fn clear(
    message: Message,
    recipient: &Recipient,
    eligibility: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
    now: Timestamp,
) -> Result<Cleared, Held> {
    match decide(&message, recipient, Way::Email, eligibility, plan, deny, now) {
        Ok(to) => Ok(Cleared {
            message,
            to,
            recipient: recipient.clone(),
            at: now,
        }),
        Err(reason) => Err(Held {
            message: Box::new(message),
            reason,
        }),
    }
}

/// By which way a message is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By the wire.
    Email,
    /// Into the adviser's mailbox here.
    Mailbox,
}

fn decide(
    message: &Message,
    recipient: &Recipient,
    way: Way,
    eligibility: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
    now: Timestamp,
) -> Result<EmailAddress, HoldReason> {
    check_for_victim(message, eligibility, plan)?;
    let to = match recipient {
        Recipient::Victim { .. } if message.is_to_adviser() => return Err(HoldReason::WrongRecipient),
        Recipient::Victim { point } => victim_address(point, plan, now)?,
        Recipient::Adviser(adviser) => adviser_address(adviser, way, message, now)?,
    };
    let to_victim = matches!(recipient, Recipient::Victim { .. });
    if to_victim && !plan.content_in_email && !message.is_content_free() {
        return Err(HoldReason::ContentNotWanted);
    }
    let mut keys = to.match_keys();
    if let Recipient::Adviser(adviser) = recipient {
        keys.extend(adviser.name.match_keys());
    }
    if deny.meets(&keys) {
        return Err(HoldReason::DenySet);
    }
    let hold_back = message.parts().hold_back_until;
    if now < hold_back {
        return Err(HoldReason::HoldBack { until: hold_back });
    }
    if to_victim {
        check_window(plan, message.due_at(), now)?;
    }
    Ok(to)
}

/// Cancelled, meant for another victim, or for one who may not or would not hear of it.
fn check_for_victim(message: &Message, eligibility: &Eligibility, plan: &Plan) -> Result<(), HoldReason> {
    if message.is_cancelled() {
        return Err(HoldReason::Cancelled);
    }
    if message.victim() != plan.victim() || message.victim() != &eligibility.victim {
        return Err(HoldReason::WrongVictim);
    }
    check_standing(message, &eligibility.standing)
}

fn check_standing(message: &Message, standing: &VictimStanding) -> Result<(), HoldReason> {
    let out = match &message.parts().stage {
        Some(stage) => standing.opted_out_of(stage),
        None => standing.opted_out_all(),
    };
    match standing {
        VictimStanding { deceased: true, .. } => Err(HoldReason::Deceased),
        VictimStanding { withdrawn: true, .. } => Err(HoldReason::Withdrawn),
        _ if out => Err(HoldReason::OptedOut),
        VictimStanding {
            wants_contact: false, ..
        } => Err(HoldReason::WantsNoContact),
        _ => Ok(()),
    }
}

fn victim_address(id: &ContactPointId, plan: &Plan, now: Timestamp) -> Result<EmailAddress, HoldReason> {
    let point = plan.point(id).ok_or(HoldReason::NoVerifiedSafeContactPoint)?;
    usable(point, now)?;
    if matches!(plan.preferred, Route::ViaIsva | Route::ViaPolice) {
        return Err(HoldReason::RouteByHand);
    }
    match point.value() {
        PointValue::Email(address) => Ok(address.clone()),
        _ => Err(HoldReason::RouteByHand),
    }
}

fn usable(point: &Point, now: Timestamp) -> Result<(), HoldReason> {
    point.usable(now).map_err(|why| match why {
        Unusable::NotVerified => HoldReason::NoVerifiedSafeContactPoint,
        Unusable::Expired => HoldReason::ContactPointExpired,
    })
}

fn adviser_address(
    adviser: &AdviserRecipient,
    way: Way,
    message: &Message,
    now: Timestamp,
) -> Result<EmailAddress, HoldReason> {
    if !adviser.is_allowed(message.victim(), now) {
        return Err(HoldReason::NoConsent);
    }
    let permitted = match way {
        Way::Email => adviser.transport.permits(&adviser.address),
        Way::Mailbox => adviser.reads_here(),
    };
    if permitted {
        Ok(adviser.address.clone())
    } else {
        Err(HoldReason::TransportClass)
    }
}

/// Waits for the window. When it opens only after the due time, or not at all, a person decides what else
/// can be done; nobody can decide to send outside it.
fn check_window(plan: &Plan, due_at: Option<Timestamp>, now: Timestamp) -> Result<(), HoldReason> {
    if plan.schedule.is_open(now) {
        return Ok(());
    }
    match (plan.schedule.next_open(now), due_at) {
        (None, _) => Err(HoldReason::WindowAfterDeadline { opens: None }),
        (Some(opens), Some(due)) if now <= due && due < opens => {
            Err(HoldReason::WindowAfterDeadline { opens: Some(opens) })
        }
        (Some(until), _) => Err(HoldReason::OutsideWindow { until }),
    }
}

#[cfg(test)]
mod tests;
