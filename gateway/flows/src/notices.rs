//! Notices: what an officer has to be told at once, until somebody has seen it. They hold no personal data.

use audit::entry::Act;
use domain::id::{EventId, MessageId, ObligationId, VictimId};
use jiff::Timestamp;
use store::Tx;
use store::notices::{self, Notice};
use store::obligations::ObligationRow;
use store::reach::Named;

use crate::entries::entry;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result, Role};

/// Notices that are shown to one person.
pub const NOTICES_SHOWN: u32 = 50;

/// So many working days an officer has to see a notice, before a manager is shown it; ours.
const OFFICER_WORKING_DAYS: u8 = 1;

/// A notice to an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeShown {
    /// Its identifier.
    pub id: EventId,
    /// Whom it concerns.
    pub victim: VictimId,
    /// The case.
    pub urn: String,
    /// What happened, a code.
    pub kind: String,
    /// What it means, in a sentence.
    pub detail: String,
    /// When.
    pub raised_at: Timestamp,
}

impl Gateway {
    /// Notices that nobody has seen, oldest first, for whoever looks after the service.
    pub async fn list_notices(&self, most: u32) -> Result<Vec<Notice>> {
        let mut tx = self.pool().read().await?;
        Ok(notices::list_unseen(&mut tx, most).await?)
    }

    /// The same about whom an officer or a manager reaches, [`NOTICES_SHOWN`] at most. A manager is shown what an officer has
    /// not looked at for a working day, and at once what is a manager's or nobody's.
    pub async fn list_own_notices(&self, user: &str) -> Result<Vec<NoticeShown>> {
        let staff = self.authorise(user, &OFFICERS)?;
        let scope = self.scope(&staff)?;
        let since = self.after_days(OFFICER_WORKING_DAYS)?;
        let mut tx = self.pool().read_to_a_limit().await?;
        let rows = notices::list_in_reach(&mut tx, &scope, since, NOTICES_SHOWN).await?;
        let shown = |(notice, urn): (Notice, String)| NoticeShown {
            id: notice.id,
            victim: notice.victim_id,
            urn,
            kind: notice.kind,
            detail: notice.detail,
            raised_at: notice.raised_at,
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Has the officers of a victim told something about a duty, and about a message for it.
    pub(crate) async fn notify(
        &self,
        tx: &mut Tx,
        owed: &ObligationRow,
        message: Option<&MessageId>,
        kind: &str,
        detail: &str,
    ) -> Result<()> {
        let about = (&owed.victim_id, Some(&owed.id), message);
        self.raise_notice(tx, about, kind, detail).await
    }

    /// The same about what no duty stands behind.
    pub(crate) async fn warn_officers(
        &self,
        tx: &mut Tx,
        victim: &VictimId,
        kind: &str,
        detail: &str,
    ) -> Result<()> {
        self.raise_notice(tx, (victim, None, None), kind, detail).await
    }

    /// The same about anything of a victim. `detail` is a sentence without personal data.
    pub(crate) async fn raise_notice(
        &self,
        tx: &mut Tx,
        (victim, obligation, message): (&VictimId, Option<&ObligationId>, Option<&MessageId>),
        kind: &str,
        detail: &str,
    ) -> Result<()> {
        let notice = Notice {
            id: EventId::random(self.entropy()),
            victim_id: victim.clone(),
            obligation_id: obligation.cloned(),
            message_id: message.cloned(),
            kind: kind.to_owned(),
            detail: detail.to_owned(),
            raised_at: self.now(),
        };
        Ok(notices::add(tx, &notice).await?)
    }

    /// Somebody of the staff has seen a notice.
    pub async fn see_notice(&self, actor: &str, id: &EventId) -> Result<()> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager, Role::Administrator])?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach_as_keeper(&mut tx, actor, Named::Notice(id)).await?;
        let Some(notice) = notices::find(&mut tx, id).await? else {
            return Err(Error::NotFound("notice"));
        };
        notices::see(&mut tx, id, actor, now)
            .await
            .map_err(Error::overtaken("somebody has seen this notice already"))?;
        let mut seen = entry(now, actor, Act::Consultation, "notice-seen")?
            .with_victim(notice.victim_id.as_str())
            .with_fact("notice", id.as_str())
            .with_fact("kind", &notice.kind);
        if let Some(owed) = &notice.obligation_id {
            seen = seen.with_obligation(owed.as_str());
        }
        Ok(tx.commit(&[seen]).await?)
    }
}
