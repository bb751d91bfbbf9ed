//! An event arrives: it is written down once, and what it makes owed is raised with it.
//!
//! Event and obligations share a transaction, so that no crash leaves an event without what it raises. A
//! refused event changes nothing; the others of its batch go on.

use audit::entry::Act;
use domain::area::AreaCode;
use domain::deadline::Deadline;
use domain::event::{self, Consequence, Detail, Event, NewObligation, OpenObligation, Situation};
use domain::id::{EventId, ObligationId};
use domain::people::Choice;
use domain::rulebook::Owner;
use jiff::Timestamp;
use store::events::{self, EventRow};
use store::obligations::{self, Move, ObligationRow};
use store::{Tx, people};

use crate::entries::{about, entry};
use crate::person::{Victim, to_json};
use crate::{Error, Gateway, Result, StaffRole};

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

/// What carrying out the consequences of one event needs, and what it has done.
struct Done<'a> {
    actor: &'a str,
    victim: &'a Victim,
    open: &'a [ObligationRow],
    event: &'a EventId,
    kind: &'static str,
    entries: &'a mut Vec<audit::entry::Entry>,
    counts: (usize, usize, usize),
}

impl Gateway {
    /// Records a batch of events in one transaction; the answers are in the order of the events.
    pub async fn record_events(&self, actor: &str, batch: &[Event]) -> Result<Vec<Recorded>> {
        self.authorise(actor, &[StaffRole::Operator, StaffRole::Vlo])?;
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::new();
        let mut answers = Vec::with_capacity(batch.len());
        for event in batch {
            answers.push(match self.find_subject(&mut tx, event).await? {
                Err(refusal) => Recorded::Refused(refusal),
                Ok(victim) => {
                    self.record_one(&mut tx, actor, event, victim, &mut entries)
                        .await?
                }
            });
        }
        tx.commit(&entries).await?;
        Ok(answers)
    }

    /// The victim an event is about: by URN and the source's reference together, or a refusal in the same
    /// words for an unknown case and an unknown person.
    async fn find_subject(&self, tx: &mut Tx, event: &Event) -> Result<std::result::Result<Victim, String>> {
        let unknown =
            "no case with this URN has a victim with this victim_ref; check both against the source system";
        let Some(case) = people::find_case_by_urn(tx, event.urn.as_str()).await? else {
            return Ok(Err(unknown.to_owned()));
        };
        let Some(row) = people::find_victim_by_ref(tx, &case.id, &event.victim_ref).await? else {
            return Ok(Err(unknown.to_owned()));
        };
        if event.occurred_at > self.now() {
            return Ok(Err(
                "occurred_at lies in the future; an event is recorded once it has happened".to_owned(),
            ));
        }
        if event.occurred_at < case.opened_at {
            return Ok(Err(
                "occurred_at lies before the case was opened; check the date and the URN".to_owned(),
            ));
        }
        Ok(Ok(self.open_victim(tx, row, case).await?))
    }

    async fn record_one(
        &self,
        tx: &mut Tx,
        actor: &str,
        event: &Event,
        mut victim: Victim,
        entries: &mut Vec<audit::entry::Entry>,
    ) -> Result<Recorded> {
        let now = self.now();
        let open = obligations::list_open_by_victim(tx, &victim.row.id).await?;
        let was_enhanced = victim.row.enhanced;
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
                .with_fact("enhanced-before", if was_enhanced { "yes" } else { "no" }),
        );
        self.save_changes(tx, &mut victim, event).await?;
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

    async fn carry_out(&self, tx: &mut Tx, done: &mut Done<'_>, consequence: Consequence) -> Result<()> {
        let now = self.now();
        match consequence {
            Consequence::Raise(new) => {
                done.entries
                    .push(self.raise(tx, done.actor, done.victim, done.event, *new).await?);
                done.counts.0 += 1;
            }
            Consequence::Lapse { id, .. } => {
                done.entries
                    .extend(self.lapse(tx, done.actor, done.open, &id, done.kind).await?);
                done.counts.1 += 1;
            }
            Consequence::Recompute { id, new, why } => {
                done.entries
                    .push(self.recompute(tx, done.actor, done.open, &id, &new, why).await?);
                done.counts.2 += 1;
            }
            Consequence::SetLatest { id, latest_at, .. } => {
                obligations::set_latest(tx, &id, latest_at).await?;
                let known = entry(now, done.actor, Act::Change, "last-moment-set")?;
                done.entries.push(
                    known
                        .with_victim(done.victim.row.id.as_str())
                        .with_obligation(id.as_str()),
                );
            }
            Consequence::NotDue { rule, .. } => {
                let not_due = entry(now, done.actor, Act::Decision, "rule-not-due")?;
                done.entries.push(
                    not_due
                        .with_victim(done.victim.row.id.as_str())
                        .with_rule(rule.as_str()),
                );
            }
        }
        Ok(())
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

    async fn save_changes(&self, tx: &mut Tx, victim: &mut Victim, event: &Event) -> Result<()> {
        victim.row.standing = to_json("standing", &victim.standing)?;
        victim.row.dates = to_json("dates", &victim.dates)?;
        people::save_standing(tx, &victim.row).await?;
        if matches!(event.detail, Detail::CaseClosed {}) {
            people::close_case(tx, &victim.case.id, event.occurred_at).await?;
        }
        Ok(())
    }

    async fn raise(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        event: &EventId,
        new: NewObligation,
    ) -> Result<audit::entry::Entry> {
        let due_at = new.deadline.as_ref().map(|deadline| deadline.due_at);
        let no_words = new.template_kind.is_none();
        let owed = ObligationRow {
            id: ObligationId::random(self.entropy()),
            case_id: victim.case.id.clone(),
            victim_id: victim.row.id.clone(),
            event_id: event.clone(),
            rule: new.rule.as_str().to_owned(),
            owner: new.owner.as_str().to_owned(),
            template_kind: new.template_kind,
            second_person: new.second_person,
            discharge: new.discharge.as_str().to_owned(),
            state: "open".to_owned(),
            clock_start_at: new.clock_start,
            enhanced: victim.row.enhanced,
            original_due_at: due_at,
            due_at,
            latest_at: new.latest_at,
            deadline: new
                .deadline
                .as_ref()
                .map(|deadline| to_json("deadline", deadline))
                .transpose()?,
            // A duty of ours that no message discharges waits for its officer from the start.
            waiting_for: match &new.carried_by {
                Some(carrier) => Some(carried_by(carrier.as_str())),
                None => (new.owner == Owner::Cps && no_words).then(|| "act-by-the-officer".to_owned()),
            },
            ended_by: None,
            ended_why: None,
            ended_at: None,
            created_at: self.now(),
            moved_by_hand: false,
        };
        obligations::add(tx, &owed).await?;
        let due = due_at.map_or_else(|| "none".to_owned(), |due| due.to_string());
        Ok(
            about(self.now(), actor, Act::Decision, "obligation-raised", &owed)?
                .with_area(&victim.case.area)
                .with_fact("owner", &owed.owner)
                .with_fact("due", &due),
        )
    }

    /// Ends an obligation that an event overtook, with whatever was under way for it.
    async fn lapse(
        &self,
        tx: &mut Tx,
        actor: &str,
        open: &[ObligationRow],
        id: &ObligationId,
        by: &str,
    ) -> Result<Vec<audit::entry::Entry>> {
        let Some(owed) = open.iter().find(|owed| owed.id == *id) else {
            return Err(Error::NotFound("obligation"));
        };
        let now = self.now();
        obligations::end(tx, id, "lapsed", by, "event", now).await?;
        let mut entries = vec![about(now, actor, Act::Change, "obligation-lapsed", owed)?.with_reason(by)];
        entries.extend(self.stop_under_way(tx, actor, owed, by).await?);
        Ok(entries)
    }

    async fn recompute(
        &self,
        tx: &mut Tx,
        actor: &str,
        open: &[ObligationRow],
        id: &ObligationId,
        new: &Deadline,
        why: String,
    ) -> Result<audit::entry::Entry> {
        let Some(owed) = open.iter().find(|owed| owed.id == *id) else {
            return Err(Error::NotFound("obligation"));
        };
        let to = Some(new.due_at);
        let moved = Move {
            moved_at: self.now(),
            old_due_at: owed.due_at,
            new_due_at: to,
            reason: why,
            moved_by: actor.to_owned(),
        };
        let deadline = to_json("deadline", new)?;
        obligations::move_due(tx, &owed.id, to, Some(&deadline), new.enhanced, false, &moved).await?;
        let old = owed
            .due_at
            .map_or_else(|| "none".to_owned(), |due| due.to_string());
        Ok(
            about(self.now(), actor, Act::Change, "due-time-recomputed", owed)?
                .with_fact("old", &old)
                .with_fact("new", new.due_at.to_string()),
        )
    }
}

/// Whom a duty waits for that the message of another rule does too.
pub(crate) fn carried_by(rule: &str) -> String {
    format!("message-of-{}", rule.to_lowercase())
}

pub(crate) fn open_obligation(owed: &ObligationRow) -> Option<OpenObligation> {
    Some(OpenObligation {
        id: owed.id.clone(),
        rule: domain::rulebook::RuleId::parse(&owed.rule).ok()?,
        clock_start: owed.clock_start_at,
        enhanced: owed.enhanced,
        due_at: owed.due_at,
        template_kind: owed.template_kind.clone(),
        moved_by_hand: owed.moved_by_hand,
    })
}

/// What an event changes about a victim: standing, dates, enhanced rights.
fn apply(victim: &mut Victim, later: &[(Timestamp, Detail)], event: &Event) {
    let newest = victim.dates.newest_event.max(Some(event.occurred_at));
    victim.dates.newest_event = newest;
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
