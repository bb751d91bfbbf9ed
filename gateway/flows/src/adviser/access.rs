//! An administrator gives an adviser of the register an account. Whose it is says the registered address, which the
//! administrator enters and which is found by its keyed index: nobody is shown a list of advisers for it.

use audit::entry::Act;
use domain::account::Role;
use domain::address::EmailAddress;
use domain::id::AccountId;
use domain::time::random;
use store::accounts;
use store::adviser_accounts::{self, AdviserAccountRow};

use crate::entries::entry;
use crate::{AccountDetails, Error, Gateway, Result};

/// Random digits of an adviser's user name: a name would stand in the contact log.
const USER_BYTES: usize = 6;

impl Gateway {
    /// Gives whoever is registered at an address an account, to which they are invited like anybody else.
    pub async fn give_adviser_access(&self, actor: &str, address: &str, is_lead: bool) -> Result<AccountId> {
        self.authorise(actor, &[Role::Administrator])?;
        let address =
            EmailAddress::parse(address.trim()).map_err(|fault| Error::Invalid(fault.to_string()))?;
        let now = self.now();
        let index = self.address_index(Some(&address));
        let mut tx = self.pool().begin().await?;
        let registered = adviser_accounts::list_registrations(&mut tx, &index, now).await?;
        let service = registered.into_iter().map(|row| row.service).next().ok_or_else(|| {
            Error::Invalid(
                "nobody is registered as an adviser at this address; an officer registers advisers in the record of whom they \
                 support"
                    .to_owned(),
            )
        })?;
        let digits: [u8; USER_BYTES] = random(self.entropy());
        let details = AccountDetails {
            name: "Adviser".to_owned(),
            phone: String::new(),
            roles: vec![Role::Adviser],
            areas: Vec::new(),
        };
        let row = self.new_account(&format!("adviser-{}", hex::encode(digits)), &details)?;
        accounts::add(&mut tx, &row).await?;
        let own = AdviserAccountRow {
            account_id: row.id.clone(),
            value_index: index.to_vec(),
            service,
            is_lead,
            given_at: now,
        };
        adviser_accounts::add(&mut tx, &own, actor)
            .await
            .map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Invalid("whoever is registered at this address has an account".to_owned())
                }
                fault => fault.into(),
            })?;
        let given = entry(now, actor, Act::Change, "adviser-access-given")?
            .with_fact("user", &row.user)
            .with_fact("lead", if is_lead { "yes" } else { "no" });
        tx.commit(&[given]).await?;
        self.remember(&crate::Account::from_row(row.clone())?);
        Ok(row.id)
    }
}
