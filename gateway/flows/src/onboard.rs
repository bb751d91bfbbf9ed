//! An officer or manager takes a person in by a page: to a case that is there, or with a new one. Nobody is taken in twice:
//! a second case of one URN, and a second person of one name and year of birth in a case, are refused.
//!
//! No address and no number comes in this way: they go through the contact plan, where two people see each of them.

use audit::entry::{Act, Entry};
use domain::area::AreaCode;
use domain::calendar::{london_date, start_of_day};
use domain::contact::{Route, TextRule, VoicemailRule};
use domain::id::{CaseId, VictimId};
use domain::masked::Masked;
use domain::people::{ChangeReason, Charging, Correspondence, EnhancedGround, Offence, PersonName, Service};
use domain::safety::DenySet;
use domain::urn::Urn;
use domain::window::Schedule;
use jiff::civil::Date;
use store::people::{self, CaseRow};
use store::reach::Named;
use store::{Tx, erasure, whole_victim};

use crate::entries::entry;
use crate::import::CaseRecord;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result, Role, Staff};

/// A case that is not here yet.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// Its reference.
    pub urn: Urn,
    /// The Area, one of the actor's.
    pub area: AreaCode,
    /// What it is about.
    pub offence: Offence,
    /// Nothing that happened earlier belongs to it.
    pub opened_on: Date,
}

/// The case to which a person is added.
#[derive(Debug, Clone)]
pub enum ToCase {
    /// One that the actor reaches.
    Known(CaseId),
    /// A new one.
    New(NewCase),
}

/// A person who is taken in.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What the casework application calls this person; an import of the same one adds nobody then.
    pub source_ref: Option<String>,
    /// The name in the papers.
    pub legal_name: PersonName,
    /// The name to be addressed by.
    pub preferred_name: PersonName,
    /// The year of birth; people of one name are told apart by it.
    pub birth_year: Option<i16>,
    /// Language, translator and formats.
    pub correspondence: Correspondence,
    /// The CPS service.
    pub service: Service,
    /// The category that gives enhanced rights.
    pub enhanced: Option<EnhancedGround>,
    /// Whether the person wants to be contacted at all.
    pub wants_contact: bool,
    /// The way that they prefer.
    pub preferred: Route,
}

/// Why nobody is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAdded {
    /// What of the case or the person is to blame.
    pub field: &'static str,
    /// What would be right.
    pub words: &'static str,
}

impl Gateway {
    /// Whether a person can be added, and if not, at which field why not. Nothing is written.
    pub async fn check_person(
        &self,
        actor: &str,
        to: &ToCase,
        person: &NewPerson,
    ) -> Result<std::result::Result<(), NotAdded>> {
        let staff = self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        Ok(self.record_of(&mut tx, &staff, to, person).await?.map(|_| ()))
    }

    /// Adds a person. An officer who does has the person from then on; one whom a manager adds waits to be assigned.
    pub async fn add_person(
        &self,
        actor: &str,
        to: &ToCase,
        person: &NewPerson,
    ) -> Result<std::result::Result<(CaseId, VictimId), NotAdded>> {
        let staff = self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        let record = match self.record_of(&mut tx, &staff, to, person).await? {
            Ok(record) => record,
            Err(refused) => return Ok(Err(refused)),
        };
        let case = match self.find_or_add_case(&mut tx, &record).await {
            Err(Error::Store(fault)) if fault.is_duplicate() => {
                return Err(Error::Conflict(
                    "somebody added a case with this reference meanwhile; find it by its reference"
                        .to_owned(),
                ));
            }
            case => case?,
        };
        let victim = VictimId::random(self.entropy());
        let key = self.new_key(&mut tx, victim.as_str()).await?;
        self.add_victim(&mut tx, &record, &case.id, &victim, &key).await?;
        let added = entry(self.now(), actor, Act::Collection, "victim-added")?
            .with_case(case.id.as_str())
            .with_victim(victim.as_str())
            .with_area(&case.area)
            .with_fact("service", record.service.as_str())
            .with_fact("points", "0")
            .with_fact(
                "case",
                if matches!(to, ToCase::New(_)) {
                    "new"
                } else {
                    "known"
                },
            );
        tx.commit(&[added]).await?;
        Ok(Ok((case.id, victim)))
    }

    /// The case and the person as an import would bring them, once nothing stands against it.
    async fn record_of(
        &self,
        tx: &mut Tx,
        staff: &Staff,
        to: &ToCase,
        person: &NewPerson,
    ) -> Result<std::result::Result<CaseRecord, NotAdded>> {
        let refused = |field, words| Ok(Err(NotAdded { field, words }));
        let today = london_date(self.now());
        if person.birth_year.is_some_and(|year| year > today.year()) {
            return refused("born", "the year of birth is this year or an earlier one");
        }
        let source_ref = person.source_ref.clone();
        let source_ref = source_ref.unwrap_or_else(|| format!("page-{}", VictimId::random(self.entropy())));
        let (case, offence) = match to {
            ToCase::Known(id) => {
                self.reach(tx, &staff.user, Named::Case(id)).await?;
                people::hold_case(tx, id).await?;
                let case = whole_victim::find_case(tx, id).await?;
                let case = case.ok_or(Error::NotFound("case"))?;
                if case.closed_at.is_some() {
                    return refused("name", "the case is closed, and nobody is added to it any more");
                }
                if let Some(why) = self.already_there(tx, &case, &source_ref, person).await? {
                    return Ok(Err(why));
                }
                let offence = crate::person::from_json("offence", &format!("\"{}\"", case.offence))?;
                (case, offence)
            }
            ToCase::New(new) => {
                if people::find_case_by_urn(tx, new.urn.as_str()).await?.is_some() {
                    return refused(
                        "urn",
                        "there is a case with this reference already; find it by its reference and add the person there",
                    );
                }
                if !staff.areas.is_empty() && !staff.areas.iter().any(|area| *area == new.area.as_str()) {
                    return refused("area", "an Area in which you work");
                }
                if new.opened_on > today {
                    return refused("opened", "the case was opened today or earlier");
                }
                (self.row_of(new)?, new.offence)
            }
        };
        let record = record(&case, offence, source_ref, person, staff)?;
        self.check_area(&record)?;
        Ok(Ok(record))
    }

    fn row_of(&self, new: &NewCase) -> Result<CaseRow> {
        Ok(CaseRow {
            id: CaseId::random(self.entropy()),
            urn: new.urn.as_str().to_owned(),
            area: new.area.as_str().to_owned(),
            unit: None,
            offence: new.offence.as_str().to_owned(),
            opened_at: start_of_day(new.opened_on).map_err(|fault| Error::broken("London time", fault))?,
            closed_at: None,
            charging: None,
        })
    }

    /// Why this person is in the case already, on whichever side.
    async fn already_there(
        &self,
        tx: &mut Tx,
        case: &CaseRow,
        source_ref: &str,
        person: &NewPerson,
    ) -> Result<Option<NotAdded>> {
        let said = |field, words| Ok(Some(NotAdded { field, words }));
        let erased = self.erased_ref(&case.urn, source_ref);
        for known in [source_ref, &erased] {
            if people::find_victim_by_ref(tx, &case.id, known).await?.is_some() {
                return said("reference", "somebody of this case has this reference already");
            }
        }
        let names = person.legal_name.match_keys();
        for id in erasure::list_victims(tx, &case.id).await? {
            let there = self.load_victim(tx, &id).await?.person()?;
            let same_name = there
                .legal_name
                .match_keys()
                .iter()
                .any(|key| names.contains(key));
            let same_year = match (there.birth_year, person.birth_year) {
                (Some(one), Some(other)) => one == other,
                // Whoever has no year cannot be told apart.
                _ => true,
            };
            if same_name && same_year {
                return said(
                    "name",
                    "somebody of this name is in this case already; if it is somebody else, both need a year of birth",
                );
            }
        }
        let deny: DenySet = self.load_deny_set(tx, case).await?;
        if [&person.legal_name, &person.preferred_name]
            .iter()
            .any(|name| deny.meets(&name.match_keys()))
        {
            return said(
                "name",
                "somebody of the defence side of this case has this name; check whom you are adding",
            );
        }
        Ok(None)
    }

    /// Records how a case was charged, over what the actor saw.
    pub async fn set_charging(
        &self,
        actor: &str,
        id: &CaseId,
        (before, after): (Option<Charging>, Charging),
        why: ChangeReason,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Case(id)).await?;
        let case = whole_victim::find_case(&mut tx, id).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        if before == Some(after) {
            return Err(Error::Invalid(
                "nothing was changed: this is what the record says already".to_owned(),
            ));
        }
        let before = before.map_or("", Charging::as_str);
        people::save_charging(&mut tx, id, after.as_str(), before).await?;
        let changed: Entry = entry(self.now(), actor, Act::Change, "charging-type-changed")?
            .with_case(id.as_str())
            .with_area(&case.area)
            .with_fact("before", if before.is_empty() { "none" } else { before })
            .with_fact("after", after.as_str())
            .with_reason(why.as_str());
        Ok(tx.commit(&[changed]).await?)
    }
}

fn record(
    case: &CaseRow,
    offence: Offence,
    source_ref: String,
    person: &NewPerson,
    staff: &Staff,
) -> Result<CaseRecord> {
    let broken = |fault: &dyn std::fmt::Display| Error::broken("case", fault);
    let none: Option<Masked> = None;
    Ok(CaseRecord {
        urn: Urn::parse(&case.urn).map_err(|fault| broken(&fault))?,
        victim_ref: source_ref,
        area: AreaCode::parse(&case.area).map_err(|fault| broken(&fault))?,
        unit: case
            .unit
            .as_deref()
            .map(AreaCode::parse)
            .transpose()
            .map_err(|fault| broken(&fault))?,
        offence,
        opened_at: case.opened_at,
        legal_name: person.legal_name.clone(),
        preferred_name: person.preferred_name.clone(),
        birth_year: person.birth_year,
        correspondence: person.correspondence.clone(),
        service: person.service,
        enhanced: person.enhanced,
        wants_contact: person.wants_contact,
        vlo: staff.roles.contains(&Role::Vlo).then(|| staff.user.clone()),
        points: Vec::new(),
        preferred: person.preferred,
        schedule: Schedule::default(),
        content_in_email: false,
        voicemail: VoicemailRule::Forbidden,
        text: TextRule::Forbidden,
        code_word: none.clone(),
        dropped_call: none,
        defendants: Vec::new(),
        adviser: None,
    })
}
