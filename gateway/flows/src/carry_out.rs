//! What follows from an event is carried out: obligations are raised, ended, or given another due time, each with
//! its log entry, in the event's transaction.

use audit::entry::{Act, Entry};
use domain::deadline::Deadline;
use domain::event::{Consequence, NewObligation, OpenObligation};
use domain::id::{EventId, ObligationId};
use domain::rulebook::Owner;
use store::Tx;
use store::obligations::{self, Move, ObligationRow};

use crate::entries::{about, entry};
use crate::person::{Victim, to_json};
use crate::{Error, Gateway, Result};

/// What carrying out the consequences of one event needs, and what it has done.
pub(crate) struct Done<'a> {
    pub(crate) actor: &'a str,
    pub(crate) victim: &'a Victim,
    pub(crate) open: &'a [ObligationRow],
    pub(crate) event: &'a EventId,
    pub(crate) kind: &'static str,
    pub(crate) entries: &'a mut Vec<Entry>,
    /// Raised, ended, moved.
    pub(crate) counts: (usize, usize, usize),
}

impl Gateway {
    pub(crate) async fn carry_out(
        &self,
        tx: &mut Tx,
        done: &mut Done<'_>,
        consequence: Consequence,
    ) -> Result<()> {
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

    async fn raise(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        event: &EventId,
        new: NewObligation,
    ) -> Result<Entry> {
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
    ) -> Result<Vec<Entry>> {
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
    ) -> Result<Entry> {
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
