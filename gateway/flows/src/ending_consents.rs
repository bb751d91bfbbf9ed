//! A consent for an adviser ends on the day that was stated, and with it what the adviser reads and hears. The sweep tells the
//! officer some working days before, so that the victim is asked whether it is to go on and nobody is left without an adviser
//! by mistake.

use audit::entry::Act;
use domain::calendar::{london_date, start_of_day};
use domain::id::{ConsentId, VictimId};
use domain::silence::working_days_ahead;
use store::consents;

use crate::entries::about_victim;
use crate::{Error, Gateway, Result};

const WORKER: &str = "system:sweep";
/// Rows looked at in one sweep; the next one goes on.
const ROWS_MAX: u32 = 500;

impl Gateway {
    /// Tells officers of consents that end soon, each once; answers of how many.
    pub(crate) async fn notice_ending_consents(&self) -> Result<usize> {
        let broken = |fault| Error::broken("the calendar", fault);
        let now = self.now();
        let days = u32::from(self.parts.settings.silence.consent_working_days);
        let last = working_days_ahead(london_date(now), days, &self.parts.calendar).map_err(broken)?;
        // One that came with a case ends with the first instant of the next day.
        let next = last
            .tomorrow()
            .map_err(|fault| Error::broken("the calendar", fault))?;
        let until = start_of_day(next).map_err(broken)?;
        let mut tx = self.pool().read().await?;
        let ending = consents::list_ending(&mut tx, now, until, ROWS_MAX).await?;
        drop(tx);
        let mut told = 0;
        for (id, victim) in &ending {
            told += usize::from(self.notice_ending(id, victim).await?);
        }
        Ok(told)
    }

    async fn notice_ending(&self, id: &ConsentId, victim: &VictimId) -> Result<bool> {
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        if !consents::notice_ending(&mut tx, id, now).await? {
            return Ok(false);
        }
        let victim = match self.load_victim(&mut tx, victim).await {
            Err(Error::Erased) => return Ok(false),
            found => found?,
        };
        let detail =
            "a consent for an adviser ends soon; ask this person whether the adviser is to be told further";
        self.warn_officers(&mut tx, &victim.row.id, "consent-ends-soon", detail)
            .await?;
        let found = about_victim(now, WORKER, Act::Change, "consent-ends-soon", &victim)?;
        tx.commit(&[found.with_fact("consent", id.as_str())]).await?;
        Ok(true)
    }
}
