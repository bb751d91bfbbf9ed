//! The register of advisers: who is at which service, each under a key of their own.

use audit::entry::Act;
use domain::address::{EmailAddress, PhoneNumber};
use domain::id::{AdviserId, VictimId};
use domain::masked::Masked;
use domain::people::PersonName;
use domain::supporter::Details;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::people::{self, AdviserRow};
use store::reach::Named;
use store::{Tx, supporters};

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::person::Victim;
use crate::whose::OFFICERS;
use crate::{Gateway, Result};

/// Advisers that a page lists at most.
const KNOWN_MAX: u32 = 200;

/// Who an adviser is, as it is kept under the adviser's key. Older rows have no number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AdviserPerson {
    pub(crate) name: PersonName,
    pub(crate) email: EmailAddress,
    #[serde(default)]
    pub(crate) phone: Option<PhoneNumber>,
}

/// Registered services and their advisers who are known in the Area.
pub struct AdviserRegister {
    /// Services by name.
    pub services: Vec<String>,
    /// Advisers: identifier, name, service.
    pub advisers: Vec<(AdviserId, String, String)>,
}

impl Gateway {
    /// The register, to choose from for this victim; names are opened for it, so the reading is recorded.
    pub async fn read_register(
        &self,
        actor: &str,
        victim: &VictimId,
        reason: &str,
    ) -> Result<AdviserRegister> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let services = supporters::list_services(&mut tx).await?.into_iter();
        let mut services = services.map(|(name, _)| name).collect::<Vec<_>>();
        services.dedup();
        let known = self.known_advisers(&mut tx, &victim).await?;
        drop(tx);
        let read = about_victim(self.now(), actor, Act::Consultation, "advisers-listed", &victim)?
            .with_fact("advisers", known.len().to_string());
        self.record(read.with_reason(reason)).await?;
        let advisers = known.into_iter().map(|(row, details)| {
            let name = details.name.reveal().to_owned();
            (row.id, name, row.service)
        });
        Ok(AdviserRegister {
            services,
            advisers: advisers.collect(),
        })
    }

    /// Advisers who are at a service now and help, or helped, somebody in the Area of this victim's case.
    pub(crate) async fn known_advisers(
        &self,
        tx: &mut Tx,
        victim: &Victim,
    ) -> Result<Vec<(AdviserRow, Details)>> {
        let mut known = Vec::new();
        let area = &victim.case.area;
        for row in supporters::list_known_advisers(tx, area, self.now(), KNOWN_MAX).await? {
            let details = self.open_adviser(tx, &row).await?;
            known.push((row, details));
        }
        Ok(known)
    }

    pub(crate) async fn open_adviser(&self, tx: &mut Tx, row: &AdviserRow) -> Result<Details> {
        let key = self.key(tx, row.id.as_str()).await?;
        let person: AdviserPerson = Self::open(&key, "advisers", row.id.as_str(), &row.sealed)?;
        Ok(Details {
            organisation: Masked::new(&row.service),
            name: person.name,
            email: Some(person.email),
            phone: person.phone,
        })
    }

    /// Writes an adviser into the register, under a key of their own.
    pub(crate) async fn register_adviser(
        &self,
        tx: &mut Tx,
        person: &AdviserPerson,
        (service, transport): (String, String),
        (from_at, until_at): (Timestamp, Option<Timestamp>),
    ) -> Result<AdviserId> {
        let id = AdviserId::random(self.entropy());
        let key = self.new_key(tx, id.as_str()).await?;
        let row = AdviserRow {
            sealed: self.seal(&key, "advisers", id.as_str(), person)?,
            id: id.clone(),
            service,
            transport,
            from_at,
            until_at,
        };
        people::add_adviser(tx, &row, self.now()).await?;
        self.index_adviser(tx, &id, &person.email).await?;
        Ok(id)
    }
}
