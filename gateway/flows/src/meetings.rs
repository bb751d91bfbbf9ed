//! Meetings with a victim: offered or not, answered, arranged, moved, cancelled, held (requirement D4).
//!
//! What a step of a meeting says to the victim goes the way of every message: an arrangement is recorded as the event that
//! raises the duty to confirm it, in the same transaction, and nothing is sent from here.

use audit::entry::{Act, Entry};
use domain::event::Detail;
use domain::event::words::MeetingHow;
use domain::id::{MeetingId, VictimId};
use domain::masked::Masked;
use domain::meeting::{Arrangement, Meeting, MeetingFault, Mode, Purpose, State, Step, Times};
use domain::rulebook::MeetingOffer;
use store::Tx;
use store::meetings::{self, MeetingRow};
use store::obligations::{self, ObligationRow};
use store::reach::Named;

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::person::Victim;
use crate::record_contact::is_still_leaving;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// What is told of the place of a meeting by video.
const BY_VIDEO: &str = "By video. We will tell you how to join.";

fn refused(fault: MeetingFault) -> Error {
    match fault {
        MeetingFault::WrongState { .. } => Error::Conflict(fault.to_string()),
        MeetingFault::Defence => Error::NotAllowed(fault.to_string()),
        _ => Error::Invalid(fault.to_string()),
    }
}

impl Gateway {
    /// Writes a meeting down with its first step.
    pub async fn begin_meeting(
        &self,
        actor: &str,
        victim: &VictimId,
        (purpose, purpose_name): (Purpose, Option<Masked>),
        first: Step,
    ) -> Result<MeetingId> {
        self.authorise(actor, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let begun = Meeting::new(purpose, purpose_name).map_err(refused)?;
        let id = MeetingId::random(self.entropy());
        let row = MeetingRow {
            id: id.clone(),
            case_id: victim.case.id.clone(),
            victim_id: victim.row.id.clone(),
            purpose: purpose.as_str().to_owned(),
            state: begun.state.as_str().to_owned(),
            version: 1,
            begun_at: now,
            changed_at: now,
            changed_by: actor.to_owned(),
            sealed: self.seal(&victim.key, "meetings", id.as_str(), &begun)?,
        };
        meetings::add(&mut tx, &row).await?;
        let entry = about_victim(now, actor, Act::Collection, "meeting-begun", &victim)?;
        let mut entries = vec![
            entry
                .with_fact("meeting", id.as_str())
                .with_fact("purpose", &row.purpose),
        ];
        self.take_step(&mut tx, actor, (victim, row, begun), first, &mut entries)
            .await?;
        tx.commit(&entries).await?;
        Ok(id)
    }

    /// Takes a step of a meeting that stands at `version`; somebody else's step in between is a conflict.
    pub async fn step_meeting(
        &self,
        actor: &str,
        victim: &VictimId,
        (id, version): (&MeetingId, i64),
        step: Step,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = meetings::find(&mut tx, id, &victim.row.id)
            .await?
            .ok_or(Error::NotFound("meeting"))?;
        if row.version != version {
            return Err(Error::Conflict(
                "somebody recorded a step of this meeting meanwhile; read it again first".to_owned(),
            ));
        }
        let meeting = Self::open(&victim.key, "meetings", row.id.as_str(), &row.sealed)?;
        let mut entries = Vec::new();
        self.take_step(&mut tx, actor, (victim, row, meeting), step, &mut entries)
            .await?;
        Ok(tx.commit(&entries).await?)
    }

    /// One meeting, for somebody who says why they read it.
    pub async fn read_meeting(
        &self,
        actor: &str,
        victim: &VictimId,
        id: &MeetingId,
        reason: &str,
    ) -> Result<(MeetingRow, Meeting)> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = meetings::find(&mut tx, id, &victim.row.id)
            .await?
            .ok_or(Error::NotFound("meeting"))?;
        let meeting = Self::open(&victim.key, "meetings", row.id.as_str(), &row.sealed)?;
        let read = about_victim(self.now(), actor, Act::Consultation, "meeting-read", &victim)?;
        tx.commit(&[read.with_fact("meeting", id.as_str()).with_reason(reason)])
            .await?;
        Ok((row, meeting))
    }

    /// A victim's meetings, oldest first, without a log entry: whoever calls has one.
    pub(crate) async fn load_meetings(tx: &mut Tx, victim: &Victim) -> Result<Vec<(MeetingRow, Meeting)>> {
        let mut found = Vec::new();
        for row in meetings::list_by_victim(tx, &victim.row.id).await? {
            let meeting = Self::open(&victim.key, "meetings", row.id.as_str(), &row.sealed)?;
            found.push((row, meeting));
        }
        Ok(found)
    }

    async fn take_step(
        &self,
        tx: &mut Tx,
        actor: &str,
        (victim, row, before): (Victim, MeetingRow, Meeting),
        step: Step,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let now = self.now();
        let times = Times {
            now,
            case_opened_at: victim.case.opened_at,
        };
        let after = before.clone().step(step.clone(), times).map_err(refused)?;
        let next = MeetingRow {
            state: after.state.as_str().to_owned(),
            changed_at: now,
            changed_by: actor.to_owned(),
            sealed: self.seal(&victim.key, "meetings", row.id.as_str(), &after)?,
            ..row
        };
        meetings::save(tx, &next).await?;
        entries.push(step_entry(actor, &victim, &next, (&before.state, &step))?);
        match step {
            Step::Offer(_) => self.end_offers(tx, actor, &next, entries).await?,
            Step::DoNotOffer(_) => {
                for owed in self.offers_owed(tx, &next).await? {
                    obligations::wait(tx, &owed.id, Some("decision-of-an-approver")).await?;
                }
            }
            _ => {}
        }
        if let Some(detail) = said_to_victim(&before.state, &after.state) {
            // What the victim must be told is an event of the case like any other.
            let own_id = format!("{}-{}", next.id, next.version);
            self.record_own(tx, actor, victim, (own_id, now), detail, entries)
                .await?;
        }
        Ok(())
    }

    /// Open duties to offer just this meeting. A duty to inform that mentions a meeting is not one: it ends as it says.
    async fn offers_owed(&self, tx: &mut Tx, row: &MeetingRow) -> Result<Vec<ObligationRow>> {
        if row.purpose != Purpose::PreTrial.as_str() {
            return Ok(Vec::new());
        }
        let open = obligations::list_open_by_victim(tx, &row.victim_id).await?;
        let is_offer = |owed: &ObligationRow| {
            let rule = self.parts.rulebook.rule(&owed.rule);
            rule.is_some_and(|rule| rule.meeting_offer == MeetingOffer::IsTheOffer)
        };
        Ok(open.into_iter().filter(is_offer).collect())
    }

    /// The offer was made: the duty to make it ends, unless its own message is leaving and will end it.
    async fn end_offers(
        &self,
        tx: &mut Tx,
        actor: &str,
        row: &MeetingRow,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        for owed in self.offers_owed(tx, row).await? {
            // One duty may have ended with another that its message carries.
            let still = obligations::find(tx, &owed.id).await?;
            if still.is_none_or(|owed| owed.state != "open") || is_still_leaving(tx, &owed).await? {
                continue;
            }
            let why = "meeting-offered";
            entries.extend(
                self.discharge_obligation(tx, actor, &owed, row.id.as_str(), why)
                    .await?,
            );
            entries.extend(self.stop_under_way(tx, actor, &owed, why).await?);
        }
        Ok(())
    }
}

/// The event of a step, if it is one that the victim hears of.
fn said_to_victim(before: &State, after: &State) -> Option<Detail> {
    match (before, after) {
        (State::Arranged { plan: old }, State::Arranged { plan })
            if (old.meeting_at, old.mode, &old.place) == (plan.meeting_at, plan.mode, &plan.place) =>
        {
            None
        }
        (State::Arranged { .. }, State::Arranged { plan }) => Some(Detail::MeetingChanged {
            meeting_at: plan.meeting_at,
            place: place(plan),
            how: how(plan.mode),
        }),
        (_, State::Arranged { plan }) => Some(Detail::MeetingArranged {
            meeting_at: plan.meeting_at,
            place: place(plan),
            how: how(plan.mode),
        }),
        (_, State::Cancelled { plan, reason }) => Some(Detail::MeetingCancelled {
            meeting_at: plan.meeting_at,
            reason: Some(Masked::from(reason.why.as_str())),
        }),
        _ => None,
    }
}

fn how(mode: Mode) -> MeetingHow {
    match mode {
        Mode::InPerson | Mode::Hybrid => MeetingHow::InPerson,
        Mode::Virtual => MeetingHow::Video,
    }
}

fn place(plan: &Arrangement) -> Masked {
    let name = plan.place.as_ref().map(|place| &place.name);
    match (name, plan.mode) {
        (None, _) => Masked::from(BY_VIDEO),
        (Some(name), Mode::Hybrid) => Masked::new(format!("{}, or by video", name.reveal())),
        (Some(name), _) => name.clone(),
    }
}

/// The entry of a step: codes and instants, no words that were typed.
fn step_entry(
    actor: &str,
    victim: &Victim,
    row: &MeetingRow,
    (before, step): (&State, &Step),
) -> Result<Entry> {
    let (act, verb) = match (step, before) {
        (Step::DoNotOffer(_), _) => (Act::Decision, "meeting-not-offered"),
        (Step::Offer(_), _) => (Act::Disclosure, "meeting-offered"),
        (Step::Accept(_), _) => (Act::Collection, "meeting-accepted"),
        (Step::Decline(_), _) => (Act::Collection, "meeting-declined"),
        (Step::NoResponse, _) => (Act::Outcome, "meeting-unanswered"),
        (Step::Arrange(_), State::Arranged { .. }) => (Act::Change, "meeting-rearranged"),
        (Step::Arrange(_), _) => (Act::Decision, "meeting-arranged"),
        (Step::Cancel(_), _) => (Act::Decision, "meeting-cancelled"),
        (Step::Hold(_), _) => (Act::Outcome, "meeting-held"),
    };
    let entry = about_victim(row.changed_at, actor, act, verb, victim)?
        .with_result(&row.state)
        .with_fact("meeting", row.id.as_str())
        .with_fact("purpose", &row.purpose);
    Ok(match step {
        Step::DoNotOffer(reason) => entry.with_reason(reason.why.as_str()),
        Step::Cancel(reason) => entry.with_reason(reason.why.as_str()),
        Step::Offer(word) | Step::Accept(word) | Step::Decline(word) => entry
            .with_channel(word.route.as_str())
            .with_fact("occurred", word.at.to_string()),
        Step::Arrange(plan) => entry
            .with_fact("asked-by", plan.asked_by.as_str())
            .with_fact("mode", plan.mode.as_str())
            .with_fact("meeting-at", plan.meeting_at.to_string()),
        Step::Hold(outcome) => entry
            .with_fact("minutes", outcome.minutes.to_string())
            .with_fact("research", outcome.research.as_str()),
        Step::NoResponse => entry,
    })
}
