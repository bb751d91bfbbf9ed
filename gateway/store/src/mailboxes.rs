//! What came to the mailboxes, filed or in quarantine.

use domain::id::{AdviserId, CaseId, DraftId, InboundId, MessageId, ObligationId, ThreadId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

macro_rules! columns {
    ($rest:expr) => {
        concat!(
            "SELECT i.id, i.area, i.state, i.reason, i.case_id, i.victim_id, i.adviser_id, i.thread_id, i.received_at, \
             i.decided_at, i.decided_by, i.decided_why, i.attachments, i.sealed FROM inbound i ",
            $rest
        )
    };
}

statements! {
    ADD = Statement::both("inbound.add",
        "INSERT INTO inbound (id, digest, area, state, reason, case_id, victim_id, adviser_id, thread_id, received_at, attachments, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (digest) DO NOTHING");
    // Nobody owns what waits in quarantine: it is the Area's, whose officers and manager see it.
    WAITING = Statement::both("inbound.list_quarantined",
        concat!(columns!("WHERE i.state = $1 AND "), in_scope!("i.area", "''", "''"),
                " ORDER BY i.received_at, i.id LIMIT $22"));
    FIND_WAITING = Statement::both("inbound.find_quarantined",
        concat!(columns!("WHERE i.id = $1 AND i.state = 'quarantined' AND "), in_scope!("i.area", "''", "''")));
    FILED = Statement::both("inbound.list_filed",
        concat!(columns!("JOIN victims v ON v.id = i.victim_id WHERE i.state = 'filed' AND i.received_at <= $1 AND "),
                in_scope!("i.area", "COALESCE(v.vlo, '')", "v.id"), " ORDER BY i.received_at DESC, i.id LIMIT $22"));
    THREAD = Statement::both("inbound.list_by_thread", columns!("WHERE i.thread_id = $1 AND i.state = 'filed' ORDER BY i.received_at, i.id"));
    VICTIM = Statement::both("inbound.list_by_victim", columns!("WHERE i.victim_id = $1 AND i.state = 'filed' ORDER BY i.received_at, i.id"));
    // The event of a filed message bears the message's identifier; the duty to answer hangs on the event.
    OF_DUTY = Statement::both("inbound.find_by_obligation",
        columns!("JOIN events e ON e.source = 'mailbox' AND e.source_event_id = i.id \
                  JOIN obligations o ON o.event_id = e.id WHERE o.id = $1"));
    FIND_FILED = Statement::both("inbound.find_filed",
        columns!("WHERE i.id = $1 AND i.victim_id = $2 AND i.state = 'filed'"));
    DUTIES = Statement::both("inbound.list_duties",
        "SELECT i.id, o.id, o.state, o.due_at, d.id, m.id FROM inbound i \
         JOIN events e ON e.source = 'mailbox' AND e.source_event_id = i.id JOIN obligations o ON o.event_id = e.id \
         LEFT JOIN drafts d ON d.obligation_id = o.id AND d.state <> 'void' LEFT JOIN messages m ON m.draft_id = d.id \
         WHERE i.victim_id = $1 ORDER BY i.received_at, o.id");
    FILE = Statement::both("inbound.file",
        "UPDATE inbound SET state = 'filed', case_id = $2, victim_id = $3, adviser_id = $4, thread_id = $5, sealed = $6, \
         decided_at = $7, decided_by = $8, decided_why = $9 WHERE id = $1 AND state = 'quarantined'");
    REJECT = Statement::both("inbound.reject",
        "UPDATE inbound SET state = 'rejected', decided_at = $2, decided_by = $3, decided_why = $4 \
         WHERE id = $1 AND state = 'quarantined'");
    REJECTED = Statement::both("inbound.list_rejected",
        "SELECT id, area FROM inbound WHERE state = 'rejected' AND decided_at < $1 AND LENGTH(sealed) > 0 ORDER BY decided_at, id LIMIT $2");
    EMPTY = Statement::both("inbound.empty", "UPDATE inbound SET sealed = $2 WHERE id = $1 AND state = 'rejected'");
    COUNT = Statement::both("inbound.count",
        "SELECT area, state, COALESCE(reason, ''), COUNT(*), MAX(received_at) FROM inbound GROUP BY area, state, COALESCE(reason, '') ORDER BY 1, 2, 3");
}

/// A message that came in.
#[derive(Debug, Clone)]
pub struct InboundRow {
    /// Its identifier.
    pub id: InboundId,
    /// Whose mailbox.
    pub area: String,
    /// `filed`, `quarantined` or `rejected`.
    pub state: String,
    /// Why it was put in quarantine, a word of `domain::mailbox::Reason`.
    pub reason: Option<String>,
    /// The case it was filed under.
    pub case_id: Option<CaseId>,
    /// The victim.
    pub victim_id: Option<VictimId>,
    /// The adviser.
    pub adviser_id: Option<AdviserId>,
    /// The conversation.
    pub thread_id: Option<ThreadId>,
    /// When it came.
    pub received_at: Timestamp,
    /// When a person decided about it.
    pub decided_at: Option<Timestamp>,
    /// Who.
    pub decided_by: Option<String>,
    /// Why, a code.
    pub decided_why: Option<String>,
    /// Files that came with it.
    pub attachments: i64,
    /// What it holds, sealed under the victim's key or, while it was never filed, the mailbox's.
    pub sealed: Vec<u8>,
}

/// The duty to answer a filed message, and what was done for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    /// The message.
    pub inbound: InboundId,
    /// The duty.
    pub obligation: ObligationId,
    /// `open`, `discharged`, ...
    pub state: String,
    /// By when an answer is owed.
    pub due_at: Option<Timestamp>,
    /// The draft of the answer, unless it is void.
    pub draft: Option<DraftId>,
    /// The answer, once approved.
    pub message: Option<MessageId>,
}

/// How many messages of an Area stand how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRow {
    /// The Area.
    pub area: String,
    /// `filed`, `quarantined` or `rejected`.
    pub state: String,
    /// Why it was put in quarantine; empty for none.
    pub reason: String,
    /// How many.
    pub count: i64,
    /// When the last of them came.
    pub last_at: Timestamp,
}

fn inbound(row: &Row) -> Result<InboundRow> {
    Ok(InboundRow {
        id: row.parsed(0, InboundId::parse)?,
        area: row.text(1)?,
        state: row.text(2)?,
        reason: row.text_opt(3)?,
        case_id: row.parsed_opt(4, CaseId::parse)?,
        victim_id: row.parsed_opt(5, VictimId::parse)?,
        adviser_id: row.parsed_opt(6, AdviserId::parse)?,
        thread_id: row.parsed_opt(7, ThreadId::parse)?,
        received_at: row.at(8)?,
        decided_at: row.at_opt(9)?,
        decided_by: row.text_opt(10)?,
        decided_why: row.text_opt(11)?,
        attachments: row.int(12)?,
        sealed: row.bytes(13)?,
    })
}

fn all(rows: &[Row]) -> Result<Vec<InboundRow>> {
    rows.iter().map(inbound).collect()
}

/// Adds a message; false when it is here already, whichever way it came.
pub async fn add(tx: &mut Tx, row: &InboundRow, digest: &[u8; 32]) -> Result<bool> {
    let args = args![
        &row.id,
        digest,
        &row.area,
        &row.state,
        &row.reason,
        row.case_id.as_ref(),
        row.victim_id.as_ref(),
        row.adviser_id.as_ref(),
        row.thread_id.as_ref(),
        row.received_at,
        row.attachments,
        &row.sealed
    ];
    Ok(tx.execute(&ADD, args).await? == 1)
}

/// What waits in quarantine for this person, oldest first.
pub async fn list_quarantined(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<InboundRow>> {
    let mut args = scope.args("quarantined".into());
    args.push(i64::from(most).into());
    all(&tx.list(&WAITING, &args).await?)
}

/// One message in quarantine, if it waits for this person.
pub async fn find_quarantined(tx: &mut Tx, scope: &Scope, id: &InboundId) -> Result<Option<InboundRow>> {
    let found = tx.find(&FIND_WAITING, &scope.args(Arg::from(id))).await?;
    found.as_ref().map(inbound).transpose()
}

/// What was filed for people in reach up to this moment, newest first.
pub async fn list_filed(tx: &mut Tx, scope: &Scope, until: Timestamp, most: u32) -> Result<Vec<InboundRow>> {
    let mut args = scope.args(until.into());
    args.push(i64::from(most).into());
    all(&tx.list(&FILED, &args).await?)
}

/// The message that a duty owes an answer to.
pub async fn find_by_obligation(tx: &mut Tx, id: &ObligationId) -> Result<Option<InboundRow>> {
    tx.find(&OF_DUTY, args![id])
        .await?
        .as_ref()
        .map(inbound)
        .transpose()
}

/// A message in this victim's file.
pub async fn find_filed(tx: &mut Tx, id: &InboundId, victim: &VictimId) -> Result<Option<InboundRow>> {
    tx.find(&FIND_FILED, args![id, victim])
        .await?
        .as_ref()
        .map(inbound)
        .transpose()
}

/// The duties to answer what stands in a victim's file, oldest message first.
pub async fn list_duties(tx: &mut Tx, victim: &VictimId) -> Result<Vec<DutyRow>> {
    let one = |row: &Row| {
        Ok(DutyRow {
            inbound: row.parsed(0, InboundId::parse)?,
            obligation: row.parsed(1, ObligationId::parse)?,
            state: row.text(2)?,
            due_at: row.at_opt(3)?,
            draft: row.parsed_opt(4, DraftId::parse)?,
            message: row.parsed_opt(5, MessageId::parse)?,
        })
    };
    tx.list(&DUTIES, args![victim]).await?.iter().map(one).collect()
}

/// The messages of a conversation, oldest first.
pub async fn list_by_thread(tx: &mut Tx, thread: &ThreadId) -> Result<Vec<InboundRow>> {
    all(&tx.list(&THREAD, args![thread]).await?)
}

/// The messages about a victim, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<InboundRow>> {
    all(&tx.list(&VICTIM, args![victim]).await?)
}

/// Files what waited in quarantine; `row` holds where, by whom, why, and the content sealed anew.
pub async fn file(tx: &mut Tx, row: &InboundRow) -> Result<()> {
    let args = args![
        &row.id,
        row.case_id.as_ref(),
        row.victim_id.as_ref(),
        row.adviser_id.as_ref(),
        row.thread_id.as_ref(),
        &row.sealed,
        row.decided_at,
        &row.decided_by,
        &row.decided_why
    ];
    tx.execute_one(&FILE, args).await
}

/// Ends the wait of a message that is nobody's.
pub async fn reject(tx: &mut Tx, id: &InboundId, at: Timestamp, by: &str, why: &str) -> Result<()> {
    tx.execute_one(&REJECT, args![id, at, by, why]).await
}

/// Every mailbox, counted.
pub async fn count(tx: &mut Tx) -> Result<Vec<CountRow>> {
    let one = |row: &Row| {
        Ok(CountRow {
            area: row.text(0)?,
            state: row.text(1)?,
            reason: row.text(2)?,
            count: row.int(3)?,
            last_at: row.at(4)?,
        })
    };
    tx.list(&COUNT, &[]).await?.iter().map(one).collect()
}

/// Rejected messages whose words are still there, decided before this moment: each with its Area's code.
pub async fn list_rejected(tx: &mut Tx, before: Timestamp, most: u32) -> Result<Vec<(InboundId, String)>> {
    let rows = tx.list(&REJECTED, args![before, i64::from(most)]).await?;
    let one = |row: &Row| Ok((row.parsed(0, InboundId::parse)?, row.text(1)?));
    rows.iter().map(one).collect()
}

/// Takes the words of a rejected message away.
pub async fn empty(tx: &mut Tx, id: &InboundId) -> Result<()> {
    let nothing: &[u8] = &[];
    tx.execute_one(&EMPTY, args![id, nothing]).await
}
