//! The desk at which a contact plan is looked after: how the person may be reached and what was proposed.

use audit::entry::Act;
use domain::contact::Plan;
use domain::contact::change::Proposal;
use domain::id::{ProposalId, VictimId};
use domain::window::Windows;
use store::proposals;
use store::reach::Named;
use store::whole_victim;

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// What stands on the desk.
pub struct PlanDesk {
    /// The name to use.
    pub name: String,
    /// The plan.
    pub plan: Plan,
    /// Goes up with each change: whoever changes names the one they saw.
    pub version: i64,
    /// Changes that wait to be verified or approved, oldest first.
    pub waiting: Vec<(ProposalId, Proposal)>,
}

impl Gateway {
    /// Opens the desk for somebody who says why; recorded before anything is shown.
    pub async fn open_plan(&self, actor: &str, victim: &VictimId, reason: &str) -> Result<PlanDesk> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let mut waiting = Vec::new();
        for change in whole_victim::list_plan_changes(&mut tx, &victim.row.id).await? {
            if change.closed_at.is_none()
                && let Some(row) = proposals::find(&mut tx, &change.id).await?
            {
                let proposal = Self::open(&victim.key, "plan_proposals", row.id.as_str(), &row.sealed)?;
                waiting.push((row.id, proposal));
            }
        }
        drop(tx);
        let read = about_victim(self.now(), actor, Act::Consultation, "plan-read", &victim)?;
        self.record(read.with_reason(reason)).await?;
        let (name, plan) = Self::on_top(&victim)?;
        Ok(PlanDesk {
            name,
            plan,
            version: victim.row.plan_version,
            waiting,
        })
    }

    /// Records when the person may be contacted, as they said. `version` is the plan that the officer saw: whoever was
    /// faster wins.
    pub async fn change_times(
        &self,
        actor: &str,
        victim: &VictimId,
        version: i64,
        windows: Windows,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        is_as_seen(victim.row.plan_version, version)?;
        let mut plan = victim.plan()?;
        // What was excluded stays excluded: nobody said otherwise.
        plan.schedule.windows = windows;
        self.save_plan(&mut tx, &victim, &plan).await?;
        let changed = about_victim(self.now(), actor, Act::Change, "plan-times-changed", &victim)?;
        Ok(tx.commit(&[changed]).await?)
    }

    /// Whether a plan still is the one that the officer saw.
    pub async fn is_plan_as_seen(&self, actor: &str, victim: &VictimId, version: i64) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        is_as_seen(victim.row.plan_version, version)
    }
}

fn is_as_seen(stands: i64, seen: i64) -> Result<()> {
    if stands == seen {
        Ok(())
    } else {
        Err(Error::Conflict(
            "the contact plan was changed since this page was opened".to_owned(),
        ))
    }
}
