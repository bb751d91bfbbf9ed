//! Mail is fetched from a mailbox that is hosted elsewhere, and the server's count is held against ours.
//!
//! **Invariant:** a message is marked there only once it is durable here with its entry and its row, so that a mark without a
//! row is somebody else's.
//! **Invariant:** the Area is that of the configuration; what a message says of whom it is for is not read.
//!
//! What a crash leaves: a message that is stored and not marked; it is taken again, and is the same one by its digest.

mod standing;

use std::collections::BTreeMap;

use audit::entry::Act;
use domain::area::AreaCode;
use mail::fetching::{Failure, Folder, Letter, Look};
use mail::receiving::Received;
use store::fetched::{self, FetchedMailbox};

use standing::{Compared, GONE, LOST, REFUSED, TAKEN, WAITING, compare};
pub use standing::{FetchStanding, Gap};

use crate::entries::entry;
use crate::receive_mail::{WORKER, say};
use crate::{Error, Gateway, Result};

/// After so many messages in a row that could not be stored, storing does not work; the rest waits for the next round.
const FAILED_MAX: u32 = 3;

/// Why a round did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum FetchFault {
    /// The mailbox's server.
    #[error("{0}")]
    Mailbox(#[from] Failure),
    /// Ours.
    #[error("{0}")]
    House(#[from] Error),
}

impl From<store::Error> for FetchFault {
    fn from(fault: store::Error) -> Self {
        Self::House(fault.into())
    }
}

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Messages that were stored, or were here before.
    pub taken: u32,
    /// Messages that were larger than what is taken.
    pub refused: u32,
    /// Messages that could not be stored now.
    pub failed: u32,
    /// Messages that were deleted there since the last round, after we took or refused them.
    pub gone: usize,
}

impl Gateway {
    /// Takes what is new in a folder, marks it there, and counts.
    ///
    /// # Errors
    /// The server, or our own store; what was taken until then stays taken.
    pub async fn fetch_round(
        &self,
        area: &AreaCode,
        folder: &mut Folder,
    ) -> std::result::Result<Fetched, FetchFault> {
        let address = self.mailbox_address(area)?;
        let (area, validity) = (area.as_str(), folder.uid_validity());
        let mut standing = self.standing_of(area, validity).await?;
        let look = folder.look().await?;
        let found = self.note_look(&standing, &look).await?;
        let mut done = Fetched {
            gone: found.gone.len(),
            ..Fetched::default()
        };
        let mut in_a_row = 0;
        for uid in &found.take {
            match folder.read(*uid).await? {
                // The next look tells what that means.
                Letter::Gone => {}
                Letter::TooLarge(bytes) => {
                    self.note_too_large(area, (validity, *uid), bytes).await?;
                    folder.mark_refused(*uid).await?;
                    done.refused += 1;
                }
                Letter::Whole(bytes) => {
                    if self.take(area, (validity, *uid), &address, bytes).await? {
                        folder.mark_taken(*uid).await?;
                        done.taken += 1;
                        in_a_row = 0;
                    } else {
                        done.failed += 1;
                        in_a_row += 1;
                    }
                }
            }
            if in_a_row == FAILED_MAX {
                break;
            }
        }
        standing.settled |= done.failed == 0;
        let after = if found.take.is_empty() {
            found
        } else {
            let look = folder.look().await?;
            self.note_look(&standing, &look).await?
        };
        self.end_round(standing, after.unheld).await?;
        Ok(done)
    }

    /// Notes that a mailbox could not be looked at, by a code of ours.
    pub async fn note_fetch_fault(&self, area: &AreaCode, code: &str) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let mut row = fetched::find(&mut tx, area.as_str())
            .await?
            .unwrap_or_else(|| begun(area.as_str(), 0));
        row.fault = Some(code.to_owned());
        row.fault_at = row.fault_at.or_else(|| Some(self.now()));
        fetched::save(&mut tx, &row).await?;
        Ok(tx
            .commit_unlogged("how the fetching stands is about nobody")
            .await?)
    }

    /// How the fetching of every mailbox stands that was ever tried, in the order of the Areas' codes.
    pub async fn list_fetched(&self) -> Result<Vec<FetchStanding>> {
        let mut tx = self.pool().read().await?;
        let mut list = Vec::new();
        for row in fetched::list(&mut tx).await? {
            let counts = fetched::count(&mut tx, &row.area, row.uid_validity).await?;
            let of = |state: &str| counts.iter().find(|(found, ..)| found == state);
            let count = |state: &str| of(state).map_or(0, |(_, count, _)| *count);
            list.push(FetchStanding {
                taken: count(TAKEN),
                refused: count(REFUSED),
                gone: count(GONE),
                waiting: count(WAITING),
                waiting_since: of(WAITING).map(|(.., at)| *at),
                lost: count(LOST),
                unheld: row.unheld,
                checked_at: row.checked_at,
                fault: row.fault,
                fault_at: row.fault_at,
                area: row.area,
            });
        }
        Ok(list)
    }

    fn mailbox_address(&self, area: &AreaCode) -> Result<String> {
        let mut areas = self.parts.areas.list().iter();
        let mailbox = areas
            .find(|one| one.code == *area)
            .and_then(|one| one.mailbox.as_ref());
        Ok(mailbox.ok_or(Error::NotFound("mailbox"))?.reveal().to_owned())
    }

    /// The row of this numbering, or the first of a new one.
    async fn standing_of(&self, area: &str, validity: u32) -> Result<FetchedMailbox> {
        let mut tx = self.pool().read().await?;
        let row = fetched::find(&mut tx, area).await?;
        if let Some(row) = &row
            && row.uid_validity != validity
            && row.checked_at.is_some()
        {
            tracing::warn!(
                area,
                "the mailbox numbers its messages anew; all are looked at again"
            );
        }
        Ok(row
            .filter(|row| row.uid_validity == validity)
            .unwrap_or_else(|| begun(area, validity)))
    }

    /// Keeps what a look shows. What was deleted there before it was taken has an entry.
    async fn note_look(&self, row: &FetchedMailbox, look: &Look) -> Result<Compared> {
        let (area, validity, now) = (row.area.as_str(), row.uid_validity, self.now());
        let mut tx = self.pool().begin().await?;
        let known = fetched::list_messages(&mut tx, area, validity).await?;
        let known: BTreeMap<u32, String> = known.into_iter().map(|one| (one.uid, one.state)).collect();
        let found = compare(look, &known, row.settled);
        for uid in &found.new {
            fetched::add(&mut tx, area, (validity, *uid), now).await?;
        }
        for (uids, state) in [(&found.gone, GONE), (&found.lost, LOST)] {
            for uid in uids {
                fetched::set(&mut tx, area, (validity, *uid), state).await?;
            }
        }
        if found.lost.is_empty() {
            tx.commit_unlogged("what stands in a mailbox and is not here yet is about nobody")
                .await?;
        } else {
            let missed = entry(now, WORKER, Act::System, "mail-missed")?
                .with_area(area)
                .with_fact("messages", found.lost.len().to_string());
            tx.commit(&[missed]).await?;
        }
        Ok(found)
    }

    /// Stores a message as the door for mail does; whether it is durable.
    async fn take(&self, area: &str, number: (u32, u32), address: &str, bytes: Vec<u8>) -> Result<bool> {
        let mail = Received {
            client: None,
            return_path: None,
            recipients: vec![address.to_owned()],
            bytes,
        };
        match self.receive_mail(&mail).await {
            Ok(arrived) => say(arrived),
            Err(fault) if fault.ends_process() => return Err(fault),
            Err(fault) => {
                tracing::error!(area, %fault, "mail was not stored; it stays unmarked in its mailbox and is tried again");
                return Ok(false);
            }
        }
        let mut tx = self.pool().begin().await?;
        fetched::set(&mut tx, area, number, TAKEN).await?;
        tx.commit_unlogged("the message has its own entry").await?;
        Ok(true)
    }

    async fn note_too_large(&self, area: &str, number: (u32, u32), bytes: usize) -> Result<()> {
        tracing::warn!(
            area,
            bytes,
            "mail is larger than what is taken; somebody has to look at it in its mailbox"
        );
        let mut tx = self.pool().begin().await?;
        fetched::set(&mut tx, area, number, REFUSED).await?;
        let refused = entry(self.now(), WORKER, Act::Decision, "mail-too-large")?
            .with_area(area)
            .with_fact("bytes", bytes.to_string());
        Ok(tx.commit(&[refused]).await?)
    }

    async fn end_round(&self, row: FetchedMailbox, unheld: i64) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        if row.settled {
            fetched::forget_others(&mut tx, &row.area, row.uid_validity).await?;
        }
        let row = FetchedMailbox {
            checked_at: Some(self.now()),
            unheld,
            fault: None,
            fault_at: None,
            ..row
        };
        fetched::save(&mut tx, &row).await?;
        Ok(tx
            .commit_unlogged("how the fetching stands is about nobody")
            .await?)
    }
}

fn begun(area: &str, uid_validity: u32) -> FetchedMailbox {
    FetchedMailbox {
        area: area.to_owned(),
        uid_validity,
        settled: false,
        checked_at: None,
        unheld: 0,
        fault: None,
        fault_at: None,
    }
}
