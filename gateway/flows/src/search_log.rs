//! An auditor searches the contact log and reads entries, masked as they stand; each search and each entry that is opened
//! is an entry itself, with counts and never with what was found.

use audit::entry::{Act, Entry};
use audit::merkle::Hash;
use audit::offline_proof::OfflineProof;
use domain::calendar::{end_of_day, start_of_day};
use domain::urn::Urn;
use jiff::civil::Date;
use store::Tx;
use store::log::{self, StoredEntry};
use store::log_search::{self, Sought};

use crate::decide::check_reason;
use crate::entries::entry;
use crate::{Error, Gateway, Result, Role, Staff};

/// Entries on one page.
const PAGE_MAX: u32 = 25;
/// Entries that one table takes.
pub const TABLE_MAX: u32 = 10_000;
/// Entries made findable in one transaction.
const ROUND_MAX: u32 = 256;

/// What an auditor searches for; nothing is anything.
#[derive(Debug, Clone, Default)]
pub struct LogQuestion {
    /// The case, by its URN.
    pub urn: Option<String>,
    /// A case or a victim, by the identifier that entries have.
    pub about: Option<String>,
    /// Who did it: a user name.
    pub actor: Option<String>,
    /// From this London day on.
    pub from: Option<Date>,
    /// To the end of this London day.
    pub to: Option<Date>,
    /// What sort of act.
    pub act: Option<String>,
    /// Which act.
    pub verb: Option<String>,
    /// What came of it.
    pub result: Option<String>,
    /// The Area.
    pub area: Option<String>,
    /// Entries before this one.
    pub before: Option<u64>,
}

/// One entry that was found.
#[derive(Debug, Clone)]
pub struct FoundEntry {
    /// Its index.
    pub index: u64,
    /// What it says.
    pub entry: Entry,
    /// Its leaf hash, hexadecimal.
    pub leaf: String,
    /// Its canonical JSON.
    pub json: String,
}

/// One page of what was found, newest first.
#[derive(Debug, Clone)]
pub struct FoundEntries {
    /// The entries.
    pub list: Vec<FoundEntry>,
    /// Where the next page begins, if there is one.
    pub next: Option<u64>,
}

impl Gateway {
    /// Makes the entries findable that the tree has taken in; whether there are more. Several processes may do it: one
    /// is always first, the others find nothing to do.
    pub async fn index_log(&self) -> Result<bool> {
        let mut tx = self.pool().read().await?;
        let old = log_search::size(&mut tx).await?;
        let sealed = log::find_tree(&mut tx).await?.map_or(0, |tree| tree.size);
        drop(tx);
        let new = sealed.min(old + u64::from(ROUND_MAX));
        if new <= old {
            return Ok(false);
        }
        let mut tx = self.pool().begin().await?;
        match log_search::move_on(&mut tx, old, new).await {
            Err(store::Error::Changed { .. }) => return Ok(false),
            moved => moved?,
        }
        let most = u32::try_from(new - old).unwrap_or(ROUND_MAX);
        for stored in log::list_from(&mut tx, old, most).await? {
            let found = found(stored)?;
            log_search::add(&mut tx, found.index, &found.entry).await?;
        }
        tx.commit_unlogged("what is searched follows the log").await?;
        Ok(new < sealed)
    }

    /// One page of what an auditor searches for.
    pub async fn search_log(&self, user: &str, question: &LogQuestion) -> Result<FoundEntries> {
        let staff = self.authorise(user, &[Role::Auditor])?;
        let (mut list, sought) = self.find_entries(&staff, question, PAGE_MAX + 1).await?;
        let is_more = list.len() > PAGE_MAX as usize;
        list.truncate(PAGE_MAX as usize);
        let next = is_more.then(|| list.last().map(|last| last.index)).flatten();
        let read = counted(
            self.searched(user, Act::Consultation, "log-searched", &sought)?,
            &list,
        );
        self.record(read).await?;
        Ok(FoundEntries { list, next })
    }

    /// What an auditor searches for as a table to take away: at most [`TABLE_MAX`] entries, for a reason.
    pub async fn export_search(&self, user: &str, question: &LogQuestion, reason: &str) -> Result<String> {
        let staff = self.authorise(user, &[Role::Auditor])?;
        check_reason(reason)?;
        let (list, sought) = self.find_entries(&staff, question, TABLE_MAX).await?;
        let taken = self.searched(user, Act::Disclosure, "log-table-taken", &sought)?;
        self.record(counted(taken, &list).with_reason(reason)).await?;
        let mut table = crate::log_pack::head();
        for found in &list {
            table.push_str(&crate::log_pack::row(found.index, &found.entry));
        }
        Ok(table)
    }

    /// One entry, masked as it stands.
    pub async fn read_entry(&self, user: &str, index: u64) -> Result<FoundEntry> {
        let staff = self.authorise(user, &[Role::Auditor])?;
        let found = self.entry_in_reach(&staff, index).await?;
        self.record(self.looked_at("log-entry-read", user, &found)?)
            .await?;
        Ok(found)
    }

    /// The proof that an entry is in the log, which anybody can check without us.
    pub async fn prove_entry(&self, user: &str, index: u64) -> Result<OfflineProof> {
        let staff = self.authorise(user, &[Role::Auditor])?;
        let found = self.entry_in_reach(&staff, index).await?;
        let proof = self.proof_of(index)?;
        self.record(self.looked_at("log-proof-taken", user, &found)?)
            .await?;
        Ok(proof)
    }

    /// The proof of an entry that is on a page already.
    pub fn proof_of(&self, index: u64) -> Result<OfflineProof> {
        let published = self.published()?;
        let (checkpoint, note) = published.newest()?;
        Ok(published.prove(&checkpoint, &note, index)?.1)
    }

    /// The newest verification of the published log that somebody asked for.
    pub async fn last_verification(&self, user: &str) -> Result<Option<FoundEntry>> {
        self.authorise(user, &[Role::Auditor])?;
        let sought = Sought {
            verb: "log-verified".to_owned(),
            ..Sought::default()
        };
        let mut tx = self.pool().read().await?;
        let list = log_search::list(&mut tx, &sought, 1).await?;
        list.into_iter().next().map(found).transpose()
    }

    async fn find_entries(
        &self,
        staff: &Staff,
        question: &LogQuestion,
        most: u32,
    ) -> Result<(Vec<FoundEntry>, Sought)> {
        let mut tx = self.pool().read().await?;
        let Some(sought) = sought(&mut tx, staff, question).await? else {
            // A case that is not there finds nothing, and so does one of another Area.
            return Ok((Vec::new(), Sought::default()));
        };
        let list = log_search::list(&mut tx, &sought, most).await?;
        let list = list.into_iter().map(found).collect::<Result<Vec<_>>>()?;
        Ok((list, sought))
    }

    /// An entry that an auditor of these Areas may read.
    pub(crate) async fn entry_in_reach(&self, staff: &Staff, index: u64) -> Result<FoundEntry> {
        let one = Sought {
            before: index.saturating_add(1),
            areas: staff.bound_to().map(<[String]>::to_vec),
            ..Sought::default()
        };
        let mut tx = self.pool().read().await?;
        let list = log_search::list(&mut tx, &one, 1).await?;
        let stored = list.into_iter().find(|stored| stored.index == index);
        found(stored.ok_or(Error::NotFound("entry"))?)
    }

    fn looked_at(&self, verb: &str, user: &str, read: &FoundEntry) -> Result<Entry> {
        let mut entry =
            entry(self.now(), user, Act::Consultation, verb)?.with_fact("entry", read.index.to_string());
        if let Some(case) = read.entry.case() {
            entry = entry.with_case(case);
        }
        if let Some(victim) = read.entry.victim() {
            entry = entry.with_victim(victim);
        }
        Ok(entry)
    }

    fn searched(&self, user: &str, act: Act, verb: &str, sought: &Sought) -> Result<Entry> {
        let mut entry = entry(self.now(), user, act, verb)?;
        if !sought.case.is_empty() {
            entry = entry.with_case(&sought.case);
        }
        if !sought.victim.is_empty() {
            entry = entry.with_victim(&sought.victim);
        }
        Ok(entry)
    }
}

fn counted(entry: Entry, list: &[FoundEntry]) -> Entry {
    entry.with_fact("found", list.len().to_string())
}

/// What to look for; none where the case that was named is not there.
async fn sought(tx: &mut Tx, staff: &Staff, question: &LogQuestion) -> Result<Option<Sought>> {
    let day = |fault: domain::calendar::CalendarError| Error::Invalid(fault.to_string());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut sought = Sought {
        before: question.before.unwrap_or(u64::MAX),
        actor: text(&question.actor),
        act: text(&question.act),
        verb: text(&question.verb),
        result: text(&question.result),
        area: text(&question.area),
        areas: staff.bound_to().map(<[String]>::to_vec),
        ..Sought::default()
    };
    if let Some(from) = question.from {
        sought.from_us = start_of_day(from).map_err(day)?.as_microsecond();
    }
    if let Some(to) = question.to {
        // The end of a day is its last second, which is not over when it begins.
        sought.until_us = end_of_day(to).map_err(day)?.as_microsecond() + 1_000_000;
    }
    if let Some(about) = &question.about {
        let victim = domain::id::VictimId::parse(about).map_err(|_| Error::NotFound("case or victim"))?;
        match store::subjects::find(tx, &victim).await? {
            Some(_) => sought.victim.clone_from(about),
            None => sought.case.clone_from(about),
        }
    }
    if let Some(urn) = &question.urn {
        let urn = Urn::parse(urn).map_err(|fault| Error::Invalid(fault.to_string()))?;
        let Some(case) = store::people::find_case_by_urn(tx, urn.as_str()).await? else {
            return Ok(None);
        };
        sought.case = case.id.to_string();
    }
    Ok(Some(sought))
}

pub(crate) fn found(stored: StoredEntry) -> Result<FoundEntry> {
    let index = stored.index;
    let broken =
        |fault: &dyn std::fmt::Display| Error::broken("the contact log", format!("entry {index}: {fault}"));
    let entry = Entry::parse(&stored.body).map_err(|fault| broken(&fault))?;
    let leaf = <[u8; 32]>::try_from(stored.leaf).map_err(|_| broken(&"its hash has not 32 bytes"))?;
    let json = String::from_utf8(stored.body).map_err(|fault| broken(&fault))?;
    Ok(FoundEntry {
        index,
        entry,
        leaf: Hash::from_bytes(leaf).to_hex(),
        json,
    })
}
