//! An event arrives: it is written down once, and what it makes owed is raised with it.
//!
//! What follows from it is carried out in `carry_out`. Event and obligations share a transaction, so that no crash leaves an event without what it raises. A
//! refused event changes nothing; the others of its batch go on.

use audit::entry::{Act, Entry};
use domain::area::AreaCode;
use domain::event::{self, Consequence, Detail, Event, Situation};
use domain::id::{EventId, VictimId};
use domain::people::Choice;
use domain::urn::Urn;
use jiff::Timestamp;
use store::events::{self, EventRow};
use store::obligations::{self, ObligationRow};
use store::people::VictimRow;
use store::reach::Named;
use store::subjects::{self, SubjectRow};
use store::{Tx, people};

use crate::add_case::ERASED;
use crate::carry_out::{Done, open_obligation};
use crate::entries::entry;
use crate::person::{Victim, to_json};
use crate::{Error, Gateway, Result, Role};

/// Why an event of nobody we know is refused: the same words for an unknown case and an unknown person.
pub(crate) const UNKNOWN: &str =
    "no case with this URN has a victim with this victim_ref; check both against the source system";

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Written down.
    New {
        /// Obligations that it raised.
        raised: usize,
        /// Obligations that it ended.
        lapsed: usize,
        /// Obligations that it gave another due time.
        moved: usize,
    },
    /// This source event was here before; nothing changed.
    Duplicate,
    /// Refused: what is wrong and what would be right, without values.
    Refused(String),
}

impl Gateway {
    /// Records a batch of events in one transaction; the answers are in the order of the events.
    pub async fn record_events(&self, actor: &str, batch: &[Event]) -> Result<Vec<Recorded>> {
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for event in batch {
            answers.push(self.record_in(&mut tx, actor, event, &mut entries).await?);
        }
        tx.commit(&entries).await?;
        Ok(answers)
    }

    /// Records one event in a transaction that the caller commits with `entries`.
    pub(crate) async fn record_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        event: &Event,
        entries: &mut Vec<Entry>,
    ) -> Result<Recorded> {
        self.authorise(actor, &[Role::Administrator, Role::Vlo, Role::ApiClient])?;
        match self.find_subject(tx, actor, event).await? {
            Err(refusal) => Ok(Recorded::Refused(refusal)),
            Ok(victim) => self.record_one(tx, actor, event, victim, entries).await,
        }
    }

    /// What an officer says has happened to a victim of theirs, as an event. `own_id` is the id of the form: the same form
    /// sent twice records one event.
    pub async fn event_of(
        &self,
        actor: &str,
        victim: &VictimId,
        own_id: &EventId,
        times: (Timestamp, Option<Timestamp>),
        detail: Detail,
    ) -> Result<Event> {
        self.authorise(actor, &[Role::Vlo])?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        officers_event(&victim, own_id.as_str().to_owned(), times, detail)
    }

    /// Records what an officer's other act makes an event of the case, in the same transaction.
    pub(crate) async fn record_own(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: Victim,
        (own_id, occurred_at): (String, Timestamp),
        detail: Detail,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        detail
            .validate()
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        let event = officers_event(&victim, own_id, (occurred_at, None), detail)?;
        match self.record_one(tx, actor, &event, victim, entries).await? {
            Recorded::New { .. } => Ok(()),
            Recorded::Refused(why) => Err(Error::Invalid(why)),
            Recorded::Duplicate => Err(Error::broken("event", "its own id was recorded before")),
        }
    }

    /// What recording an event would change, or why it is refused. Nothing is written.
    pub async fn preview_event(
        &self,
        actor: &str,
        event: &Event,
    ) -> Result<std::result::Result<Vec<Consequence>, String>> {
        self.authorise(actor, &[Role::Vlo])?;
        let mut tx = self.pool().begin().await?;
        let mut victim = match self.find_subject(&mut tx, actor, event).await? {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(victim) => victim,
        };
        self.what_follows(&mut tx, &mut victim, event).await
    }

    /// What an event would change about a victim, or why it is refused.
    pub(crate) async fn what_follows(
        &self,
        tx: &mut Tx,
        victim: &mut Victim,
        event: &Event,
    ) -> Result<std::result::Result<Vec<Consequence>, String>> {
        let open = obligations::list_open_by_victim(tx, &victim.row.id).await?;
        let later = self.load_later(tx, victim, event).await?;
        apply(victim, &later, event);
        Ok(self.decide(victim, &open, &later, event))
    }

    /// The victim an event is about: by URN and the source's reference together, or a refusal in the same
    /// words for an unknown case and an unknown person.
    async fn find_subject(
        &self,
        tx: &mut Tx,
        actor: &str,
        event: &Event,
    ) -> Result<std::result::Result<Victim, String>> {
        let urn = event.urn.as_str();
        let Some(subject) = self.reach_ref(tx, actor, urn, &event.victim_ref).await? else {
            let erased_ref = self.erased_ref(urn, &event.victim_ref);
            let erased = self.reach_ref(tx, actor, urn, &erased_ref).await?;
            return Ok(Err(erased.map_or(UNKNOWN, |_| ERASED).to_owned()));
        };
        if subject.key.is_none() {
            return Ok(Err(ERASED.to_owned()));
        }
        if event.occurred_at > self.now() {
            return Ok(Err(
                "occurred_at lies in the future; an event is recorded once it has happened".to_owned(),
            ));
        }
        if event.occurred_at < subject.case.opened_at {
            return Ok(Err(
                "occurred_at lies before the case was opened; check the date and the URN".to_owned(),
            ));
        }
        Ok(Ok(self.open_victim(subject)?))
    }

    /// The victim of this reference, if in the actor's reach: somebody else's is as unknown as one who is not there. An
    /// import reaches everybody.
    async fn reach_ref(
        &self,
        tx: &mut Tx,
        actor: &str,
        urn: &str,
        reference: &str,
    ) -> Result<Option<SubjectRow>> {
        match self.reach_as_keeper(tx, actor, Named::Ref(urn, reference)).await {
            Err(Error::NotFound(_)) => Ok(None),
            Err(fault) => Err(fault),
            Ok(()) => Ok(subjects::find_by_ref(tx, urn, reference).await?),
        }
    }

    /// Records one event about a victim in a transaction that the caller commits with `entries`.
    pub(crate) async fn record_one(
        &self,
        tx: &mut Tx,
        actor: &str,
        event: &Event,
        mut victim: Victim,
        entries: &mut Vec<Entry>,
    ) -> Result<Recorded> {
        let now = self.now();
        let open = obligations::list_open_by_victim(tx, &victim.row.id).await?;
        let before = victim.row.clone();
        let later = self.load_later(tx, &victim, event).await?;
        apply(&mut victim, &later, event);
        let consequences = match self.decide(&victim, &open, &later, event) {
            Ok(consequences) => consequences,
            Err(refusal) => return Ok(Recorded::Refused(refusal)),
        };
        let id = EventId::random(self.entropy());
        let row = EventRow {
            id: id.clone(),
            source: event.source.clone(),
            source_event_id: event.source_event_id.clone(),
            case_id: victim.case.id.clone(),
            victim_id: victim.row.id.clone(),
            kind: event.detail.kind().to_owned(),
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            recorded_at: now,
            sealed: self.seal(&victim.key, "events", id.as_str(), &event.detail)?,
        };
        if !events::add(tx, &row).await? {
            return Ok(Recorded::Duplicate);
        }
        entries.push(
            entry(now, actor, Act::Collection, "event-recorded")?
                .with_case(victim.case.id.as_str())
                .with_victim(victim.row.id.as_str())
                .with_area(&victim.case.area)
                .with_fact("event", id.as_str())
                .with_fact("kind", &row.kind)
                .with_fact("enhanced-before", if before.enhanced { "yes" } else { "no" }),
        );
        self.save_changes(tx, &mut victim, &before, event).await?;
        let mut done = Done {
            actor,
            victim: &victim,
            open: &open,
            event: &id,
            kind: event.detail.kind(),
            entries,
            counts: (0, 0, 0),
        };
        for consequence in consequences {
            self.carry_out(tx, &mut done, consequence).await?;
        }
        let (raised, lapsed, moved) = done.counts;
        Ok(Recorded::New {
            raised,
            lapsed,
            moved,
        })
    }

    fn decide(
        &self,
        victim: &Victim,
        open: &[ObligationRow],
        later: &[(Timestamp, Detail)],
        event: &Event,
    ) -> std::result::Result<Vec<Consequence>, String> {
        let open = open.iter().filter_map(open_obligation).collect::<Vec<_>>();
        let area = AreaCode::parse(&victim.case.area).map_err(|fault| fault.to_string())?;
        let situation = Situation {
            offence: victim.offence().map_err(|fault| fault.to_string())?,
            area: &area,
            enhanced: victim.row.enhanced,
            bereaved: victim.row.service == "bereaved",
            withdrawn: victim.standing.withdrawn,
            deceased: victim.standing.deceased,
            opted_out_all: victim.standing.opted_out.iter().any(|stage| stage == "all"),
            opted_out: &victim.standing.opted_out,
            s28_date: victim.dates.s28,
            evidence_date: victim.dates.evidence,
            open: &open,
            later,
        };
        event::consequences(&self.parts.rulebook, &self.parts.calendar, &situation, event)
            .map_err(|fault| fault.to_string())
    }

    /// Saves what the event changed about the victim; most change nothing.
    async fn save_changes(
        &self,
        tx: &mut Tx,
        victim: &mut Victim,
        before: &VictimRow,
        event: &Event,
    ) -> Result<()> {
        let row = &mut victim.row;
        row.standing = to_json("standing", &victim.standing)?;
        row.dates = to_json("dates", &victim.dates)?;
        if row.standing != before.standing
            || row.dates != before.dates
            || row.enhanced != before.enhanced
            || row.enhanced_ground != before.enhanced_ground
        {
            people::save_standing(tx, row).await?;
        }
        if matches!(event.detail, Detail::CaseClosed {}) {
            people::close_case(tx, &victim.case.id, event.occurred_at).await?;
        }
        Ok(())
    }
}

/// An event that an officer of ours records.
pub(crate) fn officers_event(
    victim: &Victim,
    own_id: String,
    times: (Timestamp, Option<Timestamp>),
    detail: Detail,
) -> Result<Event> {
    own_event("officer", victim, own_id, times, detail)
}

/// An event that comes from ourselves, by this source of ours.
pub(crate) fn own_event(
    source: &str,
    victim: &Victim,
    own_id: String,
    (occurred_at, received_at): (Timestamp, Option<Timestamp>),
    detail: Detail,
) -> Result<Event> {
    Ok(Event {
        source: source.to_owned(),
        source_event_id: own_id,
        urn: Urn::parse(&victim.case.urn).map_err(|fault| Error::broken("case", fault))?,
        victim_ref: victim.row.source_ref.clone(),
        occurred_at,
        received_at,
        detail,
    })
}

/// What an event changes about a victim: standing, dates, enhanced rights.
fn apply(victim: &mut Victim, later: &[(Timestamp, Detail)], event: &Event) {
    let standing = &mut victim.standing;
    let at = event.occurred_at;
    let told_since = later.iter().any(|(_, detail)| event::sets_dates(detail));
    match &event.detail {
        detail if event::sets_dates(detail) && told_since => {}
        Detail::VictimWithdrew {} => standing.withdrawn = true,
        Detail::VictimDeceased {} => standing.deceased = true,
        Detail::OptOut { stages, all } => standing.choose(stages, *all, Choice { out: true, at }),
        Detail::OptIn { stages, all } => standing.choose(stages, *all, Choice { out: false, at }),
        Detail::EnhancedRightsFound { ground } => {
            victim.row.enhanced = true;
            victim.row.enhanced_ground = Some(ground.as_str().to_owned());
        }
        Detail::TrialSet {
            trial_date,
            s28_date,
            evidence_date,
            ..
        } => {
            victim.dates.trial = trial_date.or(victim.dates.trial);
            victim.dates.s28 = s28_date.or(victim.dates.s28);
            victim.dates.evidence = evidence_date.or(victim.dates.evidence);
        }
        Detail::S28Set { date } => victim.dates.s28 = Some(*date),
        _ => {}
    }
}
