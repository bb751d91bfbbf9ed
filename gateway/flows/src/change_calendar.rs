//! A bank holiday is added: open obligations are computed again, the difference is shown and logged.

use audit::entry::Act;
use domain::calendar::Calendar;
use domain::event::{Recompute, recompute};
use jiff::Timestamp;
use store::calendar;
use store::obligations::{self, Move};

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

impl Gateway {
    /// Compares the calendar in use with the one that open obligations were last computed with and computes
    /// them again where it grew. The original due times stay, for lateness (law 6).
    pub async fn change_calendar(&self, actor: &str, json: &str) -> Result<Vec<CalendarChange>> {
        let mut tx = self.pool().begin().await?;
        let known = calendar::find(&mut tx).await?;
        let parse = |text: &str| Calendar::parse(text).map_err(|fault| Error::Invalid(fault.to_string()));
        let newer = parse(json)?;
        let added = match &known {
            Some(known) => parse(known)?.merge(&newer).1.len(),
            None => 0,
        };
        if known.is_some() && added == 0 {
            tx.commit_unlogged("the calendar is the same").await?;
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut entries = vec![
            entry(now, actor, Act::Change, "calendar-changed")?
                .with_fact("holidays-added", added.to_string()),
        ];
        let open = obligations::list_open(&mut tx, None, OPEN_MAX).await?;
        let known_open = open.iter().filter_map(open_obligation).collect::<Vec<_>>();
        let changes = recompute(&known_open, &self.parts.rulebook, &self.parts.calendar)
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        let mut shown = Vec::new();
        for Recompute { id, new, .. } in changes {
            let Some(owed) = open.iter().find(|owed| owed.id == id) else {
                continue;
            };
            let moved = Move {
                moved_at: now,
                old_due_at: owed.due_at,
                new_due_at: Some(new.due_at),
                reason: "calendar-changed".to_owned(),
                moved_by: actor.to_owned(),
            };
            let deadline = to_json("deadline", &new)?;
            obligations::move_due(
                &mut tx,
                &id,
                Some(new.due_at),
                Some(&deadline),
                owed.enhanced,
                &moved,
            )
            .await?;
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
        calendar::save(&mut tx, json, now).await?;
        tx.commit(&entries).await?;
        Ok(shown)
    }
}
