//! Finding a victim by URN, or by every word of a name and the year of birth through keyed indexes.

use domain::id::{CaseId, VictimId};

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

/// How many words and years one search looks for at once.
pub const TERMS_MAX: usize = 6;

macro_rules! found {
    ($condition:literal) => {
        concat!(
            "SELECT v.id, c.id, c.urn, c.area, COALESCE(v.vlo, '') FROM victims v JOIN cases c ON c.id = v.case_id WHERE ",
            $condition,
            " AND v.erased_at IS NULL AND ",
            in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id"),
            " ORDER BY c.urn, v.id LIMIT $1"
        )
    };
}

statements! {
    ADD = Statement::both("person_indexes.add",
        "INSERT INTO person_indexes (value_index, victim_id) VALUES ($1, $2) ON CONFLICT (value_index, victim_id) DO NOTHING");
    CLEAR = Statement::both("person_indexes.clear", "DELETE FROM person_indexes WHERE victim_id = $1");
    NOT_INDEXED = Statement::both("victims.list_not_indexed",
        "SELECT v.id FROM victims v WHERE v.erased_at IS NULL \
         AND NOT EXISTS (SELECT 1 FROM person_indexes p WHERE p.victim_id = v.id) AND v.id > $1 ORDER BY v.id LIMIT $2");
    BY_URN = Statement::both("victims.search_by_urn", found!("c.urn = $22"));
    BY_TERMS = Statement::both("victims.search_by_terms",
        found!("v.id IN (SELECT p.victim_id FROM person_indexes p WHERE p.value_index = $22) \
                AND v.id IN (SELECT p.victim_id FROM person_indexes p WHERE p.value_index = $23) \
                AND v.id IN (SELECT p.victim_id FROM person_indexes p WHERE p.value_index = $24) \
                AND v.id IN (SELECT p.victim_id FROM person_indexes p WHERE p.value_index = $25) \
                AND v.id IN (SELECT p.victim_id FROM person_indexes p WHERE p.value_index = $26) \
                AND v.id IN (SELECT p.victim_id FROM person_indexes p WHERE p.value_index = $27)"));
}

/// A victim who was found: identifiers and codes, no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The victim.
    pub victim_id: VictimId,
    /// The case.
    pub case_id: CaseId,
    /// Its URN.
    pub urn: String,
    /// Its Area.
    pub area: String,
    /// The officer's user name; empty for nobody.
    pub vlo: String,
}

pub(crate) fn hit(row: &Row) -> Result<Hit> {
    Ok(Hit {
        victim_id: row.parsed(0, VictimId::parse)?,
        case_id: row.parsed(1, CaseId::parse)?,
        urn: row.text(2)?,
        area: row.text(3)?,
        vlo: row.text(4)?,
    })
}

/// Replaces the indexes of a victim.
pub async fn save_indexes(tx: &mut Tx, victim: &VictimId, indexes: &[[u8; 32]]) -> Result<()> {
    tx.execute(&CLEAR, args![victim]).await?;
    for index in indexes {
        tx.execute(&ADD, args![index.as_slice(), victim]).await?;
    }
    Ok(())
}

/// Victims after `after` who have no index yet.
pub async fn list_not_indexed(tx: &mut Tx, after: &str, most: u32) -> Result<Vec<VictimId>> {
    let rows = tx.list(&NOT_INDEXED, args![after, i64::from(most)]).await?;
    rows.iter().map(|row| row.parsed(0, VictimId::parse)).collect()
}

/// The victims in reach whose case has exactly this URN.
pub async fn by_urn(tx: &mut Tx, scope: &Scope, urn: &str, most: u32) -> Result<Vec<Hit>> {
    let mut args = scope.args(Arg::from(i64::from(most)));
    args.push(Arg::from(urn));
    tx.list(&BY_URN, &args).await?.iter().map(hit).collect()
}

/// The victims in reach who have every one of these indexes, of which there are 1 to [`TERMS_MAX`].
pub async fn by_terms(tx: &mut Tx, scope: &Scope, terms: &[[u8; 32]], most: u32) -> Result<Vec<Hit>> {
    let Some(last) = terms.last() else {
        return Ok(Vec::new());
    };
    let mut args = scope.args(Arg::from(i64::from(most)));
    let padded = terms.iter().chain(std::iter::repeat(last)).take(TERMS_MAX);
    args.extend(padded.map(|term| Arg::from(term.as_slice())));
    tx.list(&BY_TERMS, &args).await?.iter().map(hit).collect()
}
