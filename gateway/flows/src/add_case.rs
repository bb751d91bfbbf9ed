//! A case with its victim, contact plan and defence side comes in. The same one again changes nothing; a row that
//! knows more of the defence side adds it.

use audit::entry::{Act, Entry};
use domain::calendar::start_of_day;
use domain::id::{CaseId, ConsentId, ContactPointId, DefendantId, SupporterId, VictimId};
use domain::people::{ConsentState, VictimStanding};
use domain::supporter::Kind;
use jiff::Timestamp;
use jiff::civil::Date;
use store::consents::{self, ConsentRow};
use store::people::{self, CaseRow, VictimRow};
use store::supporters::{self, SupporterRow};
use store::{Tx, keys};
use vault::DataKey;

use crate::adviser_register::AdviserPerson;
use crate::entries::entry;
use crate::import::{Adviser, CaseRecord};
use crate::person::{Dates, DefenceParty, Person, to_json};
use crate::{Error, Gateway, Result, Role};

/// Why a row about an erased victim is refused.
pub(crate) const ERASED: &str =
    "the personal data of this victim were erased; nothing is recorded about this person any more";

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Taken in.
    New,
    /// This victim of this case was here before; nothing about her or him changed. A change of contact details
    /// goes through a proposal, never through an import (requirement A5).
    Before,
}

impl Gateway {
    /// Adds a case, or another victim to it.
    pub async fn add_case(&self, actor: &str, record: &CaseRecord) -> Result<Added> {
        let mut tx = self.pool().begin().await?;
        let (added, entry) = self.add_case_in(&mut tx, actor, record).await?;
        if let Some(entry) = entry {
            tx.commit(&[entry]).await?;
        }
        Ok(added)
    }

    /// The same in a transaction that the caller commits with the entry; without one, nothing changed.
    pub(crate) async fn add_case_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        record: &CaseRecord,
    ) -> Result<(Added, Option<Entry>)> {
        self.authorise(actor, &[Role::Administrator, Role::ApiClient])?;
        self.check_area(record)?;
        let now = self.now();
        let case = self.find_or_add_case(tx, record).await?;
        self.check_not_erased(tx, record, &case).await?;
        let refused = self.add_defence(tx, record, &case.id).await?;
        if people::find_victim_by_ref(tx, &case.id, &record.victim_ref)
            .await?
            .is_some()
        {
            if refused > 0 {
                let grown = entry(now, actor, Act::Collection, "defence-side-added")?
                    .with_case(case.id.as_str())
                    .with_area(&case.area)
                    .with_fact("parties", refused.to_string());
                return Ok((Added::Before, Some(grown)));
            }
            return Ok((Added::Before, None));
        }
        let victim = VictimId::random(self.entropy());
        let key = self.new_key(tx, victim.as_str()).await?;
        self.add_victim(tx, record, &case.id, &victim, &key).await?;
        if let Some(adviser) = &record.adviser {
            self.add_adviser(tx, actor, adviser, &victim).await?;
        }
        let added = entry(now, actor, Act::Collection, "victim-added")?
            .with_case(case.id.as_str())
            .with_victim(victim.as_str())
            .with_area(&case.area)
            .with_fact("service", record.service.as_str())
            .with_fact("points", record.points.len().to_string());
        Ok((Added::New, Some(added)))
    }

    pub(crate) fn check_area(&self, record: &CaseRecord) -> Result<()> {
        let Some(area) = self.parts.areas.get(&record.area) else {
            return Err(Error::Invalid(
                "area: no such Area; use a code of config/areas.toml".to_owned(),
            ));
        };
        if record.unit.as_ref().is_some_and(|unit| !area.has_unit(unit)) {
            return Err(Error::Invalid(
                "unit: this Area has no such unit; config/areas.toml lists them".to_owned(),
            ));
        }
        Ok(())
    }

    /// Nothing that comes in again brings back what was erased: sources send their whole list again and again.
    pub(crate) async fn check_not_erased(
        &self,
        tx: &mut Tx,
        record: &CaseRecord,
        case: &CaseRow,
    ) -> Result<()> {
        let erased = self.erased_ref(&case.urn, &record.victim_ref);
        match people::find_victim_by_ref(tx, &case.id, &erased).await? {
            Some(_) => Err(Error::Invalid(ERASED.to_owned())),
            None => Ok(()),
        }
    }

    pub(crate) async fn find_or_add_case(&self, tx: &mut Tx, record: &CaseRecord) -> Result<CaseRow> {
        if let Some(case) = people::find_case_by_urn(tx, record.urn.as_str()).await? {
            // Its key went with the last victim that was erased; somebody new begins anew.
            if keys::find(tx, case.id.as_str()).await?.is_none() {
                self.new_key(tx, case.id.as_str()).await?;
            }
            return Ok(case);
        }
        let now = self.now();
        let case = CaseRow {
            id: CaseId::random(self.entropy()),
            urn: record.urn.as_str().to_owned(),
            area: record.area.as_str().to_owned(),
            unit: record.unit.as_ref().map(|unit| unit.as_str().to_owned()),
            offence: record.offence.as_str().to_owned(),
            opened_at: record.opened_at,
            closed_at: None,
            charging: None,
        };
        people::add_case(tx, &case, now).await?;
        self.new_key(tx, case.id.as_str()).await?;
        Ok(case)
    }

    /// Adds whoever of the defence side is not known yet, and answers how many. A later row of the same case
    /// may know more than the first one did; nobody is ever taken off the list of those who are refused.
    async fn add_defence(&self, tx: &mut Tx, record: &CaseRecord, case: &CaseId) -> Result<usize> {
        if record.defendants.is_empty() {
            return Ok(0);
        }
        let key = self.key(tx, case.as_str()).await?;
        let (mut labels, mut known) = (Vec::new(), Vec::new());
        for (id, label, sealed) in people::list_defendants(tx, case).await? {
            labels.push(label);
            known.push(Self::open::<DefenceParty>(
                &key,
                "defendants",
                id.as_str(),
                &sealed,
            )?);
        }
        let before = known.len();
        for defendant in &record.defendants {
            let party = DefenceParty {
                name: defendant.name.clone(),
                addresses: defendant.addresses.clone(),
                phones: defendant.phones.clone(),
                emails: defendant.emails.clone(),
            };
            if known.contains(&party) {
                continue;
            }
            let id = DefendantId::random(self.entropy());
            let sealed = self.seal(&key, "defendants", id.as_str(), &party)?;
            self.index_name(tx, &defendant.name, case).await?;
            let label = free_label(&defendant.label, &labels);
            people::add_defendant(tx, &id, case, &label, &sealed, self.now()).await?;
            labels.push(label);
            known.push(party);
        }
        Ok(known.len() - before)
    }

    pub(crate) async fn add_victim(
        &self,
        tx: &mut Tx,
        record: &CaseRecord,
        case: &CaseId,
        id: &VictimId,
        key: &DataKey,
    ) -> Result<()> {
        let plan = record
            .plan(id.clone(), || ContactPointId::random(self.entropy()))
            .map_err(|refused| Error::Invalid(refused.to_string()))?;
        let person = Person {
            legal_name: record.legal_name.clone(),
            preferred_name: record.preferred_name.clone(),
            correspondence: record.correspondence.clone(),
            title: None,
            birth_year: record.birth_year,
            birth_date: None,
            gender: None,
            abuse_risk: None,
            statement: None,
        };
        let standing = VictimStanding {
            wants_contact: record.wants_contact,
            ..VictimStanding::wants_everything()
        };
        let enhanced = record.offence.enhanced_by_offence() || record.enhanced.is_some();
        let row = VictimRow {
            id: id.clone(),
            case_id: case.clone(),
            source_ref: record.victim_ref.clone(),
            service: record.service.as_str().to_owned(),
            enhanced,
            enhanced_ground: record.enhanced.map(|ground| ground.as_str().to_owned()),
            vlo: record.vlo.clone(),
            standing: to_json("standing", &standing)?,
            dates: to_json("dates", &Dates::default())?,
            person_sealed: self.seal(key, "person", id.as_str(), &person)?,
            plan_sealed: self.seal(key, "plan", id.as_str(), &plan)?,
            plan_version: 1,
            details_version: 1,
        };
        people::add_victim(tx, &row, self.now()).await?;
        self.index_person(tx, id, &person).await?;
        self.index_name(tx, &record.legal_name, case).await?;
        self.index_name(tx, &record.preferred_name, case).await?;
        for point in plan.points() {
            self.index_point(tx, point.id(), point.value(), id).await?;
        }
        Ok(())
    }

    /// An adviser who comes with a case is in the register, is linked, and has the consent that the source vouches for.
    async fn add_adviser(
        &self,
        tx: &mut Tx,
        actor: &str,
        adviser: &Adviser,
        victim: &VictimId,
    ) -> Result<()> {
        let (from, until) = (start_of(adviser.from)?, end_of(adviser.until)?);
        let person = AdviserPerson {
            name: adviser.name.clone(),
            email: adviser.email.clone(),
            phone: None,
        };
        let service = (adviser.service.clone(), word(&adviser.transport)?);
        let id = self
            .register_adviser(tx, &person, service, (from, Some(until)))
            .await?;
        let now = self.now();
        let link = SupporterRow {
            id: SupporterId::random(self.entropy()),
            victim_id: victim.clone(),
            kind: Kind::Isva.as_str().to_owned(),
            adviser_id: Some(id.clone()),
            replaces: None,
            replaced_why: None,
            version: 1,
            added_at: now,
            added_by: actor.to_owned(),
            changed_at: now,
            changed_by: actor.to_owned(),
            ended_at: None,
            ended_why: None,
            sealed: None,
        };
        supporters::add(tx, &link).await?;
        let consent = ConsentRow {
            id: ConsentId::random(self.entropy()),
            victim_id: victim.clone(),
            adviser_id: id,
            scope: to_json("consent", &adviser.scopes)?,
            given_at: from,
            until_at: Some(until),
            state: ConsentState::Confirmed.as_str().to_owned(),
            how: None,
            recorded_by: None,
            recorded_at: None,
            decided_by: None,
            decided_at: None,
            revoked_at: None,
            ended_why: None,
        };
        Ok(consents::add(tx, &consent).await?)
    }
}

/// The label itself, or with a number behind it when somebody of the case has it already.
fn free_label(wanted: &str, taken: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{wanted} ({number})"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|label| !taken.contains(label))
        .unwrap_or_else(|| wanted.to_owned())
}

/// The kebab-case word of a closed list, as serde spells it.
fn word<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(to_json("word", value)?.trim_matches('"').to_owned())
}

fn end_of(day: Date) -> Result<Timestamp> {
    let next = day
        .tomorrow()
        .map_err(|fault| Error::broken("London time", fault))?;
    start_of(next)
}

fn start_of(day: Date) -> Result<Timestamp> {
    start_of_day(day).map_err(|fault| Error::broken("London time", fault))
}
