//! Identifiers: 128 random bits as 32 lower-case hexadecimal digits, one type for each thing named.
//!
//! Random, so that an identifier seen in a URL or a log tells nothing and cannot be guessed (law 10).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::{Entropy, random};

/// A text that is not 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 hexadecimal digits in lower case; this text of {0} characters is not")]
pub struct BadId(usize);

fn is_id(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A fresh identifier.
            pub fn random(entropy: &dyn Entropy) -> Self {
                let bytes: [u8; 16] = random(entropy);
                Self(bytes.iter().map(|b| format!("{b:02x}")).collect())
            }

            /// Reads an identifier from outside.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                if is_id(text) { Ok(Self(text.to_owned())) } else { Err(BadId(text.chars().count())) }
            }

            /// The 32 digits.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )+};
}

ids! {
    /// A case: one URN and everything under it.
    CaseId,
    /// A victim in one case.
    VictimId,
    /// Somebody on the defence side, known only so that they are refused.
    DefendantId,
    /// An adviser at a service for a period.
    AdviserId,
    /// A victim's consent for one adviser.
    ConsentId,
    /// Somebody who helps a victim.
    SupporterId,
    /// One address or number with its safety state.
    ContactPointId,
    /// A proposed change of a contact plan.
    ProposalId,
    /// A key-stage event as we keep it (the source's own id is text of its own).
    EventId,
    /// A duty to tell or to offer.
    ObligationId,
    /// A message before approval.
    DraftId,
    /// A message after approval; also the stable part of its Message-ID.
    MessageId,
    /// One try to deliver a message.
    AttemptId,
    /// What was said or tried, either way, by any channel.
    ContactId,
    /// A meeting with a victim.
    MeetingId,
    /// A change of what is known of a victim.
    DetailChangeId,
    /// A letter that was drawn for scrutiny.
    SampleId,
    /// Somebody who may sign in.
    AccountId,
    /// One time of being signed in.
    SessionId,
    /// A form that was kept when its session had run out.
    KeptId,
    /// A time in which somebody covers for somebody.
    CoverId,
    /// A victim who is not theirs, opened by somebody with a reason.
    GlassId,
    /// A suspected breach or a near miss.
    BreachId,
    /// What an officer asks a manager to decide about a duty.
    RequestId,
    /// A conversation with one adviser about one victim.
    ThreadId,
    /// A message that came to a mailbox.
    InboundId,
    /// A question of an adviser that an officer handed to a prosecutor.
    ReferralId,
}
