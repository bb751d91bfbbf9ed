//! A draft is reviewed: its words, what was found in them, what must be known before it leaves, and who may let it go.
//! Or it is sent for a second check, or voided so that another is made.

use audit::entry::{Act, Entry};
use domain::contact::{Plan, PointValue};
use domain::draft::{Finding, Frozen};
use domain::id::{DraftId, MessageId};
use jiff::Timestamp;
use serde_json::Value;
use store::drafts::{self, DraftRow};
use store::obligations::ObligationRow;
use store::reach::Named;
use store::{Tx, checks, obligations, vettings};

use crate::compose_draft::Content;
use crate::decide::check_reason;
use crate::deliver::Correspondent;
use crate::entries::about;
use crate::owed::{find_owed, idle};
use crate::person::Victim;
use crate::{Error, Gateway, Result, Role};

const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

/// Where an email would go, as it may be shown: never the whole address.
#[derive(Debug, Clone)]
pub struct Towards {
    /// Of an answer to an adviser: who that is.
    pub adviser: Option<String>,
    /// The first letter and the domain.
    pub masked: String,
    /// Whether it may be used now.
    pub usable: bool,
}

/// Everything that somebody sees before they let a message go.
pub struct Review {
    /// Kind, template version, drafter, state.
    pub row: DraftRow,
    /// The duty behind it.
    pub owed: ObligationRow,
    /// The exact words of each channel.
    pub frozen: Frozen,
    /// The values that were filled in, as they came from the record.
    pub values: Vec<String>,
    /// What the content check found.
    pub findings: Vec<Finding>,
    /// How this person may be reached.
    pub plan: Plan,
    /// The name to use.
    pub name: String,
    /// Where an email would go.
    pub towards: Option<Towards>,
    /// Whether two people vetted these words.
    pub is_vetted: bool,
    /// Who sent it for a second check, and when.
    pub sent_for_check: Option<(String, Timestamp)>,
    /// The message that it became.
    pub message: Option<MessageId>,
    /// Why this reader may not approve it; none when they may.
    pub why_not: Option<&'static str>,
}

impl Gateway {
    /// Shows a draft to somebody who reviews it. The reading is recorded before a word is seen.
    pub async fn review_draft(&self, actor: &str, id: &DraftId, reason: &str) -> Result<Review> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Draft(id)).await?;
        let row = drafts::find(&mut tx, id).await?.ok_or(Error::NotFound("draft"))?;
        let owed = find_owed(&mut tx, &row.obligation_id).await?;
        let victim = self.load_victim(&mut tx, &row.victim_id).await?;
        let content: Content = Self::open(&victim.key, "drafts", row.id.as_str(), &row.sealed)?;
        let sent_for_check = checks::find_check(&mut tx, id).await?;
        let message = checks::find_message_of(&mut tx, id).await?;
        let is_vetted = vettings::find(&mut tx, &row.digest).await?.is_some();
        let plan = victim.plan()?;
        let towards = match self.correspondent(&mut tx, &row.kind, &owed.id).await? {
            Some(asked) => Some(self.towards_adviser(&mut tx, &victim, &asked).await?),
            None => towards(&plan, now),
        };
        drop(tx);
        let version = u32::try_from(row.version).unwrap_or_default();
        let read = about(now, actor, Act::Consultation, "draft-read", &owed)?
            .with_area(&victim.case.area)
            .with_draft(row.id.as_str())
            .with_template(&row.kind, version, &row.language, &row.digest)
            .with_fact("plan", "shown")
            .with_reason(reason);
        self.record(read).await?;
        let sender = sent_for_check.as_ref().map(|(by, _)| by.as_str());
        Ok(Review {
            why_not: why_not(actor, &row, sender),
            towards,
            name: victim.person()?.preferred_name.reveal().to_owned(),
            values: content.values.values().flat_map(texts).collect(),
            frozen: content.frozen,
            findings: content.findings,
            plan,
            row,
            owed,
            is_vetted,
            sent_for_check,
            message,
        })
    }

    async fn towards_adviser(&self, tx: &mut Tx, victim: &Victim, asked: &Correspondent) -> Result<Towards> {
        let adviser = self.recipient_of(tx, victim, asked).await?;
        Ok(Towards {
            adviser: Some(adviser.name.reveal().to_owned()),
            masked: mask_address(adviser.address.reveal()),
            usable: adviser.may_be_written_to(&victim.row.id, self.now()),
        })
    }

    /// Sends a draft for a second check: from now on only somebody else can approve it.
    pub async fn send_for_check(&self, actor: &str, id: &DraftId) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Draft(id)).await?;
        let sent = self.send_for_check_in(&mut tx, actor, id).await?;
        Ok(tx.commit(&[sent]).await?)
    }

    /// The same for whom may and reaches the draft, in a transaction that the caller commits with the entry.
    pub(crate) async fn send_for_check_in(&self, tx: &mut Tx, actor: &str, id: &DraftId) -> Result<Entry> {
        let now = self.now();
        let row = drafts::find(tx, id).await?.ok_or(Error::NotFound("draft"))?;
        is_waiting(&row)?;
        let owed = find_owed(tx, &row.obligation_id).await?;
        checks::add_check(tx, id, actor, now)
            .await
            .map_err(|fault| match fault {
                fault if fault.is_duplicate() => {
                    Error::Conflict("this draft was sent for a second check already".to_owned())
                }
                fault => fault.into(),
            })?;
        Ok(about(now, actor, Act::Decision, "draft-sent-for-check", &owed)?.with_draft(id.as_str()))
    }

    /// Voids a draft, so that another is made of the record as it is now.
    pub async fn void_draft(&self, actor: &str, id: &DraftId, reason: &str) -> Result<()> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, actor, Named::Draft(id)).await?;
        let voided = self.void_in(&mut tx, actor, id, reason).await?;
        Ok(tx.commit(&[voided]).await?)
    }

    /// The same for whom may and reaches the draft, in a transaction that the caller commits with the entry.
    pub(crate) async fn void_in(
        &self,
        tx: &mut Tx,
        actor: &str,
        id: &DraftId,
        reason: &str,
    ) -> Result<Entry> {
        let now = self.now();
        let row = drafts::find(tx, id).await?.ok_or(Error::NotFound("draft"))?;
        is_waiting(&row)?;
        let owed = find_owed(tx, &row.obligation_id).await?;
        drafts::decide(tx, id, "void", actor, now).await?;
        obligations::wait(tx, &owed.id, idle(&owed)).await?;
        Ok(about(now, actor, Act::Decision, "draft-voided", &owed)?
            .with_draft(id.as_str())
            .with_reason(reason))
    }

    /// The name to use and the plan of a victim, for the top of a page on which something is done.
    pub(crate) fn on_top(victim: &Victim) -> Result<(String, Plan)> {
        Ok((
            victim.person()?.preferred_name.reveal().to_owned(),
            victim.plan()?,
        ))
    }
}

fn is_waiting(row: &DraftRow) -> Result<()> {
    match row.state.as_str() {
        "drafted" => Ok(()),
        state => Err(Error::Conflict(format!("this draft is {state} already"))),
    }
}

/// Why somebody may not approve a draft; the approval itself decides again.
pub(crate) fn why_not(actor: &str, row: &DraftRow, sent_by: Option<&str>) -> Option<&'static str> {
    if row.state == "approved" {
        Some("It has been approved already. Another wording is another draft.")
    } else if row.state != "drafted" {
        Some("It is void. Another draft is made of the record as it is now.")
    } else if sent_by == Some(actor) {
        Some("You sent it for a second check, so somebody else has to approve it.")
    } else if row.second_person && row.drafted_by == actor {
        Some("You drafted it, and this kind of message is approved by a second person.")
    } else {
        None
    }
}

fn towards(plan: &Plan, now: Timestamp) -> Option<Towards> {
    let point = plan.email_point(now)?;
    let PointValue::Email(address) = point.value() else {
        return None;
    };
    Some(Towards {
        adviser: None,
        masked: mask_address(address.reveal()),
        usable: point.usable(now).is_ok(),
    })
}

/// `m•••••@inbox.example`: enough to recognise, too little to copy.
pub(crate) fn mask_address(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first = local.chars().next().map(String::from).unwrap_or_default();
    format!("{first}•••••@{domain}")
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
