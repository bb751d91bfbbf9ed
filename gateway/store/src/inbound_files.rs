//! Files that came with a message, from the moment they were taken.

use domain::id::{InboundId, VictimId};
use domain::mailbox::{FileKind, FileState};
use jiff::Timestamp;

use crate::arg::args;
use crate::statement::statements;
use crate::{Result, Row, Statement, Tx};

statements! {
    ADD = Statement::both("inbound_files.add",
        "INSERT INTO inbound_files (inbound_id, number, kind, bytes, state, tries, next_at, sealed) \
         VALUES ($1, $2, $3, $4, 'waiting', 0, $5, $6)");
    LIST = Statement::both("inbound_files.list",
        "SELECT inbound_id, number, kind, bytes, state FROM inbound_files WHERE inbound_id = $1 ORDER BY number");
    // Found by the victim too: a file is one of the message that stands in this victim's record.
    FIND_CLEAN = Statement::both("inbound_files.find_clean",
        "SELECT f.kind, i.received_at, f.sealed FROM inbound_files f JOIN inbound i ON i.id = f.inbound_id \
         WHERE f.inbound_id = $1 AND f.number = $2 AND i.victim_id = $3 AND i.state = 'filed' AND f.state = 'clean'");
    SEALED = Statement::both("inbound_files.find_sealed",
        "SELECT sealed FROM inbound_files WHERE inbound_id = $1 AND number = $2");
    SEAL_ANEW = Statement::both("inbound_files.seal_anew",
        "UPDATE inbound_files SET sealed = $3 WHERE inbound_id = $1 AND number = $2 AND state <> 'infected'");
    DUE = Statement::both("inbound_files.list_due",
        "SELECT f.inbound_id, f.number, f.tries, i.area, i.victim_id, f.sealed FROM inbound_files f JOIN inbound i ON i.id = f.inbound_id \
         WHERE f.state = 'waiting' AND f.next_at <= $1 ORDER BY f.next_at, f.inbound_id, f.number LIMIT 1");
    JUDGE = Statement::both("inbound_files.judge",
        "UPDATE inbound_files SET state = $3, judged_at = $4, next_at = NULL, tries = tries + 1 \
         WHERE inbound_id = $1 AND number = $2 AND state = 'waiting'");
    EMPTY = Statement::both("inbound_files.empty", "UPDATE inbound_files SET sealed = $3 WHERE inbound_id = $1 AND number = $2");
    PUT_OFF = Statement::both("inbound_files.put_off",
        "UPDATE inbound_files SET tries = tries + 1, next_at = $3 WHERE inbound_id = $1 AND number = $2 AND state = 'waiting'");
    COUNT = Statement::both("inbound_files.count_waiting", "SELECT COUNT(*) FROM inbound_files WHERE state = 'waiting'");
    REMOVE = Statement::both("inbound_files.remove", "DELETE FROM inbound_files WHERE inbound_id = $1");
}

/// A file that is taken.
#[derive(Debug)]
pub struct NewFile<'a> {
    /// The message.
    pub inbound: &'a InboundId,
    /// Its place among the message's files, from 1.
    pub number: i64,
    /// What it is.
    pub kind: FileKind,
    /// Its length in bytes.
    pub bytes: i64,
    /// When it may be scanned first.
    pub next_at: Timestamp,
    /// Its content, sealed.
    pub sealed: &'a [u8],
}

/// A file without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The message.
    pub inbound: InboundId,
    /// Its place among the message's files, from 1.
    pub number: i64,
    /// What it is.
    pub kind: FileKind,
    /// Its length in bytes.
    pub bytes: i64,
    /// How it stands.
    pub state: FileState,
}

/// A file that the scanner judged clean.
pub struct CleanRow {
    /// What it is.
    pub kind: FileKind,
    /// When its message came.
    pub received_at: Timestamp,
    /// Its content, sealed under the victim's key.
    pub sealed: Vec<u8>,
}

/// A file that waits for the scanner.
pub struct DueRow {
    /// The message.
    pub inbound: InboundId,
    /// Its place among the message's files.
    pub number: i64,
    /// How often there was no verdict.
    pub tries: i64,
    /// Whose mailbox the message came to.
    pub area: String,
    /// In whose record the message stands; none while it waits in quarantine.
    pub victim: Option<VictimId>,
    /// Its content, sealed.
    pub sealed: Vec<u8>,
}

fn kind(row: &Row, column: usize) -> Result<FileKind> {
    row.parsed(column, |word| FileKind::find(word).ok_or("no kind of file"))
}

fn file(row: &Row) -> Result<FileRow> {
    Ok(FileRow {
        inbound: row.parsed(0, InboundId::parse)?,
        number: row.int(1)?,
        kind: kind(row, 2)?,
        bytes: row.int(3)?,
        state: row.parsed(4, |word| FileState::find(word).ok_or("no state of a file"))?,
    })
}

/// Adds a file that waits for the scanner.
pub async fn add(tx: &mut Tx, new: &NewFile<'_>) -> Result<()> {
    let args = args![
        new.inbound,
        new.number,
        new.kind.as_str(),
        new.bytes,
        new.next_at,
        new.sealed
    ];
    tx.execute(&ADD, args).await?;
    Ok(())
}

/// The files of a message that were taken, in their order.
pub async fn list(tx: &mut Tx, inbound: &InboundId) -> Result<Vec<FileRow>> {
    tx.list(&LIST, args![inbound]).await?.iter().map(file).collect()
}

/// A file of a message in this victim's record that may be had.
pub async fn find_clean(
    tx: &mut Tx,
    inbound: &InboundId,
    number: i64,
    victim: &VictimId,
) -> Result<Option<CleanRow>> {
    let row = tx.find(&FIND_CLEAN, args![inbound, number, victim]).await?;
    let clean = |row: &Row| {
        Ok(CleanRow {
            kind: kind(row, 0)?,
            received_at: row.at(1)?,
            sealed: row.bytes(2)?,
        })
    };
    row.as_ref().map(clean).transpose()
}

/// The sealed content of a file.
pub async fn find_sealed(tx: &mut Tx, inbound: &InboundId, number: i64) -> Result<Option<Vec<u8>>> {
    let row = tx.find(&SEALED, args![inbound, number]).await?;
    row.map(|row| row.bytes(0)).transpose()
}

/// Keeps the content sealed under another key, unless it was found infected meanwhile and is gone.
pub async fn seal_anew(tx: &mut Tx, inbound: &InboundId, number: i64, sealed: &[u8]) -> Result<()> {
    tx.execute(&SEAL_ANEW, args![inbound, number, sealed]).await?;
    Ok(())
}

/// The file that has waited longest for the scanner.
pub async fn find_due(tx: &mut Tx, now: Timestamp) -> Result<Option<DueRow>> {
    let row = tx.find(&DUE, args![now]).await?;
    let due = |row: &Row| {
        Ok(DueRow {
            inbound: row.parsed(0, InboundId::parse)?,
            number: row.int(1)?,
            tries: row.int(2)?,
            area: row.text(3)?,
            victim: row.parsed_opt(4, VictimId::parse)?,
            sealed: row.bytes(5)?,
        })
    };
    row.as_ref().map(due).transpose()
}

/// Keeps what the scanner said, unless somebody else has; answers whether it was kept. Of an infected file nothing else is kept.
pub async fn judge(
    tx: &mut Tx,
    inbound: &InboundId,
    number: i64,
    (state, at): (FileState, Timestamp),
) -> Result<bool> {
    let judged = tx
        .execute(&JUDGE, args![inbound, number, state.as_str(), at])
        .await?;
    if judged > 0 && state == FileState::Infected {
        let nothing: &[u8] = &[];
        tx.execute(&EMPTY, args![inbound, number, nothing]).await?;
    }
    Ok(judged > 0)
}

/// Asks the scanner later about a file.
pub async fn put_off(tx: &mut Tx, inbound: &InboundId, number: i64, next_at: Timestamp) -> Result<()> {
    tx.execute(&PUT_OFF, args![inbound, number, next_at]).await?;
    Ok(())
}

/// How many files wait for the scanner.
pub async fn count_waiting(tx: &mut Tx) -> Result<i64> {
    let row = tx.find(&COUNT, &[]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Removes the files of a message that is nobody's.
pub async fn remove(tx: &mut Tx, inbound: &InboundId) -> Result<()> {
    tx.execute(&REMOVE, args![inbound]).await?;
    Ok(())
}
