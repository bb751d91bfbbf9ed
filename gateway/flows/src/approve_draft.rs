//! A draft becomes a message: frozen, and queued behind its hold-back.

use audit::entry::Act;
use audit::merkle::leaf_hash;
use domain::draft::{Draft, Frozen, Vetted, VettingProof};
use domain::id::{DraftId, MessageId};
use jiff::{SignedDuration, Timestamp};
use render::TemplateVersion;
use store::drafts::{self, DraftRow, MessageRow};
use store::obligations::{self, ObligationRow};
use store::reach::Named;
use store::{Tx, checks, outbox, vettings};

use crate::compose_draft::Content;
use crate::decide::check_reason;
use crate::entries::about;
use crate::owed::find_owed;
use crate::{Error, Gateway, Result, Role};

/// A message that waits for its hold-back to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The message.
    pub message: MessageId,
    /// Until then it can be cancelled.
    pub hold_until: Timestamp,
}

/// The digest of the frozen parts: the hash that the contact log uses for its leaves.
pub(crate) fn content_digest(frozen: &Frozen) -> String {
    leaf_hash(&frozen.digest_input()).to_hex()
}

/// Where a message stands in the queue whose rule has no number: after every other.
const NO_NUMBER: Timestamp = Timestamp::constant(253_402_207_200, 0);

impl Gateway {
    /// Approves a draft. The words must still be the vetted ones, and where the rule asks for a second
    /// person the approver must not be the drafter.
    pub async fn approve_draft(&self, approver: &str, id: &DraftId) -> Result<Approved> {
        self.authorise(approver, &[Role::VloManager, Role::Vlo])?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, approver, Named::Draft(id)).await?;
        let row = drafts::find(&mut tx, id).await?.ok_or(Error::NotFound("draft"))?;
        if row.state != "drafted" {
            return Err(Error::Conflict(format!("this draft is {} already", row.state)));
        }
        let sent = checks::find_check(&mut tx, id).await?;
        if sent.is_some_and(|(by, _)| by == approver) {
            return Err(Error::NotAllowed(
                "you sent this draft for a second check, so somebody else has to approve it".to_owned(),
            ));
        }
        let owed = find_owed(&mut tx, &row.obligation_id).await?;
        let victim = self.load_victim(&mut tx, &row.victim_id).await?;
        let content: Content = Self::open(&victim.key, "drafts", row.id.as_str(), &row.sealed)?;
        let proof = self.find_vetting(&mut tx, &row).await?;
        let digest = content_digest(&content.frozen);
        let version = u32::try_from(row.version).unwrap_or_default();
        let hold_until = now + SignedDuration::from_secs(self.parts.settings.hold_back_s);
        let draft = as_draft(&row, &owed, content, &digest);
        let message_id = MessageId::random(self.entropy());
        let message = draft
            .approve(approver, &proof, message_id.clone(), now, hold_until)
            .map_err(|fault| Error::NotAllowed(fault.to_string()))?;
        let stored = MessageRow {
            id: message_id.clone(),
            draft_id: row.id.clone(),
            obligation_id: row.obligation_id.clone(),
            victim_id: row.victim_id.clone(),
            kind: row.kind.clone(),
            version: row.version,
            language: row.language.clone(),
            digest: row.digest.clone(),
            content_digest: digest.clone(),
            approved_by: approver.to_owned(),
            approved_at: now,
            hold_until_at: hold_until,
            sealed: self.seal(&victim.key, "messages", message_id.as_str(), message.parts())?,
        };
        drafts::decide(&mut tx, &row.id, "approved", approver, now).await?;
        drafts::add_message(&mut tx, &stored).await?;
        self.keep_reference(&mut tx, &stored).await?;
        outbox::add(
            &mut tx,
            &message_id,
            owed.due_at.unwrap_or(NO_NUMBER),
            hold_until,
            now,
        )
        .await?;
        let entry = about(now, approver, Act::Decision, "draft-approved", &owed)?
            .with_area(&victim.case.area)
            .with_draft(row.id.as_str())
            .with_message(message_id.as_str())
            .with_template(&row.kind, version, &row.language, &row.digest);
        let entry = self
            .commit_in(&mut tx, &victim, entry, "content", &digest)
            .await?;
        tx.commit(&[entry]).await?;
        Ok(Approved {
            message: message_id,
            hold_until,
        })
    }

    /// The proof that two people vetted the words that the draft was made of.
    async fn find_vetting(&self, tx: &mut Tx, row: &DraftRow) -> Result<VettingProof> {
        proof_of(tx, &row.digest, (&row.kind, row.version, &row.language)).await
    }

    /// The same of a version that no draft is made of.
    pub(crate) async fn find_vetting_of(
        &self,
        tx: &mut Tx,
        version: &TemplateVersion,
    ) -> Result<VettingProof> {
        let named = (
            version.kind.as_str(),
            i64::from(version.version),
            version.language.as_str(),
        );
        proof_of(tx, &version.digest, named).await
    }

    /// Cancels a message that has not left. There is no recall afterwards (requirement D10).
    pub async fn cancel_message(&self, actor: &str, id: &MessageId, reason: &str) -> Result<()> {
        self.authorise(actor, &[Role::VloManager, Role::Vlo])?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Message(id)).await?;
        let message = drafts::find_message(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = find_owed(&mut tx, &message.obligation_id).await?;
        outbox::cancel(&mut tx, id, reason, now)
            .await
            .map_err(|fault| match fault {
                store::Error::Changed { .. } => {
                    Error::Conflict("this message has left or is leaving; there is no recall".to_owned())
                }
                fault => fault.into(),
            })?;
        obligations::wait(&mut tx, &owed.id, Some("decision-after-cancelling")).await?;
        let entry = about(now, actor, Act::Decision, "message-cancelled", &owed)?
            .with_message(id.as_str())
            .with_reason(reason);
        tx.commit(&[entry]).await.map_err(Error::from)
    }
}

async fn proof_of(
    tx: &mut Tx,
    digest: &str,
    (kind, version, language): (&str, i64, &str),
) -> Result<VettingProof> {
    let Some(vetting) = vettings::find(tx, digest).await? else {
        return Err(Error::NotAllowed(format!(
            "two people have not vetted version {version} of {kind} ({language}); `gateway templates vet` records it"
        )));
    };
    let version = u32::try_from(vetting.version).unwrap_or_default();
    let by = Vetted::ByTwo {
        first: vetting.vetted_by,
        second: vetting.seconded_by,
    };
    VettingProof::new(&vetting.kind, version, &vetting.language, &vetting.digest, by)
        .map_err(|fault| Error::NotAllowed(fault.to_string()))
}

fn as_draft(row: &DraftRow, owed: &ObligationRow, content: Content, content_digest: &str) -> Draft {
    Draft {
        id: row.id.clone(),
        obligation: row.obligation_id.clone(),
        victim: row.victim_id.clone(),
        kind: row.kind.clone(),
        version: u32::try_from(row.version).unwrap_or_default(),
        language: row.language.clone(),
        digest: row.digest.clone(),
        second_person: row.second_person,
        drafted_by: row.drafted_by.clone(),
        stage: Some(content.stage),
        due_at: owed.due_at,
        drafted_at: row.drafted_at,
        findings: content.findings,
        frozen: content.frozen,
        content_digest: content_digest.to_owned(),
    }
}
