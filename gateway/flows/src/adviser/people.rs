//! Whom an adviser supports, with the victim's consent and its end, and the meetings that lie ahead of them.

use audit::entry::Act;
use domain::calendar::london_date;
use domain::id::{ThreadId, VictimId};
use domain::meeting::{Meeting, Mode, State};
use domain::people::ConsentScope;
use jiff::Timestamp;
use jiff::civil::Date;
use store::adviser_reading::{self, OpenThreadRow, SupportRow};
use store::{Tx, meetings};

use super::{Reader, scopes};
use crate::context::reference;
use crate::entries::{about_victim, entry};
use crate::person::Victim;
use crate::{Gateway, Result};

/// Conversations that are looked through.
const THREADS_MAX: u32 = 500;

/// Somebody whom an adviser supports.
pub struct PersonSupported {
    /// Who.
    pub victim: VictimId,
    /// The name to use.
    pub name: String,
    /// Our reference, to be quoted.
    pub reference: String,
    /// The officer's name and telephone number; none while nobody is assigned.
    pub officer: Option<(String, String)>,
    /// What the victim allowed.
    pub scopes: Vec<ConsentScope>,
    /// Since which day, in London.
    pub since: Date,
    /// The last day, in London; none when no end was stated.
    pub until: Option<Date>,
    /// The colleague's name, where the reader stands in for one.
    pub instead_of: Option<String>,
    /// The conversations about them, the one that changed last first.
    pub conversations: Vec<ThreadId>,
}

/// A meeting that is arranged.
pub struct MeetingAhead {
    /// With whom, by the name to use.
    pub name: String,
    /// When it begins.
    pub at: Timestamp,
    /// In a room, by video, or both.
    pub mode: Mode,
    /// Where, if it has a place.
    pub place: Option<String>,
}

impl Gateway {
    /// Everybody whom an adviser supports now, by name. The reading is recorded before a name is seen.
    pub async fn list_people_supported(&self, user: &str) -> Result<Vec<PersonSupported>> {
        let mut tx = self.pool().read().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let mut people = Vec::new();
        let threads = self.own_threads(&mut tx, &reader).await?;
        for row in self.each_person(&mut tx, &reader).await? {
            people.push(self.read_person(&mut tx, &reader, row, &threads).await?);
        }
        drop(tx);
        people.sort_by(|one, other| one.name.cmp(&other.name));
        let read = entry(reader.now, user, Act::Consultation, "people-supported-listed")?;
        self.record(read.with_fact("people", people.len().to_string()))
            .await?;
        Ok(people)
    }

    /// One of them.
    pub async fn read_person_supported(&self, user: &str, victim: &VictimId) -> Result<PersonSupported> {
        let mut tx = self.pool().read().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let (row, victim) = self.own_person(&mut tx, &reader, victim).await?;
        let read = about_victim(
            reader.now,
            user,
            Act::Consultation,
            "person-supported-read",
            &victim,
        )?;
        let threads = self.own_threads(&mut tx, &reader).await?;
        let person = self.read_person(&mut tx, &reader, row, &threads).await?;
        drop(tx);
        self.record(read).await?;
        Ok(person)
    }

    /// The meetings to come of those whose consent covers meetings, the next one first.
    pub async fn list_meetings_ahead(&self, user: &str) -> Result<Vec<MeetingAhead>> {
        let mut tx = self.pool().read().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let mut ahead = Vec::new();
        for row in self.each_person(&mut tx, &reader).await? {
            if scopes(&row)?.contains(&ConsentScope::MeetingOffers) {
                let victim = self.load_victim(&mut tx, &row.victim_id).await?;
                ahead.extend(self.meetings_of(&mut tx, &reader, &victim).await?);
            }
        }
        drop(tx);
        ahead.sort_by_key(|meeting| meeting.at);
        let read = entry(reader.now, user, Act::Consultation, "meetings-ahead-listed")?;
        self.record(read.with_fact("meetings", ahead.len().to_string()))
            .await?;
        Ok(ahead)
    }

    /// One row for each person: of several consents that hold at once, the reader's own before a colleague's, and the newest.
    pub(crate) async fn each_person(&self, tx: &mut Tx, reader: &Reader) -> Result<Vec<SupportRow>> {
        let mut rows = adviser_reading::list_people(tx, &reader.account.account_id, reader.now).await?;
        rows.reverse();
        rows.dedup_by(|later, kept| later.victim_id == kept.victim_id);
        Ok(rows)
    }

    async fn own_threads(&self, tx: &mut Tx, reader: &Reader) -> Result<Vec<OpenThreadRow>> {
        let account = &reader.account.account_id;
        Ok(adviser_reading::list_threads(tx, account, reader.now, THREADS_MAX).await?)
    }

    pub(crate) async fn read_person(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        row: SupportRow,
        threads: &[OpenThreadRow],
    ) -> Result<PersonSupported> {
        let victim = self.load_victim(tx, &row.victim_id).await?;
        let own = threads
            .iter()
            .filter(|thread| thread.support.victim_id == row.victim_id);
        let conversations = own.map(|thread| thread.id.clone()).collect();
        Ok(PersonSupported {
            name: victim.person()?.preferred_name.reveal().to_owned(),
            reference: reference(row.victim_id.as_str()),
            officer: self.officer_of(&victim),
            scopes: scopes(&row)?,
            since: london_date(row.given_at),
            until: row.until_at.map(london_date),
            instead_of: self.instead_of(tx, reader, &row).await?,
            conversations,
            victim: row.victim_id,
        })
    }

    /// Name and number of a victim's officer.
    pub(crate) fn officer_of(&self, victim: &Victim) -> Option<(String, String)> {
        let officer = self.staff(victim.row.vlo.as_deref()?).ok()?;
        Some((officer.name.clone(), officer.phone.clone()))
    }

    /// The name of the colleague for whom the reader stands in; none for the reader's own people.
    pub(crate) async fn instead_of(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        row: &SupportRow,
    ) -> Result<Option<String>> {
        if row.account_id == reader.account.account_id {
            return Ok(None);
        }
        let adviser = store::supporters::find_adviser(tx, &row.adviser_id).await?;
        let adviser = adviser.ok_or(crate::Error::NotFound("adviser"))?;
        let details = self.open_adviser(tx, &adviser).await?;
        Ok(Some(details.name.reveal().to_owned()))
    }

    async fn meetings_of(&self, tx: &mut Tx, reader: &Reader, victim: &Victim) -> Result<Vec<MeetingAhead>> {
        let name = victim.person()?.preferred_name.reveal().to_owned();
        let mut ahead = Vec::new();
        for row in meetings::list_by_victim(tx, &victim.row.id).await? {
            let meeting: Meeting = Self::open(&victim.key, "meetings", row.id.as_str(), &row.sealed)?;
            if let State::Arranged { plan } = meeting.state
                && plan.meeting_at > reader.now
            {
                ahead.push(MeetingAhead {
                    name: name.clone(),
                    at: plan.meeting_at,
                    mode: plan.mode,
                    place: plan.place.map(|place| place.name.reveal().to_owned()),
                });
            }
        }
        Ok(ahead)
    }
}
