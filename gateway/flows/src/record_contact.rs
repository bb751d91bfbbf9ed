//! A contact made by hand is recorded: a call, a letter, a text, a meeting in person (requirements A7, D6, E2).
//!
//! It ends the duty behind it only when the victim was informed or the approved letter was posted; a duty whose
//! message is still to leave goes on, since a call does not replace the letter that is owed.

use audit::entry::{Act, Entry};
use domain::contact::{
    Attempt, AttemptVia, CallContext, ContactFlag, Direction, MadeContact, NextStep, PersonContacted,
    next_step,
};
use domain::id::{ContactId, MessageId, ObligationId, VictimId};
use domain::rulebook::Discharge;
use store::contacts::{self, ContactRow};
use store::obligations::{self, ObligationRow};
use store::reach::Named;
use store::{Tx, drafts, outbox};

use crate::compose_draft::CONTENT_FREE;
use crate::decide::check_reason;
use crate::entries::{about, about_victim, in_words};
use crate::owed::{find_open, find_owed};
use crate::person::Victim;
use crate::{Error, Gateway, Result, Role};

/// A contact to be recorded.
pub struct NewContact {
    /// The victim it was about.
    pub victim: VictimId,
    /// The duty behind it, if one is.
    pub obligation: Option<ObligationId>,
    /// The message whose words were handed over, if it was one of ours.
    pub message: Option<MessageId>,
    /// What was done.
    pub made: MadeContact,
}

/// What recording a contact came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contacted {
    /// The contact.
    pub id: ContactId,
    /// What a person should look at.
    pub flags: Vec<ContactFlag>,
    /// Whether it ended the duty.
    pub ended: bool,
}

const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

/// Who was reached, in the store's words.
fn person(made: &MadeContact) -> &'static str {
    match made.person {
        PersonContacted::Victim => "victim",
        PersonContacted::ViaIsva => "via-isva",
        PersonContacted::ViaIdva => "via-idva",
        PersonContacted::ViaPolice => "via-police",
        PersonContacted::Other { .. } => "other",
    }
}

fn direction(made: &MadeContact) -> &'static str {
    match made.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

impl Gateway {
    /// Records a contact and what follows from it.
    pub async fn add_contact(&self, actor: &str, new: NewContact) -> Result<Contacted> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(&new.victim)).await?;
        let victim = self.load_victim(&mut tx, &new.victim).await?;
        let (contacted, entries) = self.add_contact_in(&mut tx, actor, &new, &victim).await?;
        tx.commit(&entries).await?;
        Ok(contacted)
    }

    /// The same for whom may and reaches the victim, in a transaction that the caller commits with the entries.
    pub(crate) async fn add_contact_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        new: &NewContact,
        victim: &Victim,
    ) -> Result<(Contacted, Vec<Entry>)> {
        let now = self.now();
        let plan = victim.plan()?;
        let context = CallContext {
            plan: &plan,
            case_opened_at: victim.case.opened_at,
            now,
        };
        let flags = new.made.check(&context).map_err(|faults| {
            let faults = faults.iter().map(ToString::to_string).collect::<Vec<_>>();
            Error::Invalid(faults.join("\n"))
        })?;
        let (owed, carries_message) = self.find_behind(tx, new, victim).await?;
        let id = ContactId::random(self.entropy());
        let row = self.contact_row(&id, actor, new, owed.as_ref(), victim)?;
        contacts::add(tx, &row).await?;
        let mut entry = contact_entry(&row, actor, victim, &flags)?;
        if let Some(point) = new.made.point.as_ref().and_then(|id| plan.point(id)) {
            let to = in_words(point.value());
            entry = self.commit_in(tx, victim, entry, "to", &to).await?;
        }
        let mut entries = vec![entry];
        if flags.iter().any(|flag| flag.is_near_miss()) {
            self.warn_of_contact(tx, &row, &flags).await?;
        }
        let mut ended = false;
        if let Some(owed) = owed.filter(|owed| owed.state == "open") {
            let discharge = Discharge::find(&owed.discharge).unwrap_or(Discharge::VictimInformed);
            let why = new.made.discharges(discharge, &plan, carries_message);
            if let Some(why) = why
                && !(why == "victim-informed" && is_still_leaving(tx, &owed).await?)
            {
                entries.extend(
                    self.discharge_obligation(tx, actor, &owed, id.as_str(), why)
                        .await?,
                );
                entries.extend(self.stop_under_way(tx, actor, &owed, why).await?);
                ended = true;
            } else if carries_message && new.made.informed_at.is_none() {
                let wait = "confirmation-that-the-victim-was-informed";
                obligations::wait(tx, &owed.id, Some(wait)).await?;
            }
        }
        self.keep_promises(tx, actor, &id, (&new.made, victim), &mut entries)
            .await?;
        self.end_silence(tx, actor, &victim.row.id, &mut entries).await?;
        Ok((Contacted { id, flags, ended }, entries))
    }

    /// Records that the victim was not contacted, with the reason: the last rung of the ladder. The duty stands,
    /// and an approver decides about it.
    pub async fn add_not_contacted(&self, actor: &str, id: &ObligationId, reason: &str) -> Result<ContactId> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Obligation(id)).await?;
        let owed = find_open(&mut tx, id).await?;
        let contact = ContactId::random(self.entropy());
        let row = ContactRow {
            id: contact.clone(),
            case_id: owed.case_id.clone(),
            victim_id: owed.victim_id.clone(),
            obligation_id: Some(owed.id.clone()),
            message_id: None,
            method: "other".to_owned(),
            direction: "outbound".to_owned(),
            person: "victim".to_owned(),
            result: "not-contacted".to_owned(),
            informed: false,
            informed_at: None,
            occurred_at: now,
            logged_at: now,
            logged_by: actor.to_owned(),
            sealed: None,
        };
        contacts::add(&mut tx, &row).await?;
        obligations::wait(&mut tx, &owed.id, Some("decision-of-an-approver")).await?;
        let entry = about(now, actor, Act::Outcome, "victim-not-contacted", &owed)?
            .with_contact(contact.as_str())
            .with_result("not-contacted")
            .with_reason(reason);
        tx.commit(&[entry]).await?;
        Ok(contact)
    }

    /// The next rung of the ladder for a duty, after the contacts recorded for it. It names a point and an hour,
    /// and no address.
    pub async fn next_contact(&self, id: &ObligationId) -> Result<NextStep> {
        let mut tx = self.pool().read().await?;
        let owed = find_owed(&mut tx, id).await?;
        let victim = self.load_victim(&mut tx, &owed.victim_id).await?;
        let attempts = contacts::list_by_victim(&mut tx, &owed.victim_id)
            .await?
            .iter()
            .filter(|row| row.obligation_id.as_ref() == Some(&owed.id))
            .filter_map(attempt)
            .collect::<Vec<_>>();
        let adviser = self.may_pass_on(&mut tx, &owed).await?;
        Ok(next_step(&attempts, &victim.plan()?, adviser, self.now()))
    }

    /// A victim's contacts, oldest first, for somebody who says why they read them. What was recorded by hand comes
    /// with its details.
    pub async fn list_contacts(
        &self,
        actor: &str,
        victim: &VictimId,
        reason: &str,
    ) -> Result<Vec<(ContactRow, Option<MadeContact>)>> {
        self.authorise(actor, &[Role::Vlo, Role::VloManager])?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let mut found = Vec::new();
        for row in contacts::list_by_victim(&mut tx, &victim.row.id).await? {
            let made = match &row.sealed {
                Some(sealed) => Some(Self::open(&victim.key, "contacts", row.id.as_str(), sealed)?),
                None => None,
            };
            found.push((row, made));
        }
        let read = about_victim(self.now(), actor, Act::Consultation, "contacts-read", &victim)?;
        tx.commit(&[read.with_reason(reason)]).await?;
        Ok(found)
    }

    /// The duty behind a contact, and whether the contact handed over the approved words of it.
    async fn find_behind(
        &self,
        tx: &mut Tx,
        new: &NewContact,
        victim: &Victim,
    ) -> Result<(Option<ObligationRow>, bool)> {
        let mut wanted = new.obligation.clone();
        let mut carries = false;
        if let Some(id) = &new.message {
            let message = drafts::find_message(tx, id)
                .await?
                .filter(|message| message.victim_id == victim.row.id)
                .ok_or(Error::NotFound("message"))?;
            if wanted.as_ref().is_some_and(|owed| *owed != message.obligation_id) {
                return Err(Error::Invalid(
                    "the message belongs to another obligation than the one named".to_owned(),
                ));
            }
            let row = outbox::find(tx, id).await?;
            if row.is_none_or(|row| row.state != "by-hand") {
                return Err(Error::Conflict(
                    "the words of this message were not handed over; `gateway outbox hand-over` does that first"
                        .to_owned(),
                ));
            }
            carries = message.kind != CONTENT_FREE;
            wanted = Some(message.obligation_id);
        }
        let Some(id) = wanted else {
            return Ok((None, false));
        };
        let owed = obligations::find(tx, &id)
            .await?
            .filter(|owed| owed.victim_id == victim.row.id)
            .ok_or(Error::NotFound("obligation"))?;
        Ok((Some(owed), carries))
    }

    fn contact_row(
        &self,
        id: &ContactId,
        actor: &str,
        new: &NewContact,
        owed: Option<&ObligationRow>,
        victim: &Victim,
    ) -> Result<ContactRow> {
        let made = &new.made;
        Ok(ContactRow {
            id: id.clone(),
            case_id: victim.case.id.clone(),
            victim_id: victim.row.id.clone(),
            obligation_id: owed.map(|owed| owed.id.clone()),
            message_id: new.message.clone(),
            method: made.method.as_str().to_owned(),
            direction: direction(made).to_owned(),
            person: person(made).to_owned(),
            result: made.result().to_owned(),
            informed: made.informed_at.is_some(),
            informed_at: made.informed_at,
            occurred_at: made.occurred_at,
            logged_at: self.now(),
            logged_by: actor.to_owned(),
            sealed: Some(self.seal(&victim.key, "contacts", id.as_str(), made)?),
        })
    }

    /// A near miss: something was done against the contact plan. Whoever looks after the officers hears of it.
    async fn warn_of_contact(&self, tx: &mut Tx, row: &ContactRow, flags: &[ContactFlag]) -> Result<()> {
        let codes = flags.iter().map(|flag| flag.code()).collect::<Vec<_>>();
        let detail = format!(
            "A contact was made against the contact plan ({}). Find out what it may have given away.",
            codes.join(", ")
        );
        let about = (
            &row.victim_id,
            row.obligation_id.as_ref(),
            row.message_id.as_ref(),
        );
        self.raise_notice(tx, about, "contact-against-plan", &detail)
            .await
    }
}

fn contact_entry(row: &ContactRow, actor: &str, victim: &Victim, flags: &[ContactFlag]) -> Result<Entry> {
    let mut entry = about_victim(row.logged_at, actor, Act::Outcome, "contact-added", victim)?
        .with_contact(row.id.as_str())
        .with_channel(&row.method)
        .with_result(&row.result)
        .with_fact("direction", &row.direction)
        .with_fact("person", &row.person)
        .with_fact("occurred", row.occurred_at.to_string());
    if let Some(at) = row.informed_at {
        entry = entry.with_fact("informed", at.to_string());
    }
    for flag in flags {
        entry = entry.with_fact(flag.code(), "yes");
    }
    if let Some(owed) = &row.obligation_id {
        entry = entry.with_obligation(owed.as_str());
    }
    if let Some(message) = &row.message_id {
        entry = entry.with_message(message.as_str());
    }
    Ok(entry)
}

/// A rung of the ladder that a recorded contact was; what came in and what the program sent are none.
fn attempt(row: &ContactRow) -> Option<Attempt> {
    let via = match (row.method.as_str(), row.person.as_str()) {
        _ if row.informed => AttemptVia::Call,
        _ if row.direction != "outbound" => return None,
        (_, "via-isva") => AttemptVia::Isva,
        ("telephone-call", "victim") => AttemptVia::Call,
        ("text-message", "victim") => AttemptVia::Text,
        ("post", "victim") => AttemptVia::Letter,
        _ => return None,
    };
    Some(Attempt {
        at: row.occurred_at,
        via,
        informed: row.informed,
    })
}

/// Whether something for the duty is still to leave by itself: a draft to be approved, or a message on its way.
pub(crate) async fn is_still_leaving(tx: &mut Tx, owed: &ObligationRow) -> Result<bool> {
    if drafts::waits(tx, &owed.id).await? {
        return Ok(true);
    }
    for message in drafts::list_messages(tx, &owed.id).await? {
        let row = outbox::find(tx, &message.id).await?;
        if row.is_some_and(|row| row.next_at.is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}
