//! Files that come with a message, where its Area allows them (requirement B10, attacks 8 and 10; decision 0027).
//!
//! **Invariant:** nobody gets a file that the scanner has not judged clean, nor one of a message that stands in no record.
//!
//! What a crash leaves: files come with their message or not at all; one whose scan was cut off waits and is scanned again.

mod read;
mod scan;

use domain::id::{InboundId, VictimId};
use domain::mailbox::{FileKind, FileState};
use mail::attachments::{Allowed, Refusal, Taken};
use mail::scanning::Scanner;
use store::inbound_files::{self, FileRow, NewFile};
use store::{Tx, mailboxes::InboundRow};
use vault::DataKey;

pub use read::FileContent;
pub use scan::Scanned;

use crate::receive_mail::Content;
use crate::{Error, Gateway, Result};

const TABLE: &str = "inbound_files";

/// How files are taken; which kinds, each Area says.
pub struct FileRules {
    /// The bounds; the kinds in it are replaced by the Area's.
    pub allowed: Allowed,
    /// Who looks through what is taken.
    pub scanner: Scanner,
}

/// A file that came with a message, without its content.
#[derive(Clone)]
pub struct FileRead {
    /// Its place among the message's files, from 1.
    pub number: usize,
    /// What the sender says it is.
    pub media_type: String,
    /// Its name, as the sender wrote it.
    pub name: String,
    /// Its length in bytes, as it came.
    pub bytes: usize,
    /// What became of it.
    pub standing: FileStanding,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStanding {
    /// The mailbox takes none.
    NotTaken,
    /// It was not taken, for this reason.
    Refused(Refusal),
    /// It was taken, is of this kind, and stands so.
    Taken(FileKind, FileState),
}

/// The files that a message names, and what became of each.
pub(crate) fn files_read(content: &Content, taken: &[FileRow]) -> Vec<FileRead> {
    let files = content.files.iter().zip(1..);
    let read = files.map(|(file, number)| {
        let row = taken.iter().find(|row| usize::try_from(row.number) == Ok(number));
        FileRead {
            number,
            media_type: file.media_type.clone(),
            name: file.name.reveal().to_owned(),
            bytes: file.bytes,
            standing: match (row, file.refused.as_deref().and_then(Refusal::find)) {
                (Some(row), _) => FileStanding::Taken(row.kind, row.state),
                (None, Some(refusal)) => FileStanding::Refused(refusal),
                (None, None) => FileStanding::NotTaken,
            },
        }
    });
    read.collect()
}

/// The cell in which a file is sealed.
fn cell(inbound: &InboundId, number: i64) -> String {
    format!("{inbound}/{number}")
}

impl Gateway {
    /// Keeps what was taken of a message that has just been stored.
    pub(crate) async fn keep_files(
        &self,
        tx: &mut Tx,
        row: &InboundRow,
        taken: &[std::result::Result<Taken, Refusal>],
    ) -> Result<()> {
        if taken.iter().all(std::result::Result::is_err) {
            return Ok(());
        }
        let key = self.key_of_mail(tx, &row.area, row.victim_id.as_ref()).await?;
        for (taken, number) in taken.iter().zip(1..) {
            let Ok(taken) = taken else { continue };
            let sealed = self.seal_bytes(&key, TABLE, &cell(&row.id, number), &taken.bytes)?;
            let new = NewFile {
                inbound: &row.id,
                number,
                kind: taken.kind,
                bytes: i64::try_from(taken.bytes.len()).map_err(|fault| Error::broken("file", fault))?,
                next_at: row.received_at,
                sealed: &sealed,
            };
            inbound_files::add(tx, &new).await?;
        }
        Ok(())
    }

    /// Seals the files of a message that leaves the quarantine under the key of the victim in whose record it stands now.
    pub(crate) async fn hand_on_files(&self, tx: &mut Tx, row: &InboundRow) -> Result<()> {
        if row.attachments == 0 {
            return Ok(());
        }
        let mailbox = self.mailbox_key(tx, &row.area).await?;
        let victim = self.key_of_mail(tx, &row.area, row.victim_id.as_ref()).await?;
        for file in inbound_files::list(tx, &row.id).await? {
            if file.state == FileState::Infected {
                continue;
            }
            let cell = cell(&row.id, file.number);
            let sealed = inbound_files::find_sealed(tx, &row.id, file.number).await?;
            let sealed = sealed.ok_or(Error::NotFound("file"))?;
            let bytes = Self::open_bytes(&mailbox, TABLE, &cell, &sealed)?;
            let sealed = self.seal_bytes(&victim, TABLE, &cell, &bytes)?;
            inbound_files::seal_anew(tx, &row.id, file.number, &sealed).await?;
        }
        Ok(())
    }

    /// The files of a message that were taken.
    pub(crate) async fn list_files(&self, tx: &mut Tx, row: &InboundRow) -> Result<Vec<FileRow>> {
        match row.attachments {
            0 => Ok(Vec::new()),
            _ => Ok(inbound_files::list(tx, &row.id).await?),
        }
    }

    /// The key that what came with a message is sealed under.
    async fn key_of_mail(&self, tx: &mut Tx, area: &str, victim: Option<&VictimId>) -> Result<DataKey> {
        match victim {
            Some(victim) => self.key(tx, victim.as_str()).await,
            None => self.mailbox_key(tx, area).await,
        }
    }
}
