//! What auditors take away of the contact log. Taking is recorded too.

use audit::entry::Act;
use store::log;
use store::log_search::{self, Sought};

use crate::archive::Archive;
use crate::decide::check_reason;
use crate::entries::entry;
use crate::log_pack::LogPack;
use crate::{Error, Gateway, Result, Role};

/// Entries that one pack takes over the web.
const PACK_MAX: u32 = 10_000;

impl Gateway {
    /// Records that somebody takes the whole log away. It holds no content of anybody.
    pub async fn record_log_export(&self, user: &str) -> Result<()> {
        let staff = self.authorise(user, &[Role::Auditor, Role::Administrator])?;
        let entry = entry(self.now(), &staff.user, Act::Consultation, "log-exported")?;
        self.record(entry).await
    }

    /// Records that an auditor takes the entries of one case away, and answers the case's identifier in them.
    pub async fn record_case_pack(&self, user: &str, urn: &str, reason: &str) -> Result<String> {
        let staff = self.authorise(user, &[Role::Auditor])?;
        let urn = domain::urn::Urn::parse(urn).map_err(|fault| Error::Invalid(fault.to_string()))?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        let case = store::people::find_case_by_urn(&mut tx, urn.as_str()).await?;
        let case = case.ok_or(Error::NotFound("case"))?;
        if !staff.areas.is_empty() && !staff.areas.contains(&case.area) {
            return Err(Error::NotFound("case"));
        }
        let entry = entry(self.now(), &staff.user, Act::Disclosure, "case-log-packed")?
            .with_case(case.id.as_str())
            .with_area(&case.area)
            .with_reason(reason);
        drop(tx);
        self.record(entry).await?;
        Ok(case.id.to_string())
    }

    /// The entries of one case with their proofs, as one tar file. Taking them is recorded first.
    pub async fn pack_case(&self, user: &str, urn: &str, reason: &str) -> Result<Vec<u8>> {
        let case = self.record_case_pack(user, urn, reason).await?;
        let mut pack = LogPack::begin(self.published()?, &case)?;
        let sought = Sought {
            before: pack.size(),
            case,
            ..Sought::default()
        };
        let mut tx = self.pool().read().await?;
        let mut list = log_search::list(&mut tx, &sought, PACK_MAX + 1).await?;
        drop(tx);
        if list.len() > PACK_MAX as usize {
            return Err(Error::Invalid(format!(
                "this case has more than {PACK_MAX} entries; `gateway log pack` takes them all"
            )));
        }
        list.reverse();
        let mut archive = Archive::default();
        for stored in list {
            for (name, bytes) in pack.add(stored.index, &stored.body)? {
                archive.add(&name, &bytes);
            }
        }
        for (name, bytes) in pack.finish() {
            archive.add(&name, &bytes);
        }
        Ok(archive.finish())
    }

    /// Compares the entries in the database, from `first` on, with those that were published. The error names the first
    /// that differs.
    pub async fn compare_entries<B: AsRef<[u8]>>(&self, first: u64, published: &[B]) -> Result<()> {
        let most = u32::try_from(published.len()).unwrap_or(u32::MAX);
        let mut tx = self.pool().read().await?;
        let stored = log::list_from(&mut tx, first, most).await?;
        for (place, published) in published.iter().enumerate() {
            let index = first + place as u64;
            let broken = |what: &str| Error::broken("the database", format!("entry {index} {what}"));
            let Some(entry) = stored.get(place) else {
                return Err(broken("is missing, but was published"));
            };
            if entry.index != index {
                return Err(broken("is missing, but was published"));
            }
            if entry.body != published.as_ref() {
                return Err(broken("is not the one that was published"));
            }
            let leaf = audit::merkle::leaf_hash(published.as_ref());
            if entry.leaf != leaf.as_bytes() {
                return Err(broken("has another hash beside it than its own"));
            }
        }
        Ok(())
    }
}
