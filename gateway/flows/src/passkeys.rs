//! Invitations and passkeys. The mathematics of `WebAuthn` is the door's library's; here stands what is kept and what is
//! recorded.

use audit::entry::Act;
use domain::account::Role;
use domain::id::{AccountId, SessionId};
use domain::time::random;
use jiff::{SignedDuration, Timestamp};
use store::accounts;
use store::sign_in::{self, PasskeyRow};
use zeroize::Zeroizing;

use crate::accounts::Account;
use crate::entries::entry;
use crate::sign_in::Visitor;
use crate::{Error, Gateway, Result};

/// How long an invitation is good.
const INVITATION_LIFE: SignedDuration = SignedDuration::from_hours(72);
/// The most passkeys of one account.
const PASSKEYS_MAX: usize = 10;

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// A new passkey.
    Register,
    /// Signing in.
    SignIn,
    /// Signing in at the organisation's provider.
    SingleSignOn,
}

impl Ceremony {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign-in",
            Self::SingleSignOn => "single-sign-on",
        }
    }

    /// How long a challenge may wait for its answer. A provider may ask for a password and for something on a telephone.
    const fn life(self) -> SignedDuration {
        match self {
            Self::Register | Self::SignIn => SignedDuration::from_mins(5),
            Self::SingleSignOn => SignedDuration::from_mins(10),
        }
    }
}

/// A passkey as lists show it.
#[derive(Debug, Clone)]
pub struct PasskeyShown {
    /// Its identifier.
    pub id: SessionId,
    /// When it was registered.
    pub added_at: Timestamp,
    /// When somebody last signed in with it.
    pub used_at: Option<Timestamp>,
}

/// A passkey as the door's library wrote it.
pub struct Passkey {
    /// Its identifier here.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// The library's JSON.
    pub credential: String,
}

impl Gateway {
    /// Makes an invitation; earlier ones of the account are good no more. It is shown once.
    pub async fn invite(&self, actor: &str, account: &AccountId) -> Result<Zeroizing<String>> {
        self.authorise(actor, &[Role::Administrator])?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let row = self.account_of(&mut tx, account).await?;
        if row.state != "active" {
            return Err(Error::Conflict("this account is disabled".to_owned()));
        }
        let token = vault::token::spell(&random(self.entropy()));
        let hash = hash_of(&token)?;
        sign_in::add_invitation(&mut tx, &hash, account, actor, (now, now + INVITATION_LIFE)).await?;
        let invited = entry(now, actor, Act::Change, "account-invited")?.with_fact("user", &row.user);
        tx.commit(&[invited]).await?;
        Ok(token)
    }

    /// Whom an invitation is for, while it is good and the account active.
    pub async fn find_invited(&self, token: &str) -> Result<Account> {
        let hash = vault::token::hash(token).ok_or(Error::NotFound("invitation"))?;
        let mut tx = self.pool().read().await?;
        let id = sign_in::find_invitation(&mut tx, &hash, self.now()).await?;
        let id = id.ok_or(Error::NotFound("invitation"))?;
        let account = Account::from_row(self.account_of(&mut tx, &id).await?)?;
        if account.is_active {
            Ok(account)
        } else {
            Err(Error::NotFound("invitation"))
        }
    }

    /// Keeps a challenge that a browser, known by its form token, was given.
    pub async fn keep_ceremony(&self, browser: &str, kind: Ceremony, state: &str) -> Result<()> {
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let (browser, times) = (hash_of(browser)?, (now, now + kind.life()));
        sign_in::keep_ceremony(&mut tx, &browser, kind.as_str(), state, times).await?;
        Ok(tx
            .commit_unlogged("a challenge changes nothing; its answer is recorded")
            .await?)
    }

    /// Takes the challenge of a browser: it can be answered once.
    pub async fn take_ceremony(&self, browser: &str, kind: Ceremony) -> Result<Option<String>> {
        let mut tx = self.pool().begin().await?;
        let taken = sign_in::take_ceremony(&mut tx, &hash_of(browser)?, kind.as_str(), self.now()).await?;
        tx.commit_unlogged("a challenge changes nothing; its answer is recorded")
            .await?;
        Ok(taken)
    }

    /// Registers the first passkey of an invited account, and uses the invitation up.
    pub async fn accept_invitation(
        &self,
        token: &str,
        credential_id: &[u8],
        credential: &str,
    ) -> Result<AccountId> {
        let account = self.find_invited(token).await?;
        let hash = hash_of(token)?;
        let mut tx = self.pool().begin().await?;
        sign_in::use_invitation(&mut tx, &hash, self.now()).await?;
        // Disabled meanwhile: what was taken away does not come back by a link that is still open somewhere.
        if self.account_of(&mut tx, &account.id).await?.state != "active" {
            return Err(Error::NotFound("invitation"));
        }
        self.add_row(tx, &account, credential_id, credential).await?;
        Ok(account.id)
    }

    /// Registers a further passkey of one's own.
    pub async fn add_passkey(&self, visitor: &Visitor, credential_id: &[u8], credential: &str) -> Result<()> {
        need_fresh(visitor)?;
        let mut tx = self.pool().begin().await?;
        if sign_in::list_passkeys(&mut tx, &visitor.account.id).await?.len() >= PASSKEYS_MAX {
            return Err(Error::Conflict(
                "ten passkeys are the most; remove one first".to_owned(),
            ));
        }
        self.add_row(tx, &visitor.account, credential_id, credential)
            .await
    }

    async fn add_row(
        &self,
        mut tx: store::Tx,
        account: &Account,
        credential_id: &[u8],
        credential: &str,
    ) -> Result<()> {
        let row = PasskeyRow {
            id: SessionId::random(self.entropy()),
            account_id: account.id.clone(),
            credential: credential.to_owned(),
            added_at: self.now(),
            used_at: None,
        };
        sign_in::add_passkey(&mut tx, &row, credential_id)
            .await
            .map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Conflict("this passkey is registered already".to_owned())
                }
                fault => fault.into(),
            })?;
        let added = entry(self.now(), &account.user, Act::Change, "passkey-registered")?;
        Ok(tx.commit(&[added]).await?)
    }

    /// One's own passkeys.
    pub async fn list_passkeys(&self, visitor: &Visitor) -> Result<Vec<PasskeyShown>> {
        let mut tx = self.pool().read().await?;
        let rows = sign_in::list_passkeys(&mut tx, &visitor.account.id).await?;
        let shown = |row: PasskeyRow| PasskeyShown {
            id: row.id,
            added_at: row.added_at,
            used_at: row.used_at,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Removes one of one's own passkeys, but not the last.
    pub async fn remove_passkey(&self, visitor: &Visitor, id: &SessionId) -> Result<()> {
        need_fresh(visitor)?;
        let account = &visitor.account;
        let mut tx = self.pool().begin().await?;
        let own = sign_in::list_passkeys(&mut tx, &account.id).await?;
        if !own.iter().any(|row| row.id == *id) {
            return Err(Error::NotFound("passkey"));
        }
        if own.len() == 1 {
            return Err(Error::Conflict(
                "this is your last passkey; add another before you remove it".to_owned(),
            ));
        }
        sign_in::remove_passkey(&mut tx, id, &account.id, self.now()).await?;
        let removed = entry(self.now(), &account.user, Act::Change, "passkey-removed")?;
        Ok(tx.commit(&[removed]).await?)
    }

    /// A registered passkey, by the credential id that a browser sent.
    pub async fn find_passkey(&self, credential_id: &[u8]) -> Result<Option<Passkey>> {
        let mut tx = self.pool().read().await?;
        let row = sign_in::find_passkey(&mut tx, credential_id).await?;
        Ok(row.map(|row| Passkey {
            id: row.id,
            account: row.account_id,
            credential: row.credential,
        }))
    }

    /// Keeps what signing in changed about a passkey.
    pub async fn save_passkey(&self, id: &SessionId, credential: &str) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        sign_in::save_used(&mut tx, id, credential, self.now()).await?;
        Ok(tx.commit_unlogged("signing in has its own entry").await?)
    }

    /// Records that somebody tried to sign in and was not let in. Who they said they were is not known and not guessed. One
    /// client cannot fill the log: after some entries, further ones within a quarter of an hour are not made.
    pub async fn record_refused_sign_in(&self, client: &str) -> Result<()> {
        if !self.count_refused(client).await? {
            return Ok(());
        }
        self.record(entry(self.now(), "system:door", Act::System, "sign-in-refused")?)
            .await
    }

    /// The identifier of an account, by its user name, for the command line.
    pub async fn find_account(&self, actor: &str, user: &str) -> Result<AccountId> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().read().await?;
        let row = accounts::find_by_user(&mut tx, user).await?;
        Ok(row.ok_or(Error::NotFound("account"))?.id)
    }
}

/// Ways in are changed by somebody who proved who they are a short while ago, not by who finds a screen open. Who came by
/// single sign-on has proved it to somebody else, perhaps this morning, and a passkey would outlast what that grants.
pub(crate) fn need_fresh(visitor: &Visitor) -> Result<()> {
    if visitor.is_fresh {
        return Ok(());
    }
    Err(Error::Conflict(
        "sign in again first: ways in are changed shortly after signing in with a passkey".to_owned(),
    ))
}

fn hash_of(token: &str) -> Result<[u8; 32]> {
    vault::token::hash(token).ok_or(Error::NotFound("invitation"))
}
