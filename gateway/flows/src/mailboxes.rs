//! What officers and managers see of the mailboxes: what was filed, what waits in quarantine, and what they decide of it.

use audit::entry::{Act, Entry};
use domain::address::EmailAddress;
use domain::contact::Plan;
use domain::id::{AdviserId, DraftId, InboundId, MessageId, VictimId};
use domain::mailbox::Reason;
use jiff::Timestamp;
use store::inbound_files::{self, FileRow};
use store::mailboxes::{self, DutyRow, InboundRow};
use store::reach::Named;
use store::{Tx, drafts, silences, threads};

use crate::adviser_register::AdviserPerson;
use crate::deliver::restore;
use crate::entries::{about_victim, entry};
use crate::evidence::EvidenceOutline;
use crate::files::{FileRead, files_read};
use crate::person::Victim;
use crate::receive_mail::{Content, Filing};
use crate::{Error, Gateway, Result, Role, Staff};

/// Why a person rejects what waits in quarantine.
pub const REJECTIONS: [&str; 5] = [
    "not-for-us",
    "unwanted",
    "forged",
    "sent-again-properly",
    "answered-another-way",
];
/// Messages shown at a time.
const SHOWN_MAX: u32 = 100;
/// Advisers indexed in one transaction.
const INDEXED_AT_ONCE: u32 = 100;

const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

/// A mailbox and how many messages stand how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxCount {
    /// The Area's code.
    pub area: String,
    /// The address; none for an Area that has no mailbox here yet.
    pub address: Option<String>,
    /// Messages in victims' files.
    pub filed: i64,
    /// Messages that wait for a person, by why.
    pub quarantined: Vec<(String, i64)>,
    /// Messages that were rejected.
    pub rejected: i64,
    /// When the last message came.
    pub last_at: Option<Timestamp>,
    /// For how many working days it is usually without mail at most, when that was exceeded.
    pub silent_beyond: Option<i64>,
}

/// What somebody asks to see of the mailboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailboxQuestion {
    /// What waits for a person, oldest first.
    Waiting,
    /// What was filed up to this moment, newest first.
    Filed {
        /// Until when.
        until: Timestamp,
    },
}

/// A message that came in, without its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOutline {
    /// Its identifier.
    pub id: InboundId,
    /// Whose mailbox.
    pub area: String,
    /// Why it waits, or waited.
    pub reason: Option<Reason>,
    /// Whose file it stands in.
    pub victim: Option<VictimId>,
    /// When it came.
    pub received_at: Timestamp,
    /// Files that came with it.
    pub files: i64,
}

/// A message with its words.
#[derive(Clone)]
pub struct MailRead {
    /// What is known of it without opening it.
    pub mail: MailOutline,
    /// From whom it says it is; empty when nobody can tell.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Whether the text was longer than what is kept.
    pub text_cut: bool,
    /// The files that came with it.
    pub files: Vec<FileRead>,
    /// The checks of where it comes from, and what they found.
    pub checks: Vec<(String, String)>,
    /// Why it could be read in more ways than one.
    pub doubts: Vec<String>,
    /// Of a message that waits: the people in the reader's reach whom its sender supports, by case.
    pub supported: Vec<(VictimId, String)>,
    /// Of a filed message: the answer that is owed, and how far it is.
    pub answer: Option<AnswerRead>,
    /// That it may be evidence, and is not to be forwarded.
    pub evidence: Option<EvidenceOutline>,
}

/// The answer to a message in a file.
#[derive(Clone)]
pub struct AnswerRead {
    /// Whether it is still owed.
    pub is_owed: bool,
    /// By when, a local target.
    pub due_at: Option<Timestamp>,
    /// Its draft, unless that is void.
    pub draft: Option<DraftId>,
    /// The answer itself once it was approved, and its words.
    pub approved: Option<(MessageId, String)>,
}

fn known(row: &InboundRow) -> MailOutline {
    MailOutline {
        id: row.id.clone(),
        area: row.area.clone(),
        reason: row.reason.as_deref().and_then(Reason::find),
        victim: row.victim_id.clone(),
        received_at: row.received_at,
        files: row.attachments,
    }
}

fn shown(row: &InboundRow, content: Content, taken: &[FileRow]) -> MailRead {
    MailRead {
        mail: known(row),
        from: content
            .from
            .as_ref()
            .map(|from| from.reveal().to_owned())
            .unwrap_or_default(),
        subject: content.subject.reveal().to_owned(),
        text: content.text.reveal().to_owned(),
        text_cut: content.text_cut,
        files: files_read(&content, taken),
        checks: content.checks,
        doubts: content.doubts,
        supported: Vec::new(),
        answer: None,
        evidence: None,
    }
}

impl Gateway {
    /// Every Area's mailbox, counted; of all Areas, for whoever looks after the house.
    pub async fn count_mailboxes(&self) -> Result<Vec<MailboxCount>> {
        let mut tx = self.pool().read().await?;
        let counts = mailboxes::count(&mut tx).await?;
        let silent = silences::list_open(&mut tx).await?;
        let areas = self.parts.areas.list().iter();
        Ok(areas
            .map(|area| {
                let own = || counts.iter().filter(|count| count.area == area.code.as_str());
                let of = |state: &str| {
                    own()
                        .filter(|count| count.state == state)
                        .map(|count| count.count)
                        .sum()
                };
                let waiting = own().filter(|count| count.state == "quarantined");
                MailboxCount {
                    area: area.code.as_str().to_owned(),
                    address: area.mailbox.as_ref().map(|mailbox| mailbox.reveal().to_owned()),
                    filed: of("filed"),
                    quarantined: waiting.map(|count| (count.reason.clone(), count.count)).collect(),
                    rejected: of("rejected"),
                    last_at: own().map(|count| count.last_at).max(),
                    silent_beyond: silent
                        .iter()
                        .find(|spell| spell.area == area.code.as_str())
                        .map(|spell| spell.usual_days),
                }
            })
            .collect())
    }

    /// What came to the mailboxes for somebody's people, or waits in their Areas. It names nobody.
    pub async fn list_mail(&self, user: &str, question: MailboxQuestion) -> Result<Vec<MailOutline>> {
        let staff = self.authorise(user, &OFFICERS)?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let rows = match question {
            MailboxQuestion::Waiting => mailboxes::list_quarantined(&mut tx, &scope, SHOWN_MAX).await?,
            MailboxQuestion::Filed { until } => {
                mailboxes::list_filed(&mut tx, &scope, until, SHOWN_MAX).await?
            }
        };
        Ok(rows.iter().map(known).collect())
    }

    /// A message that waits in quarantine, with its words. The reading is recorded before it is shown.
    pub async fn read_quarantined(&self, user: &str, id: &InboundId) -> Result<MailRead> {
        let staff = self.authorise(user, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        let row = self.find_waiting(&mut tx, &staff, id).await?;
        let content = self.open_waiting(&mut tx, &row).await?;
        let address = self.address_index(content.from.as_ref());
        let taken = self.list_files(&mut tx, &row).await?;
        let mut mail = shown(&row, content, &taken);
        for one in threads::list_supported(&mut tx, &address, self.now()).await? {
            let reached = self.reach(&mut tx, user, Named::Victim(&one.victim_id)).await;
            let known = mail.supported.iter().any(|(victim, _)| *victim == one.victim_id);
            if reached.is_ok() && !known {
                mail.supported.push((one.victim_id, one.urn));
            }
        }
        let read = self.about_waiting(user, Act::Consultation, "quarantined-mail-read", &row)?;
        tx.commit(&[read]).await?;
        Ok(mail)
    }

    /// How a victim may be reached, and the messages of advisers about her or him, oldest first. The reading is recorded
    /// before anything is shown.
    pub async fn read_correspondence(
        &self,
        user: &str,
        victim: &VictimId,
        reason: &str,
    ) -> Result<(Plan, Vec<MailRead>)> {
        self.authorise(user, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let rows = mailboxes::list_by_victim(&mut tx, &victim.row.id).await?;
        let duties = mailboxes::list_duties(&mut tx, &victim.row.id).await?;
        let mut list = Vec::with_capacity(rows.len());
        for row in &rows {
            list.push(self.read_filed(&mut tx, &victim, row, &duties).await?);
        }
        let read = about_victim(
            self.now(),
            user,
            Act::Consultation,
            "correspondence-read",
            &victim,
        )?
        .with_reason(reason)
        .with_fact("messages", list.len().to_string());
        let plan = victim.plan()?;
        tx.commit(&[read]).await?;
        Ok((plan, list))
    }

    /// A message in a file with its words, and the answer to it.
    pub(crate) async fn read_filed(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        row: &InboundRow,
        duties: &[DutyRow],
    ) -> Result<MailRead> {
        let content = Self::open(&victim.key, "inbound", row.id.as_str(), &row.sealed)?;
        let taken = self.list_files(tx, row).await?;
        let mut mail = shown(row, content, &taken);
        mail.evidence = self.find_evidence(tx, &victim.row.id, &row.id).await?;
        if let Some(duty) = duties.iter().find(|duty| duty.inbound == row.id) {
            mail.answer = Some(self.read_answer(tx, victim, duty).await?);
        }
        Ok(mail)
    }

    async fn read_answer(&self, tx: &mut Tx, victim: &Victim, duty: &DutyRow) -> Result<AnswerRead> {
        let mut approved = None;
        if let Some(id) = &duty.message {
            let row = drafts::find_message(tx, id)
                .await?
                .ok_or(Error::NotFound("message"))?;
            let words = restore(&row, victim)?.frozen().text().to_owned();
            approved = Some((id.clone(), words));
        }
        Ok(AnswerRead {
            is_owed: duty.state == "open",
            due_at: duty.due_at,
            draft: duty.draft.clone(),
            approved,
        })
    }

    /// Files what waited for a person, for a victim in reach whom the sender supports with live consent: a person can supply
    /// the link that was missing, never the consent.
    pub async fn file_quarantined(&self, user: &str, id: &InboundId, victim: &VictimId) -> Result<()> {
        let staff = self.authorise(user, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let mut row = self.find_waiting(&mut tx, &staff, id).await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let content = self.open_waiting(&mut tx, &row).await?;
        let address = self.address_index(content.from.as_ref());
        let supported = threads::list_supported(&mut tx, &address, now).await?;
        let leave = supported.into_iter().find(|one| one.victim_id == *victim).ok_or_else(|| {
            Error::Conflict(
                "the sender is not registered as an adviser with this victim's consent; register the adviser and record the \
                 consent first, or reject the message"
                    .to_owned(),
            )
        })?;
        row.decided_at = Some(now);
        row.decided_by = Some(user.to_owned());
        row.decided_why = Some("filed-by-hand".to_owned());
        let filing = Filing {
            row,
            content,
            victim: self.load_victim(&mut tx, victim).await?,
            adviser: leave.adviser_id,
            thread: None,
            method: "email",
        };
        let (row, entries) = self.file(&mut tx, user, filing).await?;
        mailboxes::file(&mut tx, &row).await?;
        self.hand_on_files(&mut tx, &row).await?;
        Ok(tx.commit(&entries).await?)
    }

    /// Ends the wait of a message that is nobody's, for one of [`REJECTIONS`]. Its words stay sealed as they are; its files go.
    pub async fn reject_quarantined(&self, user: &str, id: &InboundId, why: &str) -> Result<()> {
        let staff = self.authorise(user, &OFFICERS)?;
        if !REJECTIONS.contains(&why) {
            return Err(Error::Invalid(format!(
                "a reason must be one of {}",
                REJECTIONS.join(", ")
            )));
        }
        let mut tx = self.pool().begin().await?;
        let row = self.find_waiting(&mut tx, &staff, id).await?;
        mailboxes::reject(&mut tx, id, self.now(), user, why).await?;
        inbound_files::remove(&mut tx, id).await?;
        let rejected = self.about_waiting(user, Act::Decision, "quarantined-mail-rejected", &row)?;
        Ok(tx.commit(&[rejected.with_fact("why", why)]).await?)
    }

    /// Indexes every adviser who has no address index yet, as after an update of the program; answers how many.
    pub async fn index_advisers(&self) -> Result<usize> {
        let (mut done, mut after) = (0, String::new());
        loop {
            let mut tx = self.pool().begin().await?;
            let list = threads::list_not_indexed(&mut tx, &after, INDEXED_AT_ONCE).await?;
            let Some((newest, _)) = list.last() else {
                return Ok(done);
            };
            newest.as_str().clone_into(&mut after);
            for (id, sealed) in &list {
                let email = self.adviser_email(&mut tx, id, sealed).await?;
                self.index_adviser(&mut tx, id, &email).await?;
            }
            tx.commit_unlogged("an index repeats what is there and tells nobody anything")
                .await?;
            done += list.len();
        }
    }

    async fn adviser_email(&self, tx: &mut Tx, id: &AdviserId, sealed: &[u8]) -> Result<EmailAddress> {
        let key = self.key(tx, id.as_str()).await?;
        let person: AdviserPerson = Self::open(&key, "advisers", id.as_str(), sealed)?;
        Ok(person.email)
    }

    async fn find_waiting(&self, tx: &mut Tx, staff: &Staff, id: &InboundId) -> Result<InboundRow> {
        let scope = self.scope(staff)?;
        let found = mailboxes::find_quarantined(tx, &scope, id).await?;
        found.ok_or(Error::NotFound("message in quarantine"))
    }

    async fn open_waiting(&self, tx: &mut Tx, row: &InboundRow) -> Result<Content> {
        let key = self.mailbox_key(tx, &row.area).await?;
        Self::open(&key, "inbound", row.id.as_str(), &row.sealed)
    }

    fn about_waiting(&self, user: &str, act: Act, verb: &str, row: &InboundRow) -> Result<Entry> {
        let about = entry(self.now(), user, act, verb)?
            .with_area(&row.area)
            .with_fact("inbound", row.id.as_str());
        Ok(match &row.reason {
            Some(reason) => about.with_reason(reason),
            None => about,
        })
    }
}
