//! People who come by the organisation's single sign-on. Who they are, the door has proved; here it is decided whose
//! account that is and what they may do. Somebody is known by the provider's own name for them, never by an address or a
//! user name: those are given to other people again.

use domain::account::Role;
use domain::id::AccountId;
use domain::single_sign_on::{Granted, Holding, may_come};
use store::Tx;
use store::accounts::{self, AccountRow};
use store::provider_accounts::{self, ProviderAccountRow};

use crate::accounts::{Account, AccountDetails};
use crate::{Error, Gateway, Result};

/// Who acts where nobody of the house does.
const ACTOR: &str = "system:single-sign-on";
/// The longest name by which a provider knows somebody (`OpenID` Connect Core 1.0, section 2), in bytes.
const SUBJECT_BYTES_MAX: usize = 255;

/// Somebody as a provider's signed word describes them.
pub struct ProviderPerson {
    /// Who the provider is.
    pub issuer: String,
    /// Its own name for them.
    pub subject: String,
    /// The user name that a new account gets.
    pub user: String,
    /// The name that others read.
    pub name: String,
    /// What the provider's groups mean here.
    pub granted: Granted,
}

/// What comes of somebody who signed in at the provider.
#[derive(Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Their account; a session may be opened for it.
    LetIn(AccountId),
    /// The provider knows them, and nothing is granted to them here.
    NothingGranted,
}

impl Gateway {
    /// Finds the account of somebody who signed in at the provider, or makes it, and replaces the roles and Areas that
    /// the provider granted last time. What an administrator granted stays as it is.
    pub async fn admit_by_provider(&self, person: &ProviderPerson) -> Result<Admitted> {
        match self.admit_once(person).await {
            // Somebody changed the account at the same instant.
            Err(Error::Store(store::Error::Changed { .. })) => self.admit_once(person).await,
            admitted => admitted,
        }
    }

    async fn admit_once(&self, person: &ProviderPerson) -> Result<Admitted> {
        let mut tx = self.pool().begin().await?;
        let known = provider_accounts::find(&mut tx, &person.issuer, &person.subject).await?;
        match known {
            Some(known) => self.renew(tx, person, known).await,
            None if person.granted.is_empty() => Ok(Admitted::NothingGranted),
            None => self.welcome(tx, person).await,
        }
    }

    async fn renew(
        &self,
        mut tx: Tx,
        person: &ProviderPerson,
        mut known: ProviderAccountRow,
    ) -> Result<Admitted> {
        let mut row = self.account_of(&mut tx, &known.account_id).await?;
        let before = Account::from_row(row.clone())?;
        // A disabled account stays as it was disabled.
        if !before.is_active {
            return Ok(Admitted::NothingGranted);
        }
        let holding = Holding {
            has: Granted {
                roles: before.roles,
                areas: before.areas,
            },
            came: Granted {
                roles: parsed(&known.roles)?,
                areas: parsed(&known.areas)?,
            },
        };
        let now = holding.renewed(&person.granted);
        if now != holding {
            row.roles = json(&now.has.roles)?;
            row.areas = json(&now.has.areas)?;
            known.roles = json(&now.came.roles)?;
            known.areas = json(&now.came.areas)?;
            accounts::save(&mut tx, &row).await?;
            provider_accounts::save(&mut tx, &known).await?;
            let changed = self.about_account(ACTOR, "account-changed", &row)?;
            tx.commit(&[changed]).await?;
            self.remember(&Account::from_row(row)?);
        }
        Ok(if person.granted.is_empty() || !may_come(&now.has.roles) {
            Admitted::NothingGranted
        } else {
            Admitted::LetIn(known.account_id)
        })
    }

    /// Makes the account of somebody who comes for the first time.
    async fn welcome(&self, mut tx: Tx, person: &ProviderPerson) -> Result<Admitted> {
        let details = AccountDetails {
            name: person.name.clone(),
            phone: String::new(),
            roles: person.granted.roles.clone(),
            areas: person.granted.areas.clone(),
        };
        // Whoever is in the staff file has a name that stands for somebody else.
        if self.parts.staff.iter().any(|one| one.user == person.user) {
            return Err(taken());
        }
        let row = self.new_account(&person.user, &details)?;
        accounts::add(&mut tx, &row).await.map_err(|fault| match fault {
            fault if fault.is_duplicate() => taken(),
            fault => fault.into(),
        })?;
        provider_accounts::add(&mut tx, &self.known_as(person, &row.id, &person.granted)?).await?;
        let added = self.about_account(ACTOR, "account-added", &row)?;
        tx.commit(&[added]).await?;
        let id = row.id.clone();
        self.remember(&Account::from_row(row)?);
        Ok(Admitted::LetIn(id))
    }

    /// Says that an account which is there belongs to somebody whom a provider knows.
    pub async fn link_to_provider(
        &self,
        actor: &str,
        user: &str,
        (issuer, subject): (&str, &str),
    ) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().begin().await?;
        let row = accounts::find_by_user(&mut tx, user).await?;
        let row: AccountRow = row.ok_or(Error::NotFound("account"))?;
        crate::accounts::not_oneself(actor, &row, "somebody else links an account")?;
        let person = ProviderPerson {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            user: row.user.clone(),
            name: row.name.clone(),
            granted: Granted::default(),
        };
        let known = self.known_as(&person, &row.id, &person.granted)?;
        let added = provider_accounts::add(&mut tx, &known).await;
        added.map_err(|fault| match fault {
            fault if fault.is_duplicate() => Error::Conflict(
                "this account, or this subject, is linked already; a link is never changed".to_owned(),
            ),
            fault => fault.into(),
        })?;
        let linked = self.about_account(actor, "account-linked", &row)?;
        Ok(tx.commit(&[linked]).await?)
    }

    fn known_as(
        &self,
        person: &ProviderPerson,
        account: &AccountId,
        came: &Granted,
    ) -> Result<ProviderAccountRow> {
        let subject = &person.subject;
        if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX || subject.chars().any(char::is_control) {
            return Err(Error::Invalid(
                "subject: 1 to 255 bytes, as the provider's `sub` claim has it".to_owned(),
            ));
        }
        Ok(ProviderAccountRow {
            issuer: person.issuer.clone(),
            subject: subject.clone(),
            account_id: account.clone(),
            roles: json(&came.roles)?,
            areas: json(&came.areas)?,
            linked_at: self.now(),
        })
    }
}

fn taken() -> Error {
    Error::Conflict(
        "the user name of the provider's claim belongs to an account here; an administrator links the two"
            .to_owned(),
    )
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    crate::person::to_json("an account", value)
}

fn parsed<T: for<'a> serde::Deserialize<'a>>(text: &str) -> Result<T> {
    crate::person::from_json("an account", text)
}
