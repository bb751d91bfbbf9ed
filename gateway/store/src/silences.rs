//! Silence: mailboxes without mail, answers that are late, victims without contact. Each spell is noticed once.

use domain::id::{ContactId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::reach::{Scope, in_scope};
use crate::statement::statements;
use crate::{Arg, Result, Row, Statement, Tx};

/// Microseconds of an hour: London's offset is a number of whole hours, so that an instant rounded down to the hour keeps its day.
const HOUR_US: i64 = 3_600_000_000;

/// Contacts in which the victim heard from us or we from her or him: no mere attempt, and nobody else unless the victim was informed.
macro_rules! in_contact {
    () => {
        "(k.informed = 1 OR (k.person = 'victim' AND (k.result IN ('answered', 'met', 'received', 'accepted') \
         OR (k.result = 'sent' AND k.method IN ('post', 'email')))))"
    };
}

/// An open duty to ask after a victim with whom there was contact since `$1`.
macro_rules! heard {
    () => {
        concat!(
            "o.state = 'open' AND o.rule LIKE 'HOUSE-SILENCE%' AND EXISTS \
             (SELECT 1 FROM contacts k WHERE k.victim_id = o.victim_id AND k.occurred_at >= $1 AND ",
            in_contact!(),
            ")"
        )
    };
}

statements! {
    ARRIVALS = Statement::both("inbound.list_arrivals",
        "SELECT DISTINCT received_at / $3 FROM inbound WHERE area = $1 AND received_at >= $2 ORDER BY 1");
    LAST = Statement::both("inbound.list_last_arrivals", "SELECT area, MAX(received_at) FROM inbound GROUP BY area ORDER BY area");
    ADD = Statement::both("mailbox_silences.add",
        "INSERT INTO mailbox_silences (area, since_at, usual_days, found_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (area, since_at) DO NOTHING");
    END = Statement::both("mailbox_silences.end",
        "UPDATE mailbox_silences SET ended_at = $3 WHERE area = $1 AND since_at < $2 AND ended_at IS NULL");
    OPEN = Statement::both("mailbox_silences.list_open",
        "SELECT area, since_at, usual_days, found_at FROM mailbox_silences WHERE ended_at IS NULL ORDER BY area, since_at");
    UNANSWERED = Statement::both("late_answers.list_new",
        "SELECT o.id FROM obligations o JOIN events e ON e.id = o.event_id \
         WHERE o.state = 'open' AND o.last_at < $1 AND o.due_at < $1 AND e.source = 'mailbox' AND e.kind = 'adviser-message' \
         AND NOT EXISTS (SELECT 1 FROM late_answers l WHERE l.obligation_id = o.id) ORDER BY o.due_at, o.id LIMIT $2");
    ADD_LATE = Statement::both("late_answers.add",
        "INSERT INTO late_answers (obligation_id, found_at) VALUES ($1, $2) ON CONFLICT (obligation_id) DO NOTHING");
    LATE = Statement::both("late_answers.list",
        concat!("SELECT o.id, o.victim_id, o.urn, o.area, o.vlo, o.due_at FROM late_answers l \
                 JOIN obligations o ON o.id = l.obligation_id WHERE o.state = 'open' AND ",
                in_scope!("o.area", "o.vlo", "o.victim_id"), " ORDER BY o.due_at, o.id LIMIT $1"));
    SILENT = Statement::both("victims.list_silent",
        concat!("SELECT v.id, v.standing, COALESCE((SELECT MAX(k.occurred_at) FROM contacts k WHERE k.victim_id = v.id AND ",
                in_contact!(), "), v.created_at) FROM victims v JOIN cases c ON c.id = v.case_id \
                 WHERE v.id > $1 AND v.created_at < $2 AND v.erased_at IS NULL AND c.closed_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM contacts k WHERE k.victim_id = v.id AND k.occurred_at >= $2 AND ", in_contact!(), ") \
                 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.victim_id = v.id AND e.kind = 'no-contact' AND e.occurred_at > \
                 COALESCE((SELECT MAX(k.occurred_at) FROM contacts k WHERE k.victim_id = v.id AND ", in_contact!(), "), v.created_at)) \
                 ORDER BY v.id LIMIT $3"));
    HEARD = Statement::both("obligations.list_heard",
        concat!("SELECT DISTINCT o.victim_id FROM obligations o WHERE ", heard!(), " ORDER BY 1"));
    HEARD_OF = Statement::both("obligations.list_heard_of",
        concat!("SELECT o.id, (SELECT k.id FROM contacts k WHERE k.victim_id = o.victim_id AND k.occurred_at >= $1 AND ",
                in_contact!(), " ORDER BY k.occurred_at DESC, k.id LIMIT 1) FROM obligations o \
                 WHERE o.victim_id = $2 AND ", heard!(), " ORDER BY o.id"));
}

/// A spell in which no mail came to a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceRow {
    /// The Area.
    pub area: String,
    /// When the last message had come.
    pub since_at: Timestamp,
    /// Working days that were usual at most.
    pub usual_days: i64,
    /// When it was noticed.
    pub found_at: Timestamp,
}

/// An answer to an adviser that is so late that the manager was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateRow {
    /// The duty.
    pub obligation_id: ObligationId,
    /// About whom.
    pub victim_id: VictimId,
    /// The case.
    pub urn: String,
    /// Its Area.
    pub area: String,
    /// The officer's user name; empty for nobody.
    pub vlo: String,
    /// When it was due.
    pub due_at: Timestamp,
}

/// A victim without contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilentRow {
    /// Whom.
    pub victim_id: VictimId,
    /// What she or he wants to hear, as JSON.
    pub standing: String,
    /// Since when: the last contact, or the beginning.
    pub since_at: Timestamp,
}

/// The hours in which mail came to a mailbox since an instant, earliest first.
pub async fn list_arrivals(tx: &mut Tx, area: &str, since: Timestamp) -> Result<Vec<Timestamp>> {
    let rows = tx.list(&ARRIVALS, args![area, since, HOUR_US]).await?;
    let hours = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
    Ok(hours
        .into_iter()
        .filter_map(|hour| Timestamp::from_microsecond(hour.saturating_mul(HOUR_US)).ok())
        .collect())
}

/// When the last message came, for each Area that ever had one.
pub async fn list_last(tx: &mut Tx) -> Result<Vec<(String, Timestamp)>> {
    let rows = tx.list(&LAST, &[]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.at(1)?))).collect()
}

/// Notices a spell; false when it was noticed before.
pub async fn add(tx: &mut Tx, row: &SilenceRow) -> Result<bool> {
    let args = args![&row.area, row.since_at, row.usual_days, row.found_at];
    Ok(tx.execute(&ADD, args).await? == 1)
}

/// Ends the spells of a mailbox that began before its last message; answers how many.
pub async fn end(tx: &mut Tx, area: &str, last: Timestamp, at: Timestamp) -> Result<u64> {
    tx.execute(&END, args![area, last, at]).await
}

/// The spells that go on.
pub async fn list_open(tx: &mut Tx) -> Result<Vec<SilenceRow>> {
    let one = |row: &Row| {
        Ok(SilenceRow {
            area: row.text(0)?,
            since_at: row.at(1)?,
            usual_days: row.int(2)?,
            found_at: row.at(3)?,
        })
    };
    tx.list(&OPEN, &[]).await?.iter().map(one).collect()
}

/// Duties to answer an adviser that were due before an instant, of which nobody was told yet.
pub async fn list_unanswered(tx: &mut Tx, due_before: Timestamp, most: u32) -> Result<Vec<ObligationId>> {
    let rows = tx.list(&UNANSWERED, args![due_before, i64::from(most)]).await?;
    rows.iter()
        .map(|row| row.parsed(0, ObligationId::parse))
        .collect()
}

/// Notices that an answer is late; false when that was noticed before.
pub async fn add_late(tx: &mut Tx, id: &ObligationId, at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&ADD_LATE, args![id, at]).await? == 1)
}

/// Late answers in reach that nobody has given yet, the latest first.
pub async fn list_late(tx: &mut Tx, scope: &Scope, most: u32) -> Result<Vec<LateRow>> {
    let one = |row: &Row| {
        Ok(LateRow {
            obligation_id: row.parsed(0, ObligationId::parse)?,
            victim_id: row.parsed(1, VictimId::parse)?,
            urn: row.text(2)?,
            area: row.text(3)?,
            vlo: row.text(4)?,
            due_at: row.at(5)?,
        })
    };
    let args = scope.args(Arg::from(i64::from(most)));
    tx.list(&LATE, &args).await?.iter().map(one).collect()
}

/// Victims of open cases without contact since an instant whose silence was not noticed yet, behind a victim by id.
pub async fn list_silent(tx: &mut Tx, after: &str, since: Timestamp, most: u32) -> Result<Vec<SilentRow>> {
    let one = |row: &Row| {
        Ok(SilentRow {
            victim_id: row.parsed(0, VictimId::parse)?,
            standing: row.text(1)?,
            since_at: row.at(2)?,
        })
    };
    let args = args![after, since, i64::from(most)];
    tx.list(&SILENT, args).await?.iter().map(one).collect()
}

/// Victims who are to be asked after and with whom there was contact since an instant.
pub async fn list_heard(tx: &mut Tx, since: Timestamp) -> Result<Vec<VictimId>> {
    let rows = tx.list(&HEARD, args![since]).await?;
    rows.iter().map(|row| row.parsed(0, VictimId::parse)).collect()
}

/// Open duties to ask after this victim when there was contact since an instant, and the contact.
pub async fn list_heard_of(
    tx: &mut Tx,
    since: Timestamp,
    victim: &VictimId,
) -> Result<Vec<(ObligationId, ContactId)>> {
    let rows = tx.list(&HEARD_OF, args![since, victim]).await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.parsed(0, ObligationId::parse)?,
                row.parsed(1, ContactId::parse)?,
            ))
        })
        .collect()
}
