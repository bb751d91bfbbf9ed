//! Who of a team has what: duties counted by officer, people whom nobody has, and who gets them.

use domain::id::VictimId;
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::search::{self, Hit};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

statements! {
    TEAM = Statement::both("worklist.count_by_vlo",
        concat!("SELECT o.area, o.unit, o.vlo, COUNT(*), COALESCE(SUM(CASE WHEN o.last_at < $22 THEN 1 ELSE 0 END), 0), \
                 COALESCE(SUM(CASE WHEN o.last_at >= $22 AND o.last_at <= $23 THEN 1 ELSE 0 END), 0) FROM obligations o \
                 WHERE o.state = 'open' AND o.owner = 'cps' AND ", in_scope!("o.area", "o.vlo", "o.victim_id"),
                " GROUP BY o.area, o.unit, o.vlo ORDER BY o.area, o.unit, o.vlo LIMIT $1"));
    UNASSIGNED = Statement::both("victims.list_unassigned",
        concat!("SELECT v.id, c.id, c.urn, c.area, COALESCE(v.vlo, '') FROM victims v JOIN cases c ON c.id = v.case_id \
                 WHERE v.vlo IS NULL AND v.erased_at IS NULL AND ", in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id"),
                " ORDER BY v.created_at, v.id LIMIT $1"));
    ASSIGN = Statement::both("victims.assign",
        "UPDATE victims SET vlo = $2 WHERE id = $1 AND COALESCE(vlo, '') = $3 AND erased_at IS NULL");
    ASSIGN_DUTIES = Statement::both("obligations.assign", "UPDATE obligations SET vlo = $2 WHERE victim_id = $1 AND state = 'open'");
    HAND_BACK = Statement::both("obligations.hand_back_unassigned",
        "UPDATE obligations SET waiting_for = NULL WHERE victim_id = $1 AND state = 'open' AND waiting_for = 'assignment-of-an-officer'");
}

/// What an officer's team page counts, for one unit and officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamLine {
    /// The Area.
    pub area: String,
    /// The unit; empty for none.
    pub unit: String,
    /// The officer's user name; empty for nobody.
    pub vlo: String,
    /// Open duties of ours.
    pub open: i64,
    /// Of these, overdue.
    pub overdue: i64,
    /// Of these, at risk.
    pub at_risk: i64,
}

/// What is open by Area, unit and officer; overdue before `now`, at risk before `risk`.
pub async fn count_by_vlo(
    tx: &mut Tx,
    scope: &Scope,
    now: Timestamp,
    risk: Timestamp,
    most: u32,
) -> Result<Vec<TeamLine>> {
    let mut args = scope.args(Arg::from(i64::from(most)));
    args.extend([Arg::from(now), Arg::from(risk)]);
    let one = |row: &Row| {
        Ok(TeamLine {
            area: row.text(0)?,
            unit: row.text(1)?,
            vlo: row.text(2)?,
            open: row.int(3)?,
            overdue: row.int(4)?,
            at_risk: row.int(5)?,
        })
    };
    tx.list(&TEAM, &args).await?.iter().map(one).collect()
}

/// Victims without an officer, in reach, oldest first.
pub async fn list_unassigned(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<Hit>> {
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&UNASSIGNED, &args)
        .await?
        .iter()
        .map(search::hit)
        .collect()
}

/// Gives a victim with everything that is open to another officer; fails when it is not `before` who has the victim.
/// What waited for an officer goes on.
pub async fn assign(tx: &mut Tx, victim: &VictimId, before: &str, vlo: &str) -> Result<u64> {
    tx.execute_one(&ASSIGN, args![victim, vlo, before]).await?;
    tx.execute(&HAND_BACK, args![victim]).await?;
    tx.execute(&ASSIGN_DUTIES, args![victim, vlo]).await
}
