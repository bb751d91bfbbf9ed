//! Suspected breaches and near misses.

use domain::id::BreachId;
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::AREAS_MAX;
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("breaches.add",
        "INSERT INTO breaches (id, kind, what, done, area, noticed_at, recorded_at, recorded_by, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'suspected')");
    SAVE = Statement::both("breaches.save",
        "UPDATE breaches SET state = $2, assessed_by = $3, ended_by = $4, ended_at = $5, reason = $6 WHERE id = $1 AND state = $7");
    // `$1` is one breach or none for all; `$2` and `$3` are where the page before ended.
    LIST = Statement::both("breaches.list",
        "SELECT id, kind, what, done, area, noticed_at, recorded_at, recorded_by, state, assessed_by, ended_by, ended_at, reason \
         FROM breaches WHERE ($1 = '' OR id = $1) AND (noticed_at < $2 OR (noticed_at = $2 AND id < $3)) \
         AND (CAST($5 AS BIGINT) = 1 OR area IN ($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)) \
         ORDER BY noticed_at DESC, id DESC LIMIT $4");
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreachRow {
    /// Its identifier.
    pub id: BreachId,
    /// `suspected-breach` or `near-miss`.
    pub kind: String,
    /// What happened: a code.
    pub what: String,
    /// What was done at once: a code.
    pub done: String,
    /// Where.
    pub area: String,
    /// When it was noticed: its clock runs from here.
    pub noticed_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: String,
    /// How far it has got.
    pub state: String,
    /// Who looked into it.
    pub assessed_by: Option<String>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<Timestamp>,
    /// Why it need not be reported.
    pub reason: Option<String>,
}

/// Keeps a new one.
pub async fn add(tx: &mut Tx, row: &BreachRow) -> Result<()> {
    let args = args![
        &row.id,
        &row.kind,
        &row.what,
        &row.done,
        &row.area,
        row.noticed_at,
        row.recorded_at,
        &row.recorded_by
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// Saves the next state of one that still was in the state `old`.
pub async fn save(tx: &mut Tx, row: &BreachRow, old: &str) -> Result<()> {
    let args = args![
        &row.id,
        &row.state,
        &row.assessed_by,
        &row.ended_by,
        row.ended_at,
        &row.reason,
        old
    ];
    tx.execute_one(&SAVE, args).await
}

/// One that lies in these Areas; none: all.
pub async fn find(tx: &mut Tx, id: &BreachId, areas: Option<&[String]>) -> Result<Option<BreachRow>> {
    Ok(rows(tx, id.as_str(), None, areas, 1).await?.pop())
}

/// Up to `most` in these Areas, noticed last first, after the last of the page before.
pub async fn list(
    tx: &mut Tx,
    after: Option<&BreachRow>,
    areas: Option<&[String]>,
    most: u32,
) -> Result<Vec<BreachRow>> {
    rows(tx, "", after, areas, most).await
}

async fn rows(
    tx: &mut Tx,
    id: &str,
    after: Option<&BreachRow>,
    areas: Option<&[String]>,
    most: u32,
) -> Result<Vec<BreachRow>> {
    let (at, last) = after.map_or((i64::MAX, ""), |row| {
        (row.noticed_at.as_microsecond(), row.id.as_str())
    });
    let mut args = args![id, at, last, i64::from(most), areas.is_none()].to_vec();
    // No Area has the code `-`.
    let areas = areas.unwrap_or_default().iter().map(String::as_str);
    args.extend(areas.chain(std::iter::repeat("-")).take(AREAS_MAX).map(Arg::from));
    tx.list(&LIST, &args).await?.iter().map(one).collect()
}

fn one(row: &Row) -> Result<BreachRow> {
    Ok(BreachRow {
        id: row.parsed(0, BreachId::parse)?,
        kind: row.text(1)?,
        what: row.text(2)?,
        done: row.text(3)?,
        area: row.text(4)?,
        noticed_at: row.at(5)?,
        recorded_at: row.at(6)?,
        recorded_by: row.text(7)?,
        state: row.text(8)?,
        assessed_by: row.text_opt(9)?,
        ended_by: row.text_opt(10)?,
        ended_at: row.at_opt(11)?,
        reason: row.text_opt(12)?,
    })
}
