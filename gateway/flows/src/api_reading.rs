//! What other systems may read of victims, contact plans, drafts and contacts: identifiers, codes and instants of the
//! client's Areas; and the change of a contact plan that they may propose. The condition of reach is in the statement.

use audit::entry::Act;
use domain::contact::Point;
use domain::id::{CaseId, DraftId, ProposalId, VictimId};
use store::contacts::{self, ContactRow};
use store::drafts::{self, DraftRow};
use store::reach::{self, Named};
use store::whole_victim::{self, PlanChangeRow};
use store::{Scope, Tx, subjects};

use crate::entries::about_victim;
use crate::{ApiClient, Error, Gateway, ProposedPoint, Result};

/// A victim as another system sees her or him.
#[derive(Debug, Clone)]
pub struct VictimOutline {
    /// The identifier here.
    pub id: VictimId,
    /// The case.
    pub case: CaseId,
    /// The CPS service.
    pub service: String,
    /// Enhanced rights under the Victims' Code.
    pub enhanced: bool,
    /// The officer's user name.
    pub vlo: Option<String>,
}

/// A contact plan as another system sees it.
#[derive(Debug, Clone)]
pub struct PlanOutline {
    /// Goes up with each change of the plan.
    pub version: i64,
    /// The points; their values are not for other systems.
    pub points: Vec<Point>,
    /// Changes, oldest first, without values.
    pub changes: Vec<PlanChangeRow>,
}

impl Gateway {
    /// The victims of what another system names, as far as they are in its Areas; nobody is "not found".
    async fn reach_of(&self, tx: &mut Tx, client: &ApiClient, named: Named<'_>) -> Result<Vec<VictimId>> {
        let account = &client.account;
        // No Area named is none: of an officer's account it would be all of them.
        let scope = Scope::new(&account.user, self.now(), account.areas.clone(), true, false)
            .ok_or_else(|| Error::broken("a scope", "more Areas than a query takes"))?;
        let reached = reach::list(tx, &scope, named).await?;
        if reached.is_empty() {
            return Err(Error::NotFound(named.noun()));
        }
        Ok(reached)
    }

    /// The victims of a case, erased ones left out.
    pub async fn list_victims_of(&self, client: &ApiClient, case: &CaseId) -> Result<Vec<VictimOutline>> {
        let mut tx = self.pool().read().await?;
        let mut victims = Vec::new();
        for id in self.reach_of(&mut tx, client, Named::Case(case)).await? {
            victims.extend(outline(&mut tx, &id).await?);
        }
        Ok(victims)
    }

    /// One victim; an erased one is not there.
    pub async fn find_victim_of(&self, client: &ApiClient, victim: &VictimId) -> Result<VictimOutline> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        outline(&mut tx, victim).await?.ok_or(Error::NotFound("victim"))
    }

    /// How a contact plan stands. The reading is recorded before anything is answered.
    pub async fn read_plan_of(&self, client: &ApiClient, victim: &VictimId) -> Result<PlanOutline> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let changes = whole_victim::list_plan_changes(&mut tx, &victim.row.id).await?;
        drop(tx);
        let actor = &client.account.user;
        let read = about_victim(self.now(), actor, Act::Consultation, "plan-outline-read", &victim)?;
        self.record(read).await?;
        Ok(PlanOutline {
            version: victim.row.plan_version,
            points: victim.plan()?.points().to_vec(),
            changes,
        })
    }

    /// Proposes a change of a contact plan that still is the one of `version`; none when it is another one, and then
    /// nothing was changed. People verify and approve it.
    pub async fn propose_change_of(
        &self,
        client: &ApiClient,
        victim: &VictimId,
        version: i64,
        proposed: ProposedPoint,
    ) -> Result<Option<ProposalId>> {
        let mut tx = self.pool().begin().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        if victim.row.plan_version != version {
            return Ok(None);
        }
        let proposal = self
            .propose_in(tx, &client.account.user, &victim, proposed)
            .await?;
        Ok(Some(proposal))
    }

    /// The drafts for a victim, oldest first.
    pub async fn list_drafts_of(&self, client: &ApiClient, victim: &VictimId) -> Result<Vec<DraftRow>> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        Ok(whole_victim::list_drafts(&mut tx, victim).await?)
    }

    /// One draft.
    pub async fn find_draft_of(&self, client: &ApiClient, draft: &DraftId) -> Result<DraftRow> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Draft(draft)).await?;
        let row = drafts::find(&mut tx, draft).await?;
        row.ok_or(Error::NotFound("draft"))
    }

    /// The contacts with a victim or about her or him, oldest first.
    pub async fn list_contacts_of(&self, client: &ApiClient, victim: &VictimId) -> Result<Vec<ContactRow>> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        Ok(contacts::list_by_victim(&mut tx, victim).await?)
    }
}

async fn outline(tx: &mut Tx, id: &VictimId) -> Result<Option<VictimOutline>> {
    let subject = subjects::find(tx, id).await?;
    // Whose key is gone was erased.
    let subject = subject.filter(|subject| subject.key.is_some());
    Ok(subject.map(|subject| VictimOutline {
        id: subject.victim.id,
        case: subject.victim.case_id,
        service: subject.victim.service,
        enhanced: subject.victim.enhanced,
        vlo: subject.victim.vlo,
    }))
}
