//! An obligation explains its due time: rule, source, clock start, days counted and skipped, every move since.

use domain::deadline::Deadline;
use domain::id::ObligationId;
use domain::obligation::{Attention, DueTime, Lateness};
use domain::rulebook::Rule;
use store::obligations::{self, Move, ObligationRow};
use store::reach::Named;

use crate::owed::find_owed;
use crate::person::from_json;
use crate::{Gateway, Result};

/// An obligation with everything that its due time follows from. It holds no personal data.
pub struct Explained<'g> {
    /// As it stands.
    pub owed: ObligationRow,
    /// Its rule; none when the rulebook in use has lost it.
    pub rule: Option<&'g Rule>,
    /// How the due time was computed last; none when the rule has no number.
    pub deadline: Option<Deadline>,
    /// Every change of the due time, oldest first.
    pub moves: Vec<Move>,
    /// How late it is, or was when it ended, against the first due time.
    pub lateness: Lateness,
}

impl Gateway {
    /// Explains one obligation, open or ended.
    pub async fn explain_obligation(&self, id: &ObligationId) -> Result<Explained<'_>> {
        let mut tx = self.pool().read().await?;
        let owed = find_owed(&mut tx, id).await?;
        let moves = obligations::list_moves(&mut tx, id).await?;
        let deadline = owed
            .deadline
            .as_deref()
            .map(|text| from_json("deadline", text))
            .transpose()?;
        Ok(Explained {
            rule: self.parts.rulebook.rule(&owed.rule),
            deadline,
            moves,
            lateness: due_time(&owed).lateness(owed.ended_at.unwrap_or(self.now())),
            owed,
        })
    }

    /// The same for somebody who reaches it.
    pub async fn explain(&self, actor: &str, id: &ObligationId) -> Result<Explained<'_>> {
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        drop(tx);
        self.explain_obligation(id).await
    }

    /// How urgently an open obligation needs somebody, by the thresholds of the configuration.
    pub fn attention(&self, owed: &ObligationRow) -> Attention {
        let thresholds = &self.parts.settings.attention;
        due_time(owed).attention(owed.created_at, owed.latest_at, self.now(), thresholds)
    }
}

fn due_time(owed: &ObligationRow) -> DueTime {
    DueTime::restore(owed.original_due_at, owed.due_at, Vec::new())
}
