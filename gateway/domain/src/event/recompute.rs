//! Due times computed again under another calendar.

use jiff::Timestamp;

use super::{ConsequenceError, OpenObligation};
use crate::calendar::Calendar;
use crate::deadline::{Deadline, deadline};
use crate::id::ObligationId;
use crate::rulebook::{Limit, Rulebook};

/// A due time computed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recompute {
    /// The obligation.
    pub id: ObligationId,
    /// When it was due until now. The original due time is kept by the obligation.
    pub old_due_at: Option<Timestamp>,
    /// The new due time.
    pub new: Deadline,
    /// Why.
    pub why: String,
}

/// Every open obligation whose due time is another under this calendar: what a new bank holiday moves. A due
/// time that a person moved is left alone, and so is an obligation whose rule has no number.
pub fn recompute(
    open: &[OpenObligation],
    book: &Rulebook,
    cal: &Calendar,
) -> Result<Vec<Recompute>, ConsequenceError> {
    let mut found = Vec::new();
    for obligation in open.iter().filter(|obligation| !obligation.moved_by_hand) {
        let Some(rule) = book
            .rule(obligation.rule.as_str())
            .filter(|rule| rule.limit != Limit::None)
        else {
            continue;
        };
        let Some(new) = deadline(rule, obligation.clock_start, obligation.enhanced, cal)? else {
            continue;
        };
        if obligation.due_at != Some(new.due_at) {
            found.push(Recompute {
                id: obligation.id.clone(),
                old_due_at: obligation.due_at,
                new,
                why: "the calendar of working days changed".to_owned(),
            });
        }
    }
    Ok(found)
}
