//! Before and after approval: drafts and messages (law 1).
//!
//! **Invariant:** a [`Message`] comes from [`Draft::approve`], or back from the store through
//! [`Message::restore`], which refuses content whose digest is not the recorded one. Nothing else makes one.
//! **Invariant:** frozen content cannot be changed; another wording is another draft.
//! **Invariant:** nothing is called back. Until its hold-back has run out a message can be cancelled; after
//! that there is no correction to the same audience (requirement D10).

mod content;
mod dates;
mod message;
mod vetting;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use content::{Finding, FindingKind, ForeignFacts, OwnFacts, content_check, evidence_check};
pub(crate) use dates::dates_in;
pub use message::{Cancelled, DigestMismatch, Message, MessageParts};
pub use vetting::{Vetted, VettingFault, VettingProof};

use crate::address::chars::is_hidden;
use crate::contact::change::same_person;
use crate::id::{DraftId, MessageId, ObligationId, VictimId};
use crate::masked::Masked;

/// Minutes for which an approved message can be cancelled, when the configuration says nothing else.
pub const HOLD_BACK_DEFAULT_MINUTES: u16 = 15;
/// The longest hold-back, in hours.
pub const HOLD_BACK_MAX_HOURS: i64 = 24;
/// The kind that tells only that there is an update, for people who want no content in email.
pub const CONTENT_FREE_KIND: &str = "update-available";
/// The kind that answers an adviser. It is about a victim and never for her or him.
pub const ADVISER_KIND: &str = "adviser-answer";
/// The kind that tells an adviser something unasked, likewise.
pub const ADVISER_UPDATE_KIND: &str = "adviser-update";

/// Whether words of this kind are for an adviser, and so for nobody else.
pub fn is_for_adviser(kind: &str) -> bool {
    kind == ADVISER_KIND || kind == ADVISER_UPDATE_KIND
}

/// When a hold-back of so many minutes, begun now, runs out.
pub fn hold_back_until(now: Timestamp, minutes: u16) -> Timestamp {
    now.checked_add(jiff::SignedDuration::from_mins(minutes.into()))
        .unwrap_or(Timestamp::MAX)
}

/// Rendered words that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadContent {
    /// The subject is empty, too long or holds a line break or hidden character.
    #[error("a subject has 1 to 200 characters, none of which divides lines or hides")]
    Subject,
    /// No text.
    #[error("a message has a text")]
    Empty,
    /// A hidden character in the text.
    #[error("the {0} holds a control character, or one that hides or turns the writing round")]
    Hidden(&'static str),
}

/// Rendered words that no longer change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawFrozen")]
pub struct Frozen {
    subject: Masked,
    text: Masked,
    html: Option<Masked>,
    sms: Option<Masked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFrozen {
    subject: Masked,
    text: Masked,
    #[serde(default)]
    html: Option<Masked>,
    #[serde(default)]
    sms: Option<Masked>,
}

impl TryFrom<RawFrozen> for Frozen {
    type Error = BadContent;
    fn try_from(raw: RawFrozen) -> Result<Self, BadContent> {
        Self::new(raw.subject, raw.text, raw.html, raw.sms)
    }
}

impl Frozen {
    /// Freezes what a vetted template rendered.
    pub fn new(
        subject: Masked,
        text: Masked,
        html: Option<Masked>,
        sms: Option<Masked>,
    ) -> Result<Self, BadContent> {
        let line = subject.reveal();
        if line.trim().is_empty() || line.chars().count() > 200 || line.chars().any(is_hidden) {
            return Err(BadContent::Subject);
        }
        if text.reveal().trim().is_empty() {
            return Err(BadContent::Empty);
        }
        for (part, name) in [
            (Some(&text), "text"),
            (html.as_ref(), "HTML"),
            (sms.as_ref(), "text message"),
        ] {
            if part.is_some_and(|part| {
                part.reveal()
                    .chars()
                    .any(|c| c != '\n' && c != '\t' && is_hidden(c))
            }) {
                return Err(BadContent::Hidden(name));
            }
        }
        Ok(Self {
            subject,
            text,
            html,
            sms,
        })
    }

    /// The subject line.
    pub fn subject(&self) -> &str {
        self.subject.reveal()
    }

    /// The plain text.
    pub fn text(&self) -> &str {
        self.text.reveal()
    }

    /// The HTML part.
    pub fn html(&self) -> Option<&str> {
        self.html.as_ref().map(Masked::reveal)
    }

    /// The text message.
    pub fn sms(&self) -> Option<&str> {
        self.sms.as_ref().map(Masked::reveal)
    }

    /// The bytes over which the content digest is taken: each part with its length before it, an absent
    /// part told apart from an empty one.
    pub fn digest_input(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [
            Some(&self.subject),
            Some(&self.text),
            self.html.as_ref(),
            self.sms.as_ref(),
        ] {
            match part {
                None => bytes.push(0),
                Some(part) => {
                    bytes.push(1);
                    bytes.extend((part.reveal().len() as u64).to_be_bytes());
                    bytes.extend(part.reveal().as_bytes());
                }
            }
        }
        bytes
    }
}

/// Why a draft does not become a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApproveError {
    /// The vetting is for another template version.
    #[error(
        "the template version of this draft ({kind}, version {version}, {language}) is not vetted, or its digest differs"
    )]
    NotVetted {
        /// The kind.
        kind: String,
        /// The version.
        version: u32,
        /// `en` or `cy`.
        language: String,
    },
    /// The drafter approves where somebody else has to.
    #[error("this kind is approved by a second person, not by whoever drafted it")]
    SecondPerson,
    /// Nobody.
    #[error("an approval names the person who gives it")]
    NoApprover,
    /// The content check found something that blocks.
    #[error("the content check found: {}", .0.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", "))]
    Findings(BTreeSet<FindingKind>),
    /// The hold-back ends before it begins or lasts too long.
    #[error("the hold-back ends at or after the approval and within {HOLD_BACK_MAX_HOURS} hours")]
    HoldBack,
}

/// A message before approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its identifier.
    pub id: DraftId,
    /// The duty that it fulfils.
    pub obligation: ObligationId,
    /// For whom it was written.
    pub victim: VictimId,
    /// The message kind.
    pub kind: String,
    /// The template version.
    pub version: u32,
    /// `en` or `cy`.
    pub language: String,
    /// The digest of the template version, in hexadecimal.
    pub digest: String,
    /// The stage that it tells of, for opt-outs.
    #[serde(default)]
    pub stage: Option<String>,
    /// When the duty is due; none when the rule has no number.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// Whether somebody else than the drafter has to approve it.
    pub second_person: bool,
    /// Who drafted it; the program's own name when a rule did.
    pub drafted_by: String,
    /// When.
    pub drafted_at: Timestamp,
    /// What the content check found.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// The rendered words.
    pub frozen: Frozen,
    /// The digest of [`Frozen::digest_input`], in hexadecimal.
    pub content_digest: String,
}

impl Draft {
    /// Approves the draft and makes the message. `vetted` is the proof that the template version was vetted;
    /// `hold_back_until` the end of the time in which it can be cancelled.
    pub fn approve(
        self,
        approver: &str,
        vetted: &VettingProof,
        message_id: MessageId,
        now: Timestamp,
        hold_back_until: Timestamp,
    ) -> Result<Message, ApproveError> {
        if !vetted.covers(&self.kind, self.version, &self.language, &self.digest) {
            let Self {
                kind,
                version,
                language,
                ..
            } = self;
            return Err(ApproveError::NotVetted {
                kind,
                version,
                language,
            });
        }
        if approver.trim().is_empty() {
            return Err(ApproveError::NoApprover);
        }
        if self.second_person && same_person(approver, &self.drafted_by) {
            return Err(ApproveError::SecondPerson);
        }
        let blocking: BTreeSet<FindingKind> = self
            .findings
            .iter()
            .filter(|finding| finding.kind.blocks())
            .map(|finding| finding.kind)
            .collect();
        if !blocking.is_empty() {
            return Err(ApproveError::Findings(blocking));
        }
        let longest = jiff::SignedDuration::from_hours(HOLD_BACK_MAX_HOURS);
        if hold_back_until < now || hold_back_until.duration_since(now) > longest {
            return Err(ApproveError::HoldBack);
        }
        Ok(Message::approved(
            self,
            approver.trim().to_owned(),
            message_id,
            now,
            hold_back_until,
        ))
    }
}

#[cfg(test)]
mod tests;
