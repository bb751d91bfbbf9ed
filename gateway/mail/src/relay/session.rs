//! One message over one connection.

use std::time::Duration;

use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::{Error, client::AsyncSmtpConnection, response::Response};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::outcome::{accepted, refused, reply};
use super::{Link, Outcome, Relay};
use crate::compose::Composed;

/// A connection that is ready for one message. Dropping it unused closes the connection.
pub struct Session {
    pub(super) relay: Relay,
    pub(super) link: Link,
    /// Whether the connection was parked, so that the server may have closed it meanwhile.
    pub(super) reused: bool,
    pub(super) _permit: OwnedSemaphorePermit,
}

/// How the envelope went.
enum Envelope {
    /// The server waits for the message.
    Open,
    /// It answered no; the connection is in order after RSET.
    Refused(Outcome),
    /// The connection was lost before the server answered anything.
    Gone,
    /// The connection was lost, or is in doubt, later.
    Lost(Outcome),
}

impl Session {
    /// Sends the message and waits for the answer. Each phase has the configured time limit. A crash
    /// before this call leaves nothing sent; a crash inside it leaves the outcome unknown.
    pub async fn send(mut self, message: &Composed) -> Outcome {
        let limit = self.relay.0.timeout;
        let mut envelope = open_envelope(&mut self.link.connection, message, limit).await;
        if matches!(envelope, Envelope::Gone) && self.reused {
            self.link = match self.relay.0.open().await {
                Ok(link) => link,
                Err(failure) => return failure.into(),
            };
            envelope = open_envelope(&mut self.link.connection, message, limit).await;
        }
        match envelope {
            Envelope::Open => {}
            Envelope::Refused(outcome) => {
                if let Ok(Ok(_)) = timeout(limit, self.link.connection.command("RSET\r\n")).await {
                    self.park();
                }
                return outcome;
            }
            Envelope::Gone => return lost("the connection was lost before the envelope"),
            Envelope::Lost(outcome) => return outcome,
        }
        // `lettre` ends the message with CRLF, dot, CRLF: ours brings the first of these itself.
        let bytes = message.bytes();
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        match timeout(limit, self.link.connection.message(bytes)).await {
            Err(_) => unknown(&format!(
                "no answer to the message within {} ms",
                limit.as_millis()
            )),
            Ok(Ok(response)) => match response.code().into() {
                code @ 200..=299_u16 => {
                    self.park();
                    accepted(code, response.first_line().unwrap_or_default())
                }
                code => unknown(&format!(
                    "the message was answered with {code}, which means nothing here"
                )),
            },
            Ok(Err(error)) => match reply(&error) {
                Some((code, words)) => {
                    if code != 421 {
                        self.park();
                    }
                    refused(code, &words)
                }
                None => unknown("the connection was lost before the message was answered"),
            },
        }
    }

    fn park(self) {
        self.relay.0.park(self.link);
    }
}

/// MAIL, RCPT and DATA. Nothing of the message itself goes out.
async fn open_envelope(
    connection: &mut AsyncSmtpConnection,
    message: &Composed,
    limit: Duration,
) -> Envelope {
    let commands = async {
        let mail = Mail::new(Some(message.envelope_from().clone()), Vec::new());
        match connection.command(mail).await {
            Ok(response) if is_class(&response, 2) => {}
            Ok(response) => return stray(&response),
            Err(error) => {
                return match reply(&error) {
                    None | Some((421, _)) => Envelope::Gone,
                    Some((code, words)) => Envelope::Refused(refused(code, &words)),
                };
            }
        }
        match connection
            .command(Rcpt::new(message.envelope_to().clone(), Vec::new()))
            .await
        {
            Ok(response) if is_class(&response, 2) => {}
            Ok(response) => return stray(&response),
            Err(error) => return refusal(&error, "naming the recipient"),
        }
        match connection.command(Data).await {
            Ok(response) if response.has_code(354) => Envelope::Open,
            Ok(response) => stray(&response),
            Err(error) => refusal(&error, "announcing the message"),
        }
    };
    match timeout(limit, commands).await {
        Ok(envelope) => envelope,
        Err(_) => Envelope::Lost(lost(&format!(
            "no answer to the envelope within {} ms",
            limit.as_millis()
        ))),
    }
}

fn is_class(response: &Response, class: u16) -> bool {
    u16::from(response.code()) / 100 == class
}

fn stray(response: &Response) -> Envelope {
    Envelope::Lost(refused(
        response.code().into(),
        response.first_line().unwrap_or_default(),
    ))
}

fn refusal(error: &Error, during: &str) -> Envelope {
    match reply(error) {
        Some((421, words)) => Envelope::Lost(refused(421, &words)),
        Some((code, words)) => Envelope::Refused(refused(code, &words)),
        None => Envelope::Lost(lost(&format!("the connection was lost while {during}"))),
    }
}

fn lost(text: &str) -> Outcome {
    Outcome::Temporary {
        code: None,
        text: text.to_owned(),
    }
}

fn unknown(what: &str) -> Outcome {
    Outcome::Unknown {
        what: what.to_owned(),
    }
}
