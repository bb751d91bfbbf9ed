//! Changes of what is known of a victim: which detail, by whom and why in clear; before and after sealed.

use domain::id::{DetailChangeId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::people::VictimRow;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("detail_changes.add",
        "INSERT INTO detail_changes (id, victim_id, field, reason, changed_by, changed_at, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)");
    LIST = Statement::both("detail_changes.list_by_victim",
        "SELECT id, field, reason, changed_by, changed_at, sealed FROM detail_changes WHERE victim_id = $1 ORDER BY changed_at, id");
    SAVE = Statement::both("victims.save_details",
        "UPDATE victims SET person_sealed = $2, service = $3, enhanced = $4, enhanced_ground = $5, standing = $6, \
         details_version = details_version + 1 WHERE id = $1 AND details_version = $7");
}

/// One change.
#[derive(Debug, Clone)]
pub struct DetailChangeRow {
    /// Its identifier.
    pub id: DetailChangeId,
    /// Which detail, kebab-case.
    pub field: String,
    /// The reason, a code.
    pub reason: String,
    /// By whom.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
    /// `domain::people::DetailChange` as JSON, sealed under the victim's key.
    pub sealed: Vec<u8>,
}

/// Keeps a change.
pub async fn add(tx: &mut Tx, victim: &VictimId, row: &DetailChangeRow) -> Result<()> {
    let args = args![
        &row.id,
        victim,
        &row.field,
        &row.reason,
        &row.changed_by,
        row.changed_at,
        &row.sealed
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// What was changed about a victim, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<DetailChangeRow>> {
    let one = |row: &Row| {
        Ok(DetailChangeRow {
            id: row.parsed(0, DetailChangeId::parse)?,
            field: row.text(1)?,
            reason: row.text(2)?,
            changed_by: row.text(3)?,
            changed_at: row.at(4)?,
            sealed: row.bytes(5)?,
        })
    };
    tx.list(&LIST, args![victim]).await?.iter().map(one).collect()
}

/// Saves names, needs, service, rights and standing over the version that the caller read.
pub async fn save(tx: &mut Tx, victim: &VictimRow) -> Result<()> {
    let args = args![
        &victim.id,
        &victim.person_sealed,
        &victim.service,
        victim.enhanced,
        &victim.enhanced_ground,
        &victim.standing,
        victim.details_version
    ];
    tx.execute_one(&SAVE, args).await
}
