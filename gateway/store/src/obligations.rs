//! What is owed. Rows end, they never go (law 6).

use domain::id::{CaseId, EventId, MessageId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_id, victim_id, event_id, rule, owner, template_kind, second_person, discharge, state, \
             clock_start_at, enhanced, original_due_at, due_at, latest_at, deadline, waiting_for, ended_by, ended_why, \
             ended_at, created_at, moved_by_hand FROM obligations ",
            $rest
        )
    };
}

/// As many as the CPS has.
const AREAS: usize = 14;

statements! {
    ADD = Statement::both("obligations.add",
        "INSERT INTO obligations (id, case_id, victim_id, event_id, rule, owner, template_kind, second_person, discharge, \
         state, clock_start_at, enhanced, original_due_at, due_at, latest_at, deadline, waiting_for, created_at, \
         area, unit, urn, vlo, last_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12, $12, $13, $14, $15, $16, \
         (SELECT c.area FROM cases c WHERE c.id = $2), (SELECT COALESCE(c.unit, '') FROM cases c WHERE c.id = $2), \
         (SELECT c.urn FROM cases c WHERE c.id = $2), (SELECT COALESCE(v.vlo, '') FROM victims v WHERE v.id = $3), $17)");
    FIND = Statement::both("obligations.find", columns!("WHERE id = $1"));
    OF_EVENT = Statement::both("obligations.find_open_of_event",
        "SELECT o.id FROM obligations o JOIN events e ON e.id = o.event_id \
         WHERE e.source = $1 AND e.source_event_id = $2 AND o.state = 'open' ORDER BY o.id");
    OPEN_BY_VICTIM = Statement::both("obligations.list_open_by_victim", columns!("WHERE victim_id = $1 AND state = 'open' ORDER BY created_at, id"));
    // Obligations without a number come last: they are owed, but no clock says when.
    OPEN_BY_DUE = Statement::both("obligations.list_open",
        columns!("WHERE state = 'open' AND COALESCE(due_at, $1) < $1 ORDER BY COALESCE(due_at, 9223372036854775807), id LIMIT $2"));
    OPEN_ALL = Statement::both("obligations.list_open_all",
        columns!("WHERE state = 'open' ORDER BY COALESCE(due_at, 9223372036854775807), id LIMIT $1"));
    // There are 14 Areas; a shorter list is filled up with empty texts, which no case has.
    OPEN_IN = Statement::both("obligations.list_open_in",
        columns!("WHERE state = 'open' AND (COALESCE(due_at, 9223372036854775807), id) > ($1, $2) \
                  AND case_id IN (SELECT c.id FROM cases c WHERE c.area IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)) \
                  ORDER BY COALESCE(due_at, 9223372036854775807), id LIMIT $17"));
    // What the composer has not yet looked at: ours, with words to send, no draft, and nobody waited for.
    TO_DRAFT = Statement::both("obligations.list_to_draft",
        columns!("WHERE state = 'open' AND owner = 'cps' AND template_kind IS NOT NULL AND waiting_for IS NULL \
                  AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.obligation_id = obligations.id AND drafts.state <> 'void') \
                  ORDER BY COALESCE(due_at, 9223372036854775807), id LIMIT $1"));
    TO_DRAFT_IN_REACH = Statement::both("obligations.list_to_draft_in_reach",
        concat!(columns!("o WHERE o.state = 'open' AND o.owner = 'cps' AND o.template_kind IS NOT NULL AND o.waiting_for IS NULL \
                  AND NOT EXISTS (SELECT 1 FROM drafts WHERE drafts.obligation_id = o.id AND drafts.state <> 'void') AND "),
                in_scope!("o.area", "o.vlo", "o.victim_id"), " ORDER BY o.last_at, o.id LIMIT $1"));
    END = Statement::both("obligations.end",
        "UPDATE obligations SET state = $2, ended_by = $3, ended_why = $4, ended_at = $5, waiting_for = NULL WHERE id = $1 AND state = 'open'");
    ENDED_BY = Statement::both("obligations.list_discharged_by",
        columns!("WHERE victim_id = $1 AND state = 'discharged' AND ended_by = $2 ORDER BY created_at, id"));
    RAISED_BY = Statement::both("obligations.list_raised_by_answer",
        columns!("WHERE state = 'open' AND event_id IN (SELECT e.id FROM events e WHERE e.source = 'mailbox' AND e.source_event_id = $1) ORDER BY id"));
    REOPEN = Statement::both("obligations.reopen",
        "UPDATE obligations SET state = 'open', ended_by = NULL, ended_why = NULL, ended_at = NULL, waiting_for = $2 \
         WHERE id = $1 AND state = 'discharged'");
    WAIT = Statement::both("obligations.wait", "UPDATE obligations SET waiting_for = $2 WHERE id = $1 AND state = 'open'");
    LATEST = Statement::both("obligations.set_latest",
        "UPDATE obligations SET latest_at = $2, \
         last_at = CASE WHEN COALESCE(due_at, $2) < $2 THEN due_at ELSE $2 END WHERE id = $1 AND state = 'open'");
    MOVE = Statement::both("obligations.move",
        "UPDATE obligations SET due_at = $2, deadline = $3, enhanced = $4, moved_by_hand = $5, \
         last_at = CASE WHEN latest_at < COALESCE($2, 9223372036854775807) THEN latest_at \
         ELSE COALESCE($2, 9223372036854775807) END WHERE id = $1 AND state = 'open'");
    MOVE_ADD = Statement::both("obligation_moves.add",
        "INSERT INTO obligation_moves (obligation_id, moved_at, old_due_at, new_due_at, reason, moved_by) VALUES ($1, $2, $3, $4, $5, $6)");
    MOVES = Statement::both("obligation_moves.list",
        "SELECT moved_at, old_due_at, new_due_at, reason, moved_by FROM obligation_moves WHERE obligation_id = $1 ORDER BY moved_at");
    BY_RULE = Statement::both("obligations.count_by_rule", "SELECT rule, COUNT(*) FROM obligations GROUP BY rule ORDER BY rule");
    BY_STATE = Statement::both("obligations.count_by_state",
        "SELECT owner, state, COALESCE(waiting_for, ''), COUNT(*) FROM obligations GROUP BY owner, state, COALESCE(waiting_for, '') ORDER BY 1, 2, 3");
}

/// One obligation.
#[derive(Debug, Clone)]
pub struct ObligationRow {
    /// Its identifier.
    pub id: ObligationId,
    /// The case.
    pub case_id: CaseId,
    /// Whom it is owed to.
    pub victim_id: VictimId,
    /// The event that raised it.
    pub event_id: EventId,
    /// The rule's id in `config/victims-code.toml`.
    pub rule: String,
    /// The agency that owes it, kebab-case.
    pub owner: String,
    /// The kind of message that would discharge it, when it is ours to send.
    pub template_kind: Option<String>,
    /// Whether another person than the drafter has to approve.
    pub second_person: bool,
    /// What discharges it, kebab-case.
    pub discharge: String,
    /// `open`, `discharged`, `waived` or `lapsed`.
    pub state: String,
    /// When the clock started.
    pub clock_start_at: Timestamp,
    /// Whether the enhanced clock applies.
    pub enhanced: bool,
    /// The first due time: lateness is measured against it, whatever moved since.
    pub original_due_at: Option<Timestamp>,
    /// The due time now.
    pub due_at: Option<Timestamp>,
    /// After this the duty has lost its purpose (a meeting offer after the evidence).
    pub latest_at: Option<Timestamp>,
    /// `domain::deadline::Deadline` as JSON.
    pub deadline: Option<String>,
    /// Whom or what it waits for, kebab-case, when a person has to act.
    pub waiting_for: Option<String>,
    /// Who or what ended it.
    pub ended_by: Option<String>,
    /// Why, as a code.
    pub ended_why: Option<String>,
    /// When.
    pub ended_at: Option<Timestamp>,
    /// When it was raised.
    pub created_at: Timestamp,
    /// Whether a person moved its due time; then no rule and no holiday moves it again.
    pub moved_by_hand: bool,
}

/// One change of a due time.
#[derive(Debug, Clone)]
pub struct Move {
    /// When it was moved.
    pub moved_at: Timestamp,
    /// From.
    pub old_due_at: Option<Timestamp>,
    /// To.
    pub new_due_at: Option<Timestamp>,
    /// The reason, a code.
    pub reason: String,
    /// By whom.
    pub moved_by: String,
}

pub(crate) fn obligation(row: &Row) -> Result<ObligationRow> {
    Ok(ObligationRow {
        id: row.parsed(0, ObligationId::parse)?,
        case_id: row.parsed(1, CaseId::parse)?,
        victim_id: row.parsed(2, VictimId::parse)?,
        event_id: row.parsed(3, EventId::parse)?,
        rule: row.text(4)?,
        owner: row.text(5)?,
        template_kind: row.text_opt(6)?,
        second_person: row.flag(7)?,
        discharge: row.text(8)?,
        state: row.text(9)?,
        clock_start_at: row.at(10)?,
        enhanced: row.flag(11)?,
        original_due_at: row.at_opt(12)?,
        due_at: row.at_opt(13)?,
        latest_at: row.at_opt(14)?,
        deadline: row.text_opt(15)?,
        waiting_for: row.text_opt(16)?,
        ended_by: row.text_opt(17)?,
        ended_why: row.text_opt(18)?,
        ended_at: row.at_opt(19)?,
        created_at: row.at(20)?,
        moved_by_hand: row.flag(21)?,
    })
}

fn all(rows: &[Row]) -> Result<Vec<ObligationRow>> {
    rows.iter().map(obligation).collect()
}

/// No due time at all: behind every instant.
pub(crate) const NO_TIME: i64 = i64::MAX;

/// The due time or the last moment at which the duty makes sense, whichever comes first.
fn last_at(o: &ObligationRow) -> i64 {
    let both = [o.due_at, o.latest_at].into_iter().flatten().min();
    both.map_or(NO_TIME, Timestamp::as_microsecond)
}

/// Adds an open obligation; its original due time is its due time.
pub async fn add(tx: &mut Tx, o: &ObligationRow) -> Result<()> {
    let args = args![
        &o.id,
        &o.case_id,
        &o.victim_id,
        &o.event_id,
        &o.rule,
        &o.owner,
        &o.template_kind,
        o.second_person,
        &o.discharge,
        o.clock_start_at,
        o.enhanced,
        o.due_at,
        o.latest_at,
        &o.deadline,
        &o.waiting_for,
        o.created_at,
        last_at(o)
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The obligation with this identifier.
pub async fn find(tx: &mut Tx, id: &ObligationId) -> Result<Option<ObligationRow>> {
    tx.find(&FIND, args![id])
        .await?
        .as_ref()
        .map(obligation)
        .transpose()
}

/// The open obligation that an event raised, by the event's source and its identifier there.
pub async fn find_open_of_event(tx: &mut Tx, source: &str, own_id: &str) -> Result<Option<ObligationId>> {
    let row = tx.find(&OF_EVENT, args![source, own_id]).await?;
    row.map(|row| row.parsed(0, ObligationId::parse)).transpose()
}

/// What is open for a victim.
pub async fn list_open_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<ObligationRow>> {
    all(&tx.list(&OPEN_BY_VICTIM, args![victim]).await?)
}

/// What is open and due before an instant, soonest first; without an instant, everything that is open.
pub async fn list_open(tx: &mut Tx, before: Option<Timestamp>, most: u32) -> Result<Vec<ObligationRow>> {
    match before {
        Some(before) => all(&tx.list(&OPEN_BY_DUE, args![before, i64::from(most)]).await?),
        None => all(&tx.list(&OPEN_ALL, args![i64::from(most)]).await?),
    }
}

/// What is open in these Areas, soonest first, after a due time and identifier; what has no due time comes last.
pub async fn list_open_in(
    tx: &mut Tx,
    areas: &[String],
    after_us: i64,
    after_id: &str,
    most: u32,
) -> Result<Vec<ObligationRow>> {
    let mut args = vec![Arg::from(after_us), Arg::from(after_id)];
    let padded = areas.iter().map(String::as_str).chain(std::iter::repeat(""));
    args.extend(padded.take(AREAS).map(Arg::from));
    args.push(i64::from(most).into());
    all(&tx.list(&OPEN_IN, &args).await?)
}

/// What the composer has to look at next, soonest first.
pub async fn list_to_draft(tx: &mut Tx, most: u32) -> Result<Vec<ObligationRow>> {
    all(&tx.list(&TO_DRAFT, args![i64::from(most)]).await?)
}

/// The same of what somebody reaches.
pub async fn list_to_draft_in_reach(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<ObligationRow>> {
    let args = scope.args(Arg::from(i64::from(most)));
    all(&tx.list(&TO_DRAFT_IN_REACH, &args).await?)
}

/// Ends an open obligation: `state` is `discharged`, `waived` or `lapsed`; by whom or what, and why.
pub async fn end(
    tx: &mut Tx,
    id: &ObligationId,
    state: &str,
    by: &str,
    why: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute_one(&END, args![id, state, by, why, at]).await
}

/// Those owed to a victim that this message discharged.
pub async fn list_discharged_by(
    tx: &mut Tx,
    victim: &VictimId,
    message: &MessageId,
) -> Result<Vec<ObligationRow>> {
    all(&tx.list(&ENDED_BY, args![victim, message]).await?)
}

/// Those open that the arrival of this answer at an adviser's server raised.
pub async fn list_raised_by_answer(tx: &mut Tx, message: &MessageId) -> Result<Vec<ObligationRow>> {
    all(&tx.list(&RAISED_BY, args![message]).await?)
}

/// Takes a discharge back: what had counted as done was not.
pub async fn reopen(tx: &mut Tx, id: &ObligationId, waiting_for: &str) -> Result<()> {
    tx.execute_one(&REOPEN, args![id, waiting_for]).await
}

/// Says whom an open obligation waits for; `None` hands it back to the composer. False, and nothing changed,
/// when it has ended meanwhile.
pub async fn wait(tx: &mut Tx, id: &ObligationId, waiting_for: Option<&str>) -> Result<bool> {
    Ok(tx.execute(&WAIT, args![id, waiting_for]).await? == 1)
}

/// Sets the last moment at which an open obligation makes sense.
pub async fn set_latest(tx: &mut Tx, id: &ObligationId, at: Timestamp) -> Result<()> {
    tx.execute_one(&LATEST, args![id, at]).await
}

/// Moves the due time of an open obligation and keeps the old one; `by_hand` says that a person decided so.
pub async fn move_due(
    tx: &mut Tx,
    id: &ObligationId,
    to: Option<Timestamp>,
    deadline: Option<&str>,
    enhanced: bool,
    by_hand: bool,
    moved: &Move,
) -> Result<()> {
    tx.execute_one(&MOVE, args![id, to, deadline, enhanced, by_hand])
        .await?;
    let args = args![
        id,
        moved.moved_at,
        moved.old_due_at,
        moved.new_due_at,
        &moved.reason,
        &moved.moved_by
    ];
    tx.execute(&MOVE_ADD, args).await?;
    Ok(())
}

/// Every change of an obligation's due time, oldest first.
pub async fn list_moves(tx: &mut Tx, id: &ObligationId) -> Result<Vec<Move>> {
    let one = |row: &Row| {
        Ok(Move {
            moved_at: row.at(0)?,
            old_due_at: row.at_opt(1)?,
            new_due_at: row.at_opt(2)?,
            reason: row.text(3)?,
            moved_by: row.text(4)?,
        })
    };
    tx.list(&MOVES, args![id]).await?.iter().map(one).collect()
}

/// How many obligations each rule has raised.
pub async fn count_by_rule(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    tx.list(&BY_RULE, args![])
        .await?
        .iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// How many obligations stand how: owner, state, whom they wait for (empty when nobody), count.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(String, String, String, i64)>> {
    let one = |row: &Row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.int(3)?));
    tx.list(&BY_STATE, args![]).await?.iter().map(one).collect()
}
