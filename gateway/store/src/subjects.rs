//! A victim whole, as flows need one: with the case and the wrapped key, in one answer.

use domain::id::VictimId;
use jiff::Timestamp;

use crate::arg::args;
use crate::people::{CaseRow, VictimRow, case_from, victim};
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

/// Where the columns of the key and of the case begin, after the victim's.
const KEY: usize = 13;
const CASE: usize = 15;
/// Where the newest event stands.
const NEWEST: usize = 23;

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.case_id, v.source_ref, v.service, v.enhanced, v.enhanced_ground, v.vlo, v.standing, v.dates, \
             v.person_sealed, v.plan_sealed, v.plan_version, v.details_version, k.kek_id, k.wrapped, \
             c.id, c.urn, c.area, c.unit, c.offence, c.opened_at, c.closed_at, c.charging, \
             (SELECT MAX(e.occurred_at) FROM events e WHERE e.victim_id = v.id) \
             FROM victims v JOIN cases c ON c.id = v.case_id LEFT JOIN data_keys k ON k.owner = v.id ",
            $rest
        )
    };
}

statements! {
    FIND = Statement::both("subjects.find", columns!("WHERE v.id = $1"));
    FIND_BY_REF = Statement::both("subjects.find_by_ref", columns!("WHERE c.urn = $1 AND v.source_ref = $2"));
}

/// A victim with what belongs to one.
#[derive(Debug, Clone)]
pub struct SubjectRow {
    /// The victim.
    pub victim: VictimRow,
    /// The case.
    pub case: CaseRow,
    /// Which key-encrypting key wraps the victim's key, and its bytes. None after an erasure.
    pub key: Option<(String, Vec<u8>)>,
    /// When the newest event that is recorded happened: an earlier one arrives late.
    pub newest_event_at: Option<Timestamp>,
}

fn subject(row: &Row) -> Result<SubjectRow> {
    Ok(SubjectRow {
        victim: victim(row)?,
        case: case_from(row, CASE)?,
        key: row.text_opt(KEY)?.zip(row.bytes_opt(KEY + 1)?),
        newest_event_at: row.at_opt(NEWEST)?,
    })
}

/// The victim with this identifier.
pub async fn find(tx: &mut Tx, id: &VictimId) -> Result<Option<SubjectRow>> {
    tx.find(&FIND, args![id]).await?.as_ref().map(subject).transpose()
}

/// The victim that the source calls `source_ref` in the case with this URN: never by the URN alone.
pub async fn find_by_ref(tx: &mut Tx, urn: &str, source_ref: &str) -> Result<Option<SubjectRow>> {
    tx.find(&FIND_BY_REF, args![urn, source_ref])
        .await?
        .as_ref()
        .map(subject)
        .transpose()
}
