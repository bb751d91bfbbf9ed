//! Flags on cases: what keeps their data longer than the rule, until two people lift it (requirement E6).

use domain::id::{CaseId, EventId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("case_flags.add",
        "INSERT INTO case_flags (id, case_id, flag, reason, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6)");
    LIST = Statement::both("case_flags.list_in_force",
        "SELECT id, flag, reason, set_by, set_at, lift_asked_by FROM case_flags WHERE case_id = $1 AND lifted_at IS NULL ORDER BY flag");
    ASK = Statement::both("case_flags.ask_to_lift",
        "UPDATE case_flags SET lift_reason = $2, lift_asked_by = $3, lift_asked_at = $4 \
         WHERE id = $1 AND lift_asked_by IS NULL AND lifted_at IS NULL");
    LIFT = Statement::both("case_flags.lift",
        "UPDATE case_flags SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lift_asked_by <> $2 AND lifted_at IS NULL");
}

/// A flag in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagRow {
    /// Its identifier (of the same form as an event's).
    pub id: EventId,
    /// The flag, a row of the retention policy.
    pub flag: String,
    /// Why it was set, a code.
    pub reason: String,
    /// By whom.
    pub set_by: String,
    /// When.
    pub set_at: Timestamp,
    /// Who asked that it be lifted; another person lifts it.
    pub lift_asked_by: Option<String>,
}

/// Puts a flag on a case; a duplicate when it carries that flag already.
pub async fn add(tx: &mut Tx, case: &CaseId, row: &FlagRow) -> Result<()> {
    let args = args![
        row.id.as_str(),
        case,
        &row.flag,
        &row.reason,
        &row.set_by,
        row.set_at
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The flags of a case that are in force.
pub async fn list(tx: &mut Tx, case: &CaseId) -> Result<Vec<FlagRow>> {
    let one = |row: &Row| {
        Ok(FlagRow {
            id: row.parsed(0, EventId::parse)?,
            flag: row.text(1)?,
            reason: row.text(2)?,
            set_by: row.text(3)?,
            set_at: row.at(4)?,
            lift_asked_by: row.text_opt(5)?,
        })
    };
    tx.list(&LIST, args![case]).await?.iter().map(one).collect()
}

/// The first of two people asks that a flag be lifted.
pub async fn ask_to_lift(tx: &mut Tx, id: &EventId, reason: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&ASK, args![id.as_str(), reason, by, at]).await
}

/// The second lifts it.
pub async fn lift(tx: &mut Tx, id: &EventId, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&LIFT, args![id.as_str(), by, at]).await
}
