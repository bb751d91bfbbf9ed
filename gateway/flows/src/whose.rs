//! Whose draft, message or duty this is, for a door that knows an identifier: nothing of it is read yet.
//!
//! Somebody else's is not found (law 10): an account of other Areas gets the answer that a stranger's identifier gets.

use domain::id::{DraftId, MessageId, ObligationId, VictimId};
use domain::reading::ReadingReason;
use store::{Tx, checks, drafts, subjects};

use crate::owed::find_owed;
use crate::{Error, Gateway, Result, Role, Visitor};

const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

impl Gateway {
    /// The victim for whom a draft was written.
    pub async fn whose_draft(&self, actor: &str, id: &DraftId) -> Result<VictimId> {
        let mut tx = self.pool().read().await?;
        let row = drafts::find(&mut tx, id).await?.ok_or(Error::NotFound("draft"))?;
        self.in_reach(&mut tx, actor, row.victim_id).await
    }

    /// The victim for whom a message was written.
    pub async fn whose_message(&self, actor: &str, id: &MessageId) -> Result<VictimId> {
        let mut tx = self.pool().read().await?;
        let row = drafts::find_message(&mut tx, id).await?;
        let row = row.ok_or(Error::NotFound("message"))?;
        self.in_reach(&mut tx, actor, row.victim_id).await
    }

    /// The victim to whom a duty is owed.
    pub async fn whose_obligation(&self, actor: &str, id: &ObligationId) -> Result<VictimId> {
        let mut tx = self.pool().read().await?;
        let owed = find_owed(&mut tx, id).await?;
        self.in_reach(&mut tx, actor, owed.victim_id).await
    }

    /// The same victim, if this officer may act for her or him.
    pub async fn reach_victim(&self, actor: &str, id: &VictimId) -> Result<VictimId> {
        let mut tx = self.pool().read().await?;
        self.in_reach(&mut tx, actor, id.clone()).await
    }

    async fn in_reach(&self, tx: &mut Tx, actor: &str, id: VictimId) -> Result<VictimId> {
        let staff = self.authorise(actor, &OFFICERS)?;
        let subject = subjects::find(tx, &id).await?.ok_or(Error::NotFound("victim"))?;
        let area = &subject.case.area;
        if staff.areas.is_empty() || staff.areas.iter().any(|own| own == area) {
            Ok(id)
        } else {
            Err(Error::NotFound("victim"))
        }
    }

    /// Keeps why somebody reads about a victim, for as long as they are signed in. Every reading carries it.
    pub async fn give_reason(
        &self,
        visitor: &Visitor,
        victim: &VictimId,
        reason: ReadingReason,
    ) -> Result<()> {
        self.authorise(&visitor.account.user, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        checks::save_reason(&mut tx, &visitor.session, victim, reason.as_str(), self.now()).await?;
        Ok(tx
            .commit_unlogged("the reason stands in the entry of each reading")
            .await?)
    }

    /// Why they read about this victim, if they have said so since they signed in.
    pub async fn find_reason(&self, visitor: &Visitor, victim: &VictimId) -> Result<Option<String>> {
        let mut tx = self.pool().read().await?;
        Ok(checks::find_reason(&mut tx, &visitor.session, victim).await?)
    }
}
