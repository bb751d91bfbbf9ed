//! An officer, or the prosecutor who has the question, takes a file that came with a message.

use audit::entry::Act;
use domain::account::Role;
use domain::id::{InboundId, VictimId};
use domain::mailbox::FileKind;
use jiff::Timestamp;
use store::reach::Named;
use store::{inbound_files, referrals};
use zeroize::Zeroizing;

use super::{TABLE, cell};
use crate::entries::about_victim;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// A file with its content.
pub struct FileContent {
    /// What it is.
    pub kind: FileKind,
    /// When its message came.
    pub received_at: Timestamp,
    /// The content.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl Gateway {
    /// A file that the scanner judged clean, of a message in this victim's record. The reading is recorded before it is handed out.
    pub async fn read_file(
        &self,
        user: &str,
        (victim, inbound, number): (&VictimId, &InboundId, i64),
        reason: &str,
    ) -> Result<FileContent> {
        let staff = self.authorise(user, &[OFFICERS.as_slice(), &[Role::Prosecutor]].concat())?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        // What may be evidence is a prosecutor's; of anything else a prosecutor gets what an officer asks about.
        let is_evidence = self.find_evidence(&mut tx, victim, inbound).await?.is_some();
        let is_officer = OFFICERS.iter().any(|role| staff.roles.contains(role));
        let is_prosecutor = staff.roles.contains(&Role::Prosecutor);
        let may = if is_evidence {
            is_prosecutor
        } else {
            is_officer || referrals::find_asked(&mut tx, inbound, victim).await?.is_some()
        };
        if !may {
            return Err(Error::NotFound("file"));
        }
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = inbound_files::find_clean(&mut tx, inbound, number, &victim.row.id).await?;
        let row = row.ok_or(Error::NotFound("file"))?;
        let bytes = Self::open_bytes(&victim.key, TABLE, &cell(inbound, number), &row.sealed)?;
        let read = about_victim(self.now(), user, Act::Consultation, "file-read", &victim)?
            .with_reason(reason)
            .with_fact("inbound", inbound.as_str())
            .with_fact("file", number.to_string());
        tx.commit(&[read]).await?;
        Ok(FileContent {
            kind: row.kind,
            received_at: row.received_at,
            bytes,
        })
    }
}
