//! A message is looked at after its approval: the words, how it stands, and what happened to it so far.

use audit::entry::Act;
use domain::contact::Plan;
use domain::draft::{Frozen, MessageParts};
use domain::id::MessageId;
use jiff::Timestamp;
use store::contacts::ContactRow;
use store::drafts::{self, MessageRow};
use store::obligations::ObligationRow;
use store::outbox::OutboxRow;
use store::reach::Named;
use store::{contacts, outbox};

use crate::decide::check_reason;
use crate::entries::about;
use crate::owed::find_owed;
use crate::{Error, Gateway, Result, Role};

/// One try to deliver a message.
#[derive(Debug, Clone)]
pub struct Tried {
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How, a code.
    pub outcome: Option<String>,
}

/// A message and what became of it.
pub struct MessageRead {
    /// Kind, template version, who approved it and when.
    pub row: MessageRow,
    /// The duty behind it.
    pub owed: ObligationRow,
    /// How it stands.
    pub stands: OutboxRow,
    /// The exact words.
    pub frozen: Frozen,
    /// Who drafted it.
    pub drafted_by: String,
    /// The name to use.
    pub name: String,
    /// How this person may be reached.
    pub plan: Plan,
    /// Every try, oldest first.
    pub tries: Vec<Tried>,
    /// The contacts that came of it, oldest first.
    pub contacts: Vec<ContactRow>,
}

impl Gateway {
    /// Shows a message to somebody who says why; recorded before a word is seen.
    pub async fn read_message(&self, actor: &str, id: &MessageId, reason: &str) -> Result<MessageRead> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager])?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Message(id)).await?;
        let row = drafts::find_message(&mut tx, id).await?;
        let row = row.ok_or(Error::NotFound("message"))?;
        let owed = find_owed(&mut tx, &row.obligation_id).await?;
        let victim = self.load_victim(&mut tx, &row.victim_id).await?;
        let parts: MessageParts = Self::open(&victim.key, "messages", id.as_str(), &row.sealed)?;
        let stands = outbox::find(&mut tx, id).await?;
        let stands = stands.ok_or_else(|| Error::broken("a message", "it is not in the outbox"))?;
        let tries = outbox::list_attempts(&mut tx, id).await?;
        let contacts = contacts::list_by_victim(&mut tx, &row.victim_id).await?;
        drop(tx);
        let version = u32::try_from(row.version).unwrap_or_default();
        let read = about(self.now(), actor, Act::Consultation, "message-read", &owed)?
            .with_area(&victim.case.area)
            .with_message(id.as_str())
            .with_template(&row.kind, version, &row.language, &row.digest)
            .with_fact("plan", "shown")
            .with_reason(reason);
        self.record(read).await?;
        let (name, plan) = Self::on_top(&victim)?;
        let of_it = |contact: &ContactRow| contact.message_id.as_ref() == Some(id);
        Ok(MessageRead {
            contacts: contacts.into_iter().filter(of_it).collect(),
            tries: tries
                .into_iter()
                .map(|(_, began_at, _, ended_at, outcome, _)| Tried {
                    began_at,
                    ended_at,
                    outcome,
                })
                .collect(),
            drafted_by: parts.drafted_by,
            frozen: parts.frozen,
            row,
            owed,
            stands,
            name,
            plan,
        })
    }
}
