//! An obligation becomes a draft: the vetted words of its kind, in the victim's language, with values from
//! the record. What cannot be drafted waits for a named kind of person, and says for whom.

use audit::entry::{Act, Entry};
use domain::contact::PointValue;
use domain::draft::{Finding, ForeignFacts, Frozen, OwnFacts, content_check, evidence_check};
use domain::event::Detail;
use domain::id::DraftId;
use domain::masked::Masked;
use domain::people::{Language, PersonName};
use domain::urn::Urn;
use render::{FieldType, Language as Words, Rendered, TemplateVersion, ValueFault, Values};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::drafts::{self, DraftRow};
use store::obligations::{self, ObligationRow};
use store::{Tx, events};

use crate::context::Sources;
use crate::entries::about;
use crate::person::Victim;
use crate::{Error, Gateway, Result, Role};

/// The content-free message for those who want no content in an e-mail.
pub(crate) const CONTENT_FREE: &str = "update-available";

/// What one run of the composer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Composed {
    /// Obligations that have a draft now.
    pub drafted: usize,
    /// Obligations that wait for somebody.
    pub waiting: usize,
}

/// The rendered parts and the values they were made of: kept, so that the message can be rendered again
/// byte for byte (requirement C1).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) frozen: Frozen,
    pub(crate) values: Map<String, Value>,
    /// The stage that the message tells of, for opt-outs of a stage.
    pub(crate) stage: String,
    /// What the content check found (requirements C2, C3, C5), by kind and line.
    pub(crate) findings: Vec<Finding>,
}

/// What a draft is made of, besides the vetted words and their values.
pub(crate) struct Making<'a> {
    pub(crate) actor: &'a str,
    pub(crate) victim: &'a Victim,
    pub(crate) owed: &'a ObligationRow,
    /// The stage that it tells of.
    pub(crate) stage: &'a str,
    pub(crate) own: OwnFacts,
    pub(crate) others: ForeignFacts,
}

const WORKER: &str = "system:drafts";

impl Gateway {
    /// Drafts up to `most` obligations, most urgent first, each in a transaction of its own.
    pub async fn compose_drafts(&self, actor: &str, most: u32) -> Result<Composed> {
        let staff = self.authorise(actor, &[Role::Administrator, Role::Vlo])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        // Whoever runs the service runs the composer too, without seeing what it makes; an officer drafts what is theirs.
        let list = if staff.roles.contains(&Role::Administrator) {
            obligations::list_to_draft(&mut tx, most).await?
        } else {
            obligations::list_to_draft_in_reach(&mut tx, &scope, most).await?
        };
        drop(tx);
        self.compose_by(actor, list).await
    }

    /// The same, by the running service: it is nobody of the staff, so anybody may approve what it drafts.
    pub async fn compose_due(&self, most: u32) -> Result<Composed> {
        let mut tx = self.pool().read().await?;
        let list = obligations::list_to_draft(&mut tx, most).await?;
        drop(tx);
        self.compose_by(WORKER, list).await
    }

    async fn compose_by(&self, actor: &str, list: Vec<ObligationRow>) -> Result<Composed> {
        let mut done = Composed::default();
        for owed in list {
            let mut tx = self.pool().begin().await?;
            // Another process may have been faster, or an event may have ended the duty.
            let now_owed = obligations::find(&mut tx, &owed.id).await?;
            if now_owed.is_none_or(|now| now.state != "open" || now.waiting_for.is_some()) {
                continue;
            }
            let victim = match self.load_victim(&mut tx, &owed.victim_id).await {
                Err(Error::Erased) => {
                    self.lapse_erased(tx, actor, &owed).await?;
                    continue;
                }
                found => found?,
            };
            match self.compose_in(&mut tx, actor, &owed, &victim).await {
                Err(Error::Conflict(_)) => {}
                Err(fault) => return Err(fault),
                Ok((composed, entry)) => {
                    tx.commit(&[entry]).await?;
                    match composed {
                        Ok(_) => done.drafted += 1,
                        Err(_) => done.waiting += 1,
                    }
                }
            }
        }
        Ok(done)
    }

    /// Adds the draft of an obligation that has none, or says whom it waits for, in a transaction that the caller commits
    /// with the entry. Where another process was faster that is a conflict, and the transaction is over.
    pub(crate) async fn compose_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        victim: &Victim,
    ) -> Result<(std::result::Result<DraftRow, &'static str>, Entry)> {
        let composed = self.compose(tx, actor, owed, victim).await?;
        let entry = match &composed {
            Ok(draft) => self.add_draft(tx, actor, owed, draft).await?,
            Err(waiting_for) => {
                obligations::wait(tx, &owed.id, Some(waiting_for)).await?;
                about(self.now(), actor, Act::Change, "obligation-waiting", owed)?.with_reason(*waiting_for)
            }
        };
        Ok((composed, entry.with_area(&victim.case.area)))
    }

    /// Keeps a draft. A duty has one at a time: whoever is slower hears of it.
    pub(crate) async fn add_draft(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        draft: &DraftRow,
    ) -> Result<Entry> {
        drafts::add(tx, draft).await.map_err(|fault| match fault {
            fault if fault.is_duplicate() => {
                Error::Conflict("this obligation has a draft already".to_owned())
            }
            fault => fault.into(),
        })?;
        let version = u32::try_from(draft.version).unwrap_or_default();
        Ok(
            about(self.now(), actor, Act::Combination, "draft-composed", owed)?
                .with_draft(draft.id.as_str())
                .with_template(&draft.kind, version, &draft.language, &draft.digest),
        )
    }

    /// An event may have come in while its victim was erased: what it raised is owed to nobody any more.
    async fn lapse_erased(&self, mut tx: Tx, actor: &str, owed: &ObligationRow) -> Result<()> {
        let (now, why) = (self.now(), "victim-erased");
        obligations::end(&mut tx, &owed.id, "lapsed", actor, why, now).await?;
        let lapsed = about(now, actor, Act::Change, "obligation-lapsed", owed)?;
        Ok(tx.commit(&[lapsed.with_reason(why)]).await?)
    }

    /// The draft, or whom the obligation waits for.
    async fn compose(
        &self,
        tx: &mut Tx,
        actor: &str,
        owed: &ObligationRow,
        victim: &Victim,
    ) -> Result<std::result::Result<DraftRow, &'static str>> {
        if !victim.standing.wants_contact {
            return Ok(Err("decision-wants-no-contact"));
        }
        let Some(officer) = victim.row.vlo.as_deref().and_then(|user| self.staff(user).ok()) else {
            return Ok(Err("assignment-of-an-officer"));
        };
        let person = victim.person()?;
        let language = match &person.correspondence.language {
            Language::English => Words::English,
            Language::Welsh => Words::Welsh,
            Language::Other { .. } => return Ok(Err("translator")),
        };
        let wanted = owed.template_kind.as_deref().unwrap_or_default();
        let kind = if victim.plan()?.content_in_email {
            wanted
        } else {
            CONTENT_FREE
        };
        let Some(version) = self.parts.library.find(kind, language) else {
            return Ok(Err("template"));
        };
        let event = events::find(tx, &owed.event_id)
            .await?
            .ok_or(Error::NotFound("event"))?;
        let detail: Detail = Self::open(&victim.key, "events", event.id.as_str(), &event.sealed)?;
        let has_adviser = !self.live_scopes(tx, &victim.row.id).await?.is_empty();
        let from = Sources {
            has_adviser,
            person: &person,
            dates: &victim.dates,
            officer: &officer,
            detail: &detail,
            owed,
            welsh: language == Words::Welsh,
        };
        let deny = self.load_deny_set(tx, &victim.case).await?;
        let values = self.values(version.fields.keys().map(String::as_str), &from);
        let others = self
            .foreign_facts(tx, &free_texts(&values), &victim.case.id, deny)
            .await?;
        let checked = match Values::from_json(version, &values) {
            Ok(checked) => checked,
            Err(faults) => return Ok(Err(waiting_for(&faults))),
        };
        let mut names = vec![person.legal_name.clone()];
        names.extend(PersonName::parse(&officer.name));
        names.extend(authors(&values));
        let making = Making {
            actor,
            victim,
            owed,
            stage: detail.stage().as_str(),
            own: own_facts(victim, person.preferred_name.clone(), names)?,
            others,
        };
        self.render_draft(&making, version, values, &checked)
    }

    /// The words with their values, looked through for what must not stand there, as a draft that is not kept yet.
    pub(crate) fn render_draft(
        &self,
        making: &Making<'_>,
        version: &TemplateVersion,
        values: Map<String, Value>,
        checked: &Values,
    ) -> Result<std::result::Result<DraftRow, &'static str>> {
        let Making { victim, owed, .. } = making;
        let Ok(rendered) = self.parts.library.render(version, checked) else {
            return Ok(Err("words-that-do-not-render"));
        };
        let frozen = freeze(rendered)?;
        let mut findings = content_check(frozen.text(), &making.own, &making.others);
        for written in officers_words(version, checked) {
            findings.extend(evidence_check(frozen.text(), written));
        }
        let content = Content {
            frozen,
            values,
            stage: making.stage.to_owned(),
            findings,
        };
        let id = DraftId::random(self.entropy());
        Ok(Ok(DraftRow {
            sealed: self.seal(&victim.key, "drafts", id.as_str(), &content)?,
            id,
            obligation_id: owed.id.clone(),
            victim_id: owed.victim_id.clone(),
            state: "drafted".to_owned(),
            kind: version.kind.clone(),
            version: i64::from(version.version),
            language: version.language.to_string(),
            digest: version.digest.clone(),
            second_person: owed.second_person,
            drafted_by: making.actor.to_owned(),
            drafted_at: self.now(),
        }))
    }
}

/// Words as they were rendered, frozen.
pub(crate) fn freeze(rendered: Rendered) -> Result<Frozen> {
    Frozen::new(
        Masked::new(rendered.subject),
        Masked::new(rendered.text),
        Some(Masked::new(rendered.html)),
        rendered.sms.map(Masked::new),
    )
    .map_err(|fault| Error::broken("rendering", fault))
}

/// The values that somebody wrote freely, and into which another case's people could have been pasted.
fn free_texts(values: &Map<String, Value>) -> Vec<String> {
    let free = [
        "reasons",
        "answer",
        "charges",
        "meeting_place",
        "first_hearing_court",
    ];
    let texts = free
        .iter()
        .filter_map(|name| values.get(*name))
        .flat_map(|value| match value {
            Value::Array(items) => items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Value::String(text) => vec![text.clone()],
            _ => Vec::new(),
        });
    texts.collect()
}

/// Whom a draft waits for whose values are not all there. A decision's reasons come from a named prosecutor;
/// nobody here may make them up (requirement C6).
fn waiting_for(faults: &[ValueFault]) -> &'static str {
    let of_prosecutor = ["reasons", "reasons_author", "answer", "answer_author"];
    if faults
        .iter()
        .all(|fault| of_prosecutor.contains(&fault.field.as_str()))
    {
        "reasons-from-a-prosecutor"
    } else {
        "facts-from-the-officer"
    }
}

/// What an officer wrote freely, as it stands in the message; only an answer to an adviser has such a field.
fn officers_words<'v>(version: &'v TemplateVersion, checked: &'v Values) -> impl Iterator<Item = &'v str> {
    let is_free = |name: &str| {
        version
            .fields
            .get(name)
            .is_some_and(|spec| spec.kind == FieldType::OfficerText)
    };
    checked
        .texts()
        .filter(move |(name, _)| is_free(name))
        .map(|(_, text)| text)
}

/// The prosecutors who gave the reasons or the answer.
fn authors(values: &Map<String, Value>) -> impl Iterator<Item = PersonName> {
    let named = ["reasons_author", "answer_author"].into_iter();
    named.filter_map(|author| PersonName::parse(values.get(author)?.as_str()?).ok())
}

/// What belongs to this victim: names that may stand in the message, values that must not.
pub(crate) fn own_facts(victim: &Victim, addressee: PersonName, names: Vec<PersonName>) -> Result<OwnFacts> {
    let plan = victim.plan()?;
    let mut own = OwnFacts {
        addressee,
        names,
        urn: Urn::parse(&victim.case.urn).map_err(|fault| Error::broken("case", fault))?,
        emails: Vec::new(),
        phones: Vec::new(),
        addresses: Vec::new(),
        born: None,
        places: Vec::new(),
    };
    for point in plan.points() {
        match point.value() {
            PointValue::Email(address) => own.emails.push(address.clone()),
            PointValue::Phone(number) => own.phones.push(number.clone()),
            PointValue::Post(address) => own.addresses.push(address.clone()),
            PointValue::Person(_) => {}
        }
    }
    Ok(own)
}
