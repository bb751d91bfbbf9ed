//! What an adviser who signed in may see: their own people, while the victim's consent holds, and those of a colleague for
//! whom they stand in (law 10; requirement B2). Every statement here begins with [`mine`]: nothing of anybody else is read.

use domain::id::{AccountId, AdviserId, InboundId, MessageId, ObligationId, ThreadId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

/// `$1` is the account, `$2` the present instant. `aa` is whose person it is, `a` the registration, `k` the consent.
macro_rules! mine {
    ($columns:literal, $join:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM adviser_accounts aa JOIN adviser_addresses x ON x.value_index = aa.value_index \
             JOIN advisers a ON a.id = x.adviser_id AND a.service = aa.service \
             JOIN consents k ON k.adviser_id = a.id JOIN victims v ON v.id = k.victim_id \
             JOIN cases c ON c.id = v.case_id ",
            $join,
            " WHERE (aa.account_id = $1 OR aa.account_id IN (SELECT o.absent FROM adviser_covers o \
             JOIN adviser_accounts me ON me.account_id = o.deputy AND me.service = o.service AND me.left_at IS NULL \
             WHERE o.deputy = $1 AND o.service = aa.service AND o.ended_at IS NULL AND o.from_at <= $2 AND o.until_at > $2)) \
             AND aa.left_at IS NULL AND a.from_at <= $2 AND (a.until_at IS NULL OR a.until_at > $2) \
             AND k.state = 'confirmed' AND k.revoked_at IS NULL AND k.given_at <= $2 \
             AND (k.until_at IS NULL OR k.until_at > $2) AND v.erased_at IS NULL \
             AND EXISTS (SELECT 1 FROM supporters s WHERE s.victim_id = v.id AND s.adviser_id = a.id AND s.ended_at IS NULL) ",
            $rest
        )
    };
}

statements! {
    PEOPLE = Statement::both("adviser.list_people",
        mine!("v.id, a.id, aa.account_id, c.area, k.scope, k.given_at, k.until_at", "", "ORDER BY v.id, CASE WHEN aa.account_id = $1 THEN 1 ELSE 0 END, k.given_at, a.id"));
    // Without whom a colleague is covered for: how many people somebody supports.
    OWN = Statement::both("adviser.list_own",
        mine!("v.id", "", "AND aa.account_id = $1 ORDER BY v.id"));
    PERSON = Statement::both("adviser.find_person",
        mine!("v.id, a.id, aa.account_id, c.area, k.scope, k.given_at, k.until_at", "", "AND v.id = $3 ORDER BY CASE WHEN aa.account_id = $1 THEN 0 ELSE 1 END, k.given_at DESC, a.id"));
    THREADS = Statement::both("adviser.list_threads",
        mine!("v.id, a.id, aa.account_id, c.area, k.scope, k.given_at, k.until_at, t.id, t.changed_at",
              "JOIN threads t ON t.victim_id = v.id AND t.adviser_id = a.id AND t.state = 'open'",
              "ORDER BY t.changed_at DESC, t.id LIMIT $3"));
    THREAD = Statement::both("adviser.find_thread",
        mine!("v.id, a.id, aa.account_id, c.area, k.scope, k.given_at, k.until_at, t.id, t.changed_at",
              "JOIN threads t ON t.victim_id = v.id AND t.adviser_id = a.id AND t.state = 'open'",
              "AND t.id = $3"));
    // What was written in a conversation: the duty of each message, the answer that arrived, and whether we still wait to
    // hear that the victim was told of it. Only for a conversation that [`THREAD`] found.
    TURNS = Statement::both("adviser.list_turns",
        "SELECT i.id, o.state, o.due_at, m.id, b.changed_at, m.approved_by, told.id FROM inbound i \
         LEFT JOIN events e ON e.source = 'mailbox' AND e.source_event_id = i.id \
         LEFT JOIN obligations o ON o.event_id = e.id \
         LEFT JOIN messages m ON m.obligation_id = o.id \
         AND EXISTS (SELECT 1 FROM outbox d WHERE d.message_id = m.id AND d.state = 'delivered') \
         LEFT JOIN outbox b ON b.message_id = m.id \
         LEFT JOIN events f ON f.source = 'mailbox' AND f.source_event_id = m.id \
         LEFT JOIN obligations told ON told.event_id = f.id AND told.state = 'open' \
         WHERE i.thread_id = $1 AND i.state = 'filed' ORDER BY i.received_at, i.id, b.changed_at, o.id");
    // What officers wrote there unasked, once it arrived.
    UPDATES = Statement::both("adviser.list_updates",
        "SELECT u.scope, m.id, b.changed_at, m.approved_by, told.id FROM adviser_updates u \
         JOIN events e ON e.source = 'mailbox' AND e.source_event_id = u.id JOIN obligations o ON o.event_id = e.id \
         JOIN messages m ON m.obligation_id = o.id JOIN outbox b ON b.message_id = m.id AND b.state = 'delivered' \
         LEFT JOIN events f ON f.source = 'mailbox' AND f.source_event_id = m.id \
         LEFT JOIN obligations told ON told.event_id = f.id AND told.state = 'open' \
         WHERE u.thread_id = $1 ORDER BY b.changed_at, m.id");
}

/// Somebody whom an adviser supports now.
#[derive(Debug, Clone)]
pub struct SupportRow {
    /// The victim.
    pub victim_id: VictimId,
    /// The registration that the consent names.
    pub adviser_id: AdviserId,
    /// Whose person: the reader's own account, or a colleague's.
    pub account_id: AccountId,
    /// The Area of the case.
    pub area: String,
    /// What the victim allowed, a JSON list.
    pub scope: String,
    /// When.
    pub given_at: Timestamp,
    /// Until when.
    pub until_at: Option<Timestamp>,
}

/// A conversation that an adviser may read.
#[derive(Debug, Clone)]
pub struct OpenThreadRow {
    /// About whom, and by which consent.
    pub support: SupportRow,
    /// Which.
    pub id: ThreadId,
    /// When something came into it last.
    pub changed_at: Timestamp,
}

/// A message of a conversation and its answer, or something that was written unasked.
#[derive(Debug, Clone)]
pub struct TurnRow {
    /// What the adviser wrote.
    pub inbound: Option<InboundId>,
    /// Under which part of the consent ours is read, a word of `domain::people::ConsentScope`.
    pub scope: String,
    /// Whether an answer is owed, and by when.
    pub owed: Option<(String, Option<Timestamp>)>,
    /// The answer that arrived: which, when, approved by whom.
    pub answer: Option<(MessageId, Timestamp, String)>,
    /// The duty to hear that the victim was told, while it is open.
    pub untold: Option<ObligationId>,
}

fn support(row: &Row) -> Result<SupportRow> {
    Ok(SupportRow {
        victim_id: row.parsed(0, VictimId::parse)?,
        adviser_id: row.parsed(1, AdviserId::parse)?,
        account_id: row.parsed(2, AccountId::parse)?,
        area: row.text(3)?,
        scope: row.text(4)?,
        given_at: row.at(5)?,
        until_at: row.at_opt(6)?,
    })
}

fn thread(row: &Row) -> Result<OpenThreadRow> {
    Ok(OpenThreadRow {
        support: support(row)?,
        id: row.parsed(7, ThreadId::parse)?,
        changed_at: row.at(8)?,
    })
}

fn turn(row: &Row) -> Result<TurnRow> {
    let answer = row.parsed_opt(3, MessageId::parse)?;
    Ok(TurnRow {
        inbound: Some(row.parsed(0, InboundId::parse)?),
        scope: "replies".to_owned(),
        owed: match row.text_opt(1)? {
            Some(state) => Some((state, row.at_opt(2)?)),
            None => None,
        },
        answer: match answer {
            Some(id) => Some((id, row.at(4)?, row.text(5)?)),
            None => None,
        },
        untold: row.parsed_opt(6, ObligationId::parse)?,
    })
}

fn update(row: &Row) -> Result<TurnRow> {
    Ok(TurnRow {
        inbound: None,
        scope: row.text(0)?,
        owed: None,
        answer: Some((row.parsed(1, MessageId::parse)?, row.at(2)?, row.text(3)?)),
        untold: row.parsed_opt(4, ObligationId::parse)?,
    })
}

/// Everybody whom an adviser supports now, one row for each consent; of one person, the reader's own and newest come last.
pub async fn list_people(tx: &mut Tx, account: &AccountId, now: Timestamp) -> Result<Vec<SupportRow>> {
    let rows = tx.list(&PEOPLE, args![account.as_str(), now]).await?;
    rows.iter().map(support).collect()
}

/// The people of an adviser's own, without those of a colleague, one row for each consent.
pub async fn list_own(tx: &mut Tx, account: &AccountId, now: Timestamp) -> Result<Vec<VictimId>> {
    let rows = tx.list(&OWN, args![account.as_str(), now]).await?;
    rows.iter().map(|row| row.parsed(0, VictimId::parse)).collect()
}

/// Somebody whom an adviser supports now: of several consents the reader's own, and the newest.
pub async fn find_person(
    tx: &mut Tx,
    account: &AccountId,
    now: Timestamp,
    victim: &VictimId,
) -> Result<Option<SupportRow>> {
    let found = tx.find(&PERSON, args![account.as_str(), now, victim]).await?;
    found.as_ref().map(support).transpose()
}

/// The conversations that an adviser may read, the one that changed last first.
pub async fn list_threads(
    tx: &mut Tx,
    account: &AccountId,
    now: Timestamp,
    most: u32,
) -> Result<Vec<OpenThreadRow>> {
    let rows = tx
        .list(&THREADS, args![account.as_str(), now, i64::from(most)])
        .await?;
    rows.iter().map(thread).collect()
}

/// One of them.
pub async fn find_thread(
    tx: &mut Tx,
    account: &AccountId,
    now: Timestamp,
    id: &ThreadId,
) -> Result<Option<OpenThreadRow>> {
    let found = tx.find(&THREAD, args![account.as_str(), now, id]).await?;
    found.as_ref().map(thread).transpose()
}

/// What was written in a conversation that was found before: first the adviser's with our answers, then ours unasked.
pub async fn list_turns(tx: &mut Tx, thread: &OpenThreadRow) -> Result<Vec<TurnRow>> {
    let turns = tx.list(&TURNS, args![&thread.id]).await?;
    let updates = tx.list(&UPDATES, args![&thread.id]).await?;
    turns.iter().map(turn).chain(updates.iter().map(update)).collect()
}
