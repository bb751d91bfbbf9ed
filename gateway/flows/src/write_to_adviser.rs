//! An officer writes to a victim's adviser unasked: how the case stands, or the offer of a meeting (requirements B2, B6 and B8).
//!
//! It is an event, and owes what an answer owes: words that are checked and approved, and afterwards to hear when the victim was
//! told. It goes in the conversation that there is, or begins one.

use domain::draft::ADVISER_UPDATE_KIND;
use domain::event::Detail;
use domain::id::{DraftId, EventId, SupporterId, VictimId};
use domain::people::ConsentScope;
use store::adviser_updates::{self, AdviserUpdateRow};
use store::reach::Named;
use store::{obligations, supporters, threads};

use crate::deliver::Correspondent;
use crate::owed::find_open;
use crate::record_event::own_event;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// What an adviser may be written to about unasked.
pub const UNASKED: [ConsentScope; 2] = [ConsentScope::Updates, ConsentScope::MeetingOffers];

impl Gateway {
    /// Drafts words to an adviser who helps this victim, under one part of the consent. They leave only after they were
    /// reviewed and approved.
    pub async fn write_to_adviser(
        &self,
        user: &str,
        victim: &VictimId,
        supporter: &SupporterId,
        scope: ConsentScope,
        words: &str,
    ) -> Result<DraftId> {
        let officer = self.authorise(user, &OFFICERS)?;
        if !UNASKED.contains(&scope) {
            return Err(Error::Invalid(
                "an adviser is written to about progress or about a meeting".to_owned(),
            ));
        }
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let link = supporters::find(&mut tx, supporter, &victim.row.id).await?;
        let link = link.ok_or(Error::NotFound("person who helps"))?;
        let adviser = link.adviser_id.ok_or(Error::NotFound("adviser"))?;
        let area = victim.case.area.clone();
        let thread = match threads::find_latest(&mut tx, &victim.row.id, &adviser).await? {
            Some(thread) => thread,
            None => self.begin_thread(&mut tx, &victim, &adviser, &area).await?,
        };
        let row = AdviserUpdateRow {
            id: EventId::random(self.entropy()),
            victim_id: victim.row.id.clone(),
            adviser_id: adviser,
            thread_id: thread,
            area,
            scope: scope.as_str().to_owned(),
            begun_at: now,
            begun_by: user.to_owned(),
        };
        let to = Correspondent::unasked(row.clone())?;
        let recipient = self.recipient_of(&mut tx, &victim, &to).await?;
        if !recipient.may_be_written_to(&victim.row.id, now) {
            return Err(Error::Invalid(
                "it would be held: the victim's consent for this adviser does not cover it, the adviser has left, or the \
                 service is not written to by email and the adviser has no mailbox here"
                    .to_owned(),
            ));
        }
        adviser_updates::add(&mut tx, &row).await?;
        let own_id = row.id.as_str().to_owned();
        let event = own_event("mailbox", &victim, own_id, (now, None), Detail::AdviserUpdate {})?;
        let mut entries = Vec::new();
        let victim_id = victim.row.id.clone();
        self.record_one(&mut tx, user, &event, victim, &mut entries)
            .await?;
        let duty = obligations::find_open_of_event(&mut tx, "mailbox", row.id.as_str())
            .await?
            .ok_or_else(|| {
                Error::Conflict(
                    "nothing is sent about this person any more: the case is closed, or they want no news"
                        .to_owned(),
                )
            })?;
        let victim = self.load_victim(&mut tx, &victim_id).await?;
        let owed = find_open(&mut tx, &duty).await?;
        let (draft, entry) = self
            .draft_for_adviser(
                &mut tx,
                &officer,
                &victim,
                (&to, &owed),
                (ADVISER_UPDATE_KIND, words, Vec::new()),
            )
            .await?;
        entries.push(entry);
        tx.commit(&entries).await?;
        Ok(draft)
    }
}
