//! Broken glasses: somebody opened a victim who is not theirs; and the reasons for which pages were opened.

use domain::id::{CaseId, GlassId, SessionId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("glasses.add",
        "INSERT INTO glasses (id, victim_id, user_name, reason, broken_at, until_at) VALUES ($1, $2, $3, $4, $5, $6)");
    VICTIMS = Statement::both("victims.list_by_urn",
        "SELECT v.id, c.id, c.area FROM victims v JOIN cases c ON c.id = v.case_id WHERE c.urn = $1 AND v.erased_at IS NULL ORDER BY v.id");
    FIND = Statement::both("glasses.find_in_reach",
        concat!("SELECT g0.id, g0.victim_id, c.urn, c.area, g0.user_name, g0.reason, g0.broken_at FROM glasses g0 \
                 JOIN victims v ON v.id = g0.victim_id JOIN cases c ON c.id = v.case_id \
                 WHERE g0.id = $1 AND g0.reviewed_at IS NULL AND ",
                in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id")));
    TO_REVIEW = Statement::both("glasses.list_to_review",
        concat!("SELECT g0.id, g0.victim_id, c.urn, c.area, g0.user_name, g0.reason, g0.broken_at FROM glasses g0 \
                 JOIN victims v ON v.id = g0.victim_id JOIN cases c ON c.id = v.case_id \
                 WHERE g0.reviewed_at IS NULL AND ",
                in_scope!("c.area", "COALESCE(v.vlo, '')", "v.id"),
                " ORDER BY g0.broken_at, g0.id LIMIT $1"));
    REVIEW = Statement::both("glasses.review",
        "UPDATE glasses SET finding = $2, reviewed_by = $3, reviewed_at = $4 WHERE id = $1 AND reviewed_at IS NULL");

    OPEN = Statement::both("openings_of_pages.add",
        "INSERT INTO openings_of_pages (session_id, victim_id, reason, until_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (session_id, victim_id) DO UPDATE SET reason = $3, until_at = $4");
    OPENED = Statement::both("openings_of_pages.find",
        "SELECT reason FROM openings_of_pages WHERE session_id = $1 AND victim_id = $2 AND until_at > $3");
}

/// A glass that waits for its review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlassRow {
    /// Its identifier.
    pub id: GlassId,
    /// Whom it opened.
    pub victim_id: VictimId,
    /// The case's URN.
    pub urn: String,
    /// The case's Area.
    pub area: String,
    /// Who broke it.
    pub user: String,
    /// Why, a code.
    pub reason: String,
    /// When.
    pub broken_at: Timestamp,
}

fn glass(row: &Row) -> Result<GlassRow> {
    Ok(GlassRow {
        id: row.parsed(0, GlassId::parse)?,
        victim_id: row.parsed(1, VictimId::parse)?,
        urn: row.text(2)?,
        area: row.text(3)?,
        user: row.text(4)?,
        reason: row.text(5)?,
        broken_at: row.at(6)?,
    })
}

/// Somebody breaks the glass until `until`.
pub async fn add(
    tx: &mut Tx,
    id: &GlassId,
    victim: &VictimId,
    user: &str,
    reason: &str,
    at: Timestamp,
    until: Timestamp,
) -> Result<()> {
    tx.execute(&ADD, args![id, victim, user, reason, at, until])
        .await?;
    Ok(())
}

/// A victim of a case, by identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCase {
    /// The victim.
    pub victim_id: VictimId,
    /// The case.
    pub case_id: CaseId,
    /// Its Area.
    pub area: String,
}

/// The victims of the case with this URN, for whoever breaks the glass: identifiers alone.
pub async fn list_victims(tx: &mut Tx, urn: &str) -> Result<Vec<InCase>> {
    let one = |row: &Row| {
        Ok(InCase {
            victim_id: row.parsed(0, VictimId::parse)?,
            case_id: row.parsed(1, CaseId::parse)?,
            area: row.text(2)?,
        })
    };
    tx.list(&VICTIMS, args![urn]).await?.iter().map(one).collect()
}

/// One that waits for its review, in reach.
pub async fn find(tx: &mut Tx, scope: &Scope, id: &GlassId) -> Result<Option<GlassRow>> {
    let args = scope.args(id.into());
    tx.find(&FIND, &args).await?.as_ref().map(glass).transpose()
}

/// Those that wait for their review, oldest first.
pub async fn list_to_review(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<GlassRow>> {
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&TO_REVIEW, &args).await?.iter().map(glass).collect()
}

/// Reviews one: `finding` is `right` or `wrong`. Fails when somebody reviewed it before.
pub async fn review(tx: &mut Tx, id: &GlassId, finding: &str, by: &str, at: Timestamp) -> Result<()> {
    tx.execute_one(&REVIEW, args![id, finding, by, at]).await
}

/// Keeps the reason for which a victim's page was opened in a session.
pub async fn open(
    tx: &mut Tx,
    session: &SessionId,
    victim: &VictimId,
    reason: &str,
    until: Timestamp,
) -> Result<()> {
    tx.execute(&OPEN, args![session, victim, reason, until]).await?;
    Ok(())
}

/// The reason that was given for this victim in this session, if it still holds.
pub async fn find_opened(
    tx: &mut Tx,
    session: &SessionId,
    victim: &VictimId,
    now: Timestamp,
) -> Result<Option<String>> {
    let row = tx.find(&OPENED, args![session, victim, now]).await?;
    row.map(|row| row.text(0)).transpose()
}
