//! A victim's page and a case's: opened with a reason, which is asked once in a session and a day, and recorded with every
//! view (law 4). Nothing is shown before its entry is durable.

use audit::entry::Act;
use domain::calendar::{end_of_day, london_date};
use domain::contact::{MadeContact, Plan};
use domain::deadline::Deadline;
use domain::event::Detail;
use domain::id::{CaseId, VictimId};
use domain::meeting::Meeting;
use domain::people::{DetailChange, VictimStanding};
use domain::rulebook::Rule;
use jiff::civil::Date;
use store::contacts::{self, ContactRow};
use store::details::DetailChangeRow;
use store::drafts::DraftRow;
use store::events::{self, EventRow};
use store::meetings::MeetingRow;
use store::obligations::ObligationRow;
use store::people::CaseRow;
use store::reach::{self, Named};
use store::whole_victim::{self, PlanChangeRow, SentRow};
use store::{Tx, flags, glasses};

use crate::entries::{about_victim, entry};
use crate::person::{Victim, from_json};
use crate::read_supporters::SupporterRead;
use crate::{Error, Gateway, Result, Role, Visitor};

/// The reasons for which a victim's page may be opened.
pub const READING_REASONS: [&str; 6] = [
    "prepare-contact",
    "answer-the-victim",
    "follow-the-case",
    "check-a-message",
    "cover-for-a-colleague",
    "check-the-work",
];

const READERS: [Role; 3] = [Role::Vlo, Role::VloManager, Role::Prosecutor];

/// A case with its victims, as far as they are in reach. It names nobody.
pub struct CaseRead {
    /// The case.
    pub case: CaseRow,
    /// The flags in force that keep its data.
    pub flags: Vec<String>,
    /// Its victims.
    pub victims: Vec<InCase>,
}

/// A victim of a case, without a name.
pub struct InCase {
    /// The identifier.
    pub id: VictimId,
    /// The CPS service.
    pub service: String,
    /// Enhanced rights under the Victims' Code.
    pub enhanced: bool,
    /// The officer's user name.
    pub vlo: Option<String>,
    /// Open duties.
    pub open: usize,
}

/// A duty with why it is due when it is due.
pub struct Owed<'g> {
    /// As it stands.
    pub row: ObligationRow,
    /// Its rule.
    pub rule: Option<&'g Rule>,
    /// How the due time was computed.
    pub deadline: Option<Deadline>,
}

/// A victim whole.
pub struct VictimRead<'g> {
    /// The identifier.
    pub id: VictimId,
    /// The case.
    pub case: CaseRow,
    /// The name in the papers.
    pub legal_name: String,
    /// The name to be addressed by.
    pub preferred_name: String,
    /// `en`, `cy` or the name of another language.
    pub language: String,
    /// The CPS service.
    pub service: String,
    /// Enhanced rights, and on which ground.
    pub enhanced: bool,
    /// On which ground.
    pub enhanced_ground: Option<String>,
    /// The officer's user name.
    pub vlo: Option<String>,
    /// Wants contact, withdrawn, opted out.
    pub standing: VictimStanding,
    /// First day of the trial.
    pub trial: Option<Date>,
    /// How this victim may be reached.
    pub plan: Plan,
    /// Every duty, soonest first.
    pub owed: Vec<Owed<'g>>,
    /// Events with their details, oldest first.
    pub events: Vec<(EventRow, Detail)>,
    /// Drafts, without their words.
    pub drafts: Vec<DraftRow>,
    /// Messages with their deliveries.
    pub messages: Vec<SentRow>,
    /// Contacts; those recorded by hand with their details.
    pub contacts: Vec<(ContactRow, Option<MadeContact>)>,
    /// Meetings, oldest first.
    pub meetings: Vec<(MeetingRow, Meeting)>,
    /// Changes of details, oldest first.
    pub detail_changes: Vec<(DetailChangeRow, DetailChange)>,
    /// Changes of the plan, without their values.
    pub plan_changes: Vec<PlanChangeRow>,
    /// Who helps or helped, oldest first.
    pub supporters: Vec<SupporterRead>,
    /// The reason that this session gave.
    pub reason: String,
}

impl Gateway {
    /// A case with those of its victims whom the actor reaches.
    pub async fn read_case(&self, actor: &str, id: &CaseId) -> Result<CaseRead> {
        let staff = self.authorise(actor, &READERS)?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let reached = reach::list(&mut tx, &scope, Named::Case(id)).await?;
        if reached.is_empty() {
            return Err(Error::NotFound("case"));
        }
        let case = whole_victim::find_case(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("case"))?;
        let mut victims = Vec::with_capacity(reached.len());
        for id in &reached {
            // An erased one is shown nowhere; what is left of them stands in the log.
            let victim = match self.load_victim(&mut tx, id).await {
                Err(Error::Erased) => continue,
                found => found?,
            };
            let owed = whole_victim::list_obligations(&mut tx, id).await?;
            victims.push(InCase {
                id: id.clone(),
                service: victim.row.service,
                enhanced: victim.row.enhanced,
                vlo: victim.row.vlo,
                open: owed.iter().filter(|owed| owed.state == "open").count(),
            });
        }
        let flags = flags::list(&mut tx, id).await?.into_iter().map(|row| row.flag);
        let flags = flags.collect();
        drop(tx);
        let read = entry(self.now(), actor, Act::Consultation, "case-read")?
            .with_case(id.as_str())
            .with_area(&case.area);
        self.record(read).await?;
        Ok(CaseRead { case, flags, victims })
    }

    /// Keeps the reason for which somebody opens a victim's page, for this session and this day.
    pub async fn give_reason(&self, visitor: &Visitor, id: &VictimId, reason: &str) -> Result<()> {
        let actor = visitor.account.user.as_str();
        self.authorise(actor, &READERS)?;
        if !READING_REASONS.contains(&reason) {
            return Err(Error::Invalid(format!(
                "reason: one of {}",
                READING_REASONS.join(", ")
            )));
        }
        let until =
            end_of_day(london_date(self.now())).map_err(|fault| Error::broken("London time", fault))?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(id)).await?;
        glasses::open(&mut tx, &visitor.session, id, reason, until).await?;
        Ok(tx
            .commit_unlogged("the reason stands in the entry of each view that it opens")
            .await?)
    }

    /// The reason that this session gave today for this victim; none asks for one.
    pub async fn find_reason(&self, visitor: &Visitor, id: &VictimId) -> Result<Option<String>> {
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, &visitor.account.user, Named::Victim(id))
            .await?;
        Ok(glasses::find_opened(&mut tx, &visitor.session, id, self.now()).await?)
    }

    /// Everything about a victim, for the reason that this session gave today; none when it gave none.
    pub async fn read_victim(&self, visitor: &Visitor, id: &VictimId) -> Result<Option<VictimRead<'_>>> {
        let actor = visitor.account.user.as_str();
        self.authorise(actor, &READERS)?;
        let Some(reason) = self.find_reason(visitor, id).await? else {
            return Ok(None);
        };
        let mut tx = self.pool().read().await?;
        let victim = self.load_victim(&mut tx, id).await?;
        let read = self.load_whole(&mut tx, &victim, &reason).await?;
        drop(tx);
        let entry = about_victim(self.now(), actor, Act::Consultation, "victim-read", &victim)?;
        // Before anybody sees a word.
        self.record(entry.with_reason(&reason)).await?;
        Ok(Some(read))
    }

    async fn load_whole(&self, tx: &mut Tx, victim: &Victim, reason: &str) -> Result<VictimRead<'_>> {
        let id = &victim.row.id;
        let person = victim.person()?;
        let mut events = Vec::new();
        for row in events::list_by_victim(tx, id).await? {
            let detail = Self::open(&victim.key, "events", row.id.as_str(), &row.sealed)?;
            events.push((row, detail));
        }
        let mut contacts = Vec::new();
        for row in contacts::list_by_victim(tx, id).await? {
            let sealed = row.sealed.as_ref();
            let made = sealed.map(|sealed| Self::open(&victim.key, "contacts", row.id.as_str(), sealed));
            let made = made.transpose()?;
            contacts.push((row, made));
        }
        let owed = whole_victim::list_obligations(tx, id).await?.into_iter();
        Ok(VictimRead {
            id: id.clone(),
            case: victim.case.clone(),
            legal_name: person.legal_name.reveal().to_owned(),
            preferred_name: person.preferred_name.reveal().to_owned(),
            language: match &person.correspondence.language {
                domain::people::Language::Other { name } => name.clone(),
                known => known.template().unwrap_or_default().to_owned(),
            },
            service: victim.row.service.clone(),
            enhanced: victim.row.enhanced,
            enhanced_ground: victim.row.enhanced_ground.clone(),
            vlo: victim.row.vlo.clone(),
            standing: victim.standing.clone(),
            trial: victim.dates.trial,
            plan: victim.plan()?,
            owed: owed.map(|row| self.explained(row)).collect::<Result<_>>()?,
            events,
            drafts: whole_victim::list_drafts(tx, id).await?,
            messages: whole_victim::list_messages(tx, id).await?,
            contacts,
            meetings: Self::load_meetings(tx, victim).await?,
            detail_changes: Self::load_detail_changes(tx, victim).await?,
            plan_changes: whole_victim::list_plan_changes(tx, id).await?,
            supporters: self.load_supporters(tx, victim).await?,
            reason: reason.to_owned(),
        })
    }

    fn explained(&self, row: ObligationRow) -> Result<Owed<'_>> {
        let deadline = row.deadline.as_deref();
        Ok(Owed {
            rule: self.parts.rulebook.rule(&row.rule),
            deadline: deadline.map(|text| from_json("deadline", text)).transpose()?,
            row,
        })
    }
}
