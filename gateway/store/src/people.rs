//! Cases, victims, the defence side and advisers.

use domain::id::{AdviserId, CaseId, ContactPointId, DefendantId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    CASE_ADD = Statement::both("cases.add",
        "INSERT INTO cases (id, urn, area, unit, offence, opened_at, created_at, charging) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    CASE_FIND_BY_URN = Statement::both("cases.find_by_urn", "SELECT id, urn, area, unit, offence, opened_at, closed_at, charging FROM cases WHERE urn = $1");
    CASE_CHARGING = Statement::both("cases.save_charging",
        "UPDATE cases SET charging = $2 WHERE id = $1 AND COALESCE(charging, '') = $3");
    // A change of nothing holds the case until the end of the transaction: two people who add to it come one after the other.
    CASE_HOLD = Statement::both("cases.hold", "UPDATE cases SET urn = urn WHERE id = $1");
    CASE_CLOSE = Statement::both("cases.close", "UPDATE cases SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL");
    VICTIM_ADD = Statement::both("victims.add",
        "INSERT INTO victims (id, case_id, source_ref, service, enhanced, enhanced_ground, vlo, standing, dates, \
         person_sealed, plan_sealed, plan_version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12)");
    VICTIM_FIND_BY_REF = Statement::both("victims.find_by_ref",
        "SELECT id, case_id, source_ref, service, enhanced, enhanced_ground, vlo, standing, dates, person_sealed, \
         plan_sealed, plan_version, details_version FROM victims WHERE case_id = $1 AND source_ref = $2");
    VICTIM_STANDING = Statement::both("victims.save_standing",
        "UPDATE victims SET standing = $2, dates = $3, enhanced = $4, enhanced_ground = $5, \
         details_version = details_version + 1 WHERE id = $1 AND details_version = $6");
    VICTIM_PLAN = Statement::both("victims.save_plan",
        "UPDATE victims SET plan_sealed = $2, plan_version = plan_version + 1 WHERE id = $1 AND plan_version = $3");
    POINT_INDEX = Statement::both("point_indexes.add", "INSERT INTO point_indexes (point_id, victim_id, value_index) VALUES ($1, $2, $3)");
    POINT_FIND = Statement::both("point_indexes.find", "SELECT victim_id, point_id FROM point_indexes WHERE value_index = $1");
    NAME_INDEX = Statement::both("name_indexes.add",
        "INSERT INTO name_indexes (value_index, case_id) VALUES ($1, $2) ON CONFLICT (value_index, case_id) DO NOTHING");
    NAME_FIND = Statement::both("name_indexes.find_elsewhere",
        "SELECT case_id FROM name_indexes WHERE value_index = $1 AND case_id <> $2 LIMIT 1");
    URN_FIND = Statement::both("cases.find_by_root", "SELECT id FROM cases WHERE urn LIKE $1 AND id <> $2 LIMIT 1");
    DEFENDANT_ADD = Statement::both("defendants.add",
        "INSERT INTO defendants (id, case_id, label, sealed, created_at) VALUES ($1, $2, $3, $4, $5)");
    DEFENDANT_LIST = Statement::both("defendants.list", "SELECT id, label, sealed FROM defendants WHERE case_id = $1 ORDER BY label");
    ADVISER_ADD = Statement::both("advisers.add",
        "INSERT INTO advisers (id, service, transport, from_at, until_at, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
}

/// A case.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Its identifier here.
    pub id: CaseId,
    /// Its URN, upper case. Alone it never selects a victim.
    pub urn: String,
    /// The Area's code.
    pub area: String,
    /// The unit of the Area that has the case, by its code.
    pub unit: Option<String>,
    /// `adult-rape`, `serious-sexual` or `other`.
    pub offence: String,
    /// Nothing that happened earlier belongs to this case.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// `red`, `green` or `police-charged`, as soon as somebody recorded it.
    pub charging: Option<String>,
}

/// A victim in a case. Personal values are sealed under the victim's key.
#[derive(Debug, Clone)]
pub struct VictimRow {
    /// The victim's identifier here.
    pub id: VictimId,
    /// The case.
    pub case_id: CaseId,
    /// What the source calls this person.
    pub source_ref: String,
    /// The CPS service (requirement D1: not the same as enhanced rights).
    pub service: String,
    /// Enhanced rights under the Victims' Code.
    pub enhanced: bool,
    /// On which ground.
    pub enhanced_ground: Option<String>,
    /// The Victim Liaison Officer's user name.
    pub vlo: Option<String>,
    /// `domain::people::VictimStanding` as JSON.
    pub standing: String,
    /// Trial, section 28 and evidence dates as JSON.
    pub dates: String,
    /// Names, language details, formats: sealed JSON.
    pub person_sealed: Vec<u8>,
    /// The contact plan: sealed JSON.
    pub plan_sealed: Vec<u8>,
    /// Goes up with each change of the plan.
    pub plan_version: i64,
    /// Goes up with each change of anything else but the officer.
    pub details_version: i64,
}

fn case(row: &Row) -> Result<CaseRow> {
    case_from(row, 0)
}

/// A case whose columns begin at `first`.
pub(crate) fn case_from(row: &Row, first: usize) -> Result<CaseRow> {
    Ok(CaseRow {
        id: row.parsed(first, CaseId::parse)?,
        urn: row.text(first + 1)?,
        area: row.text(first + 2)?,
        unit: row.text_opt(first + 3)?,
        offence: row.text(first + 4)?,
        opened_at: row.at(first + 5)?,
        closed_at: row.at_opt(first + 6)?,
        charging: row.text_opt(first + 7)?,
    })
}

pub(crate) fn victim(row: &Row) -> Result<VictimRow> {
    Ok(VictimRow {
        id: row.parsed(0, VictimId::parse)?,
        case_id: row.parsed(1, CaseId::parse)?,
        source_ref: row.text(2)?,
        service: row.text(3)?,
        enhanced: row.flag(4)?,
        enhanced_ground: row.text_opt(5)?,
        vlo: row.text_opt(6)?,
        standing: row.text(7)?,
        dates: row.text(8)?,
        person_sealed: row.bytes(9)?,
        plan_sealed: row.bytes(10)?,
        plan_version: row.int(11)?,
        details_version: row.int(12)?,
    })
}

/// Adds a case.
pub async fn add_case(tx: &mut Tx, case: &CaseRow, at: Timestamp) -> Result<()> {
    tx.execute(
        &CASE_ADD,
        args![
            &case.id,
            &case.urn,
            &case.area,
            &case.unit,
            &case.offence,
            case.opened_at,
            at,
            &case.charging
        ],
    )
    .await?;
    Ok(())
}

/// The case with this URN.
pub async fn find_case_by_urn(tx: &mut Tx, urn: &str) -> Result<Option<CaseRow>> {
    tx.find(&CASE_FIND_BY_URN, args![urn])
        .await?
        .as_ref()
        .map(case)
        .transpose()
}

/// Saves how a case was charged over what the caller read; `before` is empty for nothing.
pub async fn save_charging(tx: &mut Tx, id: &CaseId, charging: &str, before: &str) -> Result<()> {
    tx.execute_one(&CASE_CHARGING, args![id, charging, before]).await
}

/// Holds a case until the end of the transaction.
pub async fn hold_case(tx: &mut Tx, id: &CaseId) -> Result<()> {
    tx.execute_one(&CASE_HOLD, args![id]).await
}

/// Marks a case closed; a second closing changes nothing.
pub async fn close_case(tx: &mut Tx, id: &CaseId, at: Timestamp) -> Result<()> {
    tx.execute(&CASE_CLOSE, args![id, at]).await?;
    Ok(())
}

/// Adds a victim.
pub async fn add_victim(tx: &mut Tx, v: &VictimRow, at: Timestamp) -> Result<()> {
    let args = args![
        &v.id,
        &v.case_id,
        &v.source_ref,
        &v.service,
        v.enhanced,
        &v.enhanced_ground,
        &v.vlo,
        &v.standing,
        &v.dates,
        &v.person_sealed,
        &v.plan_sealed,
        at
    ];
    tx.execute(&VICTIM_ADD, args).await?;
    Ok(())
}

/// The victim that the source calls `source_ref` in this case.
pub async fn find_victim_by_ref(tx: &mut Tx, case: &CaseId, source_ref: &str) -> Result<Option<VictimRow>> {
    tx.find(&VICTIM_FIND_BY_REF, args![case, source_ref])
        .await?
        .as_ref()
        .map(victim)
        .transpose()
}

/// Saves what an event changed about a victim, standing, dates and enhanced rights, over the version that the caller read.
pub async fn save_standing(tx: &mut Tx, v: &VictimRow) -> Result<()> {
    let args = args![
        &v.id,
        &v.standing,
        &v.dates,
        v.enhanced,
        &v.enhanced_ground,
        v.details_version
    ];
    tx.execute_one(&VICTIM_STANDING, args).await
}

/// Saves a contact plan over the version that the caller read.
pub async fn save_plan(tx: &mut Tx, id: &VictimId, plan_sealed: &[u8], version_read: i64) -> Result<()> {
    tx.execute_one(&VICTIM_PLAN, args![id, plan_sealed, version_read])
        .await
}

/// Keeps the blind index of a contact point's value.
pub async fn add_point_index(
    tx: &mut Tx,
    point: &ContactPointId,
    victim: &VictimId,
    index: &[u8],
) -> Result<()> {
    tx.execute(&POINT_INDEX, args![point, victim, index]).await?;
    Ok(())
}

/// Whose contact points have this value.
pub async fn list_points(tx: &mut Tx, index: &[u8]) -> Result<Vec<(VictimId, ContactPointId)>> {
    let pair = |row: &Row| {
        Ok((
            row.parsed(0, VictimId::parse)?,
            row.parsed(1, ContactPointId::parse)?,
        ))
    };
    tx.list(&POINT_FIND, args![index])
        .await?
        .iter()
        .map(pair)
        .collect()
}

/// Keeps the blind index of a name that belongs to a case.
pub async fn add_name_index(tx: &mut Tx, index: &[u8], case: &CaseId) -> Result<()> {
    tx.execute(&NAME_INDEX, args![index, case]).await?;
    Ok(())
}

/// Whether a name of this index belongs to another case.
pub async fn is_name_elsewhere(tx: &mut Tx, index: &[u8], case: &CaseId) -> Result<bool> {
    Ok(tx.find(&NAME_FIND, args![index, case]).await?.is_some())
}

/// Whether another case has this root URN: 11 letters and digits, so no wildcard of LIKE.
pub async fn is_urn_elsewhere(tx: &mut Tx, root: &str, case: &CaseId) -> Result<bool> {
    Ok(tx
        .find(&URN_FIND, args![format!("{root}%").as_str(), case])
        .await?
        .is_some())
}

/// Adds somebody of the defence side, sealed under the case's key, known by `label`.
pub async fn add_defendant(
    tx: &mut Tx,
    id: &DefendantId,
    case: &CaseId,
    label: &str,
    sealed: &[u8],
    at: Timestamp,
) -> Result<()> {
    tx.execute(&DEFENDANT_ADD, args![id, case, label, sealed, at])
        .await?;
    Ok(())
}

/// The defence side of a case: identifier, label, sealed values.
pub async fn list_defendants(tx: &mut Tx, case: &CaseId) -> Result<Vec<(DefendantId, String, Vec<u8>)>> {
    let triple = |row: &Row| Ok((row.parsed(0, DefendantId::parse)?, row.text(1)?, row.bytes(2)?));
    tx.list(&DEFENDANT_LIST, args![case])
        .await?
        .iter()
        .map(triple)
        .collect()
}

/// An adviser at a service for a period.
#[derive(Debug, Clone)]
pub struct AdviserRow {
    /// The adviser's identifier.
    pub id: AdviserId,
    /// The service's name.
    pub service: String,
    /// `cjsm`, `aligned-tls-dmarc` or `portal-only` (requirement B7).
    pub transport: String,
    /// First instant at this service.
    pub from_at: Timestamp,
    /// Last instant, if known.
    pub until_at: Option<Timestamp>,
    /// Name and address, sealed under the adviser's key.
    pub sealed: Vec<u8>,
}

/// Adds an adviser.
pub async fn add_adviser(tx: &mut Tx, a: &AdviserRow, at: Timestamp) -> Result<()> {
    tx.execute(
        &ADVISER_ADD,
        args![
            &a.id,
            &a.service,
            &a.transport,
            a.from_at,
            a.until_at,
            &a.sealed,
            at
        ],
    )
    .await?;
    Ok(())
}
