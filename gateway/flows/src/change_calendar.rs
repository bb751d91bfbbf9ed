//! A bank holiday is added: open obligations are computed again, the difference is shown and logged.
//!
//! Bank holidays are merged and never replaced (decision 0006): the calendar in use is that of the database and the
//! one of the configuration together.

use std::collections::BTreeMap;

use audit::entry::Act;
use domain::calendar::Calendar;
use domain::event::{Recompute, recompute};
use jiff::Timestamp;
use store::obligations::{self, Move, ObligationRow};
use store::{Pool, calendar};

use crate::carry_out::open_obligation;
use crate::entries::{about, entry};
use crate::person::to_json;
use crate::{Error, Gateway, Result};

/// One due time that another calendar moves.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CalendarChange {
    /// The obligation.
    pub obligation: String,
    /// Its rule.
    pub rule: String,
    /// The due time before.
    pub old: Option<Timestamp>,
    /// The due time now.
    pub new: Timestamp,
}

const OPEN_MAX: u32 = 1_000_000;

/// The calendar to work with: what the database knows already and what `newer` adds to it.
pub async fn known_calendar(pool: &Pool, newer: &Calendar) -> Result<Calendar> {
    let mut tx = pool.read().await?;
    Ok(match calendar::find(&mut tx).await? {
        Some(known) => parse(&known)?.merge(newer).0,
        None => newer.clone(),
    })
}

fn parse(text: &str) -> Result<Calendar> {
    Calendar::parse(text).map_err(|fault| Error::broken("the calendar in the database", fault))
}

impl Gateway {
    /// Compares the calendar in use with the one that open obligations were last computed with, and computes them
    /// again where it grew. The original due times stay, for lateness (law 6), and what a person moved stays moved.
    pub async fn change_calendar(&self, actor: &str) -> Result<Vec<CalendarChange>> {
        let in_use = &self.parts.calendar;
        let mut tx = self.pool().begin().await?;
        let known = calendar::find(&mut tx)
            .await?
            .map(|text| parse(&text))
            .transpose()?;
        // Another process may have added days meanwhile; none of them is lost.
        let (merged, added) = match &known {
            Some(known) => known.merge(in_use),
            None => (in_use.clone(), Vec::new()),
        };
        if known.is_some() && added.is_empty() {
            tx.commit_unlogged("the calendar is the same").await?;
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut entries = vec![
            entry(now, actor, Act::Change, "calendar-changed")?
                .with_fact("holidays-added", added.len().to_string()),
        ];
        let open = obligations::list_open(&mut tx, None, OPEN_MAX).await?;
        let known_open = open.iter().filter_map(open_obligation).collect::<Vec<_>>();
        let by_id = open
            .iter()
            .map(|owed| (&owed.id, owed))
            .collect::<BTreeMap<_, &ObligationRow>>();
        let changes = recompute(&known_open, &self.parts.rulebook, &merged)
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        let mut shown = Vec::new();
        for Recompute { id, new, .. } in changes {
            let Some(owed) = by_id.get(&id) else { continue };
            let moved = Move {
                moved_at: now,
                old_due_at: owed.due_at,
                new_due_at: Some(new.due_at),
                reason: "calendar-changed".to_owned(),
                moved_by: actor.to_owned(),
            };
            let deadline = to_json("deadline", &new)?;
            let to = Some(new.due_at);
            obligations::move_due(&mut tx, &id, to, Some(&deadline), owed.enhanced, false, &moved).await?;
            entries.push(
                about(now, actor, Act::Change, "due-time-recomputed", owed)?
                    .with_reason("calendar-changed")
                    .with_fact("new", new.due_at.to_string()),
            );
            shown.push(CalendarChange {
                obligation: id.to_string(),
                rule: owed.rule.clone(),
                old: owed.due_at,
                new: new.due_at,
            });
        }
        calendar::save(&mut tx, &merged.to_json(), now).await?;
        tx.commit(&entries).await?;
        Ok(shown)
    }
}
