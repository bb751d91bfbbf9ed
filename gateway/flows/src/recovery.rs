//! The way in for whoever lost their passkeys: a password and an app's one-time codes, set by their owner beforehand, and
//! good only while an administrator's grant lasts (requirement of ASVS V6: no weaker way beside the strong one).
//!
//! Whoever is refused is refused in the same words after the same work, whatever was wrong.

use audit::entry::Act;
use domain::account::Role;
use domain::id::AccountId;
use domain::time::random;
use jiff::{SignedDuration, Timestamp};
use store::recovery::{self, RecoveryRow};
use store::{accounts, keys};
use tokio::sync::Semaphore;
use vault::one_time_code::{self, SECRET_BYTES};
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::accounts::not_oneself;
use crate::entries::entry;
use crate::passkeys::need_fresh;
use crate::sign_in::Visitor;
use crate::{Error, Gateway, Result};

/// The longest grant, in hours.
pub const GRANT_HOURS_MAX: i64 = 24;
/// The shortest and the longest password, in characters (ASVS 6.2.1, NIST SP 800-63B).
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 15..=128;
/// One letter over and over is no password.
const DIFFERENT_CHARS_MIN: usize = 6;
/// How hard to guess a password has to be, by zxcvbn: more than ten thousand million guesses.
const PASSWORD_SCORE_MIN: Score = Score::Four;
/// Tries count for this long.
const TRIES_COUNT_FOR: SignedDuration = SignedDuration::from_mins(15);
const TRIES_OF_ACCOUNT_MAX: i64 = 5;
const TRIES_OF_CLIENT_MAX: i64 = 20;
/// Passwords are hashed so many at a time, each in 64 MiB; others wait.
static HASHED_AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What somebody typed to come in.
pub struct Credentials<'c> {
    /// The user name.
    pub user: &'c str,
    /// The password.
    pub password: &'c str,
    /// The app's code.
    pub code: &'c str,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// Who it is.
    LetIn(AccountId),
    /// No; why, nobody is told.
    Refused,
    /// This account or this client has had its tries for now.
    TooOften,
}

/// An app's secret, shown once.
pub struct AppSecret {
    /// As people type it.
    pub spelled: Zeroizing<String>,
    /// As apps take it.
    pub address: Zeroizing<String>,
}

/// What an account has prepared, and what an administrator granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryShown {
    /// Password and app are set up.
    pub is_set: bool,
    /// They can be used until then.
    pub granted_until: Option<Timestamp>,
}

/// What lets an account in at this moment.
struct Kept {
    account: AccountId,
    row: RecoveryRow,
    secret: Zeroizing<[u8; SECRET_BYTES]>,
}

impl Gateway {
    /// Sets one's own password and makes a secret for one's app. They count once the app's first code was typed.
    pub async fn set_recovery(&self, visitor: &Visitor, password: &str, service: &str) -> Result<AppSecret> {
        need_fresh(visitor)?;
        let account = &visitor.account;
        check_password(password, &account.user)?;
        let hash = keep(password, random(self.entropy())).await?;
        let secret = Zeroizing::new(random::<SECRET_BYTES>(self.entropy()));
        let mut tx = self.pool().begin().await?;
        let owner = account.id.as_str();
        let key = match keys::find(&mut tx, owner).await? {
            None => self.new_key(&mut tx, owner).await?,
            wrapped => self.unwrap(owner, wrapped)?,
        };
        let sealed = self.seal(&key, "recoveries", owner, &secret.to_vec())?;
        recovery::set(&mut tx, &account.id, &hash, &sealed, self.now()).await?;
        let set = entry(self.now(), &account.user, Act::Change, "recovery-set")?;
        tx.commit(&[set]).await?;
        let address = one_time_code::address(&secret, service, &account.user);
        Ok(AppSecret {
            spelled: one_time_code::spell(&secret),
            address: address.ok_or_else(|| Error::broken("an app's secret", "no address"))?,
        })
    }

    /// The first code of one's app: from now on it counts.
    pub async fn confirm_recovery(&self, visitor: &Visitor, code: &str) -> Result<()> {
        need_fresh(visitor)?;
        let account = &visitor.account;
        let mut tx = self.pool().begin().await?;
        let row = recovery::find(&mut tx, &account.id).await?;
        let row = row.filter(|row| row.confirmed_at.is_none());
        let row = row.ok_or_else(|| Error::Conflict("set a password first".to_owned()))?;
        let key = self.key(&mut tx, account.id.as_str()).await?;
        let secret = secret_of(&key, &account.id, &row)?;
        let step = one_time_code::find_step(&secret, code, self.seconds(), None);
        let step = step
            .ok_or_else(|| Error::Invalid("code: enter the 6 digits that your app shows now".to_owned()))?;
        recovery::confirm(&mut tx, &account.id, self.now(), step.cast_signed()).await?;
        let confirmed = entry(self.now(), &account.user, Act::Change, "recovery-confirmed")?;
        Ok(tx.commit(&[confirmed]).await?)
    }

    /// One's own.
    pub async fn find_recovery(&self, visitor: &Visitor) -> Result<RecoveryShown> {
        self.recovery_of(&visitor.account.id).await
    }

    /// Somebody's, for an administrator.
    pub async fn find_recovery_of(&self, actor: &str, account: &AccountId) -> Result<RecoveryShown> {
        self.authorise(actor, &[Role::Administrator])?;
        self.recovery_of(account).await
    }

    async fn recovery_of(&self, account: &AccountId) -> Result<RecoveryShown> {
        let mut tx = self.pool().read().await?;
        let row = recovery::find(&mut tx, account).await?;
        Ok(RecoveryShown {
            is_set: row.is_some_and(|row| row.confirmed_at.is_some()),
            granted_until: recovery::find_grant(&mut tx, account, self.now()).await?,
        })
    }

    /// Lets somebody use password and code for some hours.
    pub async fn grant_recovery(&self, actor: &str, account: &AccountId, hours: i64) -> Result<Timestamp> {
        self.authorise(actor, &[Role::Administrator])?;
        if !(1..=GRANT_HOURS_MAX).contains(&hours) {
            return Err(Error::Invalid(format!("hours: 1 to {GRANT_HOURS_MAX}")));
        }
        let now = self.now();
        let ends_at = now + SignedDuration::from_hours(hours);
        let mut tx = self.pool().begin().await?;
        let row = self.account_of(&mut tx, account).await?;
        not_oneself(actor, &row, "somebody else grants this")?;
        if row.state != "active" {
            return Err(Error::Conflict("this account is disabled".to_owned()));
        }
        let set = recovery::find(&mut tx, account).await?;
        if set.is_none_or(|set| set.confirmed_at.is_none()) {
            return Err(Error::Conflict(
                "this person has set up no password with an app; make an invitation instead".to_owned(),
            ));
        }
        recovery::grant(&mut tx, account, actor, (now, ends_at)).await?;
        let granted = entry(now, actor, Act::Change, "recovery-granted")?
            .with_fact("user", &row.user)
            .with_fact("hours", hours.to_string());
        tx.commit(&[granted]).await?;
        Ok(ends_at)
    }

    /// Ends a grant before its time.
    pub async fn end_recovery(&self, actor: &str, account: &AccountId) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().begin().await?;
        let row = self.account_of(&mut tx, account).await?;
        if !recovery::end_grant(&mut tx, account).await? {
            return Err(Error::Conflict("nothing is granted to this account".to_owned()));
        }
        let ended = entry(self.now(), actor, Act::Change, "recovery-ended")?.with_fact("user", &row.user);
        Ok(tx.commit(&[ended]).await?)
    }

    /// Tries password and code. What lets nobody in takes as long as what does.
    pub async fn recover(&self, typed: &Credentials<'_>, client: &str) -> Result<Recovered> {
        if !self.count_tries(typed.user, client).await? {
            return Ok(Recovered::TooOften);
        }
        let kept = self.find_kept(typed.user).await?;
        let hash = kept.as_ref().map(|kept| kept.row.password_hash.clone());
        let is_right = is_right(typed.password, hash).await?;
        if let Some(kept) = kept.filter(|_| is_right)
            && self.use_code(&kept, typed.code).await?
        {
            return Ok(Recovered::LetIn(kept.account));
        }
        self.record_refused_sign_in(client).await?;
        Ok(Recovered::Refused)
    }

    async fn find_kept(&self, user: &str) -> Result<Option<Kept>> {
        let mut tx = self.pool().read().await?;
        let Some(account) = accounts::find_by_user(&mut tx, user).await? else {
            return Ok(None);
        };
        let granted = recovery::find_grant(&mut tx, &account.id, self.now()).await?;
        let row = recovery::find(&mut tx, &account.id).await?;
        let row = row.filter(|row| row.confirmed_at.is_some());
        let (Some(_), Some(row), "active") = (granted, row, account.state.as_str()) else {
            return Ok(None);
        };
        let key = self.key(&mut tx, account.id.as_str()).await?;
        Ok(Some(Kept {
            secret: secret_of(&key, &account.id, &row)?,
            account: account.id,
            row,
        }))
    }

    async fn use_code(&self, kept: &Kept, code: &str) -> Result<bool> {
        let last = kept.row.last_step.map(i64::cast_unsigned);
        let Some(step) = one_time_code::find_step(&kept.secret, code, self.seconds(), last) else {
            return Ok(false);
        };
        let mut tx = self.pool().begin().await?;
        // Of two who type one code at once, one comes in.
        let is_first = recovery::use_step(&mut tx, &kept.account, step.cast_signed()).await?;
        let granted = recovery::find_grant(&mut tx, &kept.account, self.now()).await?;
        tx.commit_unlogged("signing in has its own entry").await?;
        Ok(is_first && granted.is_some())
    }

    async fn count_tries(&self, user: &str, client: &str) -> Result<bool> {
        Ok(self.count("client", client, TRIES_OF_CLIENT_MAX).await?
            && self.count("account", user, TRIES_OF_ACCOUNT_MAX).await?)
    }

    /// Whether a refusal of this client gets an entry.
    pub(crate) async fn count_refused(&self, client: &str) -> Result<bool> {
        self.count("refused", client, TRIES_OF_CLIENT_MAX).await
    }

    async fn count(&self, what: &str, who: &str, most: i64) -> Result<bool> {
        let (now, cutoff) = (self.now(), self.now() - TRIES_COUNT_FOR);
        let who = self
            .parts
            .index
            .index(&format!("sign-in-tries-{what}"), who.as_bytes());
        let mut tx = self.pool().begin().await?;
        recovery::forget_tries(&mut tx, cutoff).await?;
        let is_counted = recovery::count_try(&mut tx, &who, now, cutoff, most).await?;
        tx.commit_unlogged("a try is counted; what comes of it is recorded")
            .await?;
        Ok(is_counted)
    }

    fn seconds(&self) -> u64 {
        self.now().as_second().cast_unsigned()
    }
}

fn secret_of(
    key: &vault::DataKey,
    account: &AccountId,
    row: &RecoveryRow,
) -> Result<Zeroizing<[u8; SECRET_BYTES]>> {
    let bytes: Zeroizing<Vec<u8>> =
        Zeroizing::new(Gateway::open(key, "recoveries", account.as_str(), &row.sealed)?);
    let secret = bytes.as_slice().try_into();
    let secret = secret.map_err(|_| Error::broken("an app's secret", "another length"))?;
    Ok(Zeroizing::new(secret))
}

fn check_password(password: &str, user: &str) -> Result<()> {
    let wrong = |words: &str| Err(Error::Invalid(format!("password: {words}")));
    let chars = password.chars().count();
    if chars < *PASSWORD_CHARS.start() {
        return wrong("enter a password of 15 characters or more; a few words together are easy to remember");
    }
    if chars > *PASSWORD_CHARS.end() {
        return wrong("enter a password of 128 characters or less");
    }
    let different = password.chars().collect::<std::collections::BTreeSet<_>>();
    if different.len() < DIFFERENT_CHARS_MIN {
        return wrong("enter a password that repeats itself less");
    }
    if password.to_lowercase().contains(user) {
        return wrong("enter a password that does not contain your user name");
    }
    // ASVS 6.2.4: no password that is known or made of what is known: lists, names, dates, rows of keys, repetitions.
    if zxcvbn(password, &[user]).score() < PASSWORD_SCORE_MIN {
        return wrong(
            "enter a password that is harder to guess; a few words that have nothing to do with each other are",
        );
    }
    Ok(())
}

async fn keep(password: &str, salt: [u8; vault::password::SALT_BYTES]) -> Result<Vec<u8>> {
    let password = Zeroizing::new(password.to_owned());
    let kept = hashing(move || vault::password::keep(&password, salt)).await?;
    kept.ok_or_else(|| Error::broken("a password", "it cannot be kept"))
}

async fn is_right(password: &str, kept: Option<Vec<u8>>) -> Result<bool> {
    let password = Zeroizing::new(password.to_owned());
    hashing(move || vault::password::is_right(&password, kept.as_deref())).await
}

/// Away from the tasks that answer others, and not too many at once.
async fn hashing<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let broken = |fault: &dyn std::fmt::Display| Error::broken("a password", fault);
    let place = HASHED_AT_ONCE.acquire().await.map_err(|fault| broken(&fault))?;
    tokio::task::spawn_blocking(move || {
        // Held until the work is done, also when whoever asked has gone.
        let _place = place;
        work()
    })
    .await
    .map_err(|fault| broken(&fault))
}
