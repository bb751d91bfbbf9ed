//! What other systems may read of victims, contact plans, drafts and contacts: identifiers, codes and instants of the
//! client's Areas. The condition of reach is in the statement.

use audit::entry::Act;
use audit::merkle::leaf_hash;
use domain::contact::Point;
use domain::id::{CaseId, DraftId, VictimId};
use store::contacts::{self, ContactRow};
use store::drafts::{self, DraftRow};
use store::people::CaseRow;
use store::reach::{self, Named};
use store::whole_victim::{self, PlanChangeRow};
use store::{Scope, Tx, checks, subjects};

use crate::entries::about_victim;
use crate::{ApiClient, Error, Gateway, ListPart, Result};

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

/// A draft as another system sees it: how it stands, not its words.
#[derive(Debug, Clone)]
pub struct DraftOutline {
    /// As it is kept; its words are sealed.
    pub row: DraftRow,
    /// Whether it was sent for a second check.
    pub is_sent_for_check: bool,
}

impl DraftOutline {
    /// A strong tag of how it stands: another one after each change of the draft.
    pub fn version(&self) -> String {
        let (id, state) = (self.row.id.as_str(), self.row.state.as_str());
        let sent = if self.is_sent_for_check {
            "sent"
        } else {
            "not-sent"
        };
        let stands = format!("{id}\n{state}\n{sent}\n{}", self.row.digest);
        leaf_hash(stands.as_bytes()).to_hex()
    }
}

impl Gateway {
    /// The victims of what another system names, as far as they are in its Areas; nobody is "not found".
    pub(crate) async fn reach_of(
        &self,
        tx: &mut Tx,
        client: &ApiClient,
        named: Named<'_>,
    ) -> Result<Vec<VictimId>> {
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

    /// One case.
    pub async fn find_case_of(&self, client: &ApiClient, case: &CaseId) -> Result<CaseRow> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Case(case)).await?;
        let row = whole_victim::find_case(&mut tx, case).await?;
        row.ok_or(Error::NotFound("case"))
    }

    /// A part of the victims of a case by their identifiers, erased ones left out.
    pub async fn list_victims_of(
        &self,
        client: &ApiClient,
        case: &CaseId,
        part: &ListPart,
    ) -> Result<Vec<VictimOutline>> {
        let mut tx = self.pool().read().await?;
        let mut reached = self.reach_of(&mut tx, client, Named::Case(case)).await?;
        let (_, after) = part.place();
        reached.retain(|id| id.as_str() > after);
        reached.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        let mut victims = Vec::new();
        for id in reached {
            if u32::try_from(victims.len()).is_ok_and(|count| count == part.most) {
                break;
            }
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

    /// A part of the drafts for a victim, oldest first.
    pub async fn list_drafts_of(
        &self,
        client: &ApiClient,
        victim: &VictimId,
        part: &ListPart,
    ) -> Result<Vec<DraftOutline>> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        let rows = checks::page_by_victim(&mut tx, victim, part.place(), part.most).await?;
        let outlines = rows.into_iter().map(|(row, is_sent_for_check)| DraftOutline {
            row,
            is_sent_for_check,
        });
        Ok(outlines.collect())
    }

    /// One draft.
    pub async fn find_draft_of(&self, client: &ApiClient, draft: &DraftId) -> Result<DraftOutline> {
        let mut tx = self.pool().read().await?;
        self.draft_outline(&mut tx, client, draft).await
    }

    /// The same in the transaction in which something is done with it.
    pub(crate) async fn draft_outline(
        &self,
        tx: &mut Tx,
        client: &ApiClient,
        draft: &DraftId,
    ) -> Result<DraftOutline> {
        self.reach_of(tx, client, Named::Draft(draft)).await?;
        let row = drafts::find(tx, draft).await?;
        Ok(DraftOutline {
            row: row.ok_or(Error::NotFound("draft"))?,
            is_sent_for_check: checks::find_check(tx, draft).await?.is_some(),
        })
    }

    /// A part of the contacts with a victim or about her or him, in the order in which they were written down.
    pub async fn list_contacts_of(
        &self,
        client: &ApiClient,
        victim: &VictimId,
        part: &ListPart,
    ) -> Result<Vec<ContactRow>> {
        let mut tx = self.pool().read().await?;
        self.reach_of(&mut tx, client, Named::Victim(victim)).await?;
        Ok(contacts::page_by_victim(&mut tx, victim, part.place(), part.most).await?)
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
