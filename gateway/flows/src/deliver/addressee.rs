//! Whom a message goes to: read from the record at the moment at which it may leave, and kept nowhere with the message.
//!
//! An answer to an adviser goes to the adviser whose message the duty is about, at the registered address, whatever stood
//! in From or Reply-To of that message; what is written unasked to the adviser whom the officer chose in the record.

use audit::entry::Entry;
use domain::address::EmailAddress;
use domain::calendar::london_date;
use domain::draft::{ADVISER_KIND, ADVISER_UPDATE_KIND};
use domain::id::{AdviserId, ContactPointId, InboundId, ObligationId, ThreadId};
use domain::people::{Consent, ConsentScope, ConsentState, TransportClass};
use domain::safety::{AdviserRecipient, Recipient};
use jiff::civil::Date;
use store::adviser_updates::{self, AdviserUpdateRow};
use store::consents::{self, ConsentRow};
use store::drafts::MessageRow;
use store::mailboxes::{self, InboundRow};
use store::people::AdviserRow;
use store::{Tx, adviser_accounts, supporters, threads};

use crate::person::{Victim, from_json};
use crate::receive_mail::Content;
use crate::{Error, Gateway, Result};

/// Where a message is on its way to.
pub(crate) enum Addressee {
    /// A point of the victim's plan.
    Point(ContactPointId),
    /// The adviser who asked, or who is written to unasked.
    Adviser(Box<Correspondent>),
}

/// An adviser who is written to, and in which conversation.
pub(crate) struct Correspondent {
    pub(crate) adviser: AdviserId,
    pub(crate) thread: ThreadId,
    area: String,
    scope: ConsentScope,
    /// The message that is answered; none of what is written unasked.
    inbound: Option<InboundId>,
}

/// What makes an answer part of its conversation.
pub(crate) struct Reply {
    pub(crate) reply_to: EmailAddress,
    pub(crate) in_reply_to: Option<String>,
}

impl Addressee {
    /// The identifier of the point or of the adviser.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Point(point) => point.as_str(),
            Self::Adviser(asked) => asked.adviser.as_str(),
        }
    }

    /// The same in an entry of the log.
    pub(crate) fn noted(&self, entry: Entry) -> Entry {
        let fact = match self {
            Self::Point(_) => "point",
            Self::Adviser(_) => "adviser",
        };
        entry.with_fact(fact, self.id())
    }
}

impl Correspondent {
    /// Who wrote a message in a file.
    pub(crate) fn of(row: &InboundRow) -> Result<Self> {
        let filed = || Error::broken("mailbox", "a message in a file names no adviser or conversation");
        Ok(Self {
            adviser: row.adviser_id.clone().ok_or_else(filed)?,
            thread: row.thread_id.clone().ok_or_else(filed)?,
            area: row.area.clone(),
            scope: ConsentScope::Replies,
            inbound: Some(row.id.clone()),
        })
    }

    /// Whom an officer writes to unasked.
    pub(crate) fn unasked(row: AdviserUpdateRow) -> Result<Self> {
        let scope = ConsentScope::find(&row.scope);
        Ok(Self {
            adviser: row.adviser_id,
            thread: row.thread_id,
            area: row.area,
            scope: scope.ok_or_else(|| Error::broken("an update", "no such part of a consent"))?,
            inbound: None,
        })
    }
}

impl Gateway {
    /// Whom this message is for now; nobody when the victim's plan has no point for email.
    pub(crate) async fn addressee(
        &self,
        tx: &mut Tx,
        row: &MessageRow,
        victim: &Victim,
    ) -> Result<Option<Addressee>> {
        if let Some(asked) = self.correspondent(tx, &row.kind, &row.obligation_id).await? {
            return Ok(Some(Addressee::Adviser(Box::new(asked))));
        }
        let plan = victim.plan()?;
        let point = plan.email_point(self.now());
        Ok(point.map(|point| Addressee::Point(point.id().clone())))
    }

    /// Who asked, or is written to unasked, for words that are for advisers; nobody for every other kind.
    pub(crate) async fn correspondent(
        &self,
        tx: &mut Tx,
        kind: &str,
        owed: &ObligationId,
    ) -> Result<Option<Correspondent>> {
        if kind == ADVISER_UPDATE_KIND {
            let update = adviser_updates::find_by_obligation(tx, owed).await?;
            let update = update.ok_or_else(|| Error::broken("an update", "nobody began it"))?;
            return Correspondent::unasked(update).map(Some);
        }
        if kind != ADVISER_KIND {
            return Ok(None);
        }
        let asked = mailboxes::find_by_obligation(tx, owed).await?;
        let asked = asked.ok_or_else(|| Error::broken("an answer", "nobody asked"))?;
        Correspondent::of(&asked).map(Some)
    }

    /// The recipient with everything as it stands now, for the law to decide on.
    pub(crate) async fn recipient(&self, tx: &mut Tx, victim: &Victim, to: &Addressee) -> Result<Recipient> {
        Ok(match to {
            Addressee::Point(point) => Recipient::Victim { point: point.clone() },
            Addressee::Adviser(asked) => {
                Recipient::Adviser(Box::new(self.recipient_of(tx, victim, asked).await?))
            }
        })
    }

    /// Who asked, as somebody to write to in that conversation.
    pub(crate) async fn recipient_of(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        asked: &Correspondent,
    ) -> Result<AdviserRecipient> {
        let mut adviser = self
            .adviser_recipient(tx, victim, &asked.adviser, asked.scope)
            .await?;
        // A conversation that was closed does not go on, even if there is a new consent: that one begins its own.
        if !threads::is_open(tx, &asked.thread).await? {
            adviser.consent = None;
        }
        Ok(adviser)
    }

    /// An adviser as somebody to write to about this victim.
    async fn adviser_recipient(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        id: &AdviserId,
        scope: ConsentScope,
    ) -> Result<AdviserRecipient> {
        let row = supporters::find_adviser(tx, id).await?;
        let row = row.ok_or_else(|| Error::broken("adviser", "not in the register"))?;
        let details = self.open_adviser(tx, &row).await?;
        let address = details
            .email
            .ok_or_else(|| Error::broken("adviser", "registered without an address"))?;
        let helps = supporters::list_by_victim(tx, &victim.row.id).await?;
        let helps = helps
            .iter()
            .any(|link| link.ended_at.is_none() && link.adviser_id.as_ref() == Some(id));
        let of_adviser = |row: &ConsentRow| {
            row.adviser_id == *id && row.state == ConsentState::Confirmed.as_str() && row.revoked_at.is_none()
        };
        let consents = consents::list_by_victim(tx, &victim.row.id).await?;
        let newest = consents.iter().filter(|row| of_adviser(row));
        let newest = newest.max_by_key(|row| row.given_at).map(consent).transpose()?;
        let index = self.address_index(Some(&address));
        let account = adviser_accounts::find_by_address(tx, &index, &row.service).await?;
        Ok(AdviserRecipient {
            has_mailbox: account.is_some(),
            adviser: id.clone(),
            name: details.name,
            address,
            in_post: helps && self.is_in_post(&row),
            consent: newest,
            scope,
            transport: transport(&row.transport)?,
        })
    }

    /// Something lies in the adviser's mailbox here, of which a notice is due.
    pub(crate) async fn announce(&self, tx: &mut Tx, to: &Addressee) -> Result<()> {
        let Addressee::Adviser(asked) = to else {
            return Ok(());
        };
        let row = supporters::find_adviser(tx, &asked.adviser).await?;
        let row = row.ok_or_else(|| Error::broken("adviser", "not in the register"))?;
        let address = self.open_adviser(tx, &row).await?.email;
        let index = self.address_index(address.as_ref());
        Ok(adviser_accounts::place(tx, &index, &row.service, self.now()).await?)
    }

    fn is_in_post(&self, row: &AdviserRow) -> bool {
        let now = self.now();
        row.from_at <= now && row.until_at.is_none_or(|until| until > now)
    }

    /// What an answer says about its conversation; nothing for what goes to a victim.
    pub(crate) async fn reply(&self, tx: &mut Tx, victim: &Victim, to: &Addressee) -> Result<Option<Reply>> {
        let Addressee::Adviser(asked) = to else {
            return Ok(None);
        };
        let mut in_reply_to = None;
        if let Some(inbound) = &asked.inbound {
            let row = mailboxes::find_filed(tx, inbound, &victim.row.id).await?;
            let row = row.ok_or(Error::NotFound("message in the file"))?;
            let content: Content = Self::open(&victim.key, "inbound", row.id.as_str(), &row.sealed)?;
            in_reply_to = content.message_id.map(|id| format!("<{}>", id.reveal()));
        }
        let address = self.answer_address(&asked.thread, &asked.area);
        let address = address.ok_or_else(|| Error::broken("areas", "this Area has no mailbox"))?;
        Ok(Some(Reply {
            reply_to: EmailAddress::parse(&address).map_err(|fault| Error::broken("mailbox", fault))?,
            in_reply_to,
        }))
    }
}

fn consent(row: &ConsentRow) -> Result<Consent> {
    Ok(Consent {
        id: row.id.clone(),
        victim: row.victim_id.clone(),
        adviser: row.adviser_id.clone(),
        scope: from_json("consent", &row.scope)?,
        given_at: row.given_at,
        expires_on: row.until_at.map_or(Date::MAX, london_date),
        revoked_at: row.revoked_at,
    })
}

fn transport(word: &str) -> Result<TransportClass> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|fault| Error::broken("transport class", fault))
}
