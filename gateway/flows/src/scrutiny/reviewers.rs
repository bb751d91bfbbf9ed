//! Whom an Area names to read letters.

use audit::entry::Act;
use domain::address::EmailAddress;
use domain::id::AccountId;
use jiff::Timestamp;
use store::{adviser_accounts, scrutiny};

use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

/// An adviser who reads letters for an Area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// The account.
    pub account: AccountId,
    /// The Area.
    pub area: String,
    /// The name that the service gave.
    pub name: String,
    /// The service.
    pub service: String,
    /// Since when.
    pub named_at: Timestamp,
}

impl Gateway {
    /// Names an adviser who signs in as a reviewer for an Area. Who it is says the registered address, which the manager enters.
    pub async fn name_reviewer(&self, user: &str, area: &str, address: &str) -> Result<()> {
        let staff = self.authorise(user, &[Role::VloManager])?;
        self.own_area(&staff, area)?;
        let address =
            EmailAddress::parse(address.trim()).map_err(|fault| Error::Invalid(fault.to_string()))?;
        let (now, index) = (self.now(), self.address_index(Some(&address)));
        let mut tx = self.pool().begin().await?;
        let mut account = None;
        for registered in adviser_accounts::list_registrations(&mut tx, &index, now).await? {
            if account.is_none() {
                account = adviser_accounts::find_by_address(&mut tx, &index, &registered.service).await?;
            }
        }
        let account = account.ok_or_else(|| {
            Error::Invalid(
                "nobody who signs in as an adviser is registered at this address; an administrator gives advisers access"
                    .to_owned(),
            )
        })?;
        scrutiny::name(&mut tx, &account.account_id, area, (user, now))
            .await
            .map_err(|fault| match fault {
                store::Error::Changed { .. } => {
                    Error::Invalid("this adviser reviews letters of the Area already".to_owned())
                }
                fault => fault.into(),
            })?;
        let named = entry(now, user, Act::Decision, "scrutiny-reviewer-named")?
            .with_area(area)
            .with_fact("account", account.account_id.as_str());
        Ok(tx.commit(&[named]).await?)
    }

    /// Takes it back: they are given no letter any more.
    pub async fn end_reviewer(&self, user: &str, area: &str, account: &AccountId) -> Result<()> {
        let staff = self.authorise(user, &[Role::VloManager])?;
        self.own_area(&staff, area)
            .map_err(|_| Error::NotFound("reviewer"))?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        scrutiny::end(&mut tx, account, area, (user, now))
            .await
            .map_err(|fault| match fault {
                store::Error::Changed { .. } => Error::NotFound("reviewer"),
                fault => fault.into(),
            })?;
        let ended = entry(now, user, Act::Decision, "scrutiny-reviewer-ended")?
            .with_area(area)
            .with_fact("account", account.as_str());
        Ok(tx.commit(&[ended]).await?)
    }

    /// Who reviews for a manager's Areas.
    pub async fn list_reviewers(&self, user: &str) -> Result<Vec<Reviewer>> {
        let staff = self.authorise(user, &[Role::VloManager])?;
        let mut tx = self.pool().read().await?;
        let mut reviewers = Vec::new();
        for row in scrutiny::list_reviewers(&mut tx).await? {
            if self.own_area(&staff, &row.area).is_err() {
                continue;
            }
            let Some(account) = adviser_accounts::find_by_user(&mut tx, &row.user).await? else {
                continue;
            };
            reviewers.push(Reviewer {
                name: self.name_of(&mut tx, &account).await?,
                account: row.account,
                area: row.area,
                service: row.service,
                named_at: row.named_at,
            });
        }
        Ok(reviewers)
    }
}
