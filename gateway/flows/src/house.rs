//! What an administrator sees of the house: its Areas, services, words, keys and messages that do not arrive. No content
//! of a case is read here: counts, codes, random identifiers, and what the organisation itself decided.

use audit::entry::Act;
use jiff::Timestamp;
use render::Translation;
use store::house::{self, ServiceRow, UndeliveredRow};
use store::vettings::{self, VettingRow};
use store::{accounts, keys, known_texts};

use crate::accounts::Account;
use crate::adviser_register::AdviserPerson;
use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// The name under which the active master key is known from start to start.
pub const MASTER_KEY_TEXT: &str = "master-key";
/// The name under which the keys of the contact log are.
pub const LOG_KEYS_TEXT: &str = "log-keys";
/// Messages that are named one by one; all of them are counted.
pub const UNDELIVERED_MAX: u32 = 100;
/// Advisers that are named one by one; all of them are counted.
pub const ADVISERS_MAX: u32 = 200;

const KEEPER: [Role; 1] = [Role::Administrator];

/// An Area, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaCount {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Victim Liaison Officers who work there.
    pub officers: usize,
    /// Open cases; none for an Area that is not the administrator's.
    pub open_cases: Option<i64>,
}

/// An adviser at a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdviserMasked {
    /// The service's name.
    pub service: String,
    /// At the service from then.
    pub from_at: Timestamp,
    /// Until then.
    pub until_at: Option<Timestamp>,
    /// The address without what stands before the `@`; none when it cannot be opened any more.
    pub address: Option<String>,
}

/// Messages that do not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// State, reason (empty when none) and how many.
    pub counts: Vec<(String, String, i64)>,
    /// Those that wait longest, up to [`UNDELIVERED_MAX`].
    pub messages: Vec<UndeliveredRow>,
}

/// A template version, and who vetted its words.
#[derive(Debug, Clone)]
pub struct VersionShown {
    /// The message kind.
    pub kind: String,
    /// The number of the version.
    pub version: u32,
    /// `en` or `cy`.
    pub language: String,
    /// What staff call it.
    pub title: String,
    /// Where the translation stands.
    pub translation: Translation,
    /// Whether new drafts are made from it: the highest version of its kind and language.
    pub is_newest: bool,
    /// The vetting of these very words.
    pub vetting: Option<VettingRow>,
}

/// A master key; never its material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKey {
    /// Its id in the key file.
    pub id: String,
    /// Whether it wraps from now on.
    pub is_active: bool,
    /// Whether the key file holds it; one that wraps and is not there is a fault.
    pub is_in_file: bool,
    /// Keys of victims, cases, advisers and accounts that it wraps.
    pub wraps: i64,
}

/// Which keys there are.
#[derive(Debug, Clone)]
pub struct KeysShown {
    /// Master keys, in the order of the file.
    pub masters: Vec<MasterKey>,
    /// Since when the active one wraps, as far as starts were recorded.
    pub master_since: Option<Timestamp>,
    /// The names and public ids of the keys that may sign the contact log.
    pub log: Vec<String>,
    /// Since when they are these.
    pub log_since: Option<Timestamp>,
    /// Selector and domain of the key that mail is signed with.
    pub dkim: Option<(String, String)>,
}

impl Gateway {
    /// Every Area, with its officers and, where the administrator is one of it, its open cases.
    pub async fn count_areas(&self, user: &str) -> Result<Vec<AreaCount>> {
        let staff = self.authorise(user, &KEEPER)?;
        let own = staff.bound_to();
        let mut tx = self.pool().read().await?;
        let cases = house::count_open_cases(&mut tx, own).await?;
        let accounts = accounts::list(&mut tx).await?.into_iter();
        let accounts = accounts.map(Account::from_row).collect::<Result<Vec<_>>>()?;
        let is_own = |code: &str| own.is_none_or(|own| own.iter().any(|area| area == code));
        let areas = self.parts.areas.list().iter().map(|area| {
            let code = area.code.as_str();
            let open = cases.iter().find(|(of, _)| of == code);
            AreaCount {
                code: code.to_owned(),
                name: area.name.clone(),
                officers: self.count_officers(&accounts, code),
                open_cases: is_own(code).then(|| open.map_or(0, |(_, count)| *count)),
            }
        });
        Ok(areas.collect())
    }

    /// Officers with an active account in an Area; those of the staff file who have no account work in all of them.
    fn count_officers(&self, accounts: &[Account], code: &str) -> usize {
        let here = |account: &&Account| {
            account.is_active
                && account.roles.contains(&Role::Vlo)
                && account.areas.iter().any(|area| area == code)
        };
        let of_file = self.parts.staff.iter().filter(|one| {
            one.roles.contains(&Role::Vlo) && !accounts.iter().any(|account| account.user == one.user)
        });
        accounts.iter().filter(here).count() + of_file.count()
    }

    /// Every service with its advisers counted, and advisers one by one, their addresses masked. Masking opens them, so
    /// the reading is recorded.
    pub async fn list_services(&self, user: &str) -> Result<(Vec<ServiceRow>, Vec<AdviserMasked>)> {
        self.authorise(user, &KEEPER)?;
        let mut tx = self.pool().read().await?;
        let services = house::list_services(&mut tx, self.now()).await?;
        let mut advisers = Vec::new();
        for row in house::list_advisers(&mut tx, ADVISERS_MAX).await? {
            let address = match self.key(&mut tx, row.id.as_str()).await {
                Ok(key) => {
                    let one: AdviserPerson = Self::open(&key, "advisers", row.id.as_str(), &row.sealed)?;
                    Some(format!("…@{}", one.email.domain()))
                }
                Err(Error::Erased) => None,
                Err(fault) => return Err(fault),
            };
            advisers.push(AdviserMasked {
                service: row.service,
                from_at: row.from_at,
                until_at: row.until_at,
                address,
            });
        }
        drop(tx);
        let read = entry(self.now(), user, Act::Consultation, "advisers-listed")?;
        self.record(read.with_fact("advisers", advisers.len().to_string()))
            .await?;
        Ok((services, advisers))
    }

    /// What is held or has failed in the administrator's Areas.
    pub async fn list_undelivered(&self, user: &str) -> Result<Undelivered> {
        let staff = self.authorise(user, &KEEPER)?;
        let own = staff.bound_to();
        let mut tx = self.pool().read().await?;
        Ok(Undelivered {
            counts: house::count_undelivered(&mut tx, own).await?,
            messages: house::list_undelivered(&mut tx, own, UNDELIVERED_MAX).await?,
        })
    }

    /// Every loaded template version, by kind, number and language.
    pub async fn list_versions(&self, user: &str) -> Result<Vec<VersionShown>> {
        self.authorise(user, &KEEPER)?;
        let mut tx = self.pool().read().await?;
        let vetted = vettings::list(&mut tx).await?;
        let library = &self.parts.library;
        let shown = library.versions().iter().map(|version| VersionShown {
            kind: version.kind.clone(),
            version: version.version,
            language: version.language.to_string(),
            title: version.title.clone(),
            translation: version.translation.clone(),
            is_newest: library.find(&version.kind, version.language) == Some(version),
            vetting: vetted.iter().find(|row| row.digest == version.digest).cloned(),
        });
        Ok(shown.collect())
    }

    /// Which keys there are, by their ids.
    pub async fn list_keys(&self, user: &str) -> Result<KeysShown> {
        self.authorise(user, &KEEPER)?;
        let mut tx = self.pool().read().await?;
        let in_use = keys::count_by_kek(&mut tx).await?;
        let ring = &self.parts.keys;
        let wraps = |id: &str| {
            in_use
                .iter()
                .find(|(kek, _)| kek == id)
                .map_or(0, |(_, count)| *count)
        };
        let in_file = ring.ids().map(|id| MasterKey {
            id: id.to_owned(),
            is_active: id == ring.active().id(),
            is_in_file: true,
            wraps: wraps(id),
        });
        let lost = in_use.iter().filter(|(kek, _)| ring.get(kek).is_err());
        let lost = lost.map(|(kek, count)| MasterKey {
            id: kek.clone(),
            is_active: false,
            is_in_file: false,
            wraps: *count,
        });
        let log = self.published.as_ref().map(crate::PublishedLog::key_names);
        let signer = self.parts.signer.as_ref();
        Ok(KeysShown {
            masters: in_file.chain(lost).collect(),
            master_since: known_texts::since(&mut tx, MASTER_KEY_TEXT).await?,
            log: log.unwrap_or_default(),
            log_since: known_texts::since(&mut tx, LOG_KEYS_TEXT).await?,
            dkim: signer.map(|signer| (signer.selector().to_owned(), signer.domain().to_owned())),
        })
    }
}
