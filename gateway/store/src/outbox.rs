//! What is to leave: leases, attempts and their outcomes.
//!
//! `next_at` is when a message wants to be looked at again; NULL when nothing happens to it without a
//! person, or at all. A claim takes the most urgent obligation first.

use domain::id::{AttemptId, MessageId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("outbox.add",
        "INSERT INTO outbox (message_id, state, due_at, next_at, tries, changed_at) VALUES ($1, 'created', $2, $3, 0, $4)");
    // SQLite has one writer, so nobody competes; PostgreSQL skips rows that another process is claiming.
    CLAIM = Statement::pair("outbox.claim",
        "UPDATE outbox SET state = 'sending', lease_by = $1, lease_until_at = $2, next_at = $2, tries = tries + 1, changed_at = $3 \
         WHERE message_id IN (SELECT message_id FROM outbox WHERE next_at <= $3 ORDER BY due_at, message_id LIMIT $4) \
         RETURNING message_id, tries, due_at",
        "UPDATE outbox SET state = 'sending', lease_by = $1, lease_until_at = $2, next_at = $2, tries = tries + 1, changed_at = $3 \
         WHERE message_id IN (SELECT message_id FROM outbox WHERE next_at <= $3 ORDER BY due_at, message_id LIMIT $4 FOR UPDATE SKIP LOCKED) \
         RETURNING message_id, tries, due_at");
    SETTLE = Statement::both("outbox.settle",
        "UPDATE outbox SET state = $2, next_at = $3, held_reason = $4, lease_by = NULL, lease_until_at = NULL, changed_at = $5 \
         WHERE message_id = $1 AND lease_by = $6");
    CANCEL = Statement::both("outbox.cancel",
        "UPDATE outbox SET state = 'cancelled', next_at = NULL, held_reason = $2, changed_at = $3 \
         WHERE message_id = $1 AND state IN ('created', 'temporary-failure', 'permanent-failure', 'technical-failure', 'held')");
    RELEASE = Statement::both("outbox.release",
        "UPDATE outbox SET state = 'created', next_at = $2, held_reason = NULL, changed_at = $2 WHERE message_id = $1 AND state IN ('held', 'unknown', 'temporary-failure', 'permanent-failure', 'technical-failure')");
    HAND_OVER = Statement::both("outbox.hand_over",
        "UPDATE outbox SET state = 'by-hand', next_at = NULL, held_reason = $2, changed_at = $3 \
         WHERE message_id = $1 AND state IN ('created', 'held', 'temporary-failure', 'permanent-failure', 'technical-failure', 'by-hand')");
    FIND = Statement::both("outbox.find",
        "SELECT message_id, state, due_at, next_at, tries, held_reason, changed_at FROM outbox WHERE message_id = $1");
    LIST = Statement::both("outbox.list",
        "SELECT message_id, state, due_at, next_at, tries, held_reason, changed_at FROM outbox WHERE state <> 'delivered' AND state <> 'cancelled' \
         ORDER BY due_at, message_id LIMIT $1");
    STILL = Statement::both("outbox.list_still",
        "SELECT message_id, state, due_at, next_at, tries, held_reason, changed_at FROM outbox WHERE next_at < $1 ORDER BY next_at, message_id LIMIT $2");
    NEXT = Statement::both("outbox.next_at", "SELECT MIN(next_at) FROM outbox");
    COUNTS = Statement::both("outbox.count_by_state",
        "SELECT state, COALESCE(held_reason, ''), COUNT(*) FROM outbox GROUP BY state, COALESCE(held_reason, '') ORDER BY 1, 2");
    ATTEMPT_ADD = Statement::both("attempts.add", "INSERT INTO attempts (id, message_id, point_id, started_at) VALUES ($1, $2, $3, $4)");
    ATTEMPT_MARK = Statement::both("attempts.mark", "UPDATE attempts SET data_at = $2 WHERE id = $1 AND data_at IS NULL AND ended_at IS NULL");
    ATTEMPT_END = Statement::both("attempts.end",
        "UPDATE attempts SET ended_at = $2, outcome = $3, code = $4 WHERE id = $1 AND ended_at IS NULL");
    // On PostgreSQL the row is locked: whoever takes a lease over and whoever still sets a mark come one after the
    // other, and the later one sees what the earlier one did.
    ATTEMPT_OPEN = Statement::pair("attempts.list_open",
        "SELECT id, message_id, started_at, data_at FROM attempts WHERE message_id = $1 AND ended_at IS NULL ORDER BY started_at, id",
        "SELECT id, message_id, started_at, data_at FROM attempts WHERE message_id = $1 AND ended_at IS NULL ORDER BY started_at, id FOR UPDATE");
    ATTEMPTS = Statement::both("attempts.list",
        "SELECT id, started_at, data_at, ended_at, outcome, code FROM attempts WHERE message_id = $1 ORDER BY started_at, id");
}

/// A message that this worker holds until its lease ends.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The message.
    pub message_id: MessageId,
    /// Which try this is, from 1.
    pub tries: i64,
    /// When the obligation behind it is due.
    pub due_at: Timestamp,
}

/// How a message stands.
#[derive(Debug, Clone)]
pub struct OutboxRow {
    /// The message.
    pub message_id: MessageId,
    /// The state, in the words of `docs/architecture.md`.
    pub state: String,
    /// When the obligation behind it is due.
    pub due_at: Timestamp,
    /// When it wants to be looked at again.
    pub next_at: Option<Timestamp>,
    /// Tries so far.
    pub tries: i64,
    /// Why it is held or failed, or what the receiving server answered: a code.
    pub held_reason: Option<String>,
    /// When this last changed.
    pub changed_at: Timestamp,
}

/// An attempt whose end was not seen.
#[derive(Debug, Clone)]
pub struct OpenAttempt {
    /// The attempt.
    pub id: AttemptId,
    /// The message.
    pub message_id: MessageId,
    /// When it began.
    pub started_at: Timestamp,
    /// The mark: from here on the message may have left (law 7).
    pub data_at: Option<Timestamp>,
}

fn outbox(row: &Row) -> Result<OutboxRow> {
    Ok(OutboxRow {
        message_id: row.parsed(0, MessageId::parse)?,
        state: row.text(1)?,
        due_at: row.at(2)?,
        next_at: row.at_opt(3)?,
        tries: row.int(4)?,
        held_reason: row.text_opt(5)?,
        changed_at: row.at(6)?,
    })
}

/// Queues a message; it is looked at from `next_at` on, when its hold-back ends.
pub async fn add(
    tx: &mut Tx,
    id: &MessageId,
    due_at: Timestamp,
    next_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&ADD, args![id, due_at, next_at, now]).await?;
    Ok(())
}

/// Leases up to `most` messages to `worker` until `lease_until`, most urgent first. A lease that ran out
/// (its worker died) is taken over here.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    now: Timestamp,
    lease_until: Timestamp,
    most: u32,
) -> Result<Vec<Claim>> {
    let rows = tx
        .list(&CLAIM, args![worker, lease_until, now, i64::from(most)])
        .await?;
    let one = |row: &Row| {
        Ok(Claim {
            message_id: row.parsed(0, MessageId::parse)?,
            tries: row.int(1)?,
            due_at: row.at(2)?,
        })
    };
    let mut claims = rows.iter().map(one).collect::<Result<Vec<_>>>()?;
    claims.sort_by(|a, b| (a.due_at, &a.message_id).cmp(&(b.due_at, &b.message_id)));
    Ok(claims)
}

/// How a leased message goes on; false, and nothing changed, when the lease is no longer `worker`'s.
pub async fn settle(
    tx: &mut Tx,
    id: &MessageId,
    worker: &str,
    state: &str,
    next_at: Option<Timestamp>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let args = args![id, state, next_at, reason, now, worker];
    Ok(tx.execute(&SETTLE, args).await? == 1)
}

/// Cancels a message that has not left; fails when it has, or is leaving.
pub async fn cancel(tx: &mut Tx, id: &MessageId, reason: &str, now: Timestamp) -> Result<()> {
    tx.execute_one(&CANCEL, args![id, reason, now]).await
}

/// Queues a message that is held, unknown or failed again, after a person decided so.
pub async fn release(tx: &mut Tx, id: &MessageId, now: Timestamp) -> Result<()> {
    tx.execute_one(&RELEASE, args![id, now]).await
}

/// The words were handed to somebody who posts or passes them on; fails when the message has left, is leaving, or
/// may have arrived.
pub async fn hand_over(tx: &mut Tx, id: &MessageId, route: &str, now: Timestamp) -> Result<()> {
    tx.execute_one(&HAND_OVER, args![id, route, now]).await
}

/// How one message stands.
pub async fn find(tx: &mut Tx, id: &MessageId) -> Result<Option<OutboxRow>> {
    tx.find(&FIND, args![id]).await?.as_ref().map(outbox).transpose()
}

/// What has neither arrived nor been cancelled, most urgent first.
pub async fn list(tx: &mut Tx, most: u32) -> Result<Vec<OutboxRow>> {
    tx.list(&LIST, args![i64::from(most)])
        .await?
        .iter()
        .map(outbox)
        .collect()
}

/// What wanted to be looked at before an instant and was not.
pub async fn list_still(tx: &mut Tx, before: Timestamp, most: u32) -> Result<Vec<OutboxRow>> {
    tx.list(&STILL, args![before, i64::from(most)])
        .await?
        .iter()
        .map(outbox)
        .collect()
}

/// When the next message wants to be looked at.
pub async fn next_at(tx: &mut Tx) -> Result<Option<Timestamp>> {
    tx.find(&NEXT, args![])
        .await?
        .map_or(Ok(None), |row| row.at_opt(0))
}

/// How many messages stand how: state, reason (empty when none), count.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(String, String, i64)>> {
    tx.list(&COUNTS, args![])
        .await?
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
        .collect()
}

/// Writes down a try before it connects. `to` is the identifier of the contact point, or of the adviser.
pub async fn add_attempt(
    tx: &mut Tx,
    id: &AttemptId,
    message: &MessageId,
    to: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&ATTEMPT_ADD, args![id, message, to, at]).await?;
    Ok(())
}

/// The mark before the message data goes out; false, and none is set, when somebody has taken the message over.
pub async fn mark_attempt(tx: &mut Tx, id: &AttemptId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&ATTEMPT_MARK, args![id, at]).await? == 1)
}

/// How a try ended.
pub async fn end_attempt(
    tx: &mut Tx,
    id: &AttemptId,
    at: Timestamp,
    outcome: &str,
    code: Option<&str>,
) -> Result<()> {
    tx.execute_one(&ATTEMPT_END, args![id, at, outcome, code]).await
}

/// Tries of a message whose end was not seen.
pub async fn list_open_attempts(tx: &mut Tx, message: &MessageId) -> Result<Vec<OpenAttempt>> {
    let one = |row: &Row| {
        Ok(OpenAttempt {
            id: row.parsed(0, AttemptId::parse)?,
            message_id: row.parsed(1, MessageId::parse)?,
            started_at: row.at(2)?,
            data_at: row.at_opt(3)?,
        })
    };
    tx.list(&ATTEMPT_OPEN, args![message])
        .await?
        .iter()
        .map(one)
        .collect()
}

/// Every try of a message: id, began, mark, ended, outcome, code.
pub async fn list_attempts(
    tx: &mut Tx,
    message: &MessageId,
) -> Result<
    Vec<(
        AttemptId,
        Timestamp,
        Option<Timestamp>,
        Option<Timestamp>,
        Option<String>,
        Option<String>,
    )>,
> {
    let one = |row: &Row| {
        Ok((
            row.parsed(0, AttemptId::parse)?,
            row.at(1)?,
            row.at_opt(2)?,
            row.at_opt(3)?,
            row.text_opt(4)?,
            row.text_opt(5)?,
        ))
    };
    tx.list(&ATTEMPTS, args![message])
        .await?
        .iter()
        .map(one)
        .collect()
}
