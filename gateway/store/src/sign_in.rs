//! Signing in: invitations, passkeys and open challenges.

use domain::id::{AccountId, SessionId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    INVITATION_ADD = Statement::both("invitations.add",
        "INSERT INTO invitations (token_hash, account_id, made_by, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)");
    INVITATION_FIND = Statement::both("invitations.find",
        "SELECT account_id FROM invitations WHERE token_hash = $1 AND used_at IS NULL AND ends_at > $2");
    INVITATION_USE = Statement::both("invitations.use",
        "UPDATE invitations SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND ends_at > $2");
    INVITATION_END = Statement::both("invitations.end",
        "UPDATE invitations SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL");
    PASSKEY_ADD = Statement::both("passkeys.add",
        "INSERT INTO passkeys (id, credential_id, account_id, credential, added_at) VALUES ($1, $2, $3, $4, $5)");
    PASSKEY_FIND = Statement::both("passkeys.find",
        "SELECT id, account_id, credential, added_at, used_at FROM passkeys WHERE credential_id = $1 AND removed_at IS NULL");
    PASSKEY_LIST = Statement::both("passkeys.list",
        "SELECT id, account_id, credential, added_at, used_at FROM passkeys \
         WHERE account_id = $1 AND removed_at IS NULL ORDER BY added_at");
    PASSKEY_USED = Statement::both("passkeys.used",
        "UPDATE passkeys SET credential = $2, used_at = $3 WHERE id = $1 AND removed_at IS NULL");
    PASSKEY_REMOVE = Statement::both("passkeys.remove",
        "UPDATE passkeys SET removed_at = $3 WHERE id = $1 AND account_id = $2 AND removed_at IS NULL");
    PASSKEY_REMOVE_ALL = Statement::both("passkeys.remove_all",
        "UPDATE passkeys SET removed_at = $2 WHERE account_id = $1 AND removed_at IS NULL");
    CEREMONY_KEEP = Statement::both("ceremonies.keep",
        "INSERT INTO ceremonies (browser, kind, state, ends_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (browser, kind) DO UPDATE SET state = $3, ends_at = $4");
    CEREMONY_TAKE = Statement::both("ceremonies.take",
        "DELETE FROM ceremonies WHERE browser = $1 AND kind = $2 RETURNING state, ends_at");
    CEREMONY_FORGET = Statement::both("ceremonies.forget", "DELETE FROM ceremonies WHERE ends_at <= $1");
}

/// A passkey: public, it opens nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its identifier here (of the same form as a session's).
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Public key and counter as the door's library writes them, JSON.
    pub credential: String,
    /// When it was registered.
    pub added_at: Timestamp,
    /// When somebody last signed in with it.
    pub used_at: Option<Timestamp>,
}

fn passkey(row: &Row) -> Result<PasskeyRow> {
    Ok(PasskeyRow {
        id: row.parsed(0, SessionId::parse)?,
        account_id: row.parsed(1, AccountId::parse)?,
        credential: row.text(2)?,
        added_at: row.at(3)?,
        used_at: row.at_opt(4)?,
    })
}

/// Adds an invitation that is good from `now` until `ends_at`; those before it are good no more.
pub async fn add_invitation(
    tx: &mut Tx,
    token_hash: &[u8],
    account: &AccountId,
    by: &str,
    (now, ends_at): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute(&INVITATION_END, args![account.as_str(), now]).await?;
    tx.execute(
        &INVITATION_ADD,
        args![token_hash, account.as_str(), by, now, ends_at],
    )
    .await?;
    Ok(())
}

/// Whom an invitation is for, while it is good.
pub async fn find_invitation(tx: &mut Tx, token_hash: &[u8], now: Timestamp) -> Result<Option<AccountId>> {
    let row = tx.find(&INVITATION_FIND, args![token_hash, now]).await?;
    row.map(|row| row.parsed(0, AccountId::parse)).transpose()
}

/// Uses an invitation up; exactly one use succeeds.
pub async fn use_invitation(tx: &mut Tx, token_hash: &[u8], now: Timestamp) -> Result<()> {
    tx.execute_one(&INVITATION_USE, args![token_hash, now]).await
}

/// Adds a passkey; a duplicate when anybody ever had it.
pub async fn add_passkey(tx: &mut Tx, row: &PasskeyRow, credential_id: &[u8]) -> Result<()> {
    let args = args![
        row.id.as_str(),
        credential_id,
        row.account_id.as_str(),
        &row.credential,
        row.added_at
    ];
    tx.execute(&PASSKEY_ADD, args).await?;
    Ok(())
}

/// The passkey with this credential id.
pub async fn find_passkey(tx: &mut Tx, credential_id: &[u8]) -> Result<Option<PasskeyRow>> {
    let row = tx.find(&PASSKEY_FIND, args![credential_id]).await?;
    row.as_ref().map(passkey).transpose()
}

/// The passkeys of an account, the oldest first.
pub async fn list_passkeys(tx: &mut Tx, account: &AccountId) -> Result<Vec<PasskeyRow>> {
    let rows = tx.list(&PASSKEY_LIST, args![account.as_str()]).await?;
    rows.iter().map(passkey).collect()
}

/// Keeps what signing in changed about a passkey, such as its counter.
pub async fn save_used(tx: &mut Tx, id: &SessionId, credential: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&PASSKEY_USED, args![id.as_str(), credential, at])
        .await
}

/// Removes a passkey; whether the account had it.
pub async fn remove_passkey(tx: &mut Tx, id: &SessionId, account: &AccountId, at: Timestamp) -> Result<bool> {
    Ok(tx
        .execute(&PASSKEY_REMOVE, args![id.as_str(), account.as_str(), at])
        .await?
        > 0)
}

/// Takes every passkey and every open invitation of an account away.
pub async fn remove_all(tx: &mut Tx, account: &AccountId, at: Timestamp) -> Result<()> {
    tx.execute(&PASSKEY_REMOVE_ALL, args![account.as_str(), at])
        .await?;
    tx.execute(&INVITATION_END, args![account.as_str(), at]).await?;
    Ok(())
}

/// Keeps a challenge for a browser, in the place of one of the same kind; those whose time is over go.
pub async fn keep_ceremony(
    tx: &mut Tx,
    browser: &[u8],
    kind: &str,
    state: &str,
    (now, ends_at): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute(&CEREMONY_FORGET, args![now]).await?;
    tx.execute(&CEREMONY_KEEP, args![browser, kind, state, ends_at])
        .await?;
    Ok(())
}

/// Takes a browser's challenge away: it can be answered once.
pub async fn take_ceremony(
    tx: &mut Tx,
    browser: &[u8],
    kind: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    let Some(row) = tx.find(&CEREMONY_TAKE, args![browser, kind]).await? else {
        return Ok(None);
    };
    Ok((row.at(1)? > now).then_some(row.text(0)?))
}
