//! A notice without content to an adviser whose service gets no mail: something lies in their mailbox here. What comes within
//! the configured time is said together.
//!
//! **Invariant:** the words have no field, so that nothing of anybody can stand in them; they are vetted like all words.
//!
//! What a crash leaves: before the commit, a notice that is still due; after it, perhaps one that never left, which the next
//! message in the mailbox makes good. No notice is sent twice.

use audit::entry::Act;
use domain::adviser::{AdviserNotice, NOTICE_KIND, is_notice_due};
use domain::id::{AttemptId, MessageId};
use jiff::{SignedDuration, Timestamp};
use mail::compose::{Composed, Outgoing, compose};
use mail::relay::{Outcome, Relay};
use render::{Language, Values};
use serde_json::Map;
use store::Tx;
use store::adviser_accounts::{self, AdviserAccountRow};

use crate::compose_draft::freeze;
use crate::entries::entry;
use crate::{Error, Gateway, Result};

const WORKER: &str = "system:mailboxes";
/// Notices sent in one round.
const AT_ONCE: u32 = 50;

impl Gateway {
    /// Sends the notices that are due, one after the other; answers how many the relay took.
    pub async fn notice_advisers(&self, relay: &Relay) -> Result<usize> {
        let (now, every) = (
            self.now(),
            SignedDuration::from_secs(self.parts.settings.adviser_notice_s),
        );
        let mut tx = self.pool().read().await?;
        let waiting = adviser_accounts::list_waiting(&mut tx, now - every, AT_ONCE).await?;
        drop(tx);
        let mut taken = 0;
        for (account, placed_at, noticed_at) in waiting {
            if is_notice_due(Some(placed_at), noticed_at, every, now)
                && self.notice_one(relay, &account, placed_at).await?
            {
                taken += 1;
            }
        }
        Ok(taken)
    }

    async fn notice_one(
        &self,
        relay: &Relay,
        account: &AdviserAccountRow,
        placed_at: Timestamp,
    ) -> Result<bool> {
        // Nothing was claimed: without a connection the notice is due still.
        let Ok(session) = relay.ready().await else {
            return Ok(false);
        };
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let Some(notice) = self.make_notice(&mut tx, account).await? else {
            return Ok(false);
        };
        let mail = self.compose_notice(&notice, now)?;
        match adviser_accounts::notice(&mut tx, &account.account_id, placed_at, now).await {
            Err(store::Error::Changed { .. }) => return Ok(false),
            done => done?,
        }
        let sent = entry(now, WORKER, Act::Disclosure, "adviser-noticed")?
            .with_channel("email")
            .with_fact("account", account.account_id.as_str());
        tx.commit(&[sent]).await?;
        let outcome = session.send(&mail).await;
        if matches!(outcome, Outcome::Accepted { .. }) {
            return Ok(true);
        }
        tracing::warn!(
            "a notice to an adviser was not taken; the next message in their mailbox brings another"
        );
        Ok(false)
    }

    /// The vetted words to the registered address; nothing while two people have not vetted them, or nobody is registered.
    async fn make_notice(&self, tx: &mut Tx, account: &AdviserAccountRow) -> Result<Option<AdviserNotice>> {
        let Some(version) = self.parts.library.find(NOTICE_KIND, Language::English) else {
            return Ok(None);
        };
        let registered = adviser_accounts::list_registrations(tx, &account.value_index, self.now()).await?;
        let Some(registered) = registered.into_iter().find(|row| row.service == account.service) else {
            return Ok(None);
        };
        let Some(to) = self.open_adviser(tx, &registered).await?.email else {
            return Ok(None);
        };
        let proof = self.find_vetting_of(tx, version).await?;
        let none = Values::from_json(version, &Map::new())
            .map_err(|_| Error::broken("a notice", "its words have a field"))?;
        let rendered = self.parts.library.render(version, &none);
        let rendered = rendered.map_err(|fault| Error::broken("a notice", fault))?;
        let words = freeze(rendered)?;
        Ok(AdviserNotice::new(&proof, words, to))
    }

    fn compose_notice(&self, notice: &AdviserNotice, now: Timestamp) -> Result<Composed> {
        let settings = &self.parts.settings;
        let broken = |fault: &dyn std::fmt::Display| Error::broken("composing a notice", fault);
        // Of no try that is kept: whatever comes back of it changes nothing.
        let (from, back) = self.sender(&AttemptId::random(self.entropy()))?;
        let message_id = format!("<{}>", self.message_id_of(&MessageId::random(self.entropy())));
        let mail = compose(&Outgoing {
            from_name: &settings.sender_name,
            from: &from,
            to: notice.to(),
            subject: notice.words().subject(),
            text: notice.words().text(),
            html: notice.words().html().unwrap_or_default(),
            message_id: &message_id,
            date: now,
            auto_submitted: true,
            return_path: &back,
            language: Language::English.as_str(),
            conversation: None,
        })
        .map_err(|fault| broken(&fault))?;
        match &self.parts.signer {
            Some(signer) => mail.signed(signer, now).map_err(|fault| broken(&fault)),
            None => Ok(mail),
        }
    }
}
