//! A manager gives a victim to an officer, and has somebody stand in for somebody who is away. Nothing is lost: every
//! open duty goes along, and what was drafted in the name of the officer before is drafted anew.

use audit::entry::Act;
use domain::calendar::{end_of_day, start_of_day};
use domain::id::{CoverId, VictimId};
use jiff::civil::Date;
use store::covers::{self, CoverRow};
use store::reach::Named;
use store::{drafts, obligations, team};

use crate::decide::check_reason;
use crate::entries::{about_victim, entry};
use crate::{Error, Gateway, Result, Role, Staff};

/// A cover lasts no longer than this, in days; a longer absence is a reassignment.
const COVER_DAYS_MAX: i32 = 92;

impl Gateway {
    /// Gives a victim to an officer of the case's Area. What is open goes along.
    pub async fn assign_vlo(&self, actor: &str, victim: &VictimId, user: &str, reason: &str) -> Result<()> {
        self.authorise(actor, &[Role::VloManager])?;
        check_reason(reason)?;
        let now = self.now();
        let officer = self.find_officer(user)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        if !works_in(&officer, &victim.case.area) {
            return Err(Error::Invalid(
                "officer: somebody who works in the Area of the case".to_owned(),
            ));
        }
        let before = victim.row.vlo.clone().unwrap_or_default();
        if before == user {
            return Err(Error::Conflict("this officer has the victim already".to_owned()));
        }
        // Words that wait for approval end with the name and number of the officer before.
        let mut void = 0;
        for owed in obligations::list_open_by_victim(&mut tx, &victim.row.id).await? {
            void += drafts::void_by_obligation(&mut tx, &owed.id, actor, now).await?;
        }
        let moved = team::assign(&mut tx, &victim.row.id, &before, user).await?;
        let detail = "This victim has another officer from now on, with every open duty.";
        self.warn_officers(&mut tx, &victim.row.id, "victim-assigned", detail)
            .await?;
        let from = if before.is_empty() { "nobody" } else { &before };
        let assigned = about_victim(now, actor, Act::Decision, "victim-assigned", &victim)?
            .with_fact("from", from)
            .with_fact("to", user)
            .with_fact("obligations", moved.to_string())
            .with_fact("drafts-void", void.to_string())
            .with_reason(reason);
        Ok(tx.commit(&[assigned]).await?)
    }

    /// Has one officer stand in for another, from a day until a later one or the same.
    pub async fn set_cover(
        &self,
        actor: &str,
        absent: &str,
        covering: &str,
        days: (Date, Date),
        reason: &str,
    ) -> Result<CoverId> {
        let manager = self.authorise(actor, &[Role::VloManager])?;
        check_reason(reason)?;
        let now = self.now();
        let (absent, covering) = (self.find_officer(absent)?, self.find_officer(covering)?);
        if absent.user == covering.user {
            return Err(Error::Invalid(
                "covering: somebody else than who is away".to_owned(),
            ));
        }
        if !is_under(&manager, &absent) || !is_under(&manager, &covering) {
            return Err(Error::NotAllowed(
                "a manager sets cover among officers of the Areas they manage".to_owned(),
            ));
        }
        let invalid = |fault: &dyn std::fmt::Display| Error::Invalid(format!("until: {fault}"));
        let (from, until) = days;
        let long = from.until(until).map_err(|fault| invalid(&fault))?.get_days();
        if until < from || long > COVER_DAYS_MAX {
            return Err(invalid(&"the first day or a later one, at most 92 days after it"));
        }
        let row = CoverRow {
            id: CoverId::random(self.entropy()),
            absent: absent.user.clone(),
            covering: covering.user.clone(),
            from_at: start_of_day(from).map_err(|fault| invalid(&fault))?,
            until_at: end_of_day(until).map_err(|fault| invalid(&fault))?,
            reason: reason.to_owned(),
            set_by: actor.to_owned(),
            set_at: now,
        };
        if row.until_at <= now {
            return Err(invalid(&"today or a later day"));
        }
        let mut tx = self.pool().begin().await?;
        covers::add(&mut tx, &row).await?;
        let set = entry(now, actor, Act::Decision, "cover-set")?
            .with_fact("absent", &row.absent)
            .with_fact("covering", &row.covering)
            .with_fact("from", row.from_at.to_string())
            .with_fact("until", row.until_at.to_string())
            .with_reason(reason);
        tx.commit(&[set]).await?;
        Ok(row.id)
    }

    /// Ends a cover before its time.
    pub async fn end_cover(&self, actor: &str, id: &CoverId) -> Result<()> {
        let manager = self.authorise(actor, &[Role::VloManager])?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let row = covers::find(&mut tx, id).await?;
        let row = row.filter(|row| self.is_of(&manager, &row.absent));
        let row = row.ok_or(Error::NotFound("cover"))?;
        covers::end(&mut tx, id, actor, now).await?;
        let ended = entry(now, actor, Act::Decision, "cover-ended")?
            .with_fact("absent", &row.absent)
            .with_fact("covering", &row.covering);
        Ok(tx.commit(&[ended]).await?)
    }

    /// The covers of a manager's officers, now and to come.
    pub async fn list_covers(&self, actor: &str) -> Result<Vec<CoverRow>> {
        let manager = self.authorise(actor, &[Role::VloManager])?;
        let mut tx = self.pool().read().await?;
        let mut rows = covers::list(&mut tx, self.now()).await?;
        rows.retain(|row| self.is_of(&manager, &row.absent));
        Ok(rows)
    }

    /// The officers of a manager's Areas.
    pub fn list_officers(&self, actor: &str) -> Result<Vec<Staff>> {
        let manager = self.authorise(actor, &[Role::VloManager])?;
        let mut officers = self.list_staff_officers();
        officers.retain(|officer| is_under(&manager, officer));
        Ok(officers)
    }

    fn find_officer(&self, user: &str) -> Result<std::sync::Arc<Staff>> {
        let officer = self.staff(user).ok();
        officer
            .filter(|officer| officer.roles.contains(&Role::Vlo))
            .ok_or_else(|| Error::Invalid("officer: somebody with an account and the role vlo".to_owned()))
    }

    fn is_of(&self, manager: &Staff, user: &str) -> bool {
        self.staff(user).is_ok_and(|officer| is_under(manager, &officer))
    }
}

/// Whether somebody works in this Area; who has none named works in all.
fn works_in(staff: &Staff, area: &str) -> bool {
    staff.areas.is_empty() || staff.areas.iter().any(|one| one == area)
}

/// Whether an officer's Areas are all among those of a manager. Who works everywhere is under whoever manages everywhere.
fn is_under(manager: &Staff, officer: &Staff) -> bool {
    let within = |area: &String| manager.areas.contains(area);
    manager.areas.is_empty() || (!officer.areas.is_empty() && officer.areas.iter().all(within))
}
