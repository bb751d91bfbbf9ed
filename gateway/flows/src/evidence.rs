//! What an adviser sends may be evidence, which goes to a prosecutor and to nobody else (requirement B8).
//!
//! An officer marks the message. From then on its files are for prosecutors alone, and a prosecutor of the Area has it to see to
//! within a working day: to take it into the case, or to say that it is none, which lifts the mark.

use audit::entry::Act;
use domain::event::Detail;
use domain::id::{EventId, InboundId, VictimId};
use jiff::Timestamp;
use store::evidence::{self, EvidenceRow};
use store::reach::Named;
use store::{Tx, mailboxes, obligations};

use crate::entries::about_victim;
use crate::mailboxes::MailRead;
use crate::record_event::own_event;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result, Role};

/// Lines shown.
const SHOWN_MAX: u32 = 100;
/// The source of the event that a mark makes.
const SOURCE: &str = "evidence";
/// For whom the duty waits.
const WITH_THE_PROSECUTOR: &str = "evidence-to-a-prosecutor";

/// What a prosecutor decides of a marked message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceEnd {
    /// It was taken into the case.
    Taken,
    /// It is no evidence.
    NotEvidence,
}

impl EvidenceEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::NotEvidence => "none",
        }
    }
}

/// A marked message. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceOutline {
    /// In whose record it stands.
    pub victim: VictimId,
    /// The message.
    pub message: InboundId,
    /// The case.
    pub urn: String,
    /// Since when it is marked.
    pub marked_at: Timestamp,
    /// By when a prosecutor is to have it, a local target.
    pub due_at: Option<Timestamp>,
    /// When a prosecutor took it into the case.
    pub taken_at: Option<Timestamp>,
}

/// What a prosecutor reads.
pub struct EvidenceDesk {
    /// The name to use for the victim.
    pub name: String,
    /// The message.
    pub mail: MailRead,
    /// Its mark.
    pub mark: EvidenceOutline,
}

fn outline(row: EvidenceRow) -> EvidenceOutline {
    EvidenceOutline {
        taken_at: row.ended_at.filter(|_| row.state == EvidenceEnd::Taken.as_str()),
        victim: row.victim,
        message: row.inbound,
        urn: row.urn,
        marked_at: row.marked_at,
        due_at: row.due_at,
    }
}

impl Gateway {
    /// Marks a message in a victim's record as what may be evidence.
    pub async fn mark_evidence(&self, user: &str, victim: &VictimId, message: &InboundId) -> Result<()> {
        self.authorise(user, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let her = self.load_victim(&mut tx, victim).await?;
        let row = mailboxes::find_filed(&mut tx, message, victim).await?;
        row.ok_or(Error::NotFound("message"))?;
        let marked = about_victim(now, user, Act::Change, "evidence-marked", &her)?
            .with_fact("inbound", message.as_str());
        let own_id = EventId::random(self.entropy());
        let times = (now, None);
        let event = own_event(
            SOURCE,
            &her,
            own_id.as_str().to_owned(),
            times,
            Detail::EvidenceArrived {},
        )?;
        let mut entries = vec![marked];
        self.record_one(&mut tx, user, &event, her, &mut entries).await?;
        let owed = obligations::find_open_of_event(&mut tx, SOURCE, own_id.as_str()).await?;
        let owed = owed.ok_or_else(|| {
            Error::Conflict(
                "nobody is owed anything in this case any more, since it is closed; give the evidence to its prosecutor yourself"
                    .to_owned(),
            )
        })?;
        obligations::wait(&mut tx, &owed, Some(WITH_THE_PROSECUTOR)).await?;
        evidence::add(&mut tx, (message, victim), &owed, (user, now))
            .await
            .map_err(Error::overtaken("this message is marked as evidence already"))?;
        Ok(tx.commit(&entries).await?)
    }

    /// What waits for a prosecutor of somebody's Areas, the oldest first.
    pub async fn list_evidence(&self, user: &str) -> Result<Vec<EvidenceOutline>> {
        let staff = self.authorise(user, &[Role::Prosecutor])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let rows = evidence::list_waiting(&mut tx, &scope, SHOWN_MAX).await?;
        Ok(rows.into_iter().map(outline).collect())
    }

    /// A marked message that waits, for a prosecutor. The reading is recorded before a word is seen.
    pub async fn read_evidence(
        &self,
        user: &str,
        victim: &VictimId,
        message: &InboundId,
        reason: &str,
    ) -> Result<EvidenceDesk> {
        self.authorise(user, &[Role::Prosecutor])?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let mark = evidence::find(&mut tx, message, &victim.row.id).await?;
        let mark = mark.filter(|mark| mark.state == "marked");
        let mark = mark.ok_or(Error::NotFound("message"))?;
        let (name, mail, read) = self
            .read_as_prosecutor(&mut tx, user, &victim, (message, reason))
            .await?;
        tx.commit(&[read]).await?;
        Ok(EvidenceDesk {
            name,
            mail,
            mark: outline(mark),
        })
    }

    /// A prosecutor decides of a marked message, and the duty to hand it over ends. Of two at once the second is told.
    pub async fn end_evidence(
        &self,
        user: &str,
        victim: &VictimId,
        message: &InboundId,
        end: EvidenceEnd,
    ) -> Result<()> {
        const OVER: &str = "this message does not wait for a prosecutor any more";
        self.authorise(user, &[Role::Prosecutor])?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let her = self.load_victim(&mut tx, victim).await?;
        let mark = evidence::find(&mut tx, message, victim).await?;
        let mark = mark.ok_or(Error::NotFound("message"))?;
        evidence::end(&mut tx, message, end.as_str(), (user, now))
            .await
            .map_err(Error::overtaken(OVER))?;
        let ended = about_victim(now, user, Act::Decision, "evidence-decided", &her)?
            .with_obligation(mark.obligation.as_str())
            .with_fact("inbound", message.as_str())
            .with_result(end.as_str());
        let mut entries = vec![ended];
        let open = obligations::list_open_by_victim(&mut tx, victim).await?;
        if let Some(owed) = open.iter().find(|owed| owed.id == mark.obligation) {
            let done = self.discharge_obligation(&mut tx, user, owed, user, "seen-by-a-prosecutor");
            entries.extend(done.await?);
        }
        Ok(tx.commit(&entries).await?)
    }

    /// The mark of a message; none when it holds no evidence.
    pub(crate) async fn find_evidence(
        &self,
        tx: &mut Tx,
        victim: &VictimId,
        message: &InboundId,
    ) -> Result<Option<EvidenceOutline>> {
        let mark = evidence::find(tx, message, victim).await?;
        let mark = mark.filter(|mark| mark.state != EvidenceEnd::NotEvidence.as_str());
        Ok(mark.map(outline))
    }
}
