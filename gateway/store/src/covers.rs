//! Covers: who stands in for whom, from when until when.

use domain::id::CoverId;
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("covers.add",
        "INSERT INTO covers (id, absent, covering, from_at, until_at, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    FIND = Statement::both("covers.find",
        "SELECT id, absent, covering, from_at, until_at, reason, set_by, set_at FROM covers WHERE id = $1 AND ended_at IS NULL");
    LIST = Statement::both("covers.list",
        "SELECT id, absent, covering, from_at, until_at, reason, set_by, set_at FROM covers \
         WHERE until_at > $1 AND ended_at IS NULL ORDER BY from_at, id");
    END = Statement::both("covers.end", "UPDATE covers SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL");
}

/// A cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverRow {
    /// Its identifier.
    pub id: CoverId,
    /// The user name of who is away.
    pub absent: String,
    /// The user name of who stands in.
    pub covering: String,
    /// From then on.
    pub from_at: Timestamp,
    /// Until before then.
    pub until_at: Timestamp,
    /// Why, a code.
    pub reason: String,
    /// The manager who set it.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
}

fn cover(row: &Row) -> Result<CoverRow> {
    Ok(CoverRow {
        id: row.parsed(0, CoverId::parse)?,
        absent: row.text(1)?,
        covering: row.text(2)?,
        from_at: row.at(3)?,
        until_at: row.at(4)?,
        reason: row.text(5)?,
        set_by: row.text(6)?,
        set_at: row.at(7)?,
    })
}

/// Adds a cover.
pub async fn add(tx: &mut Tx, c: &CoverRow) -> Result<()> {
    let args = args![
        &c.id,
        &c.absent,
        &c.covering,
        c.from_at,
        c.until_at,
        &c.reason,
        &c.set_by,
        c.set_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// One that was not ended.
pub async fn find(tx: &mut Tx, id: &CoverId) -> Result<Option<CoverRow>> {
    tx.find(&FIND, args![id]).await?.as_ref().map(cover).transpose()
}

/// Covers in force at `now` or later.
pub async fn list(tx: &mut Tx, now: Timestamp) -> Result<Vec<CoverRow>> {
    tx.list(&LIST, args![now]).await?.iter().map(cover).collect()
}

/// Ends a cover before its time; fails when somebody ended it before.
pub async fn end(tx: &mut Tx, id: &CoverId, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&END, args![id, by, at]).await
}
