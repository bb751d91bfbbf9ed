//! Who helps a victim: advisers of registered services, and people of other agencies. Added, changed and ended, each with
//! what stood before.
//!
//! Somebody of the defence is never one of them. A refusal says that the details cannot be used, never whose they are, and
//! stands in the log with a notice for the officers.

use audit::entry::{Act, Entry};
use domain::address::{EmailAddress, PhoneNumber};
use domain::id::{AdviserId, SupporterId, VictimId};
use domain::supporter::{ChangeWhy, Details, EndWhy, Kind, Supporter, SupporterFault};
use store::Tx;
use store::people::AdviserRow;
use store::reach::Named;
use store::supporters::{self, SupporterRow};

use crate::adviser_register::AdviserPerson;
use crate::entries::about_victim;
use crate::person::Victim;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// What is said of somebody who cannot be added, and nothing more.
pub(crate) const CANNOT_BE_USED: &str =
    "these details cannot be used for this person; the officers have been told";
const NO_SUCH: &str = "there is no such adviser at a registered service; select one of the list";

/// Somebody to be added.
pub enum NewSupporter {
    /// An adviser whom a registered service has already.
    Known(AdviserId),
    /// Somebody whose details were entered. The organisation of an ISVA is a registered service.
    Entered(Kind, Details),
}

/// Somebody to be linked, looked up and checked.
struct Who {
    kind: Kind,
    details: Details,
    /// The adviser, if the register has them.
    adviser: Option<AdviserId>,
    /// How the service of a new adviser may be written to.
    transport: Option<String>,
}

pub(crate) fn refused(fault: SupporterFault) -> Error {
    Error::Invalid(fault.to_string())
}

impl Gateway {
    /// Adds somebody who helps this victim. An ISVA is told nothing before a consent is confirmed.
    pub async fn add_supporter(
        &self,
        actor: &str,
        victim: &VictimId,
        new: NewSupporter,
    ) -> Result<SupporterId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let who = self.look_up(&mut tx, &victim, new, None).await?;
        if self.is_of_defence(&mut tx, &victim, &who.details).await? {
            return Err(self.refuse_supporter(tx, actor, &victim, &who).await?);
        }
        self.check_once(&mut tx, &victim, &who, None).await?;
        let (id, added) = self.link(&mut tx, actor, &victim, who, None).await?;
        tx.commit(&[added]).await?;
        Ok(id)
    }

    /// Changes who somebody is, over the version that the officer saw. Another adviser, or the same one with other details,
    /// comes in the place of the old one: whose access and consents end at once, so that a fresh consent is needed.
    pub async fn change_supporter(
        &self,
        actor: &str,
        victim: &VictimId,
        (id, version): (&SupporterId, i64),
        new: NewSupporter,
        why: ChangeWhy,
    ) -> Result<SupporterId> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = find_current(&mut tx, &victim, id, version).await?;
        let who = self
            .look_up(&mut tx, &victim, new, row.adviser_id.as_ref())
            .await?;
        if who.kind.as_str() != row.kind {
            return Err(Error::Invalid(
                "somebody who does something else is added, not changed".to_owned(),
            ));
        }
        if self.is_of_defence(&mut tx, &victim, &who.details).await? {
            return Err(self.refuse_supporter(tx, actor, &victim, &who).await?);
        }
        self.check_once(&mut tx, &victim, &who, Some(&row.id)).await?;
        if row.adviser_id.is_none() {
            self.change_details(tx, actor, &victim, &row, (who, why)).await?;
            return Ok(row.id);
        }
        let before = self.load_supporter(&mut tx, &victim, row.clone()).await?;
        if before.details == who.details {
            return Err(refused(SupporterFault::Unchanged));
        }
        let mut entries = self.end_link(&mut tx, actor, &victim, &row, why.as_str()).await?;
        let (id, added) = self
            .link(&mut tx, actor, &victim, who, Some((&row.id, why)))
            .await?;
        entries.push(added);
        tx.commit(&entries).await?;
        Ok(id)
    }

    /// Ends somebody's help: nothing goes to them from this moment on, and what they were is kept.
    pub async fn end_supporter(
        &self,
        actor: &str,
        victim: &VictimId,
        (id, version): (&SupporterId, i64),
        why: EndWhy,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = find_current(&mut tx, &victim, id, version).await?;
        let entries = self.end_link(&mut tx, actor, &victim, &row, why.as_str()).await?;
        Ok(tx.commit(&entries).await?)
    }

    /// Who is meant. `instead_of` is the adviser who is replaced: the same one may be entered again with other details.
    async fn look_up(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        new: NewSupporter,
        instead_of: Option<&AdviserId>,
    ) -> Result<Who> {
        let known = self.known_advisers(tx, victim).await?;
        match new {
            NewSupporter::Known(id) => {
                let found = known.into_iter().find(|(row, _)| row.id == id);
                let (row, details) = found.ok_or_else(|| Error::Invalid(NO_SUCH.to_owned()))?;
                Ok(Who {
                    kind: Kind::Isva,
                    details,
                    adviser: Some(row.id),
                    transport: None,
                })
            }
            NewSupporter::Entered(kind, details) => {
                details.check(kind).map_err(refused)?;
                let mut transport = None;
                if kind == Kind::Isva {
                    let services = supporters::list_services(tx).await?;
                    let service = services
                        .into_iter()
                        .find(|(name, _)| name == details.organisation.reveal());
                    let (_, by) = service.ok_or_else(|| {
                        Error::Invalid("an ISVA belongs to a registered service; select one".to_owned())
                    })?;
                    let is_known = |(row, one): &(AdviserRow, Details)| {
                        Some(&row.id) != instead_of && one.is_same_person(&details)
                    };
                    if known.iter().any(is_known) {
                        return Err(Error::Invalid(
                            "this adviser is known at a service already; select them from the list"
                                .to_owned(),
                        ));
                    }
                    transport = Some(by);
                }
                Ok(Who {
                    kind,
                    details,
                    adviser: None,
                    transport,
                })
            }
        }
    }

    pub(crate) async fn is_of_defence(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        details: &Details,
    ) -> Result<bool> {
        let deny = self.load_deny_set(tx, &victim.case).await?;
        Ok(deny.meets(&details.match_keys()))
    }

    /// Keeps that somebody was refused, and answers the refusal.
    async fn refuse_supporter(&self, mut tx: Tx, actor: &str, victim: &Victim, who: &Who) -> Result<Error> {
        let kind = who.kind.as_str();
        let entry = about_victim(self.now(), actor, Act::Decision, "supporter-refused", victim)?
            .with_fact("kind", kind);
        let entry = self.commit_details(&mut tx, victim, entry, &who.details).await?;
        let detail = "somebody entered details that cannot be used for this person; ask who it was";
        self.warn_officers(&mut tx, &victim.row.id, "supporter-refused", detail)
            .await?;
        tx.commit(&[entry]).await?;
        Ok(Error::NotAllowed(CANNOT_BE_USED.to_owned()))
    }

    /// Nobody helps twice at once; `except` is who is changed.
    async fn check_once(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        who: &Who,
        except: Option<&SupporterId>,
    ) -> Result<()> {
        for row in supporters::list_by_victim(tx, &victim.row.id).await? {
            if row.ended_at.is_some() || row.kind != who.kind.as_str() || Some(&row.id) == except {
                continue;
            }
            let other = self.load_supporter(tx, victim, row).await?;
            if other.details.is_same_person(&who.details) {
                return Err(Error::Invalid(
                    "this person helps already; change what is recorded, or enter somebody else".to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// Writes a link, and an adviser into the register if they are not there yet.
    async fn link(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        who: Who,
        replaces: Option<(&SupporterId, ChangeWhy)>,
    ) -> Result<(SupporterId, Entry)> {
        let now = self.now();
        let id = SupporterId::random(self.entropy());
        let adviser = match (who.adviser, who.transport, &who.details.email) {
            (Some(known), _, _) => Some(known),
            (None, Some(transport), Some(email)) => {
                let person = AdviserPerson {
                    name: who.details.name.clone(),
                    email: email.clone(),
                    phone: who.details.phone.clone(),
                };
                let service = who.details.organisation.reveal().to_owned();
                Some(
                    self.register_adviser(tx, &person, (service, transport), (now, None))
                        .await?,
                )
            }
            _ => None,
        };
        let entry = about_victim(now, actor, Act::Collection, "supporter-added", victim)?
            .with_fact("supporter", id.as_str())
            .with_fact("kind", who.kind.as_str());
        let mut entry = self.commit_details(tx, victim, entry, &who.details).await?;
        if let Some(adviser) = &adviser {
            entry = entry.with_fact("adviser", adviser.as_str());
        }
        if let Some((old, why)) = replaces {
            entry = entry
                .with_fact("replaces", old.as_str())
                .with_reason(why.as_str());
        }
        let sealed = if adviser.is_some() {
            None
        } else {
            let one = Supporter::new(who.kind, who.details).map_err(refused)?;
            Some(self.seal(&victim.key, "supporters", id.as_str(), &one)?)
        };
        let row = SupporterRow {
            id: id.clone(),
            victim_id: victim.row.id.clone(),
            kind: who.kind.as_str().to_owned(),
            adviser_id: adviser,
            replaces: replaces.map(|(old, _)| old.clone()),
            replaced_why: replaces.map(|(_, why)| why.as_str().to_owned()),
            version: 1,
            added_at: now,
            added_by: actor.to_owned(),
            changed_at: now,
            changed_by: actor.to_owned(),
            ended_at: None,
            ended_why: None,
            sealed,
        };
        supporters::add(tx, &row).await?;
        Ok((id, entry))
    }

    async fn change_details(
        &self,
        mut tx: Tx,
        actor: &str,
        victim: &Victim,
        row: &SupporterRow,
        (who, why): (Who, ChangeWhy),
    ) -> Result<()> {
        let now = self.now();
        let sealed = row.sealed.as_deref().unwrap_or_default();
        let before: Supporter = Self::open(&victim.key, "supporters", row.id.as_str(), sealed)?;
        let after = before
            .change(who.kind, who.details, (actor, now, why))
            .map_err(refused)?;
        let sealed = self.seal(&victim.key, "supporters", row.id.as_str(), &after)?;
        supporters::save(&mut tx, row, &Some(sealed), actor, now).await?;
        let entry = about_victim(now, actor, Act::Change, "supporter-changed", victim)?
            .with_fact("supporter", row.id.as_str())
            .with_fact("kind", &row.kind)
            .with_reason(why.as_str());
        let entry = self
            .commit_details(&mut tx, victim, entry, &after.details)
            .await?;
        Ok(tx.commit(&[entry]).await?)
    }

    /// Ends a link with every consent that stands on it. A victim who loses an adviser is not to be forgotten: the
    /// officers are told.
    pub(crate) async fn end_link(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        row: &SupporterRow,
        why: &str,
    ) -> Result<Vec<Entry>> {
        let now = self.now();
        supporters::end(tx, row, actor, now, why).await?;
        let ended = about_victim(now, actor, Act::Change, "supporter-ended", victim)?
            .with_fact("supporter", row.id.as_str())
            .with_fact("kind", &row.kind)
            .with_reason(why);
        let mut entries = vec![ended];
        if let Some(adviser) = &row.adviser_id {
            entries.extend(self.take_back(tx, actor, victim, adviser, why).await?);
        }
        Ok(entries)
    }

    /// Commits to the address of somebody, or to the number if there is no address.
    async fn commit_details(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        entry: Entry,
        details: &Details,
    ) -> Result<Entry> {
        let email = details.email.as_ref().map(EmailAddress::reveal);
        let phone = details.phone.as_ref().map(PhoneNumber::reveal);
        match email.or(phone) {
            Some(value) => self.commit_in(tx, victim, entry, "value", value).await,
            None => Ok(entry),
        }
    }
}

/// A link that stands, at the version that the officer saw.
pub(crate) async fn find_current(
    tx: &mut Tx,
    victim: &Victim,
    id: &SupporterId,
    version: i64,
) -> Result<SupporterRow> {
    let row = supporters::find(tx, id, &victim.row.id)
        .await?
        .ok_or(Error::NotFound("person who helps"))?;
    if row.ended_at.is_some() {
        return Err(Error::Conflict(
            "this person helps no longer; nothing is changed any more".to_owned(),
        ));
    }
    if row.version != version {
        return Err(Error::Conflict(
            "somebody changed this meanwhile; read it again first".to_owned(),
        ));
    }
    Ok(row)
}
