//! The numbers on the tiles of the worklist, of open duties of ours in reach.
//!
//! An officer has few, which one pass counts. Whoever reads whole Areas may have a million: there a count walks an index of
//! the Area and stops at [`COUNT_MAX`], so that a tile says "1,000 or more".

use jiff::{SignedDuration, Timestamp};

use crate::reach::{Scope, areas, in_scope, lent_duties, named_duties};
use crate::statement::statements;
use crate::worklist::AtRisk;
use crate::{Arg, Result, Row, Statement, Tx};

/// A count goes no further than this.
pub const COUNT_MAX: i64 = 1000;

macro_rules! open {
    ($rest:expr) => {
        concat!(
            "obligations o WHERE o.state = 'open' AND o.owner = 'cps' AND ",
            $rest
        )
    };
}

/// Counts in the Areas of who reads, all of which they reach, and so without reading a row; and then of whom they have by
/// name elsewhere.
macro_rules! counted {
    ($rest:literal) => {
        concat!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ",
            open!(concat!("CAST($4 AS BIGINT) = 1 AND o.area IN ", areas!(), $rest)),
            " UNION ALL SELECT 1 FROM ",
            open!(concat!(
                "o.area NOT IN ",
                areas!(),
                $rest,
                " AND o.id IN (",
                named_duties!(),
                ") AND ",
                in_scope!("o.area", "o.vlo", "o.victim_id")
            )),
            " LIMIT $1) AS counted"
        )
    };
}

/// What the tiles of an officer look at, whoever has the duty.
macro_rules! moments {
    ($rest:expr) => {
        concat!("SELECT o.last_at, o.half_at, o.waiting_for FROM ", open!($rest))
    };
}

statements! {
    BETWEEN = Statement::both("tiles.count_between", counted!(" AND o.last_at >= $22 AND o.last_at <= $23"));
    // Both by the index of half the time. The plus keeps SQLite from the index of the last moment; PostgreSQL would read each row
    // because of it, and without it finds both in the index.
    AT_HALF = Statement::pair("tiles.count_at_half",
        counted!(" AND o.half_at <= $23 AND +o.last_at >= $22"), counted!(" AND o.half_at <= $23 AND o.last_at >= $22"));
    WAITING = Statement::both("tiles.count_waiting", counted!(" AND o.waiting_for IS NOT NULL"));
    // His or her own, and those whom nobody has yet: both by their index alone.
    OF_OFFICER = Statement::both("tiles.count_of_officer",
        concat!("SELECT COUNT(*), COALESCE(SUM(CASE WHEN t.last_at < $22 THEN 1 ELSE 0 END), 0), \
                 COALESCE(SUM(CASE WHEN t.last_at >= $22 AND t.last_at <= $23 THEN 1 ELSE 0 END), 0), \
                 COALESCE(SUM(CASE WHEN t.last_at >= $22 AND (t.last_at <= $24 OR t.half_at <= $25) THEN 1 ELSE 0 END), 0), \
                 COALESCE(SUM(CASE WHEN t.waiting_for IS NOT NULL THEN 1 ELSE 0 END), 0) FROM (",
                moments!("o.vlo = $2"), " UNION ALL ",
                moments!(concat!("o.vlo = '' AND o.area IN ", areas!())), " UNION ALL ",
                moments!(concat!("o.vlo <> $2 AND NOT (o.vlo = '' AND o.area IN ", areas!(), ") AND o.id IN (", lent_duties!(),
                    ") AND ", in_scope!("o.area", "o.vlo", "o.victim_id"))),
                ") AS t LIMIT $1"));
    // Few are held, so this begins with them.
    HELD = Statement::both("tiles.count_held",
        concat!("SELECT COUNT(*) FROM (SELECT DISTINCT o.id FROM outbox b JOIN messages m ON m.id = b.message_id \
                 JOIN obligations o ON o.id = m.obligation_id \
                 WHERE b.state IN ('held', 'unknown', 'permanent-failure', 'technical-failure') AND o.state = 'open' \
                 AND o.owner = 'cps' AND ", in_scope!("o.area", "o.vlo", "o.victim_id"), " LIMIT $1) AS counted"));
}

/// The instants that part what is open.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    /// Overdue before it.
    pub now: Timestamp,
    /// Due today at it or before.
    pub end_of_today: Timestamp,
    /// At risk from `now` on, as this says.
    pub at_risk: AtRisk,
}

/// The numbers on the tiles, none above [`COUNT_MAX`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tiles {
    /// Everything that is open.
    pub open: i64,
    /// Late.
    pub overdue: i64,
    /// Due today.
    pub today: i64,
    /// At risk.
    pub at_risk: i64,
    /// With a message that did not leave or may not have arrived.
    pub held: i64,
    /// Waiting for a person.
    pub waiting: i64,
}

/// Counts for whoever reads.
pub async fn count(tx: &mut Tx, scope: &Scope, moments: &Moments) -> Result<Tiles> {
    let mut tiles = if scope.is_of_officer() {
        count_of_officer(tx, scope, moments).await?
    } else {
        count_in_areas(tx, scope, moments).await?
    };
    tiles.held = number(tx, &HELD, scope, &[]).await?;
    Ok(tiles)
}

async fn count_of_officer(tx: &mut Tx, scope: &Scope, moments: &Moments) -> Result<Tiles> {
    let mut args = scope.args(Arg::from(COUNT_MAX));
    args.extend([
        moments.now.into(),
        moments.end_of_today.into(),
        moments.at_risk.before.into(),
        Arg::from(moments.at_risk.half.map_or(i64::MIN, Timestamp::as_microsecond)),
    ]);
    let Some(row) = tx.find(&OF_OFFICER, &args).await? else {
        return Ok(Tiles::default());
    };
    let of = |column| Ok::<_, crate::Error>(Row::int(&row, column)?.min(COUNT_MAX));
    Ok(Tiles {
        open: of(0)?,
        overdue: of(1)?,
        today: of(2)?,
        at_risk: of(3)?,
        waiting: of(4)?,
        held: 0,
    })
}

async fn count_in_areas(tx: &mut Tx, scope: &Scope, moments: &Moments) -> Result<Tiles> {
    let instant = SignedDuration::from_micros(1);
    let now = moments.now.as_microsecond();
    let soon = moments.at_risk.before;
    let between = |from: i64, until: i64| [Arg::from(from), Arg::from(until)];
    let mut at_risk = number(tx, &BETWEEN, scope, &between(now, soon.as_microsecond())).await?;
    // Whatever else is at risk, the tile says no more than the most.
    if let Some(half) = moments.at_risk.half.filter(|_| at_risk < COUNT_MAX) {
        let later = between((soon + instant).as_microsecond(), half.as_microsecond());
        at_risk += number(tx, &AT_HALF, scope, &later).await?;
    }
    let end_of_today = moments.end_of_today.as_microsecond();
    Ok(Tiles {
        open: number(tx, &BETWEEN, scope, &between(i64::MIN, i64::MAX)).await?,
        overdue: number(tx, &BETWEEN, scope, &between(i64::MIN, now - 1)).await?,
        today: number(tx, &BETWEEN, scope, &between(now, end_of_today)).await?,
        at_risk: at_risk.min(COUNT_MAX),
        waiting: number(tx, &WAITING, scope, &[]).await?,
        held: 0,
    })
}

async fn number(tx: &mut Tx, statement: &'static Statement, scope: &Scope, more: &[Arg]) -> Result<i64> {
    let mut args = scope.args(Arg::from(COUNT_MAX));
    args.extend_from_slice(more);
    tx.find(statement, &args).await?.map_or(Ok(0), |row| row.int(0))
}
