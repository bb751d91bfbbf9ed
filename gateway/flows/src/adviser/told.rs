//! An adviser says when a victim was told of an answer, or that they could not be (law 8; requirement B6).

use std::collections::BTreeSet;

use audit::entry::{Act, Entry};
use domain::adviser::{NotTold, check_told};
use domain::calendar::{london_date, start_of_day};
use domain::contact::{Direction, MadeContact, Method, PersonContacted};
use domain::id::{ContactId, MessageId, ObligationId, ThreadId};
use domain::masked::Masked;
use domain::people::ConsentScope;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use store::contacts::{self, ContactRow};
use store::{Tx, adviser_reading, obligations};

use super::{Reader, scopes};
use crate::entries::about;
use crate::owed::find_open;
use crate::person::Victim;
use crate::record_contact::NewContact;
use crate::{Error, Gateway, Result};

/// What an adviser says about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VictimTold {
    /// The victim was told on this day, in London.
    On(Date),
    /// Not, and why.
    Not(NotTold),
}

impl Gateway {
    /// Records whether the victim was told of an answer in this conversation. That they were ends the duty to hear it; that
    /// they were not leaves it open, and an officer decides how they hear of it.
    pub async fn say_whether_told(
        &self,
        user: &str,
        thread: &ThreadId,
        answer: &MessageId,
        told: VictimTold,
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let reader = self.adviser_of(&mut tx, user).await?;
        let (thread, victim) = self.own_conversation(&mut tx, &reader, thread).await?;
        let allowed = scopes(&thread.support)?;
        let turns = adviser_reading::list_turns(&mut tx, &thread).await?;
        let found = turns.into_iter().find_map(|turn| {
            let is_allowed = ConsentScope::find(&turn.scope).is_some_and(|scope| allowed.contains(&scope));
            let (id, at, _) = turn.answer.filter(|_| is_allowed)?;
            (id == *answer).then_some((at, turn.untold))
        });
        let (answered_at, untold) = found.ok_or(Error::NotFound("answer"))?;
        let duty = untold.ok_or_else(|| {
            Error::Conflict("it was recorded already whether the person was told of this answer".to_owned())
        })?;
        let entries = match told {
            VictimTold::On(day) => {
                check_told(day, london_date(answered_at), london_date(reader.now))
                    .map_err(|fault| Error::Invalid(fault.to_string()))?;
                self.was_told(&mut tx, &reader, &victim, duty, day).await?
            }
            VictimTold::Not(why) => vec![self.was_not_told(&mut tx, &reader, &duty, answer, why).await?],
        };
        Ok(tx.commit(&entries).await?)
    }

    async fn was_told(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        victim: &Victim,
        duty: ObligationId,
        day: Date,
    ) -> Result<Vec<Entry>> {
        let new = NewContact {
            victim: victim.row.id.clone(),
            obligation: Some(duty),
            message: None,
            made: MadeContact {
                occurred_at: reader.now,
                method: Method::Other {
                    name: Masked::new("The adviser's mailbox"),
                },
                direction: Direction::Inbound,
                point: None,
                person: PersonContacted::ViaIsva,
                informed_at: Some(within(day, reader.now)?),
                purpose: Masked::new("The adviser told the person what we answered"),
                notes: None,
                signposted: BTreeSet::new(),
                info_pack: None,
            },
        };
        let (_, entries) = self.add_contact_in(tx, &reader.user, &new, victim).await?;
        Ok(entries)
    }

    async fn was_not_told(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        duty: &ObligationId,
        answer: &MessageId,
        why: NotTold,
    ) -> Result<Entry> {
        let owed = find_open(tx, duty).await?;
        let contact = ContactRow {
            id: ContactId::random(self.entropy()),
            case_id: owed.case_id.clone(),
            victim_id: owed.victim_id.clone(),
            obligation_id: Some(owed.id.clone()),
            message_id: None,
            method: "other".to_owned(),
            direction: "inbound".to_owned(),
            person: "via-isva".to_owned(),
            result: "not-contacted".to_owned(),
            informed: false,
            informed_at: None,
            occurred_at: reader.now,
            logged_at: reader.now,
            logged_by: reader.user.clone(),
            sealed: None,
        };
        contacts::add(tx, &contact).await?;
        obligations::wait(tx, &owed.id, Some("decision-of-an-approver")).await?;
        let sentence = format!(
            "the adviser has not told the person: {}; decide how they hear of it",
            words(why)
        );
        self.notify(tx, &owed, Some(answer), "victim-not-told", &sentence)
            .await?;
        Ok(
            about(reader.now, &reader.user, Act::Outcome, "victim-not-told", &owed)?
                .with_contact(contact.id.as_str())
                .with_reason(why.as_str()),
        )
    }
}

fn words(why: NotTold) -> &'static str {
    match why {
        NotTold::CouldNotReach => "they could not be reached",
        NotTold::NotSafeNow => "there is no safe way at the moment",
        NotTold::DoesNotWantToHear => "they do not want to hear of it",
        NotTold::HelpsNoLonger => "the adviser supports them no longer",
    }
}

/// An instant of a day that was named without an hour: now, if it is today, and its noon otherwise.
fn within(day: Date, now: Timestamp) -> Result<Timestamp> {
    if day == london_date(now) {
        return Ok(now);
    }
    let start = start_of_day(day).map_err(|fault| Error::broken("London time", fault))?;
    Ok(start + SignedDuration::from_hours(12))
}
