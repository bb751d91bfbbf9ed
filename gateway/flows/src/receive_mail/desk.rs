//! Who keeps what comes in at the door for mail.

use std::sync::Arc;

use mail::receiving::{Answer, Received, Receiver, Storing};

use super::Arrived;
use crate::Gateway;

/// Stores mail through a [`Gateway`].
pub struct MailDesk(Arc<Gateway>);

impl MailDesk {
    /// For this house.
    pub fn new(gateway: Arc<Gateway>) -> Self {
        Self(gateway)
    }
}

/// Says in the program's log what became of a message, whichever way it came.
pub(crate) fn say(arrived: Arrived) {
    match arrived {
        Arrived::Filed => tracing::info!("mail filed"),
        Arrived::Quarantined(reason) => tracing::info!(%reason, "mail in quarantine"),
        Arrived::Duplicate => tracing::info!("mail that was here before"),
    }
}

impl Receiver for MailDesk {
    fn knows(&self, recipient: &str) -> bool {
        self.0.mailbox_area(recipient).is_some()
    }

    fn receive(&self, message: Received) -> Storing<'_> {
        Box::pin(async move {
            match self.0.receive_mail(&message).await {
                Ok(arrived) => say(arrived),
                // The server in front of us keeps it and comes again, whatever the fault is.
                Err(fault) => {
                    tracing::error!(%fault, "mail was not stored, and its server was told to come again");
                    return Answer::Later;
                }
            }
            Answer::Stored
        })
    }
}
