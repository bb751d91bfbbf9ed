//! The virus scanner looks through one file after the other, in the order in which they came.

use audit::entry::{Act, Entry};
use domain::mailbox::FileState;
use jiff::{SignedDuration, Timestamp};
use mail::scanning::{Failure, Verdict};
use store::Tx;
use store::inbound_files::{self, DueRow};

use super::{TABLE, cell};
use crate::entries::{about_victim, entry};
use crate::{Gateway, Result};

/// The worker that scans.
const WORKER: &str = "system:scanner";
/// The wait after the first question without a verdict, and the longest one; each is twice as long as the one before.
const AGAIN_FIRST_S: i64 = 15;
const AGAIN_MAX_S: i64 = 15 * 60;

/// What a round of the scanner came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// No file waits, or none is due.
    Nothing,
    /// One was judged.
    Judged(FileState),
    /// There was no verdict for one, and it waits.
    NoVerdict(Failure),
}

impl Gateway {
    /// Has the file that has waited longest looked through. No transaction is open meanwhile; of two that look through the same
    /// one, the second verdict changes nothing.
    pub async fn scan_next(&self) -> Result<Scanned> {
        let Some(rules) = self
            .incoming
            .as_ref()
            .and_then(|incoming| incoming.files.as_ref())
        else {
            return Ok(Scanned::Nothing);
        };
        let mut tx = self.pool().read().await?;
        let Some(file) = inbound_files::find_due(&mut tx, self.now()).await? else {
            return Ok(Scanned::Nothing);
        };
        let key = self
            .key_of_mail(&mut tx, &file.area, file.victim.as_ref())
            .await?;
        drop(tx);
        let bytes = Self::open_bytes(&key, TABLE, &cell(&file.inbound, file.number), &file.sealed)?;
        match rules.scanner.scan(&bytes).await {
            Ok(verdict) => self.judge(&file, &verdict).await.map(Scanned::Judged),
            Err(failure) => {
                let mut tx = self.pool().begin().await?;
                let next_at = self.now().checked_add(wait(file.tries)).unwrap_or(Timestamp::MAX);
                inbound_files::put_off(&mut tx, &file.inbound, file.number, next_at).await?;
                tx.commit_unlogged("that a scanner gave no verdict says nothing about anybody")
                    .await?;
                Ok(Scanned::NoVerdict(failure))
            }
        }
    }

    /// How many files wait for the scanner.
    pub async fn count_unscanned(&self) -> Result<i64> {
        let mut tx = self.pool().read().await?;
        Ok(inbound_files::count_waiting(&mut tx).await?)
    }

    async fn judge(&self, file: &DueRow, verdict: &Verdict) -> Result<FileState> {
        let (state, signature) = match verdict {
            Verdict::Clean => (FileState::Clean, None),
            Verdict::Infected(signature) => (FileState::Infected, Some(signature.as_str())),
        };
        let mut tx = self.pool().begin().await?;
        let now = self.now();
        if !inbound_files::judge(&mut tx, &file.inbound, file.number, (state, now)).await? {
            return Ok(state);
        }
        let mut judged = self.about_file(&mut tx, file).await?.with_result(state.as_str());
        if let Some(signature) = signature {
            judged = judged.with_fact("signature", signature);
            self.warn_of(&mut tx, file).await?;
        }
        tx.commit(&[judged]).await?;
        Ok(state)
    }

    async fn about_file(&self, tx: &mut Tx, file: &DueRow) -> Result<Entry> {
        let (now, verb) = (self.now(), "file-scanned");
        let about = match &file.victim {
            Some(victim) => about_victim(
                now,
                WORKER,
                Act::System,
                verb,
                &self.load_victim(tx, victim).await?,
            )?,
            None => entry(now, WORKER, Act::System, verb)?.with_area(&file.area),
        };
        Ok(about
            .with_fact("inbound", file.inbound.as_str())
            .with_fact("file", file.number.to_string()))
    }

    /// Whoever looks after the victim is told: the adviser's machine may be in somebody else's hands.
    async fn warn_of(&self, tx: &mut Tx, file: &DueRow) -> Result<()> {
        let Some(victim) = &file.victim else {
            return Ok(());
        };
        let detail = "a harmful file came with an adviser’s message and was not kept; ring the adviser, whose computer may \
                      be in other hands";
        self.warn_officers(tx, victim, "file-infected", detail).await
    }
}

fn wait(tries: i64) -> SignedDuration {
    let doublings = u32::try_from(tries.clamp(0, 10)).unwrap_or(10);
    SignedDuration::from_secs((AGAIN_FIRST_S << doublings).min(AGAIN_MAX_S))
}
