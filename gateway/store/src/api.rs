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
    ANSWER_ADD = Statement::both("api_answers.add",
        "INSERT INTO api_answers (account_id, idempotency_key, request_digest, status, body, answered_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, idempotency_key) DO NOTHING");
    ANSWER_FIND = Statement::both("api_answers.find",
        "SELECT request_digest, status, body FROM api_answers WHERE account_id = $1 AND idempotency_key = $2 AND answered_at > $3");
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

/// Keeps an answer for whoever asks the same again.
pub async fn add_answer(
    tx: &mut Tx,
    account: &AccountId,
    key: &str,
    answer: &AnswerRow,
    at: Timestamp,
) -> Result<()> {
    let args = args![
        account.as_str(),
        key,
        &answer.request_digest,
        answer.status,
        &answer.body,
        at
    ];
    tx.execute(&ANSWER_ADD, args).await?;
    Ok(())
}

/// The answer that was given under a key since `after`.
pub async fn find_answer(
    tx: &mut Tx,
    account: &AccountId,
    key: &str,
    after: Timestamp,
) -> Result<Option<AnswerRow>> {
    let Some(row) = tx.find(&ANSWER_FIND, args![account.as_str(), key, after]).await? else {
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
