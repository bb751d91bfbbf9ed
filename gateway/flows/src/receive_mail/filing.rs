//! A message goes into a victim's file: by the route that was found, or by a person who triaged it.

use audit::entry::{Act, Entry};
use domain::event::Detail;
use domain::id::{AdviserId, ContactId, ThreadId};
use store::Tx;
use store::contacts::{self, ContactRow};
use store::mailboxes::InboundRow;
use store::threads::{self, ThreadRow};

use super::WORKER;
use super::content::{Content, with_checks};
use crate::entries::about_victim;
use crate::person::Victim;
use crate::record_event::own_event;
use crate::{Gateway, Recorded, Result};

/// A message on its way into a file.
pub(crate) struct Filing {
    pub(crate) row: InboundRow,
    pub(crate) content: Content,
    pub(crate) victim: Victim,
    pub(crate) adviser: AdviserId,
    pub(crate) thread: Option<ThreadId>,
    /// By what it came, a method of contacts.
    pub(crate) method: &'static str,
}

impl Gateway {
    /// Puts a message into a victim's file: the conversation, the contact, the duty to answer. The caller stores the row
    /// and commits the entries with it.
    pub(crate) async fn file(
        &self,
        tx: &mut Tx,
        actor: &str,
        filing: Filing,
    ) -> Result<(InboundRow, Vec<Entry>)> {
        let now = self.now();
        let Filing {
            mut row,
            content,
            victim,
            adviser,
            thread,
            method,
        } = filing;
        let thread = match thread {
            Some(thread) => {
                threads::touch(tx, &thread, now).await?;
                thread
            }
            None => self.begin_thread(tx, &victim, &adviser, &row.area).await?,
        };
        if let Some(id) = &content.message_id {
            threads::add_reference(tx, &self.reference_index(id.reveal()), &thread).await?;
        }
        "filed".clone_into(&mut row.state);
        row.case_id = Some(victim.case.id.clone());
        row.victim_id = Some(victim.row.id.clone());
        row.adviser_id = Some(adviser);
        row.sealed = self.seal(&victim.key, "inbound", row.id.as_str(), &content)?;
        contacts::add(tx, &self.contact_of(&victim, row.received_at, (method, actor))).await?;
        let arrived = about_victim(now, actor, Act::Collection, "mail-filed", &victim)?
            .with_fact("inbound", row.id.as_str())
            .with_fact("thread", thread.as_str());
        let arrived = with_checks(arrived, &content);
        let text = content.text.reveal();
        let mut entries = vec![self.commit_in(tx, &victim, arrived, "text", text).await?];
        row.thread_id = Some(thread);
        self.owe_an_answer(tx, &row, victim, &mut entries).await?;
        Ok((row, entries))
    }

    pub(crate) async fn begin_thread(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        adviser: &AdviserId,
        area: &str,
    ) -> Result<ThreadId> {
        let id = ThreadId::random(self.entropy());
        let row = ThreadRow {
            token_hash: self.token_hash(&self.thread_token(&id)),
            id: id.clone(),
            case_id: victim.case.id.clone(),
            victim_id: victim.row.id.clone(),
            adviser_id: adviser.clone(),
            area: area.to_owned(),
            opened_at: self.now(),
        };
        threads::add(tx, &row).await?;
        Ok(id)
    }

    fn contact_of(
        &self,
        victim: &Victim,
        at: jiff::Timestamp,
        (method, logged_by): (&str, &str),
    ) -> ContactRow {
        ContactRow {
            id: ContactId::random(self.entropy()),
            case_id: victim.case.id.clone(),
            victim_id: victim.row.id.clone(),
            obligation_id: None,
            message_id: None,
            method: method.to_owned(),
            direction: "inbound".to_owned(),
            person: "via-isva".to_owned(),
            result: "received".to_owned(),
            informed: false,
            informed_at: None,
            occurred_at: at,
            logged_at: self.now(),
            logged_by: logged_by.to_owned(),
            sealed: None,
        }
    }

    /// The event that makes an answer owed. Where the rulebook owes none (the case is closed, the victim opted out), the
    /// officer is told all the same: nobody's message lies there unseen.
    async fn owe_an_answer(
        &self,
        tx: &mut Tx,
        row: &InboundRow,
        victim: Victim,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let own_id = row.id.as_str().to_owned();
        let times = (row.received_at, None);
        let event = own_event("mailbox", &victim, own_id, times, Detail::AdviserMessage {})?;
        let victim_id = victim.row.id.clone();
        let recorded = self.record_one(tx, WORKER, &event, victim, entries).await?;
        if !matches!(recorded, Recorded::New { raised: 1.., .. }) {
            let detail = "an adviser wrote, and no rule owes an answer; read the message and decide";
            self.warn_officers(tx, &victim_id, "adviser-message", detail)
                .await?;
        }
        Ok(())
    }
}
