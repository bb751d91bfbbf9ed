//! What a victim allows an adviser: recorded by one person with how and when it was given, confirmed by a second one, and
//! taken back at once (requirements B2 and B9; decision 0018).

use std::collections::BTreeSet;

use audit::entry::{Act, Entry};
use domain::calendar::{end_of_day, london_date, start_of_day};
use domain::id::{AdviserId, ConsentId, SupporterId, VictimId};
use domain::people::{ConsentFault, ConsentScope, ConsentState, GivenConsent, check_second_person};
use domain::rulebook::MeetingOffer;
use domain::supporter::EndWhy;
use jiff::Timestamp;
use store::consents::{self, ConsentRow};
use store::obligations::ObligationRow;
use store::reach::Named;
use store::supporters::{self, SupporterRow};
use store::{Tx, threads};

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::person::{Victim, from_json, to_json};
use crate::supporters::find_current;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

fn refused(fault: ConsentFault) -> Error {
    match fault {
        ConsentFault::SamePerson => Error::NotAllowed(fault.to_string()),
        ConsentFault::Decided(_) => Error::Conflict(fault.to_string()),
        _ => Error::Invalid(fault.to_string()),
    }
}

/// What a second person decides about a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentDecision<'r> {
    /// It was given so.
    Confirm,
    /// It was not, for this reason, a code.
    Refuse(&'r str),
}

impl Gateway {
    /// Writes down what a victim allowed an adviser. It opens nothing before a second person has confirmed it.
    pub async fn record_consent(
        &self,
        actor: &str,
        victim: &VictimId,
        (supporter, version): (&SupporterId, i64),
        given: GivenConsent,
    ) -> Result<ConsentId> {
        self.authorise(actor, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = find_current(&mut tx, &victim, supporter, version).await?;
        let adviser = row.adviser_id.clone().ok_or_else(|| {
            Error::Invalid("only an ISVA of a registered service is given a consent".to_owned())
        })?;
        given
            .check(london_date(now), london_date(victim.case.opened_at))
            .map_err(refused)?;
        self.check_no_other(&mut tx, &victim, &adviser).await?;
        // Two who record at once: the slower one finds another version.
        supporters::save(&mut tx, &row, &None, actor, now).await?;
        let broken = |fault| Error::broken("London time", fault);
        let consent = ConsentRow {
            id: ConsentId::random(self.entropy()),
            victim_id: victim.row.id.clone(),
            adviser_id: adviser.clone(),
            scope: to_json("consent", &given.scope)?,
            given_at: start_of_day(given.given_on).map_err(broken)?,
            until_at: Some(end_of_day(given.until).map_err(broken)?),
            state: ConsentState::Recorded.as_str().to_owned(),
            how: Some(given.how.as_str().to_owned()),
            recorded_by: Some(actor.to_owned()),
            recorded_at: Some(now),
            decided_by: None,
            decided_at: None,
            revoked_at: None,
            ended_why: None,
        };
        consents::add(&mut tx, &consent).await?;
        let scopes = given.scope.iter().map(|scope| scope.as_str()).collect::<Vec<_>>();
        let recorded = about_consent(actor, "consent-recorded", &victim, &consent, now)?
            .with_fact("scopes", scopes.join(" "))
            .with_fact("how", given.how.as_str())
            .with_fact("given-on", given.given_on.to_string())
            .with_fact("until", given.until.to_string());
        tx.commit(&[recorded]).await?;
        Ok(consent.id)
    }

    /// Somebody who did not record it says whether the consent was given so.
    pub async fn decide_consent(
        &self,
        actor: &str,
        victim: &VictimId,
        id: &ConsentId,
        decision: ConsentDecision<'_>,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = consents::find(&mut tx, id, &victim.row.id)
            .await?
            .ok_or(Error::NotFound("consent"))?;
        let state = ConsentState::find(&row.state)
            .ok_or_else(|| Error::broken("consent", "a state without a name"))?;
        check_second_person(state, row.recorded_by.as_deref().unwrap_or_default(), actor).map_err(refused)?;
        let (next, verb) = match decision {
            ConsentDecision::Confirm => {
                self.check_still(&mut tx, &victim, &row).await?;
                (ConsentState::Confirmed, "consent-confirmed")
            }
            ConsentDecision::Refuse(reason) => {
                check_reason(reason)?;
                (ConsentState::Refused, "consent-refused")
            }
        };
        consents::decide(&mut tx, id, next.as_str(), actor, now).await?;
        let mut decided = about_consent(actor, verb, &victim, &row, now)?;
        if let ConsentDecision::Refuse(reason) = decision {
            decided = decided.with_reason(reason);
        }
        Ok(tx.commit(&[decided]).await?)
    }

    /// Takes back what the victim allowed an adviser, who goes on helping: nothing goes to them from this moment on.
    pub async fn end_consent(
        &self,
        actor: &str,
        victim: &VictimId,
        supporter: &SupporterId,
        why: EndWhy,
    ) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = supporters::find(&mut tx, supporter, &victim.row.id)
            .await?
            .ok_or(Error::NotFound("person who helps"))?;
        let adviser = row.adviser_id.ok_or(Error::NotFound("consent"))?;
        let ended = self
            .take_back(&mut tx, actor, &victim, &adviser, why.as_str())
            .await?;
        let ended = ended
            .ok_or_else(|| Error::Conflict("this adviser has no consent that could be ended".to_owned()))?;
        Ok(tx.commit(&[ended]).await?)
    }

    /// Ends every consent for an adviser, if there is one, and tells the officers: a consent that ends in silence looks
    /// like a victim who was forgotten.
    pub(crate) async fn take_back(
        &self,
        tx: &mut Tx,
        actor: &str,
        victim: &Victim,
        adviser: &AdviserId,
        why: &str,
    ) -> Result<Option<Entry>> {
        let now = self.now();
        let count = consents::end(tx, &victim.row.id, adviser, now, why).await?;
        // Requirement B2: what was said so far is not open to them any more, and what they write from now on waits.
        let closed = threads::close(tx, &victim.row.id, adviser, now).await?;
        if count == 0 && closed == 0 {
            return Ok(None);
        }
        let detail = "a consent for an adviser ended; decide how this person hears of the case from now on";
        self.warn_officers(tx, &victim.row.id, "consent-ended", detail)
            .await?;
        let ended = about_victim(now, actor, Act::Change, "consent-ended", victim)?
            .with_fact("adviser", adviser.as_str())
            .with_fact("consents", count.to_string())
            .with_fact("threads-closed", closed.to_string())
            .with_reason(why);
        Ok(Some(ended))
    }

    /// What a victim's advisers may be told now: confirmed, not over, not taken back, and by somebody who still helps.
    pub(crate) async fn live_scopes(&self, tx: &mut Tx, victim: &VictimId) -> Result<BTreeSet<ConsentScope>> {
        let mut scopes = BTreeSet::new();
        for text in consents::list_live(tx, victim, self.now()).await? {
            scopes.extend(from_json::<Vec<ConsentScope>>("consent", &text)?);
        }
        Ok(scopes)
    }

    /// Whether an adviser may be given the words of this duty to pass on: an offer under the consent for offers, anything
    /// else under the one for progress or for letters.
    pub(crate) async fn may_pass_on(&self, tx: &mut Tx, owed: &ObligationRow) -> Result<bool> {
        let scopes = self.live_scopes(tx, &owed.victim_id).await?;
        let rule = self.parts.rulebook.rule(&owed.rule);
        let is_offer = rule.is_some_and(|rule| rule.meeting_offer == MeetingOffer::IsTheOffer);
        Ok(if is_offer {
            scopes.contains(&ConsentScope::MeetingOffers)
        } else {
            scopes.contains(&ConsentScope::Updates) || scopes.contains(&ConsentScope::Letters)
        })
    }

    /// No second consent beside one that holds or waits.
    async fn check_no_other(&self, tx: &mut Tx, victim: &Victim, adviser: &AdviserId) -> Result<()> {
        let now = self.now();
        let stands = |row: &ConsentRow| row.adviser_id == *adviser && stands(row, now);
        if consents::list_by_victim(tx, &victim.row.id)
            .await?
            .iter()
            .any(stands)
        {
            return Err(Error::Invalid(
                "this adviser has a consent that holds or waits to be confirmed; end that one first"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Everything is looked at again before a consent opens something: time has gone by since it was recorded.
    async fn check_still(&self, tx: &mut Tx, victim: &Victim, consent: &ConsentRow) -> Result<()> {
        let ended = consent.revoked_at.is_some() || consent.until_at.is_some_and(|until| until <= self.now());
        let links = supporters::list_by_victim(tx, &victim.row.id).await?;
        let helps = |row: &&SupporterRow| {
            row.ended_at.is_none() && row.adviser_id.as_ref() == Some(&consent.adviser_id)
        };
        let Some(link) = links.iter().find(helps).filter(|_| !ended) else {
            return Err(Error::Conflict(
                "this consent has ended, or the adviser helps no longer".to_owned(),
            ));
        };
        let who = self.load_supporter(tx, victim, link.clone()).await?;
        if self.is_of_defence(tx, victim, &who.details).await? {
            return Err(Error::NotAllowed(crate::supporters::CANNOT_BE_USED.to_owned()));
        }
        Ok(())
    }
}

/// Whether a consent holds, or waits to be confirmed.
pub(crate) fn stands(row: &ConsentRow, now: Timestamp) -> bool {
    row.revoked_at.is_none()
        && row.state != ConsentState::Refused.as_str()
        && row.until_at.is_none_or(|until| until > now)
}

fn about_consent(
    actor: &str,
    verb: &str,
    victim: &Victim,
    consent: &ConsentRow,
    at: Timestamp,
) -> Result<Entry> {
    let act = if verb == "consent-recorded" {
        Act::Collection
    } else {
        Act::Decision
    };
    Ok(about_victim(at, actor, act, verb, victim)?
        .with_fact("consent", consent.id.as_str())
        .with_fact("adviser", consent.adviser_id.as_str()))
}
