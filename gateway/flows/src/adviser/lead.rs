//! What the lead of a service looks after: its advisers who sign in, who stands in for whom, and who has left.

use audit::entry::{Act, Entry};
use domain::adviser::check_cover;
use domain::calendar::{end_of_day, london_date, start_of_day};
use domain::id::{AccountId, CoverId};
use jiff::civil::Date;
use store::adviser_accounts::{self, AdviserAccountRow, AdviserCoverRow};
use store::{Tx, adviser_reading, supporters};

use super::Reader;
use crate::entries::entry;
use crate::{Error, Gateway, Result};

/// Why links and consents of an adviser who leaves end, a word of `domain::supporter::EndWhy`.
const LEFT: &str = "adviser-has-left";

/// An adviser of the service who signs in.
pub struct Colleague {
    /// Their account.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// How many people they support now.
    pub people: usize,
    /// Whether they look after the service as well.
    pub is_lead: bool,
    /// Whether it is the reader.
    pub is_self: bool,
}

/// A colleague stands in, or will.
pub struct Standing {
    /// Its identifier.
    pub id: CoverId,
    /// The name of who is away.
    pub absent: String,
    /// The name of who stands in.
    pub deputy: String,
    /// The first day, in London.
    pub from: Date,
    /// The last one.
    pub last: Date,
}

/// A service as its lead sees it.
pub struct ServiceRead {
    /// Its name.
    pub service: String,
    /// Its advisers who sign in, by name.
    pub colleagues: Vec<Colleague>,
    /// Covers that are not over.
    pub covers: Vec<Standing>,
}

impl Gateway {
    /// The service of a lead. The names that are opened for it are recorded as read.
    pub async fn read_service(&self, user: &str) -> Result<ServiceRead> {
        let mut tx = self.pool().read().await?;
        let reader = self.lead_of(&mut tx, user).await?;
        let service = &reader.account.service;
        let mut colleagues = Vec::new();
        for row in adviser_accounts::list_by_service(&mut tx, service).await? {
            let mut people = adviser_reading::list_own(&mut tx, &row.account_id, reader.now).await?;
            people.dedup();
            colleagues.push(Colleague {
                name: self.name_or_left(&mut tx, &row).await?,
                people: people.len(),
                is_lead: row.is_lead,
                is_self: row.account_id == reader.account.account_id,
                account: row.account_id,
            });
        }
        let name = |id: &AccountId| {
            let found = colleagues.iter().find(|one| one.account == *id);
            found.map_or_else(String::new, |one| one.name.clone())
        };
        let covers = adviser_accounts::list_covers(&mut tx, service, reader.now).await?;
        let covers = covers.into_iter().map(|row| Standing {
            absent: name(&row.absent),
            deputy: name(&row.deputy),
            from: london_date(row.from_at),
            last: london_date(row.until_at),
            id: row.id,
        });
        let covers = covers.collect();
        drop(tx);
        colleagues.sort_by(|one, other| one.name.cmp(&other.name));
        let read = entry(reader.now, user, Act::Consultation, "service-advisers-listed")?;
        self.record(read.with_fact("advisers", colleagues.len().to_string()))
            .await?;
        Ok(ServiceRead {
            service: service.clone(),
            colleagues,
            covers,
        })
    }

    /// Has a colleague stand in: they see the people of who is away, from the first day to the last.
    pub async fn add_adviser_cover(
        &self,
        user: &str,
        (absent, deputy): (&AccountId, &AccountId),
        (from, last): (Date, Date),
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let reader = self.lead_of(&mut tx, user).await?;
        check_cover(from, last, london_date(reader.now))
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        if absent == deputy {
            return Err(Error::Invalid(
                "somebody else stands in for who is away".to_owned(),
            ));
        }
        self.colleague(&mut tx, &reader, absent).await?;
        self.colleague(&mut tx, &reader, deputy).await?;
        let broken = |fault| Error::broken("London time", fault);
        let cover = AdviserCoverRow {
            id: CoverId::random(self.entropy()),
            service: reader.account.service.clone(),
            absent: absent.clone(),
            deputy: deputy.clone(),
            from_at: start_of_day(from).map_err(broken)?,
            until_at: end_of_day(last).map_err(broken)?,
            set_by: user.to_owned(),
            set_at: reader.now,
        };
        adviser_accounts::add_cover(&mut tx, &cover).await?;
        let added = entry(reader.now, user, Act::Change, "adviser-cover-added")?
            .with_fact("cover", cover.id.as_str())
            .with_fact("absent", absent.as_str())
            .with_fact("deputy", deputy.as_str())
            .with_fact("from", from.to_string())
            .with_fact("last", last.to_string());
        Ok(tx.commit(&[added]).await?)
    }

    /// Ends a cover early.
    pub async fn end_adviser_cover(&self, user: &str, id: &CoverId) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let reader = self.lead_of(&mut tx, user).await?;
        let covers = adviser_accounts::list_covers(&mut tx, &reader.account.service, reader.now).await?;
        if !covers.iter().any(|cover| cover.id == *id) {
            return Err(Error::NotFound("cover"));
        }
        adviser_accounts::end_cover(&mut tx, id, &reader.account.service, user, reader.now).await?;
        let ended = entry(reader.now, user, Act::Change, "adviser-cover-ended")?;
        Ok(tx.commit(&[ended.with_fact("cover", id.as_str())]).await?)
    }

    /// An adviser has left: from this moment on they sign in no more, nothing goes to them, and the officers of everybody they
    /// supported are told, so that nobody is forgotten.
    pub async fn end_adviser(&self, user: &str, account: &AccountId) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let reader = self.lead_of(&mut tx, user).await?;
        if *account == reader.account.account_id {
            return Err(Error::NotAllowed(
                "somebody else records that you have left; ask the administrator".to_owned(),
            ));
        }
        let leaver = self.colleague(&mut tx, &reader, account).await?;
        let mut entries = Vec::new();
        let posts = adviser_accounts::list_registrations(&mut tx, &leaver.value_index, reader.now).await?;
        for post in posts.iter().filter(|post| post.service == leaver.service) {
            for link in supporters::list_by_adviser(&mut tx, &post.id).await? {
                entries.extend(self.end_help(&mut tx, user, &link).await?);
            }
            adviser_accounts::end_post(&mut tx, &post.id, reader.now).await?;
        }
        adviser_accounts::leave(&mut tx, account, reader.now, user).await?;
        adviser_accounts::end_covers_of(&mut tx, account, user, reader.now).await?;
        let mut row = self.account_of(&mut tx, account).await?;
        self.shut(&mut tx, &mut row).await?;
        let left = entry(reader.now, user, Act::Change, "adviser-left")?;
        entries.push(left.with_fact("user", &row.user));
        tx.commit(&entries).await?;
        self.remember(&crate::Account::from_row(row)?);
        Ok(())
    }

    async fn end_help(&self, tx: &mut Tx, user: &str, link: &supporters::SupporterRow) -> Result<Vec<Entry>> {
        match self.load_victim(tx, &link.victim_id).await {
            Err(Error::Erased) => Ok(Vec::new()),
            victim => self.end_link(tx, user, &victim?, link, LEFT).await,
        }
    }

    /// The reader, who must lead a service; to anybody else it is not there.
    async fn lead_of(&self, tx: &mut Tx, user: &str) -> Result<Reader> {
        let reader = self.adviser_of(tx, user).await?;
        if reader.account.is_lead {
            Ok(reader)
        } else {
            Err(Error::NotFound("service"))
        }
    }

    /// An adviser of the lead's own service.
    async fn colleague(&self, tx: &mut Tx, reader: &Reader, id: &AccountId) -> Result<AdviserAccountRow> {
        let all = adviser_accounts::list_by_service(tx, &reader.account.service).await?;
        let found = all.into_iter().find(|row| row.account_id == *id);
        found.ok_or(Error::NotFound("adviser"))
    }

    async fn name_or_left(&self, tx: &mut Tx, row: &AdviserAccountRow) -> Result<String> {
        match self.name_of(tx, row).await {
            Err(Error::NotFound(_) | Error::Erased) => Ok("Not registered any more".to_owned()),
            name => name,
        }
    }
}
