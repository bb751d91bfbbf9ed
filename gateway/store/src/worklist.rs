//! The worklist: open duties of ours in reach, filtered and sorted by the database, a page at a time.
//!
//! A page goes on behind the last row of the one before (keyset), so that page 400 costs what page 1 costs.

use domain::id::ObligationId;
use jiff::{SignedDuration, Timestamp};

use crate::obligations::{NO_TIME, ObligationRow, obligation};
use crate::reach::{Scope, areas, in_scope, lent_duties, named_duties, of_officer};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

/// The condition of every list; a list in another order looks at `+o.last_at`, which no index holds, and so is read by the
/// index of its own order; `$22` to `$32` are [`args_of`].
macro_rules! wanted {
    ($last:literal) => {
        concat!(
            "o.state = 'open' AND o.owner = 'cps' AND ", $last, " >= $22 AND ", $last, " <= $23 \
             AND (CAST($24 AS BIGINT) = 0 OR o.last_at <= $25 OR o.half_at <= $26) \
             AND (CAST($27 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM messages m JOIN outbox b ON b.message_id = m.id \
                  WHERE m.obligation_id = o.id \
                  AND b.state IN ('held', 'unknown', 'permanent-failure', 'technical-failure'))) \
             AND (CAST($28 AS BIGINT) = 0 OR o.waiting_for IS NOT NULL) \
             AND ($29 = '' OR o.rule = $29) AND ($30 = '' OR o.area = $30) AND ($31 = '' OR o.unit = $31) \
             AND ($32 = '*' OR o.vlo = $32) AND ",
            in_scope!("o.area", "o.vlo", "o.victim_id")
        )
    };
}

/// Narrows what is looked at to duties whose half time is gone: they lie among those that are not at risk like needles.
macro_rules! at_half {
    () => {
        concat!(
            " AND o.id IN (SELECT d.id FROM obligations d WHERE d.state = 'open' AND d.owner = 'cps' AND d.half_at <= $26 AND d.last_at >= $22 \
             AND d.area IN ", areas!(), " UNION ALL ", named_duties!(), ")"
        )
    };
}

macro_rules! page {
    ($last:literal, $rest:expr) => {
        concat!(
            "SELECT o.id, o.case_id, o.victim_id, o.event_id, o.rule, o.owner, o.template_kind, o.second_person, o.discharge, \
             o.state, o.clock_start_at, o.enhanced, o.original_due_at, o.due_at, o.latest_at, o.deadline, o.waiting_for, \
             o.ended_by, o.ended_why, o.ended_at, o.created_at, o.moved_by_hand, o.urn, o.area, o.unit, o.vlo, o.last_at, \
             (SELECT b.state FROM messages m JOIN outbox b ON b.message_id = m.id WHERE m.obligation_id = o.id \
              ORDER BY m.approved_at DESC, m.id LIMIT 1), \
             (SELECT d.id FROM drafts d WHERE d.obligation_id = o.id AND d.state = 'drafted') \
             FROM obligations o WHERE ",
            wanted!($last),
            $rest
        )
    };
}

/// A page by due time, which an index in that order yields line by line; of what is told apart by whose it is, each part has
/// an index of its own, and [`list`] puts the parts together.
macro_rules! by_due {
    ($rest:expr) => {
        page!(
            "o.last_at",
            concat!(
                $rest,
                " AND (o.last_at, o.id) > ($33, $34) ORDER BY o.last_at, o.id LIMIT $1"
            )
        )
    };
}

/// The same of few, which are named: they are looked up and then sorted. In the order of an index everybody's duties would be
/// walked through for them.
macro_rules! few_by_due {
    ($rest:expr) => {
        page!(
            "+o.last_at",
            concat!(
                $rest,
                " AND (+o.last_at, o.id) > ($33, $34) ORDER BY +o.last_at, o.id LIMIT $1"
            )
        )
    };
}

statements! {
    BY_DUE = Statement::both("worklist.by_due", by_due!(""));
    // All that is due in the one Area of who reads, and what they have by name elsewhere.
    BY_DUE_IN_AREA = Statement::both("worklist.by_due_in_area", by_due!(" AND o.area = $6"));
    BY_DUE_ELSEWHERE = Statement::both("worklist.by_due_elsewhere",
        few_by_due!(concat!(" AND o.area <> $6 AND o.id IN (", named_duties!(), ")")));
    // An officer's own, what nobody has yet (most officers work in one Area, which an index yields in order), and what is lent.
    BY_DUE_OWN = Statement::both("worklist.by_due_own", by_due!(" AND o.vlo = $2"));
    BY_DUE_NOBODYS = Statement::both("worklist.by_due_nobodys", by_due!(concat!(" AND o.vlo = '' AND o.area IN ", areas!())));
    BY_DUE_NOBODYS_IN_AREA = Statement::both("worklist.by_due_nobodys_in_area", by_due!(" AND o.vlo = '' AND o.area = $6"));
    BY_DUE_LENT = Statement::both("worklist.by_due_lent",
        few_by_due!(concat!(" AND o.vlo <> $2 AND NOT (o.vlo = '' AND o.area IN ", areas!(), ") AND o.id IN (", lent_duties!(), ")")));
    BY_URN = Statement::both("worklist.by_urn", page!("+o.last_at", " AND (o.urn, o.id) > ($33, $34) ORDER BY o.urn, o.id LIMIT $1"));
    BY_VLO = Statement::both("worklist.by_vlo",
        page!("+o.last_at", " AND (o.vlo, o.last_at, o.id) > ($33, $34, $35) ORDER BY o.vlo, o.last_at, o.id LIMIT $1"));
    KEYS = Statement::both("worklist.find_keys",
        concat!("SELECT o.urn, o.vlo, o.last_at FROM obligations o WHERE o.id = $1 AND ", in_scope!("o.area", "o.vlo", "o.victim_id")));
    BY_URN_OF_OFFICER = Statement::both("worklist.by_urn_of_officer",
        page!("+o.last_at", concat!(of_officer!(), " AND (o.urn, o.id) > ($33, $34) ORDER BY o.urn, o.id LIMIT $1")));
    BY_VLO_OF_OFFICER = Statement::both("worklist.by_vlo_of_officer",
        page!("+o.last_at", concat!(of_officer!(), " AND (o.vlo, o.last_at, o.id) > ($33, $34, $35) ORDER BY o.vlo, o.last_at, o.id LIMIT $1")));
    BY_DUE_AT_HALF = Statement::both("worklist.by_due_at_half", few_by_due!(at_half!()));
}

/// What somebody wants to see of the worklist: codes and instants alone.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Due at this instant or later.
    pub from: Option<Timestamp>,
    /// Due before this instant or at it.
    pub until: Option<Timestamp>,
    /// Only what is at risk.
    pub at_risk: Option<AtRisk>,
    /// Only duties whose message is held, unknown or failed.
    pub is_held: bool,
    /// Only duties that wait for a person.
    pub is_waiting: bool,
    /// Of this rule; empty for every one.
    pub rule: String,
    /// Of this Area; empty for every one.
    pub area: String,
    /// Of this unit; empty for every one.
    pub unit: String,
    /// Of this officer: none for every one, empty for nobody's.
    pub vlo: Option<String>,
}

/// When a duty is at risk: one of both is enough.
#[derive(Debug, Clone, Copy)]
pub struct AtRisk {
    /// Due at this instant or before.
    pub before: Timestamp,
    /// Half of its time gone at this instant; none where that does not count.
    pub half: Option<Timestamp>,
}

/// Behind which row a page begins, which says how it is sorted too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Sorted by due time.
    Due(i64, String),
    /// By URN.
    Urn(String, String),
    /// By officer, and then by due time.
    Vlo(String, i64, String),
}

/// One line of the worklist.
#[derive(Debug, Clone)]
pub struct Line {
    /// The duty.
    pub owed: ObligationRow,
    /// The case's URN.
    pub urn: String,
    /// Its Area.
    pub area: String,
    /// Its unit; empty for none.
    pub unit: String,
    /// The officer's user name; empty for nobody.
    pub vlo: String,
    /// What it is sorted by.
    pub last_at: i64,
    /// How the newest message for it stands in the outbox.
    pub delivery: Option<String>,
    /// The draft that waits for a decision.
    pub draft: Option<String>,
}

fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        owed: obligation(row)?,
        urn: row.text(22)?,
        area: row.text(23)?,
        unit: row.text(24)?,
        vlo: row.text(25)?,
        last_at: row.int(26)?,
        delivery: row.text_opt(27)?,
        draft: row.text_opt(28)?,
    })
}

/// The arguments `$1` to `$32`.
fn args_of(scope: &Scope, most: i64, wanted: &Wanted) -> Vec<Arg> {
    let mut args = scope.args(Arg::from(most));
    let risk = wanted.at_risk.as_ref();
    let half = risk.and_then(|risk| risk.half);
    args.extend([
        Arg::from(wanted.from.map_or(i64::MIN, Timestamp::as_microsecond)),
        Arg::from(wanted.until.map_or(i64::MAX, Timestamp::as_microsecond)),
        Arg::from(risk.is_some()),
        Arg::from(risk.map_or(0, |risk| risk.before.as_microsecond())),
        Arg::from(half.map_or(i64::MIN, Timestamp::as_microsecond)),
        Arg::from(wanted.is_held),
        Arg::from(wanted.is_waiting),
        Arg::from(&wanted.rule),
        Arg::from(&wanted.area),
        Arg::from(&wanted.unit),
        Arg::from(wanted.vlo.as_deref().unwrap_or("*")),
    ]);
    args
}

/// The page behind `after`, of at most `most` lines.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    wanted: &Wanted,
    after: &After,
    most: u32,
) -> Result<Vec<Line>> {
    let by_due: &[&'static Statement] = if scope.is_of_officer() {
        if scope.has_one_area() {
            &[&BY_DUE_OWN, &BY_DUE_NOBODYS_IN_AREA, &BY_DUE_LENT]
        } else {
            &[&BY_DUE_OWN, &BY_DUE_NOBODYS, &BY_DUE_LENT]
        }
    } else if scope.has_one_area() {
        &[&BY_DUE_IN_AREA, &BY_DUE_ELSEWHERE]
    } else {
        &[&BY_DUE]
    };
    let (After::Due(..), Some(risk), false) = (after, wanted.at_risk, scope.is_of_officer()) else {
        return read(tx, scope, wanted, after, most, by_due).await;
    };
    // What is due soon comes before what is at risk for its half time alone.
    let soon = Wanted {
        until: Some(risk.before.min(wanted.until.unwrap_or(Timestamp::MAX))),
        at_risk: None,
        ..wanted.clone()
    };
    let mut lines = read(tx, scope, &soon, after, most, by_due).await?;
    let left = most.saturating_sub(u32::try_from(lines.len()).unwrap_or(most));
    if left > 0 && risk.half.is_some() {
        let later = Wanted {
            from: Some(risk.before + SignedDuration::from_micros(1)),
            ..wanted.clone()
        };
        let rest = read(tx, scope, &later, after, left, &[&BY_DUE_AT_HALF]).await?;
        lines.extend(rest);
    }
    Ok(lines)
}

async fn read(
    tx: &mut Tx,
    scope: &Scope,
    wanted: &Wanted,
    after: &After,
    most: u32,
    by_due: &[&'static Statement],
) -> Result<Vec<Line>> {
    let mut args = args_of(scope, i64::from(most), wanted);
    let of_officer = scope.is_of_officer();
    let statements: &[&'static Statement] = match after {
        After::Due(at, id) => {
            args.extend([Arg::from(*at), Arg::from(id)]);
            by_due
        }
        After::Urn(urn, id) => {
            args.extend([Arg::from(urn), Arg::from(id)]);
            if of_officer {
                &[&BY_URN_OF_OFFICER]
            } else {
                &[&BY_URN]
            }
        }
        After::Vlo(vlo, at, id) => {
            args.extend([Arg::from(vlo), Arg::from(*at), Arg::from(id)]);
            if of_officer {
                &[&BY_VLO_OF_OFFICER]
            } else {
                &[&BY_VLO]
            }
        }
    };
    let mut lines = Vec::new();
    for statement in statements {
        for row in &tx.list(statement, &args).await? {
            lines.push(line(row)?);
        }
    }
    // Each part is sorted, and no line is in two.
    if statements.len() > 1 {
        lines.sort_by(|one, other| {
            (one.last_at, one.owed.id.as_str()).cmp(&(other.last_at, other.owed.id.as_str()))
        });
        lines.truncate(most as usize);
    }
    Ok(lines)
}

impl After {
    /// Sorted by due time.
    pub fn due() -> Self {
        Self::Due(i64::MIN, String::new())
    }

    /// Sorted by URN.
    pub fn urn() -> Self {
        Self::Urn(String::new(), String::new())
    }

    /// Sorted by officer.
    pub fn vlo() -> Self {
        Self::Vlo(String::new(), i64::MIN, String::new())
    }

    /// Behind this line, sorted as before.
    #[must_use]
    pub fn behind(&self, line: &Line) -> Self {
        let id = line.owed.id.to_string();
        match self {
            Self::Due(..) => Self::Due(line.last_at, id),
            Self::Urn(..) => Self::Urn(line.urn.clone(), id),
            Self::Vlo(..) => Self::Vlo(line.vlo.clone(), line.last_at, id),
        }
    }

    /// Behind the line of this duty, sorted as `self`: a page's address names the duty alone.
    pub async fn found(&self, tx: &mut Tx, scope: &Scope, id: &ObligationId) -> Result<Option<Self>> {
        let args = scope.args(id.into());
        let Some(row) = tx.find(&KEYS, &args).await? else {
            return Ok(None);
        };
        let id = id.to_string();
        Ok(Some(match self {
            Self::Due(..) => Self::Due(row.int(2)?, id),
            Self::Urn(..) => Self::Urn(row.text(0)?, id),
            Self::Vlo(..) => Self::Vlo(row.text(1)?, row.int(2)?, id),
        }))
    }
}

impl Line {
    /// The due time or last moment, whichever comes first.
    pub fn last(&self) -> Option<Timestamp> {
        (self.last_at != NO_TIME)
            .then(|| Timestamp::from_microsecond(self.last_at).ok())
            .flatten()
    }
}
