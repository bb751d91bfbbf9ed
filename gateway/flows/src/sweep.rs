//! The sweep for whatever is stuck, and what it and others have to say to an officer (law 6).

use audit::entry::Act;
use jiff::SignedDuration;
use store::{drafts, mailboxes, notices, obligations, outbox, vettings};

use crate::entries::{about, entry};
use crate::owed::find_owed;
use crate::{Error, Gateway, Result};

const WORKER: &str = "system:sweep";
/// Rows looked at in one sweep; the next one goes on.
const ROWS_MAX: u32 = 10_000;

/// What a sweep found, and told an officer about, for the first time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Obligations of ours that nothing and nobody was looking after.
    pub forgotten: usize,
    /// Messages that should have been looked at long ago.
    pub standing_still: usize,
    /// Mailboxes without mail for longer than usual.
    pub silent_mailboxes: usize,
    /// Answers to advisers that are long overdue.
    pub late_answers: usize,
    /// Victims without contact, for whom somebody is owed to ask.
    pub silent_victims: usize,
    /// Consents for advisers that end soon.
    pub ending_consents: usize,
}

impl Gateway {
    /// Hands every forgotten obligation to its officer, says which messages have stood still for longer
    /// than `stuck_s` seconds after they should have moved, and notices who is silent.
    pub async fn sweep(&self, stuck_s: i64) -> Result<Swept> {
        let now = self.now();
        let mut swept = Swept::default();
        let long_ago = now - SignedDuration::from_secs(stuck_s);
        // One that was raised a moment ago only waits to be drafted.
        for owed in self
            .find_forgotten()
            .await?
            .into_iter()
            .filter(|owed| owed.created_at < long_ago)
        {
            let mut tx = self.pool().begin().await?;
            // Composing and delivering go on meanwhile; only what is still forgotten is handed over.
            if !self.is_forgotten(&mut tx, &owed.id).await? {
                continue;
            }
            obligations::wait(&mut tx, &owed.id, Some("act-by-the-officer")).await?;
            let detail = "nothing was under way for this obligation; decide what is to be done";
            self.notify(&mut tx, &owed, None, "forgotten", detail).await?;
            let found = about(now, WORKER, Act::Change, "obligation-waiting", &owed)?;
            tx.commit(&[found.with_reason("forgotten")]).await?;
            swept.forgotten += 1;
        }
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::new();
        for row in outbox::list_still(&mut tx, long_ago, ROWS_MAX).await? {
            if notices::is_waiting(&mut tx, &row.message_id, "standing-still").await? {
                continue;
            }
            let message = drafts::find_message(&mut tx, &row.message_id)
                .await?
                .ok_or(Error::NotFound("message"))?;
            let owed = find_owed(&mut tx, &message.obligation_id).await?;
            let detail = "this message should have left or failed by now; ask whoever runs the service";
            self.notify(&mut tx, &owed, Some(&message.id), "standing-still", detail)
                .await?;
            entries.push(
                about(now, WORKER, Act::Change, "message-standing-still", &owed)?
                    .with_message(message.id.as_str()),
            );
            swept.standing_still += 1;
        }
        tx.commit(&entries).await?;
        self.forget_answers().await?;
        self.forget_old_words().await?;
        self.empty_rejected_mail().await?;
        self.notice_silences(&mut swept).await?;
        swept.ending_consents = self.notice_ending_consents().await?;
        Ok(swept)
    }

    /// Takes away the words of messages to the mailboxes that were rejected long ago and belong to nobody.
    async fn empty_rejected_mail(&self) -> Result<()> {
        let days = self.parts.settings.rejected_mail_days;
        let before = self.now() - SignedDuration::from_hours(24 * days);
        let mut tx = self.pool().read().await?;
        let old = mailboxes::list_rejected(&mut tx, before, ROWS_MAX).await?;
        drop(tx);
        if old.is_empty() {
            return Ok(());
        }
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::with_capacity(old.len());
        for (id, area) in &old {
            mailboxes::empty(&mut tx, id).await?;
            let gone = entry(self.now(), WORKER, Act::Erasure, "rejected-mail-erased")?;
            entries.push(gone.with_area(area).with_fact("inbound", id.as_str()));
        }
        Ok(tx.commit(&entries).await?)
    }

    /// Loaded template versions whose words two people have not vetted: kind, version and language.
    pub async fn list_unvetted(&self) -> Result<Vec<(String, u32, String)>> {
        let mut tx = self.pool().read().await?;
        let mut unvetted = Vec::new();
        for version in self.parts.library.versions() {
            if vettings::find(&mut tx, &version.digest).await?.is_none() {
                unvetted.push((
                    version.kind.clone(),
                    version.version,
                    version.language.to_string(),
                ));
            }
        }
        Ok(unvetted)
    }
}
