//! Conversations as an adviser reads and continues them. What is written here goes the way of what comes by email: into the
//! victim's file, with a duty to answer (`receive_mail`).
//!
//! **Invariant:** an answer is shown once it has arrived, and only under a consent that covers replies.

use audit::entry::Act;
use domain::address::EmailAddress;
use domain::adviser::check_written;
use domain::id::{EventId, InboundId, MessageId, ThreadId, VictimId};
use domain::masked::Masked;
use domain::people::ConsentScope;
use jiff::Timestamp;
use store::adviser_accounts;
use store::adviser_reading::{self, OpenThreadRow, SupportRow, TurnRow};
use store::mailboxes::{self, InboundRow};
use store::{Tx, drafts};

use super::people::PersonSupported;
use super::{Reader, scopes};
use crate::deliver::restore;
use crate::entries::{about_victim, entry};
use crate::person::Victim;
use crate::receive_mail::{Content, Filing};
use crate::{Error, Gateway, Result};

/// Conversations that a list shows.
const SHOWN_MAX: u32 = 100;

/// A conversation in a list.
pub struct ConversationOutline {
    /// Which.
    pub id: ThreadId,
    /// About whom, by the name to use.
    pub name: String,
    /// When something came into it last.
    pub changed_at: Timestamp,
    /// By when an answer of ours is owed; none when none is.
    pub due_at: Option<Timestamp>,
    /// Whether we wait to hear that the person was told.
    pub is_untold: bool,
    /// The colleague's name, where the reader stands in for one.
    pub instead_of: Option<String>,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voice {
    /// Whoever reads it.
    Own,
    /// Another adviser of the service, by name.
    Colleague(String),
    /// The officer who approved it, by name.
    Officer(String),
}

/// Something that was written.
pub struct Spoken {
    /// By whom.
    pub by: Voice,
    /// When it came, or arrived.
    pub at: Timestamp,
    /// The words.
    pub text: String,
    /// Of an answer of ours: which, while we wait to hear that the person was told.
    pub untold: Option<MessageId>,
}

/// A conversation, read.
pub struct ConversationRead {
    /// About whom.
    pub person: PersonSupported,
    /// By when an answer of ours is owed; none when none is.
    pub due_at: Option<Timestamp>,
    /// What was written, oldest first.
    pub spoken: Vec<Spoken>,
}

fn due(turns: &[TurnRow]) -> Option<Timestamp> {
    let open = turns.iter().filter_map(|turn| turn.owed.as_ref());
    open.filter(|(state, _)| state == "open")
        .find_map(|(_, due)| *due)
}

impl Gateway {
    /// The conversations of an adviser, the one that changed last first, and whether the adviser leads a service. The reading
    /// is recorded before a name is seen.
    pub async fn list_conversations(&self, user: &str) -> Result<(Vec<ConversationOutline>, bool)> {
        let mut tx = self.pool().read().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let account = &reader.account.account_id;
        let mut list = Vec::new();
        for thread in adviser_reading::list_threads(&mut tx, account, reader.now, SHOWN_MAX).await? {
            let turns = adviser_reading::list_turns(&mut tx, &thread).await?;
            let victim = self.load_victim(&mut tx, &thread.support.victim_id).await?;
            list.push(ConversationOutline {
                name: victim.person()?.preferred_name.reveal().to_owned(),
                changed_at: thread.changed_at,
                due_at: due(&turns),
                is_untold: turns.iter().any(|turn| turn.untold.is_some()),
                instead_of: self.instead_of(&mut tx, &reader, &thread.support).await?,
                id: thread.id,
            });
        }
        drop(tx);
        let read = entry(reader.now, user, Act::Consultation, "conversations-listed")?;
        self.record(read.with_fact("conversations", list.len().to_string()))
            .await?;
        Ok((list, reader.account.is_lead))
    }

    /// One conversation. The reading is recorded before a word is seen.
    pub async fn read_conversation(&self, user: &str, id: &ThreadId) -> Result<ConversationRead> {
        let mut tx = self.pool().read().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let (thread, victim) = self.own_conversation(&mut tx, &reader, id).await?;
        let turns = adviser_reading::list_turns(&mut tx, &thread).await?;
        let allowed = scopes(&thread.support)?;
        let mut spoken = Vec::new();
        let mut seen: Option<InboundId> = None;
        for turn in &turns {
            if let Some(id) = turn.inbound.as_ref().filter(|id| seen.as_ref() != Some(*id)) {
                spoken.push(self.read_written(&mut tx, &reader, &victim, id).await?);
                seen = Some(id.clone());
            }
            if ConsentScope::find(&turn.scope).is_some_and(|scope| allowed.contains(&scope)) {
                spoken.extend(self.read_answer_to(&mut tx, &victim, turn).await?);
            }
        }
        spoken.sort_by_key(|one| one.at);
        let person = self
            .read_person(
                &mut tx,
                &reader,
                thread.support.clone(),
                std::slice::from_ref(&thread),
            )
            .await?;
        drop(tx);
        let read = about_victim(reader.now, user, Act::Consultation, "conversation-read", &victim)?;
        self.record(read.with_fact("thread", id.as_str())).await?;
        Ok(ConversationRead {
            person,
            due_at: due(&turns),
            spoken,
        })
    }

    /// What a form carries so that the same words sent twice are one message.
    pub fn once(&self) -> String {
        EventId::random(self.entropy()).as_str().to_owned()
    }

    /// Writes in a conversation. The same words from the same form are one message.
    pub async fn write_in_conversation(
        &self,
        user: &str,
        id: &ThreadId,
        once: &str,
        text: &str,
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let (thread, victim) = self.own_conversation(&mut tx, &reader, id).await?;
        self.say(
            tx,
            &reader,
            (&thread.support, victim, Some(thread.id)),
            (once, text),
        )
        .await?;
        Ok(())
    }

    /// Begins a conversation about somebody whom the adviser supports.
    pub async fn begin_conversation(
        &self,
        user: &str,
        victim: &VictimId,
        once: &str,
        text: &str,
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let (support, victim) = self.own_person(&mut tx, &reader, victim).await?;
        self.say(tx, &reader, (&support, victim, None), (once, text))
            .await
    }

    /// A conversation of the reader's people; any other is not there.
    pub(crate) async fn own_conversation(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        id: &ThreadId,
    ) -> Result<(OpenThreadRow, Victim)> {
        let found = adviser_reading::find_thread(tx, &reader.account.account_id, reader.now, id).await?;
        let thread = found.ok_or(Error::NotFound("conversation"))?;
        let victim = self.load_victim(tx, &thread.support.victim_id).await?;
        Ok((thread, victim))
    }

    async fn read_written(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        victim: &Victim,
        id: &InboundId,
    ) -> Result<Spoken> {
        let row = mailboxes::find_filed(tx, id, &victim.row.id).await?;
        let row = row.ok_or(Error::NotFound("message"))?;
        let content: Content = Self::open(&victim.key, "inbound", row.id.as_str(), &row.sealed)?;
        Ok(Spoken {
            by: self.voice(tx, reader, content.from.as_ref()).await?,
            at: row.received_at,
            text: content.text.reveal().to_owned(),
            untold: None,
        })
    }

    /// Who wrote from a registered address.
    async fn voice(&self, tx: &mut Tx, reader: &Reader, from: Option<&EmailAddress>) -> Result<Voice> {
        let index = self.address_index(from);
        if index[..] == reader.account.value_index[..] {
            return Ok(Voice::Own);
        }
        let known = adviser_accounts::list_registrations(tx, &index, reader.now).await?;
        Ok(Voice::Colleague(match known.first() {
            Some(row) => self.open_adviser(tx, row).await?.name.reveal().to_owned(),
            None => "A colleague who has left".to_owned(),
        }))
    }

    async fn read_answer_to(&self, tx: &mut Tx, victim: &Victim, turn: &TurnRow) -> Result<Option<Spoken>> {
        let Some((id, at, approved_by)) = &turn.answer else {
            return Ok(None);
        };
        let row = drafts::find_message(tx, id).await?;
        let row = row.ok_or(Error::NotFound("message"))?;
        let officer = self.staff(approved_by);
        Ok(Some(Spoken {
            by: Voice::Officer(officer.map_or_else(|_| "An officer".to_owned(), |one| one.name.clone())),
            at: *at,
            text: restore(&row, victim)?.frozen().text().to_owned(),
            untold: turn.untold.is_some().then(|| id.clone()),
        }))
    }

    /// Files what an adviser wrote here, as what came by email is filed.
    async fn say(
        &self,
        mut tx: Tx,
        reader: &Reader,
        (support, victim, thread): (&SupportRow, Victim, Option<ThreadId>),
        (once, text): (&str, &str),
    ) -> Result<()> {
        check_written(text).map_err(|fault| Error::Invalid(fault.to_string()))?;
        EventId::parse(once).map_err(|_| Error::Invalid("this form is not one of ours".to_owned()))?;
        let registered =
            adviser_accounts::list_registrations(&mut tx, &reader.account.value_index, reader.now);
        let registered = registered
            .await?
            .into_iter()
            .next()
            .ok_or(Error::NotFound("adviser"))?;
        let from = self.open_adviser(&mut tx, &registered).await?.email;
        let row = InboundRow {
            id: InboundId::random(self.entropy()),
            area: support.area.clone(),
            state: "filed".to_owned(),
            reason: None,
            case_id: None,
            victim_id: None,
            adviser_id: None,
            thread_id: None,
            received_at: reader.now,
            decided_at: None,
            decided_by: None,
            decided_why: None,
            attachments: 0,
            sealed: Vec::new(),
        };
        let content = Content {
            from,
            subject: Masked::new(String::new()),
            text: Masked::new(text),
            text_cut: false,
            files: Vec::new(),
            message_id: None,
            checks: vec![(SIGNED_IN.to_owned(), "pass".to_owned())],
            doubts: Vec::new(),
        };
        let about = thread.as_ref().map_or(victim.row.id.as_str(), ThreadId::as_str);
        let digest = format!("{}\n{about}\n{once}\n{text}", reader.account.account_id);
        let digest = self.parts.index.index("written", digest.as_bytes());
        let filing = Filing {
            row,
            content,
            victim,
            adviser: support.adviser_id.clone(),
            thread,
            method: "other",
        };
        let (row, entries) = self.file(&mut tx, &reader.user, filing).await?;
        // The same form a second time: dropping the transaction takes back what was written for it.
        if mailboxes::add(&mut tx, &row, &digest).await? {
            tx.commit(&entries).await?;
        }
        Ok(())
    }
}

/// The check of what was written here: whoever wrote it had signed in.
pub const SIGNED_IN: &str = "signed-in";
