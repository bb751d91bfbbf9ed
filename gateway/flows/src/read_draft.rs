//! A draft is read as the victim would read it, by somebody who says why (law 4: readings are recorded).

use audit::entry::Act;
use domain::draft::{Finding, Frozen};
use domain::id::DraftId;
use store::drafts::{self, DraftRow};
use store::reach::Named;

use crate::compose_draft::Content;
use crate::decide::check_reason;
use crate::entries::about;
use crate::owed::find_owed;
use crate::{Error, Gateway, Result, Role};

/// A draft with its words.
pub struct DraftRead {
    /// Kind, template version, drafter.
    pub row: DraftRow,
    /// The exact words of each channel.
    pub frozen: Frozen,
    /// What the content check found.
    pub findings: Vec<Finding>,
}

impl Gateway {
    /// The words of a draft, whatever its state.
    pub async fn read_draft(&self, actor: &str, id: &DraftId, reason: &str) -> Result<DraftRead> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager])?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Draft(id)).await?;
        let row = drafts::find(&mut tx, id).await?.ok_or(Error::NotFound("draft"))?;
        let owed = find_owed(&mut tx, &row.obligation_id).await?;
        let victim = self.load_victim(&mut tx, &row.victim_id).await?;
        let content: Content = Self::open(&victim.key, "drafts", row.id.as_str(), &row.sealed)?;
        let version = u32::try_from(row.version).unwrap_or_default();
        let read = about(self.now(), actor, Act::Consultation, "draft-read", &owed)?
            .with_area(&victim.case.area)
            .with_draft(row.id.as_str())
            .with_template(&row.kind, version, &row.language, &row.digest)
            .with_reason(reason);
        drop(tx);
        // Before anybody sees a word.
        self.record(read).await?;
        Ok(DraftRead {
            row,
            frozen: content.frozen,
            findings: content.findings,
        })
    }
}
