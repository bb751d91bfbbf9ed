//! Whether a message may be put into an adviser's mailbox here: the laws of [`super::clear`], and another way.
//!
//! **Invariant:** nothing but [`clear_into_mailbox`] makes a [`Placed`], and it holds no address: the wire cannot take it.

use jiff::Timestamp;

use super::{AdviserRecipient, DenySet, Eligibility, Held, Recipient, Way, decide};
use crate::contact::Plan;
use crate::draft::Message;
use crate::id::AdviserId;

/// Leave to have a message read by an adviser here from now on. Used at once and never kept.
#[derive(Debug)]
pub struct Placed {
    adviser: AdviserId,
}

impl Placed {
    /// Whose mailbox it is.
    pub fn adviser(&self) -> &AdviserId {
        &self.adviser
    }
}

/// Decides whether `message` may be put into this adviser's mailbox now.
pub fn clear_into_mailbox(
    message: Message,
    adviser: &AdviserRecipient,
    eligibility: &Eligibility,
    plan: &Plan,
    deny: &DenySet,
    now: Timestamp,
) -> Result<Placed, Held> {
    let to = Recipient::Adviser(Box::new(adviser.clone()));
    match decide(&message, &to, Way::Mailbox, eligibility, plan, deny, now) {
        Ok(_) => Ok(Placed {
            adviser: adviser.adviser.clone(),
        }),
        Err(reason) => Err(Held {
            message: Box::new(message),
            reason,
        }),
    }
}
