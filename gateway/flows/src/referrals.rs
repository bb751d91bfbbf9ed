//! An officer hands an adviser's question to a prosecutor of the Area, who writes the words for the answer or returns it with
//! a reason (issue 5, section 5). The duty to answer stays the officer's, who alone sends.

use audit::entry::{Act, Entry};
use domain::id::{InboundId, ReferralId, VictimId};
use domain::masked::Masked;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::reach::Named;
use store::referrals::{self, ReferralRow};
use store::{Tx, obligations};

use crate::answer_adviser::ANSWER_CHARS_MAX;
use crate::entries::about_victim;
use crate::mailboxes::MailRead;
use crate::person::Victim;
use crate::whose::OFFICERS;
use crate::{Error, Gateway, Result, Role};

/// Most characters of a question to a prosecutor, and of the reason for which one is returned.
pub const QUESTION_CHARS_MAX: usize = 1_000;
/// Lines shown.
const SHOWN_MAX: u32 = 100;
/// For whom the duty to answer waits meanwhile.
const WITH_THE_PROSECUTOR: &str = "words-of-the-prosecutor";
const OFFICERS_ACT: &str = "act-by-the-officer";

/// How a question that was handed to a prosecutor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferralEnd {
    /// The words for the answer were written.
    Answered,
    /// It came back without, for a reason.
    Returned,
}

impl ReferralEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Returned => "returned",
        }
    }

    const fn chars_max(self) -> usize {
        match self {
            Self::Answered => ANSWER_CHARS_MAX,
            Self::Returned => QUESTION_CHARS_MAX,
        }
    }
}

/// A question that waits for a prosecutor. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralOutline {
    /// About whom.
    pub victim: VictimId,
    /// The adviser's message.
    pub question: InboundId,
    /// The case.
    pub urn: String,
    /// Since when it waits.
    pub asked_at: Timestamp,
    /// By when the adviser is owed an answer, a local target.
    pub due_at: Option<Timestamp>,
}

/// A question to a prosecutor, with its words.
#[derive(Clone)]
pub struct ReferralRead {
    /// What the officer asks.
    pub question: String,
    /// Since when.
    pub asked_at: Timestamp,
    /// How and when it ended, and what the prosecutor wrote; none while it waits.
    pub ended: Option<(ReferralEnd, Timestamp, String)>,
}

/// What a prosecutor reads.
pub struct ReferralDesk {
    /// The name to use for the victim.
    pub name: String,
    /// The adviser's message.
    pub mail: MailRead,
    /// The question.
    pub referral: ReferralRead,
}

/// What was written, kept sealed.
#[derive(Serialize, Deserialize)]
struct Said {
    question: Masked,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<Masked>,
}

fn check_words(what: &str, words: &str, chars_max: usize) -> Result<()> {
    let is_good = !words.trim().is_empty() && words.chars().count() <= chars_max;
    is_good
        .then_some(())
        .ok_or_else(|| Error::Invalid(format!("{what} has 1 to {chars_max} characters")))
}

const NOBODY_WAITS: &str = "this question does not wait for a prosecutor any more; look at the message again";

fn nobody_waits() -> Error {
    Error::Conflict(NOBODY_WAITS.to_owned())
}

impl Gateway {
    /// Hands a message that is to be answered to a prosecutor, with a question in the officer's words.
    pub async fn refer_question(
        &self,
        user: &str,
        victim: &VictimId,
        question: &InboundId,
        words: &str,
    ) -> Result<()> {
        self.authorise(user, &OFFICERS)?;
        check_words("the question", words, QUESTION_CHARS_MAX)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let owed = self.find_question(&mut tx, &victim, question).await?;
        // Who answers changes the duty's row as well: of two at once, the second sees what the first one did.
        obligations::wait(&mut tx, &owed.id, Some(WITH_THE_PROSECUTOR)).await?;
        self.find_question(&mut tx, &victim, question).await?;
        let id = ReferralId::random(self.entropy());
        let said = Said {
            question: words.into(),
            reply: None,
        };
        let row = ReferralRow {
            sealed: self.seal(&victim.key, "referrals", id.as_str(), &said)?,
            id,
            inbound_id: question.clone(),
            victim_id: victim.row.id.clone(),
            obligation_id: owed.id.clone(),
            state: "asked".to_owned(),
            asked_by: user.to_owned(),
            asked_at: self.now(),
            ended_at: None,
            urn: victim.case.urn.clone(),
            due_at: owed.due_at,
        };
        referrals::add(&mut tx, &row).await.map_err(|fault| match fault {
            fault if fault.is_duplicate() => {
                Error::Conflict("a prosecutor has this question already".to_owned())
            }
            fault => fault.into(),
        })?;
        let asked = self.about_referral(user, "question-referred", &victim, &row)?;
        Ok(tx.commit(&[asked]).await?)
    }

    /// Takes a question back that no prosecutor has answered.
    pub async fn take_back_question(
        &self,
        user: &str,
        victim: &VictimId,
        question: &InboundId,
    ) -> Result<()> {
        self.authorise(user, &OFFICERS)?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = referrals::find_asked(&mut tx, question, &victim.row.id).await?;
        let row = row.ok_or_else(nobody_waits)?;
        let sealed = row.sealed.clone();
        let back = self
            .end_referral(&mut tx, user, &victim, (&row, "taken-back", &sealed))
            .await?;
        Ok(tx.commit(&[back]).await?)
    }

    /// What waits for a prosecutor of somebody's Areas, the most urgent first.
    pub async fn list_referrals(&self, user: &str) -> Result<Vec<ReferralOutline>> {
        let staff = self.authorise(user, &[Role::Prosecutor])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let rows = referrals::list_asked(&mut tx, &scope, SHOWN_MAX).await?;
        let known = |row: ReferralRow| ReferralOutline {
            victim: row.victim_id,
            question: row.inbound_id,
            urn: row.urn,
            asked_at: row.asked_at,
            due_at: row.due_at,
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// A question with the adviser's message, for a prosecutor. The reading is recorded before a word is seen.
    pub async fn read_referral(
        &self,
        user: &str,
        victim: &VictimId,
        question: &InboundId,
        reason: &str,
    ) -> Result<ReferralDesk> {
        self.authorise(user, &[Role::Prosecutor])?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = referrals::find_asked(&mut tx, question, &victim.row.id).await?;
        let row = row.ok_or(Error::NotFound("question"))?;
        let referral = Self::referral_read(&victim, &row)?;
        let (name, mail, read) = self
            .read_as_prosecutor(&mut tx, user, &victim, (question, reason))
            .await?;
        tx.commit(&[read]).await?;
        Ok(ReferralDesk { name, mail, referral })
    }

    /// A prosecutor ends the wait: with the words for the answer, or with the reason why there are none. Of two at once
    /// the second is told.
    pub async fn end_question(
        &self,
        user: &str,
        victim: &VictimId,
        question: &InboundId,
        (end, words): (ReferralEnd, &str),
    ) -> Result<()> {
        self.authorise(user, &[Role::Prosecutor])?;
        check_words("what you write", words, end.chars_max())?;
        let mut tx = self.pool().begin().await?;
        self.reach(&mut tx, user, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let row = referrals::find_asked(&mut tx, question, &victim.row.id).await?;
        let row = row.ok_or_else(nobody_waits)?;
        let mut said: Said = Self::open(&victim.key, "referrals", row.id.as_str(), &row.sealed)?;
        said.reply = Some(words.into());
        let sealed = self.seal(&victim.key, "referrals", row.id.as_str(), &said)?;
        let ended = self
            .end_referral(&mut tx, user, &victim, (&row, end.as_str(), &sealed))
            .await?;
        let ended = self.commit_in(&mut tx, &victim, ended, "text", words).await?;
        Ok(tx.commit(&[ended]).await?)
    }

    async fn end_referral(
        &self,
        tx: &mut Tx,
        user: &str,
        victim: &Victim,
        (row, state, sealed): (&ReferralRow, &str, &[u8]),
    ) -> Result<Entry> {
        referrals::end(tx, &row.id, state, (user, self.now()), sealed)
            .await
            .map_err(Error::overtaken(NOBODY_WAITS))?;
        obligations::wait(tx, &row.obligation_id, Some(OFFICERS_ACT)).await?;
        Ok(self
            .about_referral(user, "question-ended", victim, row)?
            .with_result(state))
    }

    /// The newest question about a message, for whoever answers it.
    pub(crate) async fn newest_referral(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        question: &InboundId,
    ) -> Result<Option<ReferralRead>> {
        let row = referrals::find_newest(tx, question, &victim.row.id).await?;
        let row = row.filter(|row| row.state != "taken-back");
        row.map(|row| Self::referral_read(victim, &row)).transpose()
    }

    /// Nobody answers what a prosecutor has.
    pub(crate) async fn refuse_referred(
        &self,
        tx: &mut Tx,
        victim: &Victim,
        question: &InboundId,
    ) -> Result<()> {
        match referrals::find_asked(tx, question, &victim.row.id).await? {
            None => Ok(()),
            Some(_) => Err(Error::Conflict(
                "a prosecutor has this question; take it back before you answer it yourself".to_owned(),
            )),
        }
    }

    fn referral_read(victim: &Victim, row: &ReferralRow) -> Result<ReferralRead> {
        let said: Said = Self::open(&victim.key, "referrals", row.id.as_str(), &row.sealed)?;
        let end = match row.state.as_str() {
            "answered" => Some(ReferralEnd::Answered),
            "returned" => Some(ReferralEnd::Returned),
            _ => None,
        };
        let reply = said.reply.map(|reply| reply.reveal().to_owned());
        Ok(ReferralRead {
            question: said.question.reveal().to_owned(),
            asked_at: row.asked_at,
            ended: end
                .zip(row.ended_at)
                .zip(reply)
                .map(|((end, at), reply)| (end, at, reply)),
        })
    }

    fn about_referral(&self, user: &str, verb: &str, victim: &Victim, row: &ReferralRow) -> Result<Entry> {
        Ok(about_victim(self.now(), user, Act::Change, verb, victim)?
            .with_obligation(row.obligation_id.as_str())
            .with_fact("referral", row.id.as_str())
            .with_fact("inbound", row.inbound_id.as_str()))
    }
}
