//! Accounts: made, changed and disabled by an administrator; every change has its entry, and ends what it must end.

use audit::entry::{Act, Entry};
use domain::account::Role;
use domain::id::AccountId;
use store::accounts::{self, AccountRow};
use store::{Tx, kept_words, recovery, sessions, sign_in};

use crate::entries::entry;
use crate::{Error, Gateway, Result, Staff};

const NAME_BYTES_MAX: usize = 100;
const USER_BYTES_MAX: usize = 64;

/// An account as doors see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier, for URLs.
    pub id: AccountId,
    /// The user name, as in the contact log.
    pub user: String,
    /// The name that others read.
    pub name: String,
    /// The telephone number that victims are given; empty for who speaks to none.
    pub phone: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Where: codes of Areas.
    pub areas: Vec<String>,
    /// Nobody signs in to a disabled one.
    pub is_active: bool,
    /// Goes up with each change; whoever changes names the one they saw.
    pub version: i64,
}

/// What an administrator says about an account.
#[derive(Debug, Clone)]
pub struct AccountDetails {
    /// The name that others read.
    pub name: String,
    /// The telephone number that victims are given; empty for who speaks to none.
    pub phone: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Where.
    pub areas: Vec<String>,
}

impl Account {
    pub(crate) fn from_row(row: AccountRow) -> Result<Self> {
        let broken = |fault: serde_json::Error| Error::broken("an account", fault);
        Ok(Self {
            roles: serde_json::from_str(&row.roles).map_err(broken)?,
            areas: serde_json::from_str(&row.areas).map_err(broken)?,
            is_active: row.state == "active",
            id: row.id,
            user: row.user,
            name: row.name,
            phone: row.phone,
            version: row.version,
        })
    }

    pub(crate) fn as_staff(&self) -> Staff {
        Staff {
            user: self.user.clone(),
            name: self.name.clone(),
            phone: self.phone.clone(),
            roles: self.roles.clone(),
            areas: self.areas.clone(),
        }
    }
}

impl Gateway {
    /// Makes an account. Nobody can sign in to it before they were invited.
    pub async fn add_account(&self, actor: &str, user: &str, details: &AccountDetails) -> Result<AccountId> {
        self.authorise(actor, &[Role::Administrator])?;
        let row = self.new_account(user, details)?;
        let mut tx = self.pool().begin().await?;
        accounts::add(&mut tx, &row).await.map_err(|fault| match fault {
            fault if fault.is_duplicate() => Error::Conflict(
                "user: somebody has or had this user name; it is never given again".to_owned(),
            ),
            fault => fault.into(),
        })?;
        let added = self.about_account(actor, "account-added", &row)?;
        tx.commit(&[added]).await?;
        self.remember(&Account::from_row(row.clone())?);
        Ok(row.id)
    }

    /// The row of an account that is not there yet.
    pub(crate) fn new_account(&self, user: &str, details: &AccountDetails) -> Result<AccountRow> {
        self.check_details(details)?;
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if user.is_empty() || user.len() > USER_BYTES_MAX || !user.chars().all(is_plain) {
            return Err(Error::Invalid(
                "user: 1 to 64 lower-case letters, digits, dots and hyphens".to_owned(),
            ));
        }
        Ok(AccountRow {
            id: AccountId::random(self.entropy()),
            user: user.to_owned(),
            name: details.name.clone(),
            phone: details.phone.clone(),
            roles: as_json(&details.roles)?,
            areas: as_json(&details.areas)?,
            state: "active".to_owned(),
            version: 1,
            created_at: self.now(),
        })
    }

    /// Changes name, telephone number, roles or Areas. Whoever loses a role or an Area loses it with the next click.
    pub async fn change_account(
        &self,
        actor: &str,
        id: &AccountId,
        version: i64,
        details: &AccountDetails,
    ) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        self.check_details(details)?;
        let mut tx = self.pool().begin().await?;
        let mut row = self.account_of(&mut tx, id).await?;
        not_oneself(actor, &row, "roles and Areas are granted by somebody else")?;
        row.version = version;
        row.name.clone_from(&details.name);
        row.phone.clone_from(&details.phone);
        row.roles = as_json(&details.roles)?;
        row.areas = as_json(&details.areas)?;
        accounts::save(&mut tx, &row).await?;
        let changed = self.about_account(actor, "account-changed", &row)?;
        tx.commit(&[changed]).await?;
        self.remember(&Account::from_row(row)?);
        Ok(())
    }

    /// Disables an account, ends its sessions and takes every way in away: whoever is enabled again is invited anew.
    pub async fn disable_account(&self, actor: &str, id: &AccountId, reason: &str) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        crate::decide::check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        let mut row = self.account_of(&mut tx, id).await?;
        not_oneself(actor, &row, "somebody else disables an account")?;
        if row.state == "disabled" {
            return Err(Error::Conflict("this account is disabled already".to_owned()));
        }
        self.shut(&mut tx, &mut row).await?;
        let disabled = self
            .about_account(actor, "account-disabled", &row)?
            .with_reason(reason);
        tx.commit(&[disabled]).await?;
        self.remember(&Account::from_row(row)?);
        Ok(())
    }

    /// Disables an account in the caller's transaction: nobody is signed in to it any more, and no way in is left.
    pub(crate) async fn shut(&self, tx: &mut Tx, row: &mut AccountRow) -> Result<()> {
        "disabled".clone_into(&mut row.state);
        accounts::save(tx, row).await?;
        sessions::end_all(tx, &row.id, self.now(), "disabled").await?;
        sign_in::remove_all(tx, &row.id, self.now()).await?;
        kept_words::remove_all(tx, &row.id).await?;
        Ok(recovery::remove(tx, &row.id).await?)
    }

    /// Enables a disabled account. Roles and Areas are as before; a way in is what an invitation gives.
    pub async fn enable_account(&self, actor: &str, id: &AccountId) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().begin().await?;
        let mut row = self.account_of(&mut tx, id).await?;
        if row.state == "active" {
            return Err(Error::Conflict("this account is not disabled".to_owned()));
        }
        "active".clone_into(&mut row.state);
        accounts::save(&mut tx, &row).await?;
        let enabled = self.about_account(actor, "account-enabled", &row)?;
        tx.commit(&[enabled]).await?;
        self.remember(&Account::from_row(row)?);
        Ok(())
    }

    /// Ends every session of an account; its owner signs in again.
    pub async fn end_sessions(&self, actor: &str, id: &AccountId) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().begin().await?;
        let row = self.account_of(&mut tx, id).await?;
        sessions::end_all(&mut tx, id, self.now(), "revoked").await?;
        let ended = entry(self.now(), actor, Act::Change, "sessions-ended")?.with_fact("user", &row.user);
        Ok(tx.commit(&[ended]).await?)
    }

    /// Every account, by user name.
    pub async fn list_accounts(&self, actor: &str) -> Result<Vec<Account>> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().read().await?;
        let rows = accounts::list(&mut tx).await?;
        rows.into_iter().map(Account::from_row).collect()
    }

    /// One account.
    pub async fn find_account_by_id(&self, actor: &str, id: &AccountId) -> Result<Account> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().read().await?;
        Account::from_row(self.account_of(&mut tx, id).await?)
    }

    /// Makes the accounts of the database known to the flows; those of the staff file are known from the start.
    pub async fn load_accounts(&self) -> Result<usize> {
        let mut tx = self.pool().read().await?;
        let rows = accounts::list(&mut tx).await?;
        let count = rows.len();
        for row in rows {
            self.remember(&Account::from_row(row)?);
        }
        Ok(count)
    }

    pub(crate) async fn account_of(&self, tx: &mut Tx, id: &AccountId) -> Result<AccountRow> {
        accounts::find(tx, id).await?.ok_or(Error::NotFound("account"))
    }

    fn check_details(&self, details: &AccountDetails) -> Result<()> {
        let wrong = |what: &str| Err(Error::Invalid(what.to_owned()));
        let name = details.name.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return wrong("name: one line of 1 to 100 bytes");
        }
        let phone = &details.phone;
        if !phone.is_empty() && domain::address::PhoneNumber::parse(phone).is_err() {
            return wrong("phone: a telephone number that victims can ring, such as 01632 960001");
        }
        if details.roles.is_empty() {
            return wrong("roles: at least one");
        }
        let known = |code: &String| {
            self.parts
                .areas
                .list()
                .iter()
                .any(|area| area.code.as_str() == code)
        };
        if !details.areas.iter().all(known) {
            return wrong("areas: codes of config/areas.toml");
        }
        Ok(())
    }

    pub(crate) fn about_account(&self, actor: &str, verb: &str, row: &AccountRow) -> Result<Entry> {
        let roles: Vec<Role> =
            serde_json::from_str(&row.roles).map_err(|fault| Error::broken("an account", fault))?;
        let names = roles.iter().map(|role| role.as_str()).collect::<Vec<_>>();
        // Codes and user names are no personal data of a victim; the person's own name stays out.
        Ok(entry(self.now(), actor, Act::Change, verb)?
            .with_fact("user", &row.user)
            .with_fact("roles", names.join(" ")))
    }
}

fn as_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|fault| Error::broken("an account", fault))
}

pub(crate) fn not_oneself(actor: &str, row: &AccountRow, why: &str) -> Result<()> {
    if row.user == actor {
        return Err(Error::NotAllowed(why.to_owned()));
    }
    Ok(())
}
