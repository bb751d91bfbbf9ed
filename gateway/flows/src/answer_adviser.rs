//! An officer answers an adviser: vetted words around one bounded field, checked like every other message, to the adviser who
//! asked and in that conversation (law 1; requirements B5, B6 and B8).

use audit::entry::Entry;
use domain::calendar::london_date;
use domain::draft::ADVISER_KIND;
use domain::event::Stage;
use domain::id::{DraftId, InboundId, VictimId};
use domain::people::PersonName;
use domain::safety::AdviserRecipient;
use render::{Language, Values};
use serde_json::{Map, Value, json};
use store::Tx;
use store::mailboxes;
use store::obligations::{self, ObligationRow};
use store::reach::Named;

use crate::compose_draft::{Making, own_facts};
use crate::context::reference;
use crate::deliver::Correspondent;
use crate::owed::find_open;
use crate::person::Victim;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result, Staff};

/// Most characters of what an officer writes; the template declares the same.
pub const ANSWER_CHARS_MAX: usize = 2_000;

impl Gateway {
    /// Drafts the answer to a message in this victim's file. It leaves only after it was reviewed and approved.
    ///
    /// Two who answer at once: the second is told of the first one's draft.
    pub async fn answer_adviser(
        &self,
        user: &str,
        victim: &VictimId,
        question: &InboundId,
        words: &str,
    ) -> Result<DraftId> {
        let officer = self.authorise(user, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let asked = mailboxes::find_filed(&mut tx, question, &victim.row.id).await?;
        let asked = asked.ok_or(Error::NotFound("message"))?;
        let owed = self.find_question(&mut tx, &victim, question).await?;
        let to = Correspondent::of(&asked)?;
        let own = vec![("asked_on", json!(london_date(asked.received_at).to_string()))];
        let (draft, entry) = self
            .draft_for_adviser(
                &mut tx,
                &officer,
                &victim,
                (&to, &owed),
                (ADVISER_KIND, words, own),
            )
            .await?;
        // Last, when the duty's row is ours: whoever handed it to a prosecutor meanwhile was first.
        self.refuse_referred(&mut tx, &victim, question).await?;
        tx.commit(&[entry]).await?;
        Ok(draft)
    }

    /// The open duty to answer a message, which nobody answers yet.
    pub(crate) async fn find_question(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        question: &InboundId,
    ) -> Result<ObligationRow> {
        let duties = mailboxes::list_duties(tx, &victim.row.id).await?;
        let mut own = duties.into_iter().filter(|duty| duty.inbound == *question);
        let duty = own.find(|duty| duty.state == "open").ok_or_else(|| {
            Error::Conflict(
                "no answer to this message is owed any more; ring the adviser if there is more to say"
                    .to_owned(),
            )
        })?;
        if duty.draft.is_some() {
            return Err(Error::Conflict(
                "somebody has drafted an answer to this message; read it, or have it made void, before you write another"
                    .to_owned(),
            ));
        }
        find_open(tx, &duty.obligation).await
    }

    /// A draft of words to an adviser, around what an officer wrote: answer or update.
    pub(crate) async fn draft_for_adviser(
        &self,
        tx: &mut Tx,
        officer: &Staff,
        victim: &Victim,
        (asked, owed): (&Correspondent, &ObligationRow),
        (kind, words, own): (&str, &str, Vec<(&str, Value)>),
    ) -> Result<(DraftId, Entry)> {
        let adviser = self.recipient_of(tx, victim, asked).await?;
        let version = self.parts.library.find(kind, Language::English);
        let version = version.ok_or_else(|| {
            Error::Conflict(format!(
                "there is no template {kind} in English; `gateway templates check` lists what there is"
            ))
        })?;
        let mut values = self.adviser_values(officer, &adviser, owed, words);
        values.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let checked = Values::from_json(version, &values).map_err(|faults| {
            let faults = faults.iter().map(ToString::to_string).collect::<Vec<_>>();
            Error::Invalid(faults.join("\n"))
        })?;
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let others = self
            .foreign_facts(tx, &[words.to_owned()], &victim.case.id, deny)
            .await?;
        let person = victim.person()?;
        let mut names = vec![person.legal_name.clone(), person.preferred_name.clone()];
        names.extend(PersonName::parse(&officer.name));
        let making = Making {
            actor: &officer.user,
            victim,
            owed,
            stage: Stage::Contact.as_str(),
            own: own_facts(victim, adviser.name, names)?,
            others,
        };
        let draft = self
            .render_draft(&making, version, values, &checked)?
            .map_err(|_| Error::broken("rendering", "an answer with these words does not render"))?;
        obligations::wait(tx, &owed.id, None).await?;
        let entry = self.add_draft(tx, &officer.user, owed, &draft).await?;
        Ok((draft.id, entry.with_area(&victim.case.area)))
    }

    fn adviser_values(
        &self,
        officer: &Staff,
        adviser: &AdviserRecipient,
        owed: &ObligationRow,
        words: &str,
    ) -> Map<String, Value> {
        let late = owed.original_due_at.is_some_and(|due| self.now() > due);
        let values = [
            ("adviser_name", json!(adviser.name.reveal())),
            ("answer", json!(words)),
            ("vlo_name", json!(officer.name)),
            ("vlo_phone", json!(officer.phone)),
            ("office_hours", json!(self.parts.settings.office_hours.0)),
            ("our_reference", json!(reference(owed.victim_id.as_str()))),
            ("late", json!(late)),
        ];
        values
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect()
    }
}
