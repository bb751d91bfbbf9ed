//! Contacts: what was said or tried, either way, by any channel, with the fields of CPS's own application.

use domain::id::{CaseId, ContactId, MessageId, ObligationId, VictimId};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("contacts.add",
        "INSERT INTO contacts (id, case_id, victim_id, obligation_id, message_id, method, direction, person, result, informed, \
         informed_at, occurred_at, logged_at, logged_by, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)");
    LIST = Statement::both("contacts.list_by_victim",
        "SELECT id, case_id, victim_id, obligation_id, message_id, method, direction, person, result, informed, informed_at, \
         occurred_at, logged_at, logged_by, sealed FROM contacts WHERE victim_id = $1 ORDER BY occurred_at, id");
    // In the order in which they were written down: one that is written down late does not slip in behind a reader.
    PAGE = Statement::both("contacts.page_by_victim",
        "SELECT id, case_id, victim_id, obligation_id, message_id, method, direction, person, result, informed, informed_at, \
         occurred_at, logged_at, logged_by, sealed FROM contacts WHERE victim_id = $1 AND (logged_at, id) > ($2, $3) \
         ORDER BY logged_at, id LIMIT $4");
    COUNT = Statement::both("contacts.count", "SELECT COUNT(*) FROM contacts");
}

/// One contact.
#[derive(Debug, Clone)]
pub struct ContactRow {
    /// Its identifier.
    pub id: ContactId,
    /// The case.
    pub case_id: CaseId,
    /// The victim it was about.
    pub victim_id: VictimId,
    /// The duty behind it, if one is.
    pub obligation_id: Option<ObligationId>,
    /// The message, if it was one of ours.
    pub message_id: Option<MessageId>,
    /// `telephone-call`, `email`, `post`, `text-message`, `in-person`, `other`.
    pub method: String,
    /// `outbound` or `inbound`.
    pub direction: String,
    /// `victim`, `via-police`, `via-isva`, `via-idva`, `other`: who was actually reached.
    pub person: String,
    /// What came of it, a code.
    pub result: String,
    /// Whether the victim herself or himself was informed: never true because somebody else was (law 8).
    pub informed: bool,
    /// When the victim was informed, where that is known.
    pub informed_at: Option<Timestamp>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was written down.
    pub logged_at: Timestamp,
    /// By whom.
    pub logged_by: String,
    /// Notes and the words left as a message, sealed under the victim's key.
    pub sealed: Option<Vec<u8>>,
}

/// Adds a contact.
pub async fn add(tx: &mut Tx, c: &ContactRow) -> Result<()> {
    let args = args![
        &c.id,
        &c.case_id,
        &c.victim_id,
        c.obligation_id.as_ref(),
        c.message_id.as_ref(),
        &c.method,
        &c.direction,
        &c.person,
        &c.result,
        c.informed,
        c.informed_at,
        c.occurred_at,
        c.logged_at,
        &c.logged_by,
        &c.sealed
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// A victim's contacts, oldest first.
pub async fn list_by_victim(tx: &mut Tx, victim: &VictimId) -> Result<Vec<ContactRow>> {
    tx.list(&LIST, args![victim]).await?.iter().map(contact).collect()
}

/// The same in the order in which they were written down, after an instant (in microseconds since 1970 UTC) and identifier.
pub async fn page_by_victim(
    tx: &mut Tx,
    victim: &VictimId,
    (after_us, after_id): (i64, &str),
    most: u32,
) -> Result<Vec<ContactRow>> {
    let args = args![victim, after_us, after_id, i64::from(most)];
    tx.list(&PAGE, args).await?.iter().map(contact).collect()
}

fn contact(row: &Row) -> Result<ContactRow> {
    Ok(ContactRow {
        id: row.parsed(0, ContactId::parse)?,
        case_id: row.parsed(1, CaseId::parse)?,
        victim_id: row.parsed(2, VictimId::parse)?,
        obligation_id: row.parsed_opt(3, ObligationId::parse)?,
        message_id: row.parsed_opt(4, MessageId::parse)?,
        method: row.text(5)?,
        direction: row.text(6)?,
        person: row.text(7)?,
        result: row.text(8)?,
        informed: row.flag(9)?,
        informed_at: row.at_opt(10)?,
        occurred_at: row.at(11)?,
        logged_at: row.at(12)?,
        logged_by: row.text(13)?,
        sealed: row.bytes_opt(14)?,
    })
}

/// How many contacts there are.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    tx.find(&COUNT, args![]).await?.map_or(Ok(0), |row| row.int(0))
}
