//! What a server says later of a message that it had taken (requirement A6, attack 7).
//!
//! **Invariant:** which message that is, the signed return path alone says; of the report nothing is kept but what happened
//! and its status code.
//! **Invariant:** each kind of report counts once for a try; a try that was never accepted, or was long ago, changes nothing
//! but the log.
//!
//! What a crash leaves: nothing, and then the mail server in front delivers the report again; or all of it with its entries.

use std::panic::{AssertUnwindSafe, catch_unwind};

use audit::entry::{Act, Entry};
use domain::id::{AttemptId, ContactPointId};
use jiff::{SignedDuration, Timestamp};
use mail::dsn::{self, Became, Report};
use mail::return_path;
use store::bounces::{self, SentRow};
use store::{Tx, drafts, obligations};

use crate::carry_out::carried_by;
use crate::deliver::Addressee;
use crate::entries::{about, entry};
use crate::outcome::{Came, DECISION, Tried, WORKER, ended};
use crate::owed::find_owed;
use crate::{Error, Gateway, Result};

/// A report that comes later than so many days after the message was accepted changes nothing. Servers give up after five
/// (RFC 5321 section 4.5.4.1); a report may wait as long again at each server on its way back.
pub const BOUNCE_DAYS_MAX: i64 = 30;
const UNREADABLE: &str = "A report came back about this message, and it cannot be read. The message may not have arrived. Nothing was changed. \
                          Decide whether to reach the victim another way.";

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounced {
    /// The message did not arrive. What it had discharged is owed again, and a person decides.
    Failed,
    /// It is in the log, and nothing else changed.
    Noted,
    /// It could not be read; the officer is told.
    Unreadable,
    /// The same was known of this try.
    Duplicate,
    /// The try was never accepted, or too long ago, or the victim was erased: nothing changed but the log.
    Ignored,
}

impl Gateway {
    /// The try whose return path this address is, for mail from the empty return path alone. Nothing is looked up.
    pub fn bounced_attempt(&self, return_path: Option<&str>, recipient: &str) -> Option<AttemptId> {
        let settings = &self.parts.settings;
        let id = return_path::verify(&settings.bounce_key, recipient, &settings.mail_domain)?;
        AttemptId::parse(&id).ok().filter(|_| return_path == Some(""))
    }

    /// Records what a report says of a try. When this answers, it is durable.
    ///
    /// # Errors
    /// No mail comes in here, or the store's. Where somebody changes the same contact plan at this moment, or the try has not
    /// ended yet, the same report is to come again.
    pub async fn receive_bounce(&self, attempt: &AttemptId, raw: &[u8]) -> Result<Bounced> {
        let incoming = self.incoming.as_deref();
        let incoming = incoming.ok_or_else(|| Error::broken("mail", "no mail comes in at this gateway"))?;
        // A report that breaks the parser cannot be read either, and must not come again and again.
        let reading = || dsn::read(raw, &incoming.bounds).ok();
        let report = catch_unwind(AssertUnwindSafe(reading)).ok().flatten();
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let sent = bounces::find_sent(&mut tx, attempt).await?;
        let tried = match self.find_tried(&mut tx, attempt, sent, now).await? {
            Ok(tried) => tried,
            Err(why) => {
                let ignored = entry(now, WORKER, Act::Outcome, "bounce-ignored")?;
                let ignored = ignored.with_attempt(attempt.as_str()).with_reason(why);
                tx.commit(&[ignored]).await?;
                return Ok(Bounced::Ignored);
            }
        };
        let what = kind(report);
        if !bounces::add(&mut tx, attempt, what, now).await? {
            return Ok(Bounced::Duplicate);
        }
        let (bounced, entries) = self.act_on(&mut tx, &tried, report, what, now).await?;
        tx.commit(&entries).await?;
        Ok(bounced)
    }

    /// The try that a report may still change something about, or why it may not.
    async fn find_tried(
        &self,
        tx: &mut Tx,
        attempt: &AttemptId,
        sent: Option<SentRow>,
        now: Timestamp,
    ) -> Result<std::result::Result<Tried, &'static str>> {
        let Some(sent) = sent else {
            return Ok(Err("no-such-attempt"));
        };
        let accepted_at = match (sent.outcome.as_deref(), sent.ended_at) {
            (Some("accepted"), Some(at)) => at,
            // A server may send a message back before we have written down that it took it.
            (None, _) => {
                return Err(Error::Conflict(
                    "the try that a report is about has not ended yet".to_owned(),
                ));
            }
            _ => return Ok(Err("never-accepted")),
        };
        if now > accepted_at + SignedDuration::from_hours(24 * BOUNCE_DAYS_MAX) {
            return Ok(Err("too-late"));
        }
        let message = drafts::find_message(tx, &sent.message_id).await?;
        let message = message.ok_or(Error::NotFound("message"))?;
        let victim = match self.load_victim(tx, &message.victim_id).await {
            Err(Error::Erased) => return Ok(Err("erased")),
            found => found?,
        };
        let to = match self
            .correspondent(tx, &message.kind, &message.obligation_id)
            .await?
        {
            Some(asked) => Addressee::Adviser(Box::new(asked)),
            None => Addressee::Point(
                ContactPointId::parse(&sent.to).map_err(|fault| Error::broken("attempt", fault))?,
            ),
        };
        Ok(Ok(Tried {
            attempt: attempt.clone(),
            tries: sent.tries,
            owed: find_owed(tx, &message.obligation_id).await?,
            message: message.id,
            kind: message.kind,
            area: victim.case.area,
            to,
        }))
    }

    async fn act_on(
        &self,
        tx: &mut Tx,
        tried: &Tried,
        report: Option<Report>,
        what: &str,
        now: Timestamp,
    ) -> Result<(Bounced, Vec<Entry>)> {
        let Some(report) = report else {
            self.notify(
                tx,
                &tried.owed,
                Some(&tried.message),
                "unreadable-bounce",
                UNREADABLE,
            )
            .await?;
            let noted = noted(now, tried, what)?;
            return Ok((Bounced::Unreadable, vec![noted]));
        };
        let code = report.status.to_string();
        let came = match report.became {
            Became::Refused => Came::Permanent { code },
            Became::GivenUp => Came::Temporary { code },
            Became::Delayed | Became::Arrived => {
                let noted = noted(now, tried, what)?.with_fact("code", &code);
                return Ok((Bounced::Noted, vec![noted]));
            }
        };
        let (state, outcome, code) = came.words();
        let mut entries = vec![ended(now, "delivery-bounced", tried, outcome, code)?];
        if bounces::fail(tx, &tried.message, state, code, now).await? {
            self.reopen(tx, tried, now, &mut entries).await?;
        }
        self.write_contact(tx, &tried.owed, (&tried.message, &tried.kind), ("email", outcome))
            .await?;
        self.hand_to_a_person(tx, tried, &came).await?;
        Ok((Bounced::Failed, entries))
    }

    /// What the message had discharged is owed again: its own duty, and any other that it was to carry out.
    async fn reopen(
        &self,
        tx: &mut Tx,
        tried: &Tried,
        now: Timestamp,
        entries: &mut Vec<Entry>,
    ) -> Result<()> {
        let victim = &tried.owed.victim_id;
        for done in obligations::list_discharged_by(tx, victim, &tried.message).await? {
            let carried = carried_by(&tried.owed.rule);
            let own = done.id == tried.owed.id;
            obligations::reopen(tx, &done.id, if own { DECISION } else { &carried }).await?;
            let reopened = about(now, WORKER, Act::Change, "obligation-reopened", &done)?;
            entries.push(
                reopened
                    .with_message(tried.message.as_str())
                    .with_reason("bounced"),
            );
        }
        // An adviser who was not answered cannot have told the victim: that is asked again once an answer arrives.
        for moot in obligations::list_raised_by_answer(tx, &tried.message).await? {
            let by = tried.message.as_str();
            obligations::end(tx, &moot.id, "lapsed", by, "bounced", now).await?;
            let lapsed = about(now, WORKER, Act::Change, "obligation-lapsed", &moot)?;
            entries.push(lapsed.with_message(by).with_reason("bounced"));
        }
        Ok(())
    }
}

/// What is counted once for a try.
fn kind(report: Option<Report>) -> &'static str {
    match report.map(|report| report.became) {
        Some(Became::Refused | Became::GivenUp) => "failed",
        Some(Became::Delayed) => "delayed",
        Some(Became::Arrived) => "arrived",
        None => "unreadable",
    }
}

/// An entry about a report that changes nothing. That a server delivered a message is not that somebody read it, and
/// nobody is informed by it.
fn noted(now: Timestamp, tried: &Tried, what: &str) -> Result<Entry> {
    Ok(about(now, WORKER, Act::Outcome, "bounce-noted", &tried.owed)?
        .with_area(&tried.area)
        .with_message(tried.message.as_str())
        .with_attempt(tried.attempt.as_str())
        .with_channel("email")
        .with_result(what))
}
