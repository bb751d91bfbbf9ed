//! What only a person decides: to waive a duty, to move its due time, to send again what may have arrived.

use audit::entry::{Act, Entry};
use domain::calendar::{end_of_day, london_date};
use domain::contact::Route;
use domain::draft::is_for_adviser;
use domain::id::{MessageId, ObligationId, VictimId};
use domain::masked::Masked;
use domain::obligation::DueTime;
use jiff::civil::Date;
use store::obligations::{self, Move, ObligationRow};
use store::reach::Named;
use store::{Tx, drafts, mailboxes, outbox};

use crate::carry_out::carried_by;
use crate::entries::about;
use crate::owed::{find_open, find_owed, idle};
use crate::{Error, Gateway, Result, Role};

/// A reason that may stand in the contact log: a short code, never a sentence about somebody.
pub(crate) fn check_reason(reason: &str) -> Result<()> {
    let is_code = |c: char| c.is_ascii_lowercase() || c == '-';
    if reason.is_empty() || reason.len() > 64 || !reason.chars().all(is_code) {
        let right =
            "the reason is a short code such as wrong-decision: lower-case letters and hyphens, at most 64";
        return Err(Error::Invalid(right.to_owned()));
    }
    Ok(())
}

impl Gateway {
    /// Ends an open obligation undone, with a name and a reason (law 6). What was under way for it stops,
    /// unless it has left.
    pub async fn waive_obligation(&self, actor: &str, id: &ObligationId, reason: &str) -> Result<()> {
        self.authorise(actor, &[Role::VloManager])?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        let owed = find_open(&mut tx, id).await?;
        let entries = self.waive_in(&mut tx, actor, &owed, reason).await?;
        Ok(tx.commit(&entries).await?)
    }

    pub(crate) async fn waive_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        reason: &str,
    ) -> Result<Vec<Entry>> {
        let now = self.now();
        obligations::end(tx, &owed.id, "waived", actor, reason, now).await?;
        let mut entries =
            vec![about(now, actor, Act::Decision, "obligation-waived", owed)?.with_reason(reason)];
        entries.extend(self.stop_under_way(tx, actor, owed, reason).await?);
        Ok(entries)
    }

    /// Stops what is under way for an obligation that has ended: drafts become void, messages are cancelled, and a duty
    /// that waited for its message goes back to its officer.
    pub(crate) async fn stop_under_way(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        reason: &str,
    ) -> Result<Vec<Entry>> {
        let mut entries = self.hand_back_carried(tx, actor, owed).await?;
        entries.extend(self.stop_messages(tx, actor, owed, reason).await?);
        Ok(entries)
    }

    /// Hands an open obligation back to be drafted anew, from the record as it is now: after a message was cancelled or
    /// refused for good, or when what it waited for is there. What was drafted before becomes void.
    pub async fn draft_again(&self, actor: &str, id: &ObligationId, reason: &str) -> Result<()> {
        self.authorise(actor, &[Role::VloManager, Role::Vlo])?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        let owed = find_owed(&mut tx, id).await?;
        let has_words =
            owed.template_kind.is_some() || mailboxes::find_by_obligation(&mut tx, id).await?.is_some();
        if owed.state != "open" || owed.owner != "cps" || !has_words {
            return Err(Error::Conflict(
                "only an open obligation of ours that a message discharges is drafted".to_owned(),
            ));
        }
        let mut entries = self.stop_messages(&mut tx, actor, &owed, reason).await?;
        for message in drafts::list_messages(&mut tx, id).await? {
            let row = outbox::find(&mut tx, &message.id).await?;
            if row.is_some_and(|row| row.state != "cancelled") {
                return Err(Error::Conflict(
                    "a message for this obligation has left, is leaving, or may have arrived; decide about that one"
                        .to_owned(),
                ));
            }
        }
        drafts::void_all(&mut tx, id, actor, now).await?;
        obligations::wait(&mut tx, id, idle(&owed)).await?;
        entries
            .push(about(now, actor, Act::Decision, "obligation-to-be-drafted", &owed)?.with_reason(reason));
        Ok(tx.commit(&entries).await?)
    }

    async fn stop_messages(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        reason: &str,
    ) -> Result<Vec<Entry>> {
        let now = self.now();
        drafts::void_by_obligation(tx, &owed.id, actor, now).await?;
        let mut entries = Vec::new();
        for message in drafts::list_messages(tx, &owed.id).await? {
            match outbox::cancel(tx, &message.id, reason, now).await {
                Ok(()) => {
                    let cancelled = about(now, actor, Act::Change, "message-cancelled", owed)?;
                    entries.push(cancelled.with_message(message.id.as_str()).with_reason(reason));
                }
                // It has left, or is leaving: there is no recall (requirement D10).
                Err(store::Error::Changed { .. }) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(entries)
    }

    /// A duty that waited for the message of one that has ended otherwise goes back to its officer.
    async fn hand_back_carried(&self, tx: &mut Tx, actor: &str, ended: &ObligationRow) -> Result<Vec<Entry>> {
        let carried = carried_by(&ended.rule);
        let mut entries = Vec::new();
        for other in obligations::list_open_by_victim(tx, &ended.victim_id).await? {
            if other.event_id == ended.event_id && other.waiting_for.as_deref() == Some(carried.as_str()) {
                obligations::wait(tx, &other.id, Some("act-by-the-officer")).await?;
                let detail = "the message that would have done this duty too will not be sent; decide what is to be done";
                self.notify(tx, &other, None, "carrier-ended", detail).await?;
                let back = about(self.now(), actor, Act::Change, "obligation-waiting", &other)?;
                entries.push(back.with_reason("carrier-ended"));
            }
        }
        Ok(entries)
    }

    /// Moves the due time of an open obligation to the end of another working day, with a name and a reason. The old
    /// one is kept, and lateness is still measured against the first (law 6).
    pub async fn move_obligation(
        &self,
        actor: &str,
        id: &ObligationId,
        to: Date,
        reason: &str,
    ) -> Result<()> {
        self.authorise(actor, &[Role::VloManager])?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        let owed = find_open(&mut tx, id).await?;
        let moved = self.move_in(&mut tx, actor, &owed, to, reason).await?;
        Ok(tx.commit(&[moved]).await?)
    }

    pub(crate) async fn move_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        to: Date,
        reason: &str,
    ) -> Result<Entry> {
        let now = self.now();
        let to = self.end_of_working_day(owed, to)?;
        DueTime::restore(owed.original_due_at, owed.due_at, Vec::new())
            .move_due(to, Masked::new(reason), actor, now)
            .map_err(|fault| Error::Invalid(fault.to_string()))?;
        let moved = Move {
            moved_at: now,
            old_due_at: owed.due_at,
            new_due_at: Some(to),
            reason: reason.to_owned(),
            moved_by: actor.to_owned(),
        };
        let deadline = owed.deadline.as_deref();
        obligations::move_due(tx, &owed.id, Some(to), deadline, owed.enhanced, true, &moved).await?;
        let old = owed
            .due_at
            .map_or_else(|| "none".to_owned(), |due| due.to_string());
        Ok(about(now, actor, Act::Decision, "due-time-moved", owed)?
            .with_reason(reason)
            .with_fact("old", old)
            .with_fact("new", to.to_string()))
    }

    /// The end of a day to which a due time may be moved: a working day, not past, not after the last moment at
    /// which the duty makes sense.
    pub(crate) fn end_of_working_day(&self, owed: &ObligationRow, day: Date) -> Result<jiff::Timestamp> {
        let invalid = |fault: &dyn std::fmt::Display| Error::Invalid(fault.to_string());
        if day < london_date(self.now()) {
            return Err(invalid(&"a due time moves to today or a later day"));
        }
        if let Some(why) = self
            .parts
            .calendar
            .why_not_working(day)
            .map_err(|fault| invalid(&fault))?
        {
            return Err(invalid(&format!(
                "{day} is no working day ({why}); name a working day"
            )));
        }
        let end = end_of_day(day).map_err(|fault| invalid(&fault))?;
        match owed.latest_at {
            Some(latest) if latest < end => Err(invalid(&format!(
                "this duty makes no sense after {latest}; name an earlier day"
            ))),
            _ => Ok(end),
        }
    }

    /// Queues again a message that is held, unknown or failed. An unknown one may arrive a second time, and then under the
    /// same Message-ID (law 7). It is cleared again at dispatch: a decision here overrides no safety.
    pub async fn resend_message(&self, actor: &str, id: &MessageId, reason: &str) -> Result<()> {
        self.authorise(actor, &[Role::VloManager, Role::Vlo])?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Message(id)).await?;
        let message = drafts::find_message(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        let owed = find_open(&mut tx, &message.obligation_id).await?;
        let row = outbox::find(&mut tx, id).await?;
        if !is_for_adviser(&message.kind)
            && row.is_some_and(|row| row.state == "permanent-failure")
            && !self.has_safe_email(&mut tx, &message.victim_id).await?
        {
            return Err(Error::Conflict(
                "the address that refused this message is no longer trusted, and no other is verified safe; propose a \
                 change of the contact plan first"
                    .to_owned(),
            ));
        }
        outbox::release(&mut tx, id, now).await.map_err(Error::overtaken(
            "only a message that is held, unknown or failed can be sent again",
        ))?;
        obligations::wait(&mut tx, &owed.id, None).await?;
        let entry = about(now, actor, Act::Decision, "message-sent-again", &owed)?;
        Ok(tx
            .commit(&[entry.with_message(id.as_str()).with_reason(reason)])
            .await?)
    }

    /// Whether an email address of the victim may be used now.
    async fn has_safe_email(&self, tx: &mut Tx, victim: &VictimId) -> Result<bool> {
        let victim = self.load_victim(tx, victim).await?;
        Ok(victim.plan()?.usable(Route::Email, self.now()).is_some())
    }
}
