//! Who keeps what comes in at the door for mail.

use std::sync::Arc;

use mail::receiving::{Answer, Received, Receiver, Storing};

use super::Arrived;
use crate::{Gateway, Result};

/// Stores mail through a [`Gateway`].
pub struct MailDesk(Arc<Gateway>);

impl MailDesk {
    /// For this house.
    pub fn new(gateway: Arc<Gateway>) -> Self {
        Self(gateway)
    }

    /// What comes to a return path is a report and never mail for anybody; what comes to both is both.
    async fn take_in(&self, message: &Received) -> Result<()> {
        for recipient in &message.recipients {
            if let Some(attempt) = self.0.bounced_attempt(message.return_path.as_deref(), recipient) {
                let bounced = self.0.receive_bounce(&attempt, &message.bytes).await?;
                tracing::info!(?bounced, "a report about a message");
            }
        }
        let mut recipients = message.recipients.iter();
        if recipients.any(|recipient| self.0.mailbox_area(recipient).is_some()) {
            say(self.0.receive_mail(message).await?);
        }
        Ok(())
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
    fn knows(&self, return_path: &str, recipient: &str) -> bool {
        let mailbox = self.0.mailbox_area(recipient).is_some();
        // Looked at for every address, so that the time tells nothing either.
        self.0.bounced_attempt(Some(return_path), recipient).is_some() || mailbox
    }

    fn receive(&self, message: Received) -> Storing<'_> {
        Box::pin(async move {
            match self.take_in(&message).await {
                Ok(()) => Answer::Stored,
                // The server in front of us keeps it and comes again, whatever the fault is.
                Err(fault) => {
                    tracing::error!(%fault, "mail was not stored, and its server was told to come again");
                    Answer::Later
                }
            }
        })
    }
}
