//! Whose draft, message or duty this is, for a door that knows an identifier: nothing of it is read yet. What is out of
//! reach is not found (law 10).

use domain::id::{DraftId, MessageId, ObligationId, ProposalId, VictimId};
use store::reach::Named;
use store::{drafts, proposals};

use crate::owed::find_owed;
use crate::{Error, Gateway, Result, Role};

pub(crate) const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

impl Gateway {
    /// The victim for whom a draft was written.
    pub async fn whose_draft(&self, actor: &str, id: &DraftId) -> Result<VictimId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Draft(id)).await?;
        let row = drafts::find(&mut tx, id).await?.ok_or(Error::NotFound("draft"))?;
        Ok(row.victim_id)
    }

    /// The victim for whom a message was written.
    pub async fn whose_message(&self, actor: &str, id: &MessageId) -> Result<VictimId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Message(id)).await?;
        let row = drafts::find_message(&mut tx, id).await?;
        Ok(row.ok_or(Error::NotFound("message"))?.victim_id)
    }

    /// The victim to whom a duty is owed.
    pub async fn whose_obligation(&self, actor: &str, id: &ObligationId) -> Result<VictimId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        Ok(find_owed(&mut tx, id).await?.victim_id)
    }

    /// The victim whose contact plan a proposal would change.
    pub async fn whose_proposal(&self, actor: &str, id: &ProposalId) -> Result<VictimId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Proposal(id)).await?;
        let row = proposals::find(&mut tx, id).await?;
        Ok(row.ok_or(Error::NotFound("proposal"))?.victim_id)
    }

    /// The same victim, if this officer reaches her or him.
    pub async fn reach_victim(&self, actor: &str, id: &VictimId) -> Result<VictimId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(id)).await?;
        Ok(id.clone())
    }
}
