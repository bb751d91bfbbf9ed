//! A contact plan changes: proposed, verified by another path, approved by a second person (requirement A5).
//!
//! The old value is barred in the transaction of the proposal, whatever becomes of the proposal. Nothing here
//! sends anything: nobody is told of a change by the point that changes.

use audit::entry::{Act, Entry};
use domain::contact::change::{self, ChangeError, NewProposal, Proposal, Verification, VerifyPath};
use domain::contact::{Plan, PointValue, Route, Why};
use domain::id::{ContactPointId, ProposalId, VictimId};
use domain::masked::Masked;
use jiff::civil::Date;
use store::Tx;
use store::people;
use store::proposals::{self, ProposalRow};
use store::reach::Named;

use crate::decide::check_reason;
use crate::entries::{about_victim, in_words};
use crate::person::Victim;
use crate::{Error, Gateway, Result, Role};

/// What is proposed for a plan: the value comes from a conversation, never from an inbound header.
pub struct ProposedPoint {
    /// The route.
    pub route: Route,
    /// The new address or number.
    pub value: PointValue,
    /// The point that it replaces; none adds a value beside the others.
    pub replaces: Option<ContactPointId>,
}

const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

fn refused(fault: ChangeError) -> Error {
    match fault {
        ChangeError::WrongState { .. } => Error::Conflict(fault.to_string()),
        ChangeError::SamePerson | ChangeError::DenySet => Error::NotAllowed(fault.to_string()),
        _ => Error::Invalid(fault.to_string()),
    }
}

impl Gateway {
    /// Proposes a change. From this commit on the value that it replaces is barred, also for what waits in the
    /// outbox, and also when the new value is refused.
    pub async fn propose_change(
        &self,
        actor: &str,
        victim: &VictimId,
        proposed: ProposedPoint,
    ) -> Result<ProposalId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let (outcome, entry) = self.propose_in(&mut tx, actor, &victim, proposed).await?;
        tx.commit(&[entry]).await?;
        outcome
    }

    /// The same for whom may and reaches the victim, in the transaction that asked so. The caller commits it with the
    /// entry, also when the answer is a refusal: a value of the defence side bars what it was to replace.
    pub(crate) async fn propose_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        proposed: ProposedPoint,
    ) -> Result<(Result<ProposalId>, Entry)> {
        let now = self.now();
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let mut plan = victim.plan()?;
        let id = ProposalId::random(self.entropy());
        let replaces = proposed.replaces.clone();
        let new = NewProposal {
            id: id.clone(),
            point: ContactPointId::random(self.entropy()),
            route: proposed.route,
            value: proposed.value,
            replaces: proposed.replaces,
            by: actor.to_owned(),
            at: now,
        };
        let (point, value) = (new.point.clone(), in_words(&new.value));
        let before = plan.clone();
        let outcome = change::propose(&mut plan, new, &deny);
        if let Err(fault) = outcome
            && fault != ChangeError::DenySet
            && plan == before
        {
            return Err(refused(fault));
        }
        self.save_plan(tx, victim, &plan).await?;
        let verb = if outcome.is_ok() {
            "plan-change-proposed"
        } else {
            "plan-change-refused"
        };
        let mut written = about_victim(now, actor, Act::Change, verb, victim)?
            .with_fact("route", proposed.route.as_str())
            .with_fact("proposal", id.as_str())
            .with_fact("point", point.as_str());
        if let Some(old) = &replaces {
            written = written.with_fact("barred", old.as_str());
        }
        written = self.commit_in(tx, victim, written, "value", &value).await?;
        match outcome {
            Ok(proposal) => {
                let sealed = self.seal(&victim.key, "plan_proposals", id.as_str(), &proposal)?;
                proposals::add(tx, &id, &victim.row.id, &sealed, now).await?;
                Ok((Ok(id), written))
            }
            Err(fault) => {
                self.warn_officers(tx, &victim.row.id, "plan-change-refused", &fault.to_string())
                    .await?;
                Ok((Err(refused(fault)), written))
            }
        }
    }

    /// Records that the new value was confirmed by another path than the one that changes.
    pub async fn verify_change(
        &self,
        actor: &str,
        id: &ProposalId,
        path: VerifyPath,
        said_by: Masked,
        how: Masked,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        let (row, victim, proposal) = self.load_proposal(&mut tx, actor, id).await?;
        let verification = Verification {
            by: actor.to_owned(),
            path,
            said_by,
            how,
            at: self.now(),
        };
        let verified = proposal.verify(&victim.plan()?, verification).map_err(refused)?;
        let step = about_victim(self.now(), actor, Act::Decision, "plan-change-verified", &victim)?;
        self.save_proposal(tx, &row, &victim, &verified, step).await
    }

    /// Puts a verified change in force, safe until `review_by`; by somebody who neither proposed nor verified it.
    pub async fn approve_change(&self, actor: &str, id: &ProposalId, review_by: Date) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let (row, victim, proposal) = self.load_proposal(&mut tx, actor, id).await?;
        let deny = self.load_deny_set(&mut tx, &victim.case).await?;
        let mut plan = victim.plan()?;
        let approved = proposal
            .approve(&mut plan, actor, review_by, &deny, now)
            .map_err(refused)?;
        self.save_plan(&mut tx, &victim, &plan).await?;
        let new = approved.new_value();
        self.index_point(&mut tx, &new.point, &new.value, &victim.row.id)
            .await?;
        let step = about_victim(self.now(), actor, Act::Decision, "plan-change-approved", &victim)?
            .with_fact("point", new.point.as_str());
        let value = in_words(&new.value);
        let step = self.commit_in(&mut tx, &victim, step, "value", &value).await?;
        self.save_proposal(tx, &row, &victim, &approved, step).await
    }

    /// Ends a proposal. The old value stays barred: whoever proposed may have been right about it.
    pub async fn refuse_change(&self, actor: &str, id: &ProposalId, reason: &str) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        let (row, victim, proposal) = self.load_proposal(&mut tx, actor, id).await?;
        let ended = proposal
            .refuse(actor, Masked::new(reason), self.now())
            .map_err(refused)?;
        let step = about_victim(self.now(), actor, Act::Decision, "plan-change-refused", &victim)?;
        let step = step.with_reason(reason);
        self.save_proposal(tx, &row, &victim, &ended, step).await
    }

    /// Bars a point at once: somebody said that it is not safe.
    pub async fn bar_point(
        &self,
        actor: &str,
        victim: &VictimId,
        point: &ContactPointId,
        why: Why,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let mut plan = victim.plan()?;
        plan.bar(point, why, self.now())
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        self.save_plan(&mut tx, &victim, &plan).await?;
        let barred = about_victim(self.now(), actor, Act::Change, "point-barred", &victim)?
            .with_fact("point", point.as_str())
            .with_reason(why.as_str());
        let barred = self.commit_point(&mut tx, &victim, &plan, point, barred).await?;
        Ok(tx.commit(&[barred]).await?)
    }

    /// Records that the victim was asked again and said that a point, whose value stays, is safe.
    pub async fn recheck_point(
        &self,
        actor: &str,
        victim: &VictimId,
        point: &ContactPointId,
        said_by: Masked,
        how: Masked,
        review_by: Date,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let mut plan = victim.plan()?;
        plan.recheck(point, said_by, how, self.now(), review_by)
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        self.save_plan(&mut tx, &victim, &plan).await?;
        let checked = about_victim(self.now(), actor, Act::Change, "point-rechecked", &victim)?
            .with_fact("point", point.as_str())
            .with_fact("review-by", review_by.to_string());
        let checked = self.commit_point(&mut tx, &victim, &plan, point, checked).await?;
        Ok(tx.commit(&[checked]).await?)
    }

    /// Shows a contact plan to somebody who says why they read it.
    pub async fn show_plan(&self, actor: &str, victim: &VictimId, reason: &str) -> Result<Plan> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager])?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let plan = victim.plan()?;
        let read =
            about_victim(self.now(), actor, Act::Consultation, "plan-read", &victim)?.with_reason(reason);
        tx.commit(&[read]).await?;
        Ok(plan)
    }

    /// Changes that wait for somebody: identifiers and states, no values.
    pub async fn list_proposals(&self, most: u32) -> Result<Vec<ProposalRow>> {
        let mut tx = self.pool().read().await?;
        Ok(proposals::list_open(&mut tx, most).await?)
    }

    async fn load_proposal(
        &self,
        tx: &mut Tx,
        actor: &str,
        id: &ProposalId,
    ) -> Result<(ProposalRow, Victim, Proposal)> {
        self.reach(tx, actor, Named::Proposal(id)).await?;
        let row = proposals::find(tx, id)
            .await?
            .ok_or(Error::NotFound("proposal"))?;
        let victim = self.load_victim(tx, &row.victim_id).await?;
        let proposal = Self::open(&victim.key, "plan_proposals", id.as_str(), &row.sealed)?;
        Ok((row, victim, proposal))
    }

    /// Saves the proposal's next state and commits it with its entry.
    async fn save_proposal(
        &self,
        mut tx: Tx,
        row: &ProposalRow,
        victim: &Victim,
        next: &Proposal,
        step: Entry,
    ) -> Result<()> {
        let sealed = self.seal(&victim.key, "plan_proposals", row.id.as_str(), next)?;
        let state = next.state().as_str();
        let closed = matches!(state, "approved" | "refused").then(|| self.now());
        proposals::save(&mut tx, row, state, &sealed, closed).await?;
        Ok(tx.commit(&[step.with_fact("proposal", row.id.as_str())]).await?)
    }

    /// Saves a plan over the version that was read; somebody who was faster wins and this fails.
    pub(crate) async fn save_plan(&self, tx: &mut Tx, victim: &Victim, plan: &Plan) -> Result<()> {
        let sealed = self.seal(&victim.key, "plan", victim.row.id.as_str(), plan)?;
        Ok(people::save_plan(tx, &victim.row.id, &sealed, victim.row.plan_version).await?)
    }

    /// Keeps the keyed index of a point's value, by which an address is found again.
    pub(crate) async fn index_point(
        &self,
        tx: &mut Tx,
        point: &ContactPointId,
        value: &PointValue,
        victim: &VictimId,
    ) -> Result<()> {
        if let Some(matched) = value.match_keys().first() {
            let index = self
                .parts
                .index
                .index("contact-point", matched.reveal().as_bytes());
            people::add_point_index(tx, point, victim, &index).await?;
        }
        Ok(())
    }

    /// Commits an entry to the value of the point that it is about.
    async fn commit_point(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        plan: &Plan,
        point: &ContactPointId,
        entry: Entry,
    ) -> Result<Entry> {
        match plan.point(point) {
            Some(point) => {
                self.commit_in(tx, victim, entry, "value", &in_words(point.value()))
                    .await
            }
            None => Ok(entry),
        }
    }
}
