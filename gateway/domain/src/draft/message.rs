//! A message: approved words for one victim.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CONTENT_FREE_KIND, Draft, Frozen, is_for_adviser};
use crate::id::{DraftId, MessageId, ObligationId, VictimId};

/// Who cancelled a message, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancelled {
    /// The member of staff, or the rule that lapsed the duty.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Content that is not what was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stored content of the message is not what was approved: its digest differs from the recorded one"
)]
pub struct DigestMismatch;

/// What the store keeps of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageParts {
    /// Its identifier.
    pub id: MessageId,
    /// The draft that it was.
    pub draft: DraftId,
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
    /// The digest of the template version.
    pub digest: String,
    /// The stage that it tells of.
    #[serde(default)]
    pub stage: Option<String>,
    /// When the duty is due.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// Who drafted it.
    pub drafted_by: String,
    /// Who approved it.
    pub approved_by: String,
    /// When.
    pub approved_at: Timestamp,
    /// Until when it can be cancelled and does not leave.
    pub hold_back_until: Timestamp,
    /// The words.
    pub frozen: Frozen,
    /// The digest of the words as approved.
    pub content_digest: String,
    /// Whether somebody cancelled it.
    #[serde(default)]
    pub cancelled: Option<Cancelled>,
}

/// A message after approval. It cannot be changed, only cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(MessageParts);

impl Message {
    pub(super) fn approved(
        draft: Draft,
        approved_by: String,
        id: MessageId,
        approved_at: Timestamp,
        hold_back_until: Timestamp,
    ) -> Self {
        Self(MessageParts {
            id,
            draft: draft.id,
            obligation: draft.obligation,
            victim: draft.victim,
            kind: draft.kind,
            version: draft.version,
            language: draft.language,
            digest: draft.digest,
            stage: draft.stage,
            due_at: draft.due_at,
            drafted_by: draft.drafted_by,
            approved_by,
            approved_at,
            hold_back_until,
            frozen: draft.frozen,
            content_digest: draft.content_digest,
            cancelled: None,
        })
    }

    /// Brings a message back from the store. `computed` is the digest of `parts.frozen` taken just now by the
    /// caller; if it is not the one recorded at the approval, the content was changed and is refused. For
    /// the store alone.
    pub fn restore(parts: MessageParts, computed: &str) -> Result<Self, DigestMismatch> {
        if parts.content_digest == computed && !computed.is_empty() {
            Ok(Self(parts))
        } else {
            Err(DigestMismatch)
        }
    }

    /// All its parts, to be read or kept.
    pub fn parts(&self) -> &MessageParts {
        &self.0
    }

    /// Its identifier, also the stable part of its Message-ID.
    pub fn id(&self) -> &MessageId {
        &self.0.id
    }

    /// For whom it was written.
    pub fn victim(&self) -> &VictimId {
        &self.0.victim
    }

    /// The duty that it fulfils.
    pub fn obligation(&self) -> &ObligationId {
        &self.0.obligation
    }

    /// The words.
    pub fn frozen(&self) -> &Frozen {
        &self.0.frozen
    }

    /// When the duty is due.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.0.due_at
    }

    /// Whether it only tells that there is an update.
    pub fn is_content_free(&self) -> bool {
        self.0.kind == CONTENT_FREE_KIND
    }

    /// Whether it is written to an adviser, and so to nobody else.
    pub fn is_to_adviser(&self) -> bool {
        is_for_adviser(&self.0.kind)
    }

    /// Whether somebody cancelled it.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.is_some()
    }

    /// Cancels it. The first cancellation stands. A message that has left cannot be called back; the outbox
    /// knows whether it has.
    #[must_use]
    pub fn cancel(mut self, by: &str, at: Timestamp) -> Self {
        self.0.cancelled.get_or_insert_with(|| Cancelled {
            by: by.to_owned(),
            at,
        });
        self
    }
}
