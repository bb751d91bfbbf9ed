//! The desk at which a contact is made and written down: how the person may be reached, what was tried so far, and,
//! once the person is known to be who they say, what there is to tell (requirements A10, A13 and D6).

use audit::entry::Act;
use domain::contact::{CallContext, ContactFlag, Direction, MadeContact, Method, NextStep, Plan};
use domain::id::{ContactId, ObligationId, VictimId};
use jiff::Timestamp;
use store::contacts::ContactRow;
use store::obligations::ObligationRow;
use store::reach::Named;
use store::{contacts, obligations};

use crate::decide::check_reason;
use crate::entries::about_victim;
use crate::promised_calls::CALL_PROMISED;
use crate::{Error, Gateway, Result, Role};

const OFFICERS: [Role; 2] = [Role::Vlo, Role::VloManager];

/// Whether somebody on the telephone is who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// They answered the agreed questions.
    Confirmed,
    /// They did not: nothing about the case is said or shown.
    NotConfirmed,
    /// There was nobody to ask: no answer, or no call.
    NobodyToAsk,
}

impl Identity {
    /// Every answer.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::NotConfirmed, Self::NobodyToAsk];

    /// The word in data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotConfirmed => "not-confirmed",
            Self::NobodyToAsk => "nobody-to-ask",
        }
    }

    /// The answer that a word stands for.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// What stands on the desk.
pub struct Desk {
    /// The name to use.
    pub name: String,
    /// How this person may be reached.
    pub plan: Plan,
    /// Nothing earlier belongs to this case.
    pub case_opened_at: Timestamp,
    /// Contacts that were made by hand or tried, oldest first.
    pub attempts: Vec<(ContactRow, Option<MadeContact>)>,
    /// What is owed by us, soonest first; empty while the person is not known to be who they say.
    pub owed: Vec<ObligationRow>,
    /// Calls that a text promised and whose time has not passed.
    pub promised: Vec<Timestamp>,
}

impl Gateway {
    /// Opens the desk. `identity` is none before anybody was asked: case facts are shown only afterwards, and that
    /// they were, with the answer, stands in the log.
    pub async fn open_desk(
        &self,
        actor: &str,
        victim: &VictimId,
        reason: &str,
        identity: Option<Identity>,
    ) -> Result<Desk> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let now = self.now();
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let mut attempts = Vec::new();
        for row in contacts::list_by_victim(&mut tx, &victim.row.id).await? {
            let made: Option<MadeContact> = match &row.sealed {
                Some(sealed) => Some(Self::open(&victim.key, "contacts", row.id.as_str(), sealed)?),
                None => None,
            };
            attempts.push((row, made));
        }
        let mut owed = obligations::list_open_by_victim(&mut tx, &victim.row.id).await?;
        drop(tx);
        owed.retain(is_ladder);
        if !matches!(identity, Some(Identity::Confirmed | Identity::NobodyToAsk)) {
            owed.clear();
        }
        let (verb, answer) = match identity {
            None => ("contacts-read", "not-asked"),
            Some(identity) => ("identity-checked", identity.as_str()),
        };
        let read = about_victim(now, actor, Act::Consultation, verb, &victim)?
            .with_fact("plan", "shown")
            .with_fact("identity", answer)
            .with_reason(reason);
        self.record(read).await?;
        let promised = attempts.iter().filter_map(|(_, made)| made.as_ref());
        let promised = promised.flat_map(|made| match &made.method {
            Method::TextMessage { promised } if made.direction == Direction::Outbound => promised.clone(),
            _ => Vec::new(),
        });
        let (name, plan) = Self::on_top(&victim)?;
        Ok(Desk {
            name,
            plan,
            case_opened_at: victim.case.opened_at,
            promised: promised.filter(|at| *at >= now).collect(),
            attempts,
            owed,
        })
    }

    /// The next rung of the ladder for each duty of ours to this victim that waits for somebody.
    pub async fn ladder(&self, actor: &str, victim: &VictimId) -> Result<Vec<(ObligationId, NextStep)>> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let owed = obligations::list_open_by_victim(&mut tx, victim).await?;
        drop(tx);
        let mut steps = Vec::new();
        for owed in owed.into_iter().filter(is_ladder) {
            let step = self.next_contact(&owed.id).await?;
            steps.push((owed.id, step));
        }
        Ok(steps)
    }
}

/// Whether a duty has a ladder of its own: ours, and no promise of a call, which is a rung of another duty's.
fn is_ladder(owed: &ObligationRow) -> bool {
    owed.owner == "cps" && owed.rule != CALL_PROMISED
}

/// A contact read back.
pub struct ContactRead {
    /// As it is kept.
    pub row: ContactRow,
    /// Its details, where it was logged by hand.
    pub made: Option<MadeContact>,
    /// What a person should look at, by code.
    pub flags: Vec<&'static str>,
    /// Whether the duty behind it is still open.
    pub is_open: bool,
}

impl Gateway {
    /// What a contact of this victim is checked against before it is recorded: nothing of it is shown.
    pub async fn check_against(&self, actor: &str, victim: &VictimId) -> Result<(Plan, Timestamp)> {
        self.authorise(actor, &OFFICERS)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        Ok((victim.plan()?, victim.case.opened_at))
    }

    /// Reads one contact back, for somebody who says why.
    pub async fn read_contact(
        &self,
        actor: &str,
        victim: &VictimId,
        id: &ContactId,
        reason: &str,
    ) -> Result<ContactRead> {
        self.authorise(actor, &OFFICERS)?;
        check_reason(reason)?;
        let mut tx = self.pool().read().await?;
        self.reach(&mut tx, actor, Named::Victim(victim)).await?;
        let victim = self.load_victim(&mut tx, victim).await?;
        let rows = contacts::list_by_victim(&mut tx, &victim.row.id).await?;
        let row = rows.into_iter().find(|row| row.id == *id);
        let row = row.ok_or(Error::NotFound("contact"))?;
        let owed = match &row.obligation_id {
            Some(id) => obligations::find(&mut tx, id).await?,
            None => None,
        };
        drop(tx);
        let made: Option<MadeContact> = match &row.sealed {
            Some(sealed) => Some(Self::open(&victim.key, "contacts", id.as_str(), sealed)?),
            None => None,
        };
        let read = about_victim(self.now(), actor, Act::Consultation, "contact-read", &victim)?
            .with_contact(id.as_str())
            .with_reason(reason);
        self.record(read).await?;
        let plan = victim.plan()?;
        let context = CallContext {
            plan: &plan,
            case_opened_at: victim.case.opened_at,
            now: row.logged_at,
        };
        let flags = made.as_ref().and_then(|made| made.check(&context).ok());
        Ok(ContactRead {
            flags: flags
                .unwrap_or_default()
                .into_iter()
                .map(ContactFlag::code)
                .collect(),
            is_open: owed.is_some_and(|owed| owed.state == "open"),
            row,
            made,
        })
    }
}
