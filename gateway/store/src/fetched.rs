//! What was found in mailboxes hosted elsewhere, message by message, and how the fetching of each stands.

use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Error, Result, Row, Statement, Tx};

statements! {
    FIND = Statement::both("fetched_mailboxes.find",
        "SELECT area, uid_validity, settled, checked_at, unheld, fault, fault_at FROM fetched_mailboxes WHERE area = $1");
    LIST = Statement::both("fetched_mailboxes.list",
        "SELECT area, uid_validity, settled, checked_at, unheld, fault, fault_at FROM fetched_mailboxes ORDER BY area");
    SAVE = Statement::both("fetched_mailboxes.save",
        "INSERT INTO fetched_mailboxes (area, uid_validity, settled, checked_at, unheld, fault, fault_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (area) DO UPDATE SET uid_validity = excluded.uid_validity, \
         settled = excluded.settled, checked_at = excluded.checked_at, unheld = excluded.unheld, fault = excluded.fault, \
         fault_at = excluded.fault_at");
    MESSAGES = Statement::both("fetched.list", "SELECT uid, state, first_at FROM fetched WHERE area = $1 AND uid_validity = $2");
    FIRST = Statement::both("fetched.first_seen",
        "INSERT INTO fetched (area, uid_validity, uid, state, first_at) VALUES ($1, $2, $3, 'waiting', $4) \
         ON CONFLICT (area, uid_validity, uid) DO NOTHING");
    SET = Statement::both("fetched.set_state", "UPDATE fetched SET state = $4 WHERE area = $1 AND uid_validity = $2 AND uid = $3");
    FORGET = Statement::both("fetched.forget_others", "DELETE FROM fetched WHERE area = $1 AND uid_validity <> $2");
    COUNT = Statement::both("fetched.count",
        "SELECT state, COUNT(*), MIN(first_at) FROM fetched WHERE area = $1 AND uid_validity = $2 GROUP BY state ORDER BY state");
}

/// How the fetching of an Area's mailbox stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedMailbox {
    /// The Area's code.
    pub area: String,
    /// Which numbering of messages the rows are of (RFC 9051 section 2.3.1.1).
    pub uid_validity: u32,
    /// Whether every message of this numbering was taken or refused once; before that the server's marks count for nothing.
    pub settled: bool,
    /// When the folder was last looked at to the end.
    pub checked_at: Option<Timestamp>,
    /// Messages marked there as taken that never came in.
    pub unheld: i64,
    /// What did not work at the last try, a code; none when it worked.
    pub fault: Option<String>,
    /// Since when it does not work.
    pub fault_at: Option<Timestamp>,
}

/// One message of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedMessage {
    /// Its number there.
    pub uid: u32,
    /// `waiting`, `taken`, `refused`, `gone` (deleted there after we took or refused it) or `lost` (before).
    pub state: String,
    /// When we saw it first.
    pub first_at: Timestamp,
}

fn number(row: &Row, i: usize) -> Result<u32> {
    u32::try_from(row.int(i)?).map_err(|fault| Error::Impossible {
        table: "fetched",
        column: "uid",
        fault: fault.to_string(),
    })
}

fn mailbox(row: &Row) -> Result<FetchedMailbox> {
    Ok(FetchedMailbox {
        area: row.text(0)?,
        uid_validity: number(row, 1)?,
        settled: row.flag(2)?,
        checked_at: row.at_opt(3)?,
        unheld: row.int(4)?,
        fault: row.text_opt(5)?,
        fault_at: row.at_opt(6)?,
    })
}

/// How the fetching of this Area's mailbox stands; none before the first try.
pub async fn find(tx: &mut Tx, area: &str) -> Result<Option<FetchedMailbox>> {
    tx.find(&FIND, args![area])
        .await?
        .as_ref()
        .map(mailbox)
        .transpose()
}

/// All of them.
pub async fn list(tx: &mut Tx) -> Result<Vec<FetchedMailbox>> {
    tx.list(&LIST, args![]).await?.iter().map(mailbox).collect()
}

/// Keeps how it stands.
pub async fn save(tx: &mut Tx, row: &FetchedMailbox) -> Result<()> {
    let args = args![
        &row.area,
        i64::from(row.uid_validity),
        row.settled,
        row.checked_at,
        row.unheld,
        &row.fault,
        row.fault_at
    ];
    tx.execute(&SAVE, args).await?;
    Ok(())
}

/// Every message that was seen under this numbering.
pub async fn list_messages(tx: &mut Tx, area: &str, uid_validity: u32) -> Result<Vec<FetchedMessage>> {
    let rows = tx.list(&MESSAGES, args![area, i64::from(uid_validity)]).await?;
    let one = |row: &Row| {
        Ok(FetchedMessage {
            uid: number(row, 0)?,
            state: row.text(1)?,
            first_at: row.at(2)?,
        })
    };
    rows.iter().map(one).collect()
}

/// Notes a message that is seen for the first time.
pub async fn add(tx: &mut Tx, area: &str, (uid_validity, uid): (u32, u32), at: Timestamp) -> Result<()> {
    let args = args![area, i64::from(uid_validity), i64::from(uid), at];
    tx.execute(&FIRST, args).await?;
    Ok(())
}

/// Notes what became of a message.
pub async fn set(tx: &mut Tx, area: &str, (uid_validity, uid): (u32, u32), state: &str) -> Result<()> {
    let args = args![area, i64::from(uid_validity), i64::from(uid), state];
    tx.execute_one(&SET, args).await
}

/// Forgets what was seen under other numberings, which nothing can be held against any more.
pub async fn forget_others(tx: &mut Tx, area: &str, uid_validity: u32) -> Result<()> {
    tx.execute(&FORGET, args![area, i64::from(uid_validity)]).await?;
    Ok(())
}

/// How many messages stand how under this numbering, and since when the first of them.
pub async fn count(tx: &mut Tx, area: &str, uid_validity: u32) -> Result<Vec<(String, i64, Timestamp)>> {
    let rows = tx.list(&COUNT, args![area, i64::from(uid_validity)]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?, row.at(2)?)))
        .collect()
}
