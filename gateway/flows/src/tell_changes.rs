//! Tells one other system that an obligation or a contact has changed: which, what sort of change, and when; never about
//! whom. What it may know more of, it asks the API.
//!
//! The contact log is the outbox. Every change has its entry in its own transaction (law 4), so what is told is made from
//! the log behind its appends, and nothing is added to what a change costs. Of one obligation, things are told in the
//! order of the log, each at least once; after a stated time an event is given up, and the next one of its obligation goes.

use audit::entry::Entry;
use domain::id::EventId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::webhooks::{self, WebhookRow};
use store::{Tx, log};

use crate::{Error, Gateway, Result};

/// Entries read in one transaction.
const ROUND_MAX: u32 = 256;
/// Events on their way at once.
const AT_ONCE_MAX: u32 = 8;
/// A claim lasts this long: longer than a receiver may take to answer.
const CLAIM: SignedDuration = SignedDuration::from_mins(1);
/// What has ended is kept this long, for whoever has to find out what was told.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is told, by the verb of its entry. docs/operations.md lists the same.
pub const TOLD: [&str; 15] = [
    "obligation-raised",
    "obligation-waiting",
    "obligation-to-be-drafted",
    "obligation-discharged",
    "obligation-reopened",
    "obligation-waived",
    "obligation-lapsed",
    "due-time-moved",
    "due-time-recomputed",
    "contact-added",
    "delivery-ended",
    "delivery-ended-late",
    "delivery-bounced",
    "message-handed-over",
    "victim-not-contacted",
];

/// How long a receiver that does not answer is tried.
#[derive(Debug, Clone, Copy)]
pub struct Persistence {
    /// The wait after the first try, in seconds; each further one is twice as long.
    pub retry_first_s: i64,
    /// No wait is longer, in seconds.
    pub retry_max_s: i64,
    /// After so many seconds an event is given up.
    pub give_up_s: i64,
}

/// One event on its way.
#[derive(Debug, Clone)]
pub struct Telling {
    /// By which the receiver knows that it was told before.
    pub id: EventId,
    /// What it is told, JSON.
    pub body: String,
    tries: i64,
    made_at: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The receiver has it.
    Delivered,
    /// It will be tried again.
    Again,
    /// It was tried long enough.
    GivenUp,
}

/// The body. Identifiers are random and tell nothing by themselves.
#[derive(Serialize)]
struct Body<'e> {
    id: &'e str,
    kind: &'e str,
    at: String,
    entry: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    victim: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obligation: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'e str>,
}

impl Gateway {
    /// Reads what the log has had since; whether there is more. The first time there is nothing to tell: it begins then.
    pub async fn note_changes(&self) -> Result<bool> {
        let mut tx = self.pool().read().await?;
        let size = log::size(&mut tx).await?;
        let read = webhooks::size(&mut tx).await?;
        drop(tx);
        let Some(old) = read else {
            let mut tx = self.pool().begin().await?;
            webhooks::start(&mut tx, size).await?;
            tx.commit_unlogged("what is told follows the log").await?;
            return Ok(false);
        };
        let new = size.min(old + u64::from(ROUND_MAX));
        if new <= old {
            return Ok(false);
        }
        let mut tx = self.pool().begin().await?;
        match webhooks::move_on(&mut tx, old, new).await {
            Err(store::Error::Changed { .. }) => return Ok(false),
            moved => moved?,
        }
        let most = u32::try_from(new - old).unwrap_or(ROUND_MAX);
        for stored in log::list_from(&mut tx, old, most).await? {
            let entry = Entry::parse(&stored.body).map_err(|fault| Error::broken("log entry", fault))?;
            self.note(&mut tx, stored.index, &entry).await?;
        }
        webhooks::forget(&mut tx, self.now() - KEPT).await?;
        tx.commit_unlogged("what is told follows the log").await?;
        Ok(new < size)
    }

    async fn note(&self, tx: &mut Tx, index: u64, entry: &Entry) -> Result<()> {
        if !TOLD.contains(&entry.verb()) {
            return Ok(());
        }
        let id = EventId::random(self.entropy());
        let at =
            Timestamp::from_microsecond(entry.at()).map_err(|fault| Error::broken("log entry", fault))?;
        let body = crate::person::to_json(
            "a webhook event",
            &Body {
                id: id.as_str(),
                kind: entry.verb(),
                at: at.to_string(),
                entry: index,
                case: entry.case(),
                victim: entry.victim(),
                obligation: entry.obligation(),
                message: entry.message(),
                contact: entry.contact(),
            },
        )?;
        let stream = entry.obligation().or(entry.victim()).unwrap_or_default();
        Ok(webhooks::add(tx, &id, (index, stream), &body, self.now()).await?)
    }

    /// Takes events that may be told now, at most one of an obligation.
    pub async fn claim_changes(&self) -> Result<Vec<Telling>> {
        let now = self.now();
        let mut tx = self.pool().read().await?;
        let due = webhooks::list_due(&mut tx, now, AT_ONCE_MAX).await?;
        drop(tx);
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.pool().begin().await?;
        let mut claimed = Vec::new();
        for row in due {
            if webhooks::claim(&mut tx, &row, now + CLAIM).await? {
                claimed.push(Telling::from(row));
            }
        }
        tx.commit_unlogged("a claim is no change; what is told stands in the log already")
            .await?;
        Ok(claimed)
    }

    /// Keeps what became of an event.
    pub async fn end_telling(
        &self,
        telling: &Telling,
        was_taken: bool,
        persistence: &Persistence,
    ) -> Result<Told> {
        let now = self.now();
        let again_at =
            now + crate::outcome::wait(telling.tries, persistence.retry_first_s, persistence.retry_max_s);
        let told = if was_taken {
            Told::Delivered
        } else if again_at < telling.made_at + SignedDuration::from_secs(persistence.give_up_s) {
            Told::Again
        } else {
            Told::GivenUp
        };
        let mut tx = self.pool().begin().await?;
        match told {
            Told::Delivered => webhooks::end(&mut tx, &telling.id, "delivered", now).await?,
            Told::Again => webhooks::put_off(&mut tx, &telling.id, again_at).await?,
            Told::GivenUp => webhooks::end(&mut tx, &telling.id, "given-up", now).await?,
        }
        tx.commit_unlogged("that something was told changes nothing about it")
            .await?;
        Ok(told)
    }

    /// How many events wait to be told.
    pub async fn count_waiting_changes(&self) -> Result<i64> {
        let mut tx = self.pool().read().await?;
        Ok(webhooks::count(&mut tx, "waiting").await?)
    }
}

impl From<WebhookRow> for Telling {
    fn from(row: WebhookRow) -> Self {
        Self {
            id: row.id,
            body: row.body,
            tries: row.tries + 1,
            made_at: row.made_at,
        }
    }
}
