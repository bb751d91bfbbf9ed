//! Flags on a case: what keeps its data longer than the rule (requirement E6). One person sets a flag, two lift it.

use audit::entry::{Act, Entry};
use domain::id::EventId;
use domain::retention::Retention;
use domain::urn::Urn;
use store::flags::{self, FlagRow};
use store::people::{self, CaseRow};
use store::reach::Named;
use store::{Tx, erasure};

use crate::decide::check_reason;
use crate::entries::entry;
use crate::erase_victim::KEEPERS;
use crate::{Error, Gateway, Result};

/// How far the lifting of a flag has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifted {
    /// One person asked; the flag still holds.
    Asked,
    /// Another lifted it.
    Lifted,
}

/// What keeps the data of a case.
#[derive(Debug)]
pub struct Kept {
    /// The flags in force.
    pub flags: Vec<FlagRow>,
    /// What keeps them, or until when.
    pub retention: Retention,
    /// The victims whose data are still there.
    pub victims: Vec<domain::id::VictimId>,
}

impl Gateway {
    /// Puts a flag of the retention policy on a case.
    pub async fn set_flag(&self, actor: &str, urn: &Urn, flag: &str, reason: &str) -> Result<()> {
        self.authorise(actor, &KEEPERS)?;
        check_reason(reason)?;
        let policy = &self.parts.retention;
        if !policy.flags().any(|known| known == flag) {
            let known = policy.flags().collect::<Vec<_>>().join(", ");
            return Err(Error::Invalid(format!(
                "--flag: the retention policy has no such flag; it has {known}"
            )));
        }
        let mut tx = self.pool().begin().await?;
        self.reach_as_keeper(&mut tx, actor, Named::Urn(urn.as_str()))
            .await?;
        let case = find_case(&mut tx, urn).await?;
        let row = FlagRow {
            id: EventId::random(self.entropy()),
            flag: flag.to_owned(),
            reason: reason.to_owned(),
            set_by: actor.to_owned(),
            set_at: self.now(),
            lift_asked_by: None,
        };
        flags::add(&mut tx, &case.id, &row)
            .await
            .map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Conflict("the case carries this flag already".to_owned())
                }
                fault => fault.into(),
            })?;
        let set = self.about_flag(actor, "case-flag-set", &case, flag, reason)?;
        Ok(tx.commit(&[set]).await?)
    }

    /// Lifts a flag in two steps by two people: the first asks, the second lifts it.
    pub async fn lift_flag(&self, actor: &str, urn: &Urn, flag: &str, reason: &str) -> Result<Lifted> {
        self.authorise(actor, &KEEPERS)?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach_as_keeper(&mut tx, actor, Named::Urn(urn.as_str()))
            .await?;
        let case = find_case(&mut tx, urn).await?;
        let in_force = flags::list(&mut tx, &case.id).await?;
        let row = in_force.into_iter().find(|row| row.flag == flag);
        let row = row.ok_or(Error::NotFound("flag on this case"))?;
        match row.lift_asked_by.as_deref() {
            None => {
                flags::ask_to_lift(&mut tx, &row.id, reason, actor, now).await?;
                let asked = self.about_flag(actor, "case-flag-lift-proposed", &case, flag, reason)?;
                tx.commit(&[asked]).await?;
                Ok(Lifted::Asked)
            }
            Some(first) if first == actor => Err(Error::NotAllowed(
                "a flag is lifted by two people; you asked for it, and somebody else lifts it".to_owned(),
            )),
            Some(first) => {
                flags::lift(&mut tx, &row.id, actor, now).await?;
                let lifted = self.about_flag(actor, "case-flag-lifted", &case, flag, reason)?;
                tx.commit(&[lifted.with_fact("proposed-by", first)]).await?;
                Ok(Lifted::Lifted)
            }
        }
    }

    /// What keeps the data of a case: flags, retention, and whose data they are by random identifiers.
    pub async fn explain_retention(&self, urn: &Urn) -> Result<Kept> {
        let mut tx = self.pool().read().await?;
        let case = find_case(&mut tx, urn).await?;
        let flags = flags::list(&mut tx, &case.id).await?;
        let names = flags.iter().map(|row| row.flag.clone()).collect::<Vec<_>>();
        Ok(Kept {
            flags,
            retention: self.parts.retention.weigh(case.closed_at, &names),
            victims: erasure::list_victims(&mut tx, &case.id).await?,
        })
    }

    fn about_flag(&self, actor: &str, verb: &str, case: &CaseRow, flag: &str, reason: &str) -> Result<Entry> {
        Ok(entry(self.now(), actor, Act::Decision, verb)?
            .with_case(case.id.as_str())
            .with_area(&case.area)
            .with_fact("flag", flag)
            .with_reason(reason))
    }
}

async fn find_case(tx: &mut Tx, urn: &Urn) -> Result<CaseRow> {
    people::find_case_by_urn(tx, urn.as_str())
        .await?
        .ok_or(Error::NotFound("case"))
}
