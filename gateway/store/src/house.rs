//! What an administrator sees of the house: counts, and messages by their random identifiers. Nothing here reads a URN, a
//! name or sealed bytes of anybody but advisers. Every statement carries the Areas of whoever asks (law 10).

use domain::id::MessageId;
use jiff::Timestamp;

use crate::arg::args;
use crate::people::AdviserRow;
use crate::reach::AREAS_MAX;
use crate::statement::statements;
use crate::supporters::adviser;
use crate::{Arg, Result, Row, Statement, Tx};

/// The condition of a row in these Areas: `$1` says whether that is all of them, `$2` to `$17` are their codes.
macro_rules! in_areas {
    ($column:literal) => {
        concat!(
            "(CAST($1 AS BIGINT) = 1 OR ",
            $column,
            " IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))"
        )
    };
}

/// Messages that have not arrived, and that nobody cancelled or took away by hand.
macro_rules! undelivered {
    () => {
        concat!(
            "FROM outbox x JOIN messages m ON m.id = x.message_id JOIN obligations o ON o.id = m.obligation_id \
             WHERE x.state IN ('held', 'unknown', 'temporary-failure', 'permanent-failure', 'technical-failure') AND ",
            in_areas!("o.area")
        )
    };
}

statements! {
    OPEN_CASES = Statement::both("cases.count_open_by_area",
        concat!("SELECT area, COUNT(*) FROM cases WHERE closed_at IS NULL AND ", in_areas!("area"), " GROUP BY area ORDER BY area"));
    COUNT = Statement::both("outbox.count_undelivered",
        concat!("SELECT x.state, COALESCE(x.held_reason, ''), COUNT(*) ", undelivered!(),
            " GROUP BY x.state, COALESCE(x.held_reason, '') ORDER BY 1, 2"));
    LIST = Statement::both("outbox.list_undelivered",
        concat!("SELECT x.message_id, o.area, x.state, COALESCE(x.held_reason, ''), x.changed_at ", undelivered!(),
            " ORDER BY x.changed_at, x.message_id LIMIT $18"));
    ADVISERS = Statement::both("advisers.list",
        "SELECT id, service, transport, from_at, until_at, sealed FROM advisers ORDER BY service, from_at, id LIMIT $1");
    SERVICES = Statement::both("advisers.count_by_service",
        "SELECT service, transport, COUNT(*), SUM(CASE WHEN from_at <= $1 AND (until_at IS NULL OR until_at > $1) THEN 1 ELSE 0 END) \
         FROM advisers GROUP BY service, transport ORDER BY service, transport");
}

/// A message that has not arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredRow {
    /// The message.
    pub message: MessageId,
    /// Where.
    pub area: String,
    /// Its state in the outbox.
    pub state: String,
    /// Why: a code; empty for none.
    pub reason: String,
    /// Since when.
    pub changed_at: Timestamp,
}

/// A service with its advisers, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// The service's name.
    pub service: String,
    /// `cjsm`, `aligned-tls-dmarc` or `portal-only` (requirement B7).
    pub transport: String,
    /// How many advisers are or were there.
    pub advisers: i64,
    /// How many are there now.
    pub now: i64,
}

fn areas_args(areas: Option<&[String]>) -> Vec<Arg> {
    let mut args = args![areas.is_none()].to_vec();
    // No Area has the code `-`.
    let codes = areas.unwrap_or_default().iter().map(String::as_str);
    args.extend(codes.chain(std::iter::repeat("-")).take(AREAS_MAX).map(Arg::from));
    args
}

/// How many cases are open in each of these Areas that has one; none: all Areas.
pub async fn count_open_cases(tx: &mut Tx, areas: Option<&[String]>) -> Result<Vec<(String, i64)>> {
    tx.list(&OPEN_CASES, &areas_args(areas))
        .await?
        .iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// How many messages of these Areas have not arrived: state, reason (empty when none), count.
pub async fn count_undelivered(tx: &mut Tx, areas: Option<&[String]>) -> Result<Vec<(String, String, i64)>> {
    tx.list(&COUNT, &areas_args(areas))
        .await?
        .iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
        .collect()
}

/// Up to `most` of them, waiting longest first.
pub async fn list_undelivered(
    tx: &mut Tx,
    areas: Option<&[String]>,
    most: u32,
) -> Result<Vec<UndeliveredRow>> {
    let one = |row: &Row| {
        Ok(UndeliveredRow {
            message: row.parsed(0, MessageId::parse)?,
            area: row.text(1)?,
            state: row.text(2)?,
            reason: row.text(3)?,
            changed_at: row.at(4)?,
        })
    };
    let mut args = areas_args(areas);
    args.push(i64::from(most).into());
    tx.list(&LIST, &args).await?.iter().map(one).collect()
}

/// Every service, with its advisers counted as of `now`.
pub async fn list_services(tx: &mut Tx, now: Timestamp) -> Result<Vec<ServiceRow>> {
    let one = |row: &Row| {
        Ok(ServiceRow {
            service: row.text(0)?,
            transport: row.text(1)?,
            advisers: row.int(2)?,
            now: row.int(3)?,
        })
    };
    tx.list(&SERVICES, args![now]).await?.iter().map(one).collect()
}

/// Up to `most` advisers, by service and first day there.
pub async fn list_advisers(tx: &mut Tx, most: u32) -> Result<Vec<AdviserRow>> {
    tx.list(&ADVISERS, args![i64::from(most)])
        .await?
        .iter()
        .map(adviser)
        .collect()
}
