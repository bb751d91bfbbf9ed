//! Tokens and certificates of other systems, and the answers that were given under their idempotency keys.

use domain::id::{AccountId, SessionId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    TOKEN_ADD = Statement::both("api_tokens.add",
        "INSERT INTO api_tokens (id, token_hash, account_id, name, scopes, made_by, made_at, ends_at, kind) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    TOKEN_FIND = Statement::both("api_tokens.find_by_token",
        "SELECT id, account_id, name, scopes, made_by, made_at, ends_at, kind FROM api_tokens \
         WHERE token_hash = $1 AND kind = $3 AND revoked_at IS NULL AND ends_at > $2");
    TOKEN_LIST = Statement::both("api_tokens.list",
        "SELECT id, account_id, name, scopes, made_by, made_at, ends_at, kind FROM api_tokens \
         WHERE revoked_at IS NULL ORDER BY made_at");
    TOKEN_REVOKE = Statement::both("api_tokens.revoke",
        "UPDATE api_tokens SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL");
    // Whoever claims the same key meanwhile waits here for the end of this transaction; an answer that is too old is as
    // good as none.
    ANSWER_CLAIM = Statement::both("api_answers.claim",
        "INSERT INTO api_answers (account_id, idempotency_key, request_digest, status, body, answered_at) \
         VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT (account_id, idempotency_key) DO UPDATE SET \
         request_digest = excluded.request_digest, status = 0, body = '', answered_at = excluded.answered_at \
         WHERE api_answers.answered_at <= $5");
    ANSWER_KEEP = Statement::both("api_answers.keep",
        "UPDATE api_answers SET status = $3, body = $4 WHERE account_id = $1 AND idempotency_key = $2");
    ANSWER_RELEASE = Statement::both("api_answers.release", "DELETE FROM api_answers WHERE account_id = $1 AND idempotency_key = $2");
    ANSWER_FIND = Statement::both("api_answers.find",
        "SELECT request_digest, status, body FROM api_answers WHERE account_id = $1 AND idempotency_key = $2");
    ANSWER_FORGET = Statement::both("api_answers.forget", "DELETE FROM api_answers WHERE answered_at <= $1");
}

/// A token that was not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its identifier here (of the same form as a session's); opens nothing.
    pub id: SessionId,
    /// The account that it acts for.
    pub account_id: AccountId,
    /// What it is for, in a word.
    pub name: String,
    /// JSON list of scopes.
    pub scopes: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// It opens nothing from then on.
    pub ends_at: Timestamp,
    /// What opens: `token`, which is sent along, or `certificate`, which the TLS connection has shown.
    pub kind: String,
}

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// What was asked, as a digest: the key with another question is a mistake.
    pub request_digest: String,
    /// The status of the answer.
    pub status: i64,
    /// Its body.
    pub body: String,
}

fn token(row: &Row) -> Result<TokenRow> {
    Ok(TokenRow {
        id: row.parsed(0, SessionId::parse)?,
        account_id: row.parsed(1, AccountId::parse)?,
        name: row.text(2)?,
        scopes: row.text(3)?,
        made_by: row.text(4)?,
        made_at: row.at(5)?,
        ends_at: row.at(6)?,
        kind: row.text(7)?,
    })
}

/// Adds a token by its hash.
pub async fn add_token(tx: &mut Tx, row: &TokenRow, token_hash: &[u8]) -> Result<()> {
    let args = args![
        row.id.as_str(),
        token_hash,
        row.account_id.as_str(),
        &row.name,
        &row.scopes,
        &row.made_by,
        row.made_at,
        row.ends_at,
        &row.kind
    ];
    tx.execute(&TOKEN_ADD, args).await?;
    Ok(())
}

/// The live token of this kind with this hash.
pub async fn find_token(
    tx: &mut Tx,
    kind: &str,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<TokenRow>> {
    let row = tx.find(&TOKEN_FIND, args![token_hash, now, kind]).await?;
    row.as_ref().map(token).transpose()
}

/// Every token that was not revoked, also those whose time is over.
pub async fn list_tokens(tx: &mut Tx) -> Result<Vec<TokenRow>> {
    tx.list(&TOKEN_LIST, args![]).await?.iter().map(token).collect()
}

/// Revokes a token; whether there was one.
pub async fn revoke_token(tx: &mut Tx, id: &SessionId, by: &str, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&TOKEN_REVOKE, args![id.as_str(), at, by]).await? > 0)
}

/// Claims a key for the request of this transaction, whose end makes it known or forgets it: false when it was used
/// after `until`, and then [`find_answer`] has what was answered.
pub async fn claim_key(
    tx: &mut Tx,
    (account, key): (&AccountId, &str),
    request_digest: &str,
    at: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let args = args![account.as_str(), key, request_digest, at, until];
    Ok(tx.execute(&ANSWER_CLAIM, args).await? == 1)
}

/// Keeps the answer to the request that claimed a key, for whoever asks the same again.
pub async fn keep_answer(
    tx: &mut Tx,
    (account, key): (&AccountId, &str),
    status: i64,
    body: &str,
) -> Result<()> {
    let args = args![account.as_str(), key, status, body];
    tx.execute_one(&ANSWER_KEEP, args).await
}

/// Gives a key back whose request was refused although something of it is kept.
pub async fn release_key(tx: &mut Tx, (account, key): (&AccountId, &str)) -> Result<()> {
    tx.execute_one(&ANSWER_RELEASE, args![account.as_str(), key])
        .await
}

/// The answer that was given under a key.
pub async fn find_answer(tx: &mut Tx, (account, key): (&AccountId, &str)) -> Result<Option<AnswerRow>> {
    let Some(row) = tx.find(&ANSWER_FIND, args![account.as_str(), key]).await? else {
        return Ok(None);
    };
    Ok(Some(AnswerRow {
        request_digest: row.text(0)?,
        status: row.int(1)?,
        body: row.text(2)?,
    }))
}

/// Forgets answers that are older.
pub async fn forget_answers(tx: &mut Tx, until: Timestamp) -> Result<u64> {
    tx.execute(&ANSWER_FORGET, args![until]).await
}
