//! A detail of a victim is changed: names, needs, service, category, whether they want contact. Each change says why, keeps
//! what stood there before, and is refused over a change that its author had not seen.
//!
//! A category that gives enhanced rights is recorded as the event that it is, so that due times follow by the rulebook; one
//! that is taken away leaves every due time as it stands, since nobody is told later than they were promised (law 6).

use audit::entry::Act;
use domain::calendar::london_date;
use domain::event::{Consequence, Detail};
use domain::id::{DetailChangeId, VictimId};
use domain::people::{Because, DetailChange, EnhancedGround, PersonDetail, PersonName, Service};
use store::details::{self, DetailChangeRow};
use store::reach::Named;
use store::{Tx, drafts, obligations};

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::owed::idle;
use crate::person::{Person, Victim, to_json};
use crate::record_event::officers_event;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// The details of a victim.
pub struct DetailsRead {
    /// Which version of them this is.
    pub version: i64,
    /// The name in the papers, which the source keeps.
    pub legal_name: PersonName,
    /// Each of them.
    pub details: Vec<PersonDetail>,
}

/// A change before it is made, and what would follow.
pub struct WhatFollows {
    /// The change.
    pub change: DetailChange,
    /// What it would change about duties.
    pub consequences: Vec<Consequence>,
}

struct Loaded {
    victim: Victim,
    person: Person,
    change: DetailChange,
}

impl Gateway {
    /// A victim's details, for somebody who says why they read them.
    pub async fn read_details(&self, actor: &str, victim: &VictimId, reason: &str) -> Result<DetailsRead> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let person = victim.person()?;
        let read = about_victim(self.now(), actor, Act::Consultation, "details-read", &victim)?;
        tx.commit(&[read.with_reason(reason)]).await?;
        Ok(DetailsRead {
            version: victim.row.details_version,
            details: details_of(&victim, &person)?,
            legal_name: person.legal_name,
        })
    }

    /// What a change would be and what would follow from it. Nothing is written.
    pub async fn preview_detail(
        &self,
        actor: &str,
        (victim, version): (&VictimId, i64),
        after: PersonDetail,
        because: Because,
    ) -> Result<WhatFollows> {
        let mut tx = self.pool().begin().await?;
        let mut loaded = self
            .load_change(&mut tx, actor, (victim, version), after, because)
            .await?;
        let consequences = match found_rights(&loaded) {
            None => Vec::new(),
            Some(detail) => {
                let event = officers_event(&loaded.victim, String::new(), (self.now(), None), detail)?;
                let follows = self.what_follows(&mut tx, &mut loaded.victim, &event).await?;
                follows.map_err(Error::Invalid)?
            }
        };
        Ok(WhatFollows {
            change: loaded.change,
            consequences,
        })
    }

    /// Changes a detail over the version that the actor saw.
    pub async fn change_detail(
        &self,
        actor: &str,
        (victim, version): (&VictimId, i64),
        after: PersonDetail,
        because: Because,
    ) -> Result<()> {
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let mut loaded = self
            .load_change(&mut tx, actor, (victim, version), after, because)
            .await?;
        let found = found_rights(&loaded);
        let Loaded {
            victim,
            person,
            change,
        } = &mut loaded;
        set(victim, person, &change.after)?;
        victim.row.person_sealed = self.seal(&victim.key, "person", victim.row.id.as_str(), person)?;
        victim.row.standing = to_json("standing", &victim.standing)?;
        details::save(&mut tx, &victim.row).await?;
        victim.row.details_version += 1;
        let id = DetailChangeId::random(self.entropy());
        let row = DetailChangeRow {
            id: id.clone(),
            field: change.after.field().to_owned(),
            reason: change.because.why.as_str().to_owned(),
            changed_by: actor.to_owned(),
            changed_at: now,
            sealed: self.seal(&victim.key, "detail_changes", id.as_str(), change)?,
        };
        details::add(&mut tx, &victim.row.id, &row).await?;
        self.index_person(&mut tx, &victim.row.id, person).await?;
        self.index_name(&mut tx, &person.preferred_name, &victim.case.id)
            .await?;
        let void = self.hand_back(&mut tx, actor, victim, &change.after).await?;
        let changed = about_victim(now, actor, Act::Change, "detail-changed", victim)?
            .with_fact("detail", &row.field)
            .with_fact("change", id.as_str())
            .with_fact("drafts-void", void.to_string())
            .with_reason(&row.reason);
        let mut entries = vec![changed];
        if let Some(detail) = found {
            let own_id = id.as_str().to_owned();
            self.record_own(&mut tx, actor, loaded.victim, (own_id, now), detail, &mut entries)
                .await?;
        }
        Ok(tx.commit(&entries).await?)
    }

    async fn load_change(
        &self,
        tx: &mut Tx,
        actor: &str,
        (victim, version): (&VictimId, i64),
        after: PersonDetail,
        because: Because,
    ) -> Result<Loaded> {
        self.authorise(actor, &OFFICERS)?;
        self.reach(tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(tx, victim).await?;
        if victim.row.details_version != version {
            return Err(Error::Conflict(
                "somebody changed the details of this person meanwhile; read them again first".to_owned(),
            ));
        }
        let person = victim.person()?;
        let all = details_of(&victim, &person)?;
        let before = all.into_iter().find(|detail| detail.field() == after.field());
        let before = before.ok_or_else(|| Error::broken("details", "a detail that is not listed"))?;
        let change = DetailChange::new(before, after, because, london_date(self.now()))
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        Ok(Loaded {
            victim,
            person,
            change,
        })
    }

    /// Words that wait with the old name or in the old language are made anew; what waited for this detail waits no more.
    async fn hand_back(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        after: &PersonDetail,
    ) -> Result<u64> {
        let waited: &[&str] = match after {
            PersonDetail::Language { .. } => &["translator", "template"],
            PersonDetail::WantsContact { wants: true } => &["decision-wants-no-contact"],
            _ => &[],
        };
        let mut void = 0;
        for owed in obligations::list_open_by_victim(tx, &victim.row.id).await? {
            if after.is_in_words() {
                let stopped = drafts::void_by_obligation(tx, &owed.id, actor, self.now()).await?;
                if stopped > 0 && idle(&owed).is_some() {
                    obligations::wait(tx, &owed.id, idle(&owed)).await?;
                }
                void += stopped;
            }
            if owed
                .waiting_for
                .is_some_and(|waits| waited.contains(&waits.as_str()))
            {
                obligations::wait(tx, &owed.id, None).await?;
            }
        }
        Ok(void)
    }

    /// A victim's changes, oldest first, without a log entry: whoever calls has one.
    pub(crate) async fn load_detail_changes(
        tx: &mut Tx,
        victim: &Victim,
    ) -> Result<Vec<(DetailChangeRow, DetailChange)>> {
        let mut found = Vec::new();
        for row in details::list_by_victim(tx, &victim.row.id).await? {
            let change = Self::open(&victim.key, "detail_changes", row.id.as_str(), &row.sealed)?;
            found.push((row, change));
        }
        Ok(found)
    }

    /// The names that a victim was called by before.
    pub(crate) async fn former_names(tx: &mut Tx, victim: &Victim) -> Result<Vec<PersonName>> {
        let changes = Self::load_detail_changes(tx, victim).await?.into_iter();
        let name = |(_, change): (DetailChangeRow, DetailChange)| match change.before {
            PersonDetail::PreferredName { name, .. } => Some(name),
            _ => None,
        };
        Ok(changes.filter_map(name).collect())
    }
}

/// Enhanced rights that the change finds in somebody who had none.
fn found_rights(loaded: &Loaded) -> Option<Detail> {
    match loaded.change.after {
        PersonDetail::EnhancedGround { ground: Some(ground) } if !loaded.victim.row.enhanced => {
            Some(Detail::EnhancedRightsFound { ground })
        }
        _ => None,
    }
}

/// Every detail as it stands.
fn details_of(victim: &Victim, person: &Person) -> Result<Vec<PersonDetail>> {
    let row = &victim.row;
    let service = Service::find(&row.service).ok_or_else(|| Error::broken("victim", "an unknown service"))?;
    let ground = row.enhanced_ground.as_deref();
    let ground = ground
        .map(|word| EnhancedGround::find(word).ok_or_else(|| Error::broken("victim", "an unknown ground")));
    Ok(vec![
        PersonDetail::PreferredName {
            title: person.title.clone(),
            name: person.preferred_name.clone(),
        },
        PersonDetail::Language {
            correspondence: person.correspondence.clone(),
        },
        PersonDetail::Birth {
            year: person.birth_year,
            date: person.birth_date,
        },
        PersonDetail::Gender {
            gender: person.gender,
        },
        PersonDetail::Service { service },
        PersonDetail::EnhancedGround {
            ground: ground.transpose()?,
        },
        PersonDetail::WantsContact {
            wants: victim.standing.wants_contact,
        },
        PersonDetail::AbuseRisk {
            risk: person.abuse_risk,
        },
        PersonDetail::Statement {
            status: person.statement,
        },
    ])
}

/// Puts a detail in its place. Rights that are found wait for their event, which puts them there.
fn set(victim: &mut Victim, person: &mut Person, after: &PersonDetail) -> Result<()> {
    match after.clone() {
        PersonDetail::PreferredName { title, name } => {
            person.title = title;
            person.preferred_name = name;
        }
        PersonDetail::Language { correspondence } => person.correspondence = correspondence,
        PersonDetail::Birth { year, date } => {
            person.birth_year = year;
            person.birth_date = date;
        }
        PersonDetail::Gender { gender } => person.gender = gender,
        PersonDetail::AbuseRisk { risk } => person.abuse_risk = risk,
        PersonDetail::Statement { status } => person.statement = status,
        PersonDetail::Service { service } => service.as_str().clone_into(&mut victim.row.service),
        PersonDetail::WantsContact { wants } => victim.standing.wants_contact = wants,
        PersonDetail::EnhancedGround { ground: None } => {
            victim.row.enhanced = victim.offence()?.enhanced_by_offence();
            victim.row.enhanced_ground = None;
        }
        PersonDetail::EnhancedGround { ground: Some(ground) } if victim.row.enhanced => {
            victim.row.enhanced_ground = Some(ground.as_str().to_owned());
        }
        PersonDetail::EnhancedGround { .. } => {}
    }
    Ok(())
}
