//! A message of an adviser on its own, with everything that an officer needs to answer it (issue 5, section 5).

use audit::entry::{Act, Entry};
use domain::contact::Plan;
use domain::id::{InboundId, VictimId};
use domain::people::TransportClass;
use jiff::civil::Date;
use store::reach::Named;
use store::{Tx, mailboxes};

use crate::deliver::Correspondent;
use crate::entries::about_victim;
use crate::mailboxes::MailRead;
use crate::person::Victim;
use crate::referrals::ReferralRead;
use crate::review_draft::mask_address;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result};

/// A message in a victim's file, and whoever wrote it.
pub struct QuestionRead {
    /// The name to use for the victim.
    pub name: String,
    /// How the victim may be reached.
    pub plan: Plan,
    /// The message, with its answer.
    pub mail: MailRead,
    /// The adviser's name.
    pub adviser: String,
    /// The first letter and the domain of the registered address.
    pub address: String,
    /// How the service is written to.
    pub transport: TransportClass,
    /// The last day of the victim's consent, in London; none when no consent stands, or its conversation is closed.
    pub consent_until: Option<Date>,
    /// Whether an answer could leave now.
    pub may_be_answered: bool,
    /// The newest question about it to a prosecutor.
    pub referral: Option<ReferralRead>,
}

impl Gateway {
    /// One message of an adviser. The reading is recorded before a word is seen.
    pub async fn read_question(
        &self,
        user: &str,
        victim: &VictimId,
        question: &InboundId,
        reason: &str,
    ) -> Result<QuestionRead> {
        self.authorise(user, &OFFICERS)?;
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = mailboxes::find_filed(&mut tx, question, &victim.row.id).await?;
        let row = row.ok_or(Error::NotFound("message"))?;
        let adviser = self
            .recipient_of(&mut tx, &victim, &Correspondent::of(&row)?)
            .await?;
        let duties = mailboxes::list_duties(&mut tx, &victim.row.id).await?;
        let mail = self.read_filed(&mut tx, &victim, &row, &duties).await?;
        let read = self.reading(user, &victim, (question, reason))?;
        let (name, plan) = Self::on_top(&victim)?;
        let referral = self.newest_referral(&mut tx, &victim, question).await?;
        tx.commit(&[read]).await?;
        Ok(QuestionRead {
            name,
            plan,
            mail,
            referral,
            may_be_answered: adviser.may_be_written_to(&victim.row.id, now),
            consent_until: adviser.consent.map(|consent| consent.expires_on),
            address: mask_address(adviser.address.reveal()),
            adviser: adviser.name.reveal().to_owned(),
            transport: adviser.transport,
        })
    }

    /// A message in a victim's record as a prosecutor gets it: the victim's name, the message, and the entry of its reading, which
    /// the caller commits before a word is seen.
    pub(crate) async fn read_as_prosecutor(
        &self,
        tx: &mut Tx,
        user: &str,
        victim: &Victim,
        (message, reason): (&InboundId, &str),
    ) -> Result<(String, MailRead, Entry)> {
        let mail = mailboxes::find_filed(tx, message, &victim.row.id).await?;
        let mail = mail.ok_or(Error::NotFound("message"))?;
        let mail = self.read_filed(tx, victim, &mail, &[]).await?;
        let (name, _) = Self::on_top(victim)?;
        Ok((name, mail, self.reading(user, victim, (message, reason))?))
    }

    fn reading(&self, user: &str, victim: &Victim, (message, reason): (&InboundId, &str)) -> Result<Entry> {
        let read = about_victim(self.now(), user, Act::Consultation, "correspondence-read", victim)?;
        Ok(read.with_reason(reason).with_fact("inbound", message.as_str()))
    }
}
