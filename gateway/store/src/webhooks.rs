//! What another system is told of changes: how far the contact log was read for it, and what waits to be told.

use domain::id::EventId;
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    HEAD = Statement::both("webhook_head.get", "SELECT size FROM webhook_head WHERE one = 1");
    HEAD_START = Statement::both("webhook_head.start",
        "INSERT INTO webhook_head (one, size) VALUES (1, $1) ON CONFLICT (one) DO NOTHING");
    // Before the rows: of several processes, one gets past here.
    HEAD_SWAP = Statement::both("webhook_head.swap", "UPDATE webhook_head SET size = $1 WHERE one = 1 AND size = $2");
    ADD = Statement::both("webhook_events.add",
        "INSERT INTO webhook_events (id, entry_index, stream, body, state, tries, made_at, next_at) \
         VALUES ($1, $2, $3, $4, 'waiting', 0, $5, $5)");
    // What waits behind another of its stream is not due, whatever its time says.
    DUE = Statement::both("webhook_events.due",
        "SELECT w.id, w.body, w.tries, w.made_at, w.next_at FROM webhook_events w WHERE w.state = 'waiting' AND w.next_at <= $1 \
         AND NOT EXISTS (SELECT 1 FROM webhook_events e WHERE e.stream = w.stream AND e.state = 'waiting' \
         AND e.entry_index < w.entry_index) ORDER BY w.entry_index LIMIT $2");
    CLAIM = Statement::both("webhook_events.claim",
        "UPDATE webhook_events SET next_at = $3, tries = tries + 1 WHERE id = $1 AND state = 'waiting' AND next_at = $2");
    PUT_OFF = Statement::both("webhook_events.put_off",
        "UPDATE webhook_events SET next_at = $2 WHERE id = $1 AND state = 'waiting'");
    END = Statement::both("webhook_events.end",
        "UPDATE webhook_events SET state = $2, ended_at = $3, next_at = NULL WHERE id = $1 AND state = 'waiting'");
    FORGET = Statement::both("webhook_events.forget", "DELETE FROM webhook_events WHERE ended_at <= $1");
    COUNT = Statement::both("webhook_events.count", "SELECT COUNT(*) FROM webhook_events WHERE state = $1");
}

/// One thing to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// By which the receiver knows that it has been told before.
    pub id: EventId,
    /// What is told, JSON.
    pub body: String,
    /// How often it was tried.
    pub tries: i64,
    /// Since when it waits.
    pub made_at: Timestamp,
    /// From when on it may be tried.
    pub next_at: Timestamp,
}

fn event(row: &Row) -> Result<WebhookRow> {
    Ok(WebhookRow {
        id: row.parsed(0, EventId::parse)?,
        body: row.text(1)?,
        tries: row.int(2)?,
        made_at: row.at(3)?,
        next_at: row.at(4)?,
    })
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// How many entries of the log were read; none before anybody was to be told anything.
pub async fn size(tx: &mut Tx) -> Result<Option<u64>> {
    let row = tx.find(&HEAD, args![]).await?;
    let size = row.map(|row| row.int(0)).transpose()?;
    Ok(size.map(|size| u64::try_from(size).unwrap_or_default()))
}

/// Begins behind so many entries, unless it has begun.
pub async fn start(tx: &mut Tx, size: u64) -> Result<()> {
    tx.execute(&HEAD_START, args![signed(size)]).await?;
    Ok(())
}

/// Goes on from `old` to `new` entries that were read, if nobody else has.
pub async fn move_on(tx: &mut Tx, old: u64, new: u64) -> Result<()> {
    tx.execute_one(&HEAD_SWAP, args![signed(new), signed(old)]).await
}

/// Adds something to be told, from `at` on, after whatever else of its stream.
pub async fn add(
    tx: &mut Tx,
    id: &EventId,
    (index, stream): (u64, &str),
    body: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(&ADD, args![id.as_str(), signed(index), stream, body, at])
        .await?;
    Ok(())
}

/// What may be told now, at most one of a stream.
pub async fn list_due(tx: &mut Tx, now: Timestamp, most: u32) -> Result<Vec<WebhookRow>> {
    let rows = tx.list(&DUE, args![now, i64::from(most)]).await?;
    rows.iter().map(event).collect()
}

/// Takes one to tell it, until `until`; whether nobody else has.
pub async fn claim(tx: &mut Tx, row: &WebhookRow, until: Timestamp) -> Result<bool> {
    Ok(tx
        .execute(&CLAIM, args![row.id.as_str(), row.next_at, until])
        .await?
        > 0)
}

/// Tries again at `at`.
pub async fn put_off(tx: &mut Tx, id: &EventId, at: Timestamp) -> Result<()> {
    tx.execute(&PUT_OFF, args![id.as_str(), at]).await?;
    Ok(())
}

/// Ends one: `delivered` or `given-up`. Somebody else may have ended it meanwhile.
pub async fn end(tx: &mut Tx, id: &EventId, state: &str, at: Timestamp) -> Result<()> {
    tx.execute(&END, args![id.as_str(), state, at]).await?;
    Ok(())
}

/// Forgets what ended long ago.
pub async fn forget(tx: &mut Tx, until: Timestamp) -> Result<u64> {
    tx.execute(&FORGET, args![until]).await
}

/// How many are in a state.
pub async fn count(tx: &mut Tx, state: &str) -> Result<i64> {
    tx.find(&COUNT, args![state])
        .await?
        .map_or(Ok(0), |row| row.int(0))
}
