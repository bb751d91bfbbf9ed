//! Silence is an event (issue 5, section 6): a mailbox without mail for longer than usual, an adviser without an answer, a
//! victim without contact. The sweep notices each spell once and logs it; whoever answers for it is shown it.
//!
//! A mailbox's silence stands on the pages of mailboxes and ends with the next message. A late answer is told to the
//! manager. A victim's silence is the event `no-contact`, which owes `HOUSE-SILENCE` and ends with a contact.

use audit::entry::{Act, Entry};
use domain::calendar::{CalendarError, london_date, start_of_day};
use domain::event::{Detail, Stage};
use domain::id::VictimId;
use domain::people::VictimStanding;
use domain::silence::{working_days_ago, working_days_between};
use jiff::{SignedDuration, Timestamp};
use store::Tx;
use store::silences::{self, LateRow, SilenceRow, SilentRow};

use crate::entries::{about, entry};
use crate::owed::find_owed;
use crate::person::from_json;
use crate::record_event::own_event;
use crate::sweep::Swept;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

const WORKER: &str = "system:sweep";
/// The source of the events that the sweep records.
const SOURCE: &str = "silence";
/// Rows looked at in one step of a sweep.
const ROWS_MAX: u32 = 500;
/// Lines shown.
const SHOWN_MAX: u32 = 100;

/// What is silent in somebody's Areas, and among their people. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silences {
    /// Mailboxes without mail for longer than usual.
    pub mailboxes: Vec<SilenceRow>,
    /// Answers to advisers that are late for so long that the manager was told.
    pub answers: Vec<LateRow>,
}

fn out_of_calendar(fault: CalendarError) -> Error {
    Error::broken("the calendar", fault)
}

impl Gateway {
    /// The mailboxes without mail for longer than usual, of all Areas, for whoever looks after the house.
    pub async fn list_silent_mailboxes(&self) -> Result<Vec<SilenceRow>> {
        let mut tx = self.pool().read().await?;
        Ok(silences::list_open(&mut tx).await?)
    }

    /// What is silent, for an officer or a manager.
    pub async fn list_silences(&self, user: &str) -> Result<Silences> {
        let staff = self.authorise(user, &OFFICERS)?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let mut mailboxes = silences::list_open(&mut tx).await?;
        let own = |row: &SilenceRow| staff.bound_to().is_none_or(|areas| areas.contains(&row.area));
        mailboxes.retain(own);
        Ok(Silences {
            mailboxes,
            answers: silences::list_late(&mut tx, &scope, SHOWN_MAX).await?,
        })
    }

    /// Notices what is silent, each spell once.
    pub(crate) async fn notice_silences(&self, swept: &mut Swept) -> Result<()> {
        self.notice_mailboxes(swept).await?;
        self.notice_late_answers(swept).await?;
        self.end_heard().await?;
        self.notice_victims(swept).await
    }

    /// Reads first, and writes only where a spell ended or began: a sweep comes every minute.
    async fn notice_mailboxes(&self, swept: &mut Swept) -> Result<()> {
        let mut tx = self.pool().read().await?;
        let open = silences::list_open(&mut tx).await?;
        let last = silences::list_last(&mut tx).await?;
        let mut changed = Vec::new();
        for (area, last) in last {
            let own = || open.iter().filter(|row| row.area == area);
            let is_heard = own().any(|row| row.since_at < last);
            let usual = if own().any(|row| row.since_at == last) {
                None
            } else {
                self.silent_beyond(&mut tx, &area, last).await?
            };
            if is_heard || usual.is_some() {
                changed.push((area, last, usual));
            }
        }
        drop(tx);
        for (area, last, usual) in changed {
            self.notice_mailbox(&area, last, usual, swept).await?;
        }
        Ok(())
    }

    /// The working days that are usual of a mailbox, when more have passed since its last message.
    async fn silent_beyond(&self, tx: &mut Tx, area: &str, last: Timestamp) -> Result<Option<u32>> {
        let (now, silence) = (self.now(), &self.parts.settings.silence);
        let calendar = &self.parts.calendar;
        let passed =
            working_days_between(london_date(last), london_date(now), calendar).map_err(out_of_calendar)?;
        if passed <= u32::from(silence.mailbox_working_days) {
            return Ok(None);
        }
        let past = SignedDuration::from_hours(24 * 7 * i64::from(silence.mailbox_weeks));
        let arrivals = silences::list_arrivals(tx, area, last - past).await?;
        let usual = silence.usual(&arrivals, calendar).map_err(out_of_calendar)?;
        Ok((passed > usual).then_some(usual))
    }

    async fn notice_mailbox(
        &self,
        area: &str,
        last: Timestamp,
        usual: Option<u32>,
        swept: &mut Swept,
    ) -> Result<()> {
        let now = self.now();
        let about_mailbox = |verb| Ok::<_, Error>(entry(now, WORKER, Act::Change, verb)?.with_area(area));
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::new();
        if silences::end(&mut tx, area, last, now).await? > 0 {
            entries.push(about_mailbox("mailbox-heard")?);
        }
        if let Some(usual) = usual {
            let row = SilenceRow {
                area: area.to_owned(),
                since_at: last,
                usual_days: i64::from(usual),
                found_at: now,
            };
            if silences::add(&mut tx, &row).await? {
                let silent = about_mailbox("mailbox-silent")?;
                entries.push(
                    silent
                        .with_fact("since", last.to_string())
                        .with_fact("usual-working-days", usual.to_string()),
                );
                swept.silent_mailboxes += 1;
            }
        }
        Ok(tx.commit(&entries).await?)
    }

    /// An answer to an adviser that is late by so many working days is a matter for the manager as well.
    async fn notice_late_answers(&self, swept: &mut Swept) -> Result<()> {
        let due_before = self.after_days(self.parts.settings.silence.answer_working_days)?;
        let now = self.now();
        let mut tx = self.pool().read().await?;
        let late = silences::list_unanswered(&mut tx, due_before, ROWS_MAX).await?;
        drop(tx);
        if late.is_empty() {
            return Ok(());
        }
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::new();
        for id in late {
            if !silences::add_late(&mut tx, &id, now).await? {
                continue;
            }
            let owed = find_owed(&mut tx, &id).await?;
            let detail = "an adviser waits for an answer that is long overdue; the manager of the Area decides who gives it";
            self.notify(&mut tx, &owed, None, "answer-late", detail).await?;
            entries.push(about(now, WORKER, Act::Change, "answer-late", &owed)?);
            swept.late_answers += 1;
        }
        Ok(tx.commit(&entries).await?)
    }

    async fn notice_victims(&self, swept: &mut Swept) -> Result<()> {
        let since = self.victim_silent_since()?;
        let mut after = String::new();
        loop {
            let mut tx = self.pool().read().await?;
            let rows = silences::list_silent(&mut tx, &after, since, ROWS_MAX).await?;
            drop(tx);
            let Some(last) = rows.last() else {
                return Ok(());
            };
            last.victim_id.as_str().clone_into(&mut after);
            for row in &rows {
                swept.silent_victims += usize::from(self.notice_victim(row).await?);
            }
        }
    }

    /// Records a victim's silence, unless she or he wants none of our news: true when that was new.
    async fn notice_victim(&self, row: &SilentRow) -> Result<bool> {
        let standing: VictimStanding = from_json("standing", &row.standing)?;
        let out = |stage: &String| stage == "all" || stage == Stage::Contact.as_str();
        if standing.deceased || standing.opted_out.iter().any(out) {
            return Ok(false);
        }
        let mut tx = self.pool().begin().await?;
        let victim = match self.load_victim(&mut tx, &row.victim_id).await {
            Err(Error::Erased) => return Ok(false),
            found => found?,
        };
        // One spell of silence is one event, whoever sweeps.
        let own_id = format!("{}-{}", row.victim_id, row.since_at.as_microsecond());
        let event = own_event(SOURCE, &victim, own_id, (self.now(), None), Detail::NoContact {})?;
        let mut entries = Vec::new();
        let recorded = self
            .record_one(&mut tx, WORKER, &event, victim, &mut entries)
            .await?;
        tx.commit(&entries).await?;
        Ok(matches!(recorded, crate::Recorded::New { raised: 1.., .. }))
    }

    /// Ends the duties to ask after victims with whom there was contact since.
    async fn end_heard(&self) -> Result<()> {
        let since = self.victim_silent_since()?;
        let mut tx = self.pool().read().await?;
        let heard = silences::list_heard(&mut tx, since).await?;
        drop(tx);
        for victim in heard {
            let mut tx = self.pool().begin().await?;
            let mut entries = Vec::new();
            self.end_silence(&mut tx, WORKER, &victim, &mut entries).await?;
            tx.commit(&entries).await?;
        }
        Ok(())
    }

    /// The same of one victim, in the transaction of the contact.
    pub(crate) async fn end_silence(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &VictimId,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let since = self.victim_silent_since()?;
        for (id, contact) in silences::list_heard_of(tx, since, victim).await? {
            let owed = find_owed(tx, &id).await?;
            let ended = self
                .discharge_obligation(tx, actor, &owed, contact.as_str(), "contact-made")
                .await?;
            entries.extend(ended);
        }
        Ok(())
    }

    fn victim_silent_since(&self) -> Result<Timestamp> {
        self.after_days(self.parts.settings.silence.victim_working_days)
    }

    /// What happened before this instant is so many working days old, or older.
    pub(crate) fn after_days(&self, days: u8) -> Result<Timestamp> {
        let ago = working_days_ago(london_date(self.now()), u32::from(days), &self.parts.calendar)
            .map_err(out_of_calendar)?;
        let next = ago
            .tomorrow()
            .map_err(|fault| Error::broken("the calendar", fault))?;
        start_of_day(next).map_err(out_of_calendar)
    }
}
