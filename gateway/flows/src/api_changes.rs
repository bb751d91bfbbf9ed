//! What other systems may change, each within the client's Areas and by the flow that the pages and commands take.

use domain::contact::PersonContacted;
use domain::event::Event;
use domain::id::{DraftId, ObligationId, ProposalId, VictimId};
use domain::people::PersonName;
use store::reach::Named;
use store::{Tx, drafts, subjects};

use crate::api_once::Begun;
use crate::decide::check_reason;
use crate::import::CaseRecord;
use crate::owed::find_open;
use crate::person::Victim;
use crate::{
    Added, ApiClient, ApiRequest, Contacted, DraftOutline, Error, Gateway, GivenAnswer, NewContact,
    ProposedPoint, Recorded, Result,
};

/// What came of asking for a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drafting {
    /// It was drafted.
    Drafted(DraftId),
    /// It cannot be drafted yet: the obligation waits for this, a code.
    Waiting(&'static str),
}

/// What another system may do with a draft. That it is approved is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftStep<'s> {
    /// Sends it for a second check.
    SendForCheck,
    /// Voids it, for this reason (a code), so that another is made of the record as it is now.
    Void(&'s str),
}

impl Gateway {
    /// Adds a case of one of the client's Areas.
    pub async fn add_case_of(
        &self,
        request: &ApiRequest<'_, Added>,
        record: &CaseRecord,
    ) -> Result<GivenAnswer> {
        let account = &request.client.account;
        if !account.areas.iter().any(|area| area == record.area.as_str()) {
            return Err(Error::Invalid("area: not one of this client's Areas".to_owned()));
        }
        let mut tx = match self.begin_request(request).await? {
            Begun::Before(given) => return Ok(given),
            Begun::Now(tx) => tx,
        };
        let (added, entry) = self.add_case_in(&mut tx, &account.user, record).await?;
        self.end_request(tx, request, &added, entry.as_slice()).await
    }

    /// Records an event of a case of one of the client's Areas. A case elsewhere is unknown.
    pub async fn record_event_of(
        &self,
        request: &ApiRequest<'_, Recorded>,
        event: &Event,
    ) -> Result<GivenAnswer> {
        let mut tx = match self.begin_request(request).await? {
            Begun::Before(given) => return Ok(given),
            Begun::Now(tx) => tx,
        };
        let mut entries = Vec::new();
        let recorded = self
            .record_in_areas(&mut tx, request.client, event, &mut entries)
            .await?;
        if let Recorded::Refused(why) = recorded {
            return Err(Error::Invalid(why));
        }
        self.end_request(tx, request, &recorded, &entries).await
    }

    /// One row of a file of cases.
    pub async fn import_case_of(&self, client: &ApiClient, record: &CaseRecord) -> Result<Added> {
        let account = &client.account;
        if !account.areas.iter().any(|area| area == record.area.as_str()) {
            return Err(Error::Invalid("area: not one of this client's Areas".to_owned()));
        }
        self.add_case(&account.user, record).await
    }

    /// One row of a file of events.
    pub async fn import_event_of(&self, client: &ApiClient, event: &Event) -> Result<Recorded> {
        let mut tx = self.pool().begin().await?;
        let mut entries = Vec::new();
        let recorded = self.record_in_areas(&mut tx, client, event, &mut entries).await?;
        tx.commit(&entries).await?;
        Ok(recorded)
    }

    async fn record_in_areas(
        &self,
        tx: &mut Tx,
        client: &ApiClient,
        event: &Event,
        entries: &mut Vec<audit::entry::Entry>,
    ) -> Result<Recorded> {
        let subject = subjects::find_by_ref(tx, event.urn.as_str(), &event.victim_ref).await?;
        let is_elsewhere = |area: &String| !client.account.areas.contains(area);
        if subject.is_some_and(|subject| is_elsewhere(&subject.case.area)) {
            return Ok(Recorded::Refused(crate::record_event::UNKNOWN.to_owned()));
        }
        self.record_in(tx, &client.account.user, event, entries).await
    }

    /// Proposes a change of a contact plan that still is the one of `version`; none when it is another one, and then
    /// nothing was changed. People verify and approve it.
    pub async fn propose_change_of(
        &self,
        request: &ApiRequest<'_, ProposalId>,
        victim: &VictimId,
        version: i64,
        proposed: ProposedPoint,
    ) -> Result<Option<GivenAnswer>> {
        let mut tx = match self.begin_request(request).await? {
            Begun::Before(given) => return Ok(Some(given)),
            Begun::Now(tx) => tx,
        };
        self.reach_of(&mut tx, request.client, Named::Victim(victim))
            .await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        if victim.row.plan_version != version {
            return Ok(None);
        }
        let user = &request.client.account.user;
        let (outcome, entry) = self.propose_in(&mut tx, user, &victim, proposed).await?;
        match outcome {
            Ok(proposal) => {
                let given = self.end_request(tx, request, &proposal, &[entry]).await?;
                Ok(Some(given))
            }
            Err(refused) => {
                self.refuse_request(tx, request, entry).await?;
                Err(refused)
            }
        }
    }

    /// Records a contact that was made by hand, and what follows from it.
    pub async fn add_contact_of(
        &self,
        request: &ApiRequest<'_, Contacted>,
        new: &NewContact,
    ) -> Result<GivenAnswer> {
        let mut tx = match self.begin_request(request).await? {
            Begun::Before(given) => return Ok(given),
            Begun::Now(tx) => tx,
        };
        self.reach_of(&mut tx, request.client, Named::Victim(&new.victim))
            .await?;
        let victim = self.load_victim(&mut tx, &new.victim).await?;
        self.refuse_defence(&mut tx, &victim, &new.made.person).await?;
        let user = &request.client.account.user;
        let (contacted, entries) = self.add_contact_in(&mut tx, user, new, &victim).await?;
        self.end_request(tx, request, &contacted, &entries).await
    }

    /// A contact with the defence side is none with the victim: a person reports it as an incident.
    async fn refuse_defence(&self, tx: &mut Tx, victim: &Victim, person: &PersonContacted) -> Result<()> {
        let PersonContacted::Other { name, .. } = person else {
            return Ok(());
        };
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let is_denied = PersonName::parse(name.reveal()).is_ok_and(|name| deny.meets(&name.match_keys()));
        if is_denied {
            return Err(Error::Invalid(
                "person: somebody of the defence side of this case; such a contact is reported as an incident, by a person"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Has the draft of an obligation of ours made at once, of the record as it is. No value of it comes with the request.
    pub async fn draft_of(
        &self,
        request: &ApiRequest<'_, Drafting>,
        id: &ObligationId,
    ) -> Result<GivenAnswer> {
        let mut tx = match self.begin_request(request).await? {
            Begun::Before(given) => return Ok(given),
            Begun::Now(tx) => tx,
        };
        self.reach_of(&mut tx, request.client, Named::Obligation(id))
            .await?;
        let owed = find_open(&mut tx, id).await?;
        if owed.owner != "cps" || owed.template_kind.is_none() {
            return Err(Error::Conflict(
                "no message of ours would discharge this obligation; there is nothing to draft".to_owned(),
            ));
        }
        if drafts::has_live(&mut tx, id).await? {
            return Err(Error::Conflict("this obligation has a draft already".to_owned()));
        }
        if let Some(waiting_for) = &owed.waiting_for {
            return Err(Error::Conflict(format!(
                "this obligation waits for {waiting_for}; nothing is drafted before that"
            )));
        }
        let victim = self.load_victim(&mut tx, &owed.victim_id).await?;
        let user = &request.client.account.user;
        let (composed, entry) = self.compose_in(&mut tx, user, &owed, &victim).await?;
        let drafting = composed.map_or_else(Drafting::Waiting, |draft| Drafting::Drafted(draft.id));
        self.end_request(tx, request, &drafting, &[entry]).await
    }

    /// Takes a step with a draft that still is as `version` says; none when it is not, and then nothing was changed.
    pub async fn step_draft_of(
        &self,
        request: &ApiRequest<'_, DraftOutline>,
        id: &DraftId,
        version: &str,
        step: DraftStep<'_>,
    ) -> Result<Option<GivenAnswer>> {
        let mut tx = match self.begin_request(request).await? {
            Begun::Before(given) => return Ok(Some(given)),
            Begun::Now(tx) => tx,
        };
        let client = request.client;
        if self.draft_outline(&mut tx, client, id).await?.version() != version {
            return Ok(None);
        }
        let user = &client.account.user;
        let entry = match step {
            DraftStep::SendForCheck => self.send_for_check_in(&mut tx, user, id).await?,
            DraftStep::Void(reason) => {
                check_reason(reason)?;
                self.void_in(&mut tx, user, id, reason).await?
            }
        };
        let now = self.draft_outline(&mut tx, client, id).await?;
        Ok(Some(self.end_request(tx, request, &now, &[entry]).await?))
    }
}
