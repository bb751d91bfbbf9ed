//! Recovery: passwords with one-time codes, the grants that let them be used, and counted tries.

use domain::id::AccountId;
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Statement, Tx};

statements! {
    SET = Statement::both("recoveries.set",
        "INSERT INTO recoveries (account_id, password_hash, sealed, set_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id) DO UPDATE SET password_hash = $2, sealed = $3, set_at = $4, confirmed_at = NULL, last_step = NULL");
    FIND = Statement::both("recoveries.find",
        "SELECT password_hash, sealed, confirmed_at, last_step FROM recoveries WHERE account_id = $1");
    CONFIRM = Statement::both("recoveries.confirm",
        "UPDATE recoveries SET confirmed_at = $2, last_step = $3 WHERE account_id = $1 AND confirmed_at IS NULL");
    USE_STEP = Statement::both("recoveries.use_step",
        "UPDATE recoveries SET last_step = $2 WHERE account_id = $1 AND (last_step IS NULL OR last_step < $2)");
    REMOVE = Statement::both("recoveries.remove", "DELETE FROM recoveries WHERE account_id = $1");
    GRANT = Statement::both("recovery_grants.set",
        "INSERT INTO recovery_grants (account_id, granted_by, granted_at, ends_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account_id) DO UPDATE SET granted_by = $2, granted_at = $3, ends_at = $4");
    FIND_GRANT = Statement::both("recovery_grants.find",
        "SELECT ends_at FROM recovery_grants WHERE account_id = $1 AND ends_at > $2");
    END_GRANT = Statement::both("recovery_grants.end", "DELETE FROM recovery_grants WHERE account_id = $1");
    // One statement counts and judges, so that two tries at once are two.
    TRY = Statement::both("sign_in_tries.count",
        "INSERT INTO sign_in_tries (who, tries, last_at) VALUES ($1, 1, $2) \
         ON CONFLICT (who) DO UPDATE SET last_at = $2, \
         tries = CASE WHEN sign_in_tries.last_at <= $3 THEN 1 ELSE sign_in_tries.tries + 1 END \
         WHERE sign_in_tries.last_at <= $3 OR sign_in_tries.tries < $4");
    FORGET_TRIES = Statement::both("sign_in_tries.forget", "DELETE FROM sign_in_tries WHERE last_at <= $1");
}

/// A password with an app's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRow {
    /// What the vault keeps of the password.
    pub password_hash: Vec<u8>,
    /// The app's secret, sealed under the account's key.
    pub sealed: Vec<u8>,
    /// When its owner typed a first code.
    pub confirmed_at: Option<Timestamp>,
    /// The step of the last code that was used.
    pub last_step: Option<i64>,
}

/// Sets password and secret, in the place of those before.
pub async fn set(
    tx: &mut Tx,
    account: &AccountId,
    password_hash: &[u8],
    sealed: &[u8],
    at: Timestamp,
) -> Result<()> {
    tx.execute(&SET, args![account.as_str(), password_hash, sealed, at])
        .await?;
    Ok(())
}

/// What an account has.
pub async fn find(tx: &mut Tx, account: &AccountId) -> Result<Option<RecoveryRow>> {
    let Some(row) = tx.find(&FIND, args![account.as_str()]).await? else {
        return Ok(None);
    };
    Ok(Some(RecoveryRow {
        password_hash: row.bytes(0)?,
        sealed: row.bytes(1)?,
        confirmed_at: row.at_opt(2)?,
        last_step: row.int_opt(3)?,
    }))
}

/// The owner's app works: from now on it counts.
pub async fn confirm(tx: &mut Tx, account: &AccountId, at: Timestamp, step: i64) -> Result<()> {
    tx.execute_one(&CONFIRM, args![account.as_str(), at, step]).await
}

/// Uses a code up; false when it, or a later one, was used already.
pub async fn use_step(tx: &mut Tx, account: &AccountId, step: i64) -> Result<bool> {
    Ok(tx.execute(&USE_STEP, args![account.as_str(), step]).await? == 1)
}

/// Takes password, secret and grant away.
pub async fn remove(tx: &mut Tx, account: &AccountId) -> Result<()> {
    tx.execute(&REMOVE, args![account.as_str()]).await?;
    tx.execute(&END_GRANT, args![account.as_str()]).await?;
    Ok(())
}

/// Grants the use of password and code from `now` until `ends_at`, in the place of a grant before.
pub async fn grant(
    tx: &mut Tx,
    account: &AccountId,
    by: &str,
    (now, ends_at): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute(&GRANT, args![account.as_str(), by, now, ends_at])
        .await?;
    Ok(())
}

/// Until when a grant lasts, if one does.
pub async fn find_grant(tx: &mut Tx, account: &AccountId, now: Timestamp) -> Result<Option<Timestamp>> {
    let row = tx.find(&FIND_GRANT, args![account.as_str(), now]).await?;
    row.map(|row| row.at(0)).transpose()
}

/// Ends a grant; whether there was one, over or not.
pub async fn end_grant(tx: &mut Tx, account: &AccountId) -> Result<bool> {
    Ok(tx.execute(&END_GRANT, args![account.as_str()]).await? == 1)
}

/// Counts a try; false when there were `most` and the last of them is not yet before `cutoff`. A try that was refused is
/// not counted, so that nobody is kept out by others for longer than that.
pub async fn count_try(
    tx: &mut Tx,
    who: &[u8],
    now: Timestamp,
    cutoff: Timestamp,
    most: i64,
) -> Result<bool> {
    Ok(tx.execute(&TRY, args![who, now, cutoff, most]).await? == 1)
}

/// Forgets tries that count no more.
pub async fn forget_tries(tx: &mut Tx, cutoff: Timestamp) -> Result<()> {
    tx.execute(&FORGET_TRIES, args![cutoff]).await?;
    Ok(())
}
