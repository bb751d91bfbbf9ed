//! A request of another system that is done once, however often it is sent: its key is claimed in the transaction of the
//! work, and the answer is kept with it. A crash leaves either all of it or nothing, and then the key is as new.

use audit::entry::Entry;
use jiff::SignedDuration;
use store::{Tx, api};

use crate::{ApiClient, Error, Gateway, Result};

/// How long an answer is kept for whoever asks the same again.
const ANSWER_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// What a request is known again by.
#[derive(Debug, Clone)]
pub struct RequestKey {
    /// The client's own key.
    pub key: String,
    /// A digest of everything that was asked: the same key with another question is a mistake.
    pub digest: String,
}

/// An answer that is given, now or again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

/// A request of another system that changes something.
#[derive(Debug, Clone)]
pub struct ApiRequest<'r, T> {
    /// Who asks.
    pub client: &'r ApiClient,
    /// What it is known again by; without a key it is simply done.
    pub key: Option<RequestKey>,
    /// How its outcome is answered.
    pub answer: fn(&T) -> serde_json::Result<GivenAnswer>,
}

/// How a request goes on.
pub(crate) enum Begun {
    /// It is done in this transaction.
    Now(Tx),
    /// It was done before, and this was answered.
    Before(GivenAnswer),
}

impl Gateway {
    /// Begins the transaction in which a request is done. The same request at the same instant waits for the end of it.
    pub(crate) async fn begin_request<T>(&self, request: &ApiRequest<'_, T>) -> Result<Begun> {
        let mut tx = self.pool().begin().await?;
        let Some(RequestKey { key, digest }) = &request.key else {
            return Ok(Begun::Now(tx));
        };
        let (now, whose) = (self.now(), (&request.client.account.id, key.as_str()));
        if api::claim_key(&mut tx, whose, digest, now, now - ANSWER_LIFE).await? {
            return Ok(Begun::Now(tx));
        }
        let Some(row) = api::find_answer(&mut tx, whose).await? else {
            return Err(Error::Conflict(
                "Idempotency-Key: another request under this key has just ended without doing anything; send this one again"
                    .to_owned(),
            ));
        };
        if row.request_digest != *digest {
            return Err(Error::Invalid(
                "Idempotency-Key: this key was used for another request; take a new one".to_owned(),
            ));
        }
        let status = u16::try_from(row.status).map_err(|fault| Error::broken("an answer", fault))?;
        Ok(Begun::Before(GivenAnswer {
            status,
            body: row.body,
        }))
    }

    /// Ends a request: what was done, its entries and the answer together.
    pub(crate) async fn end_request<T>(
        &self,
        mut tx: Tx,
        request: &ApiRequest<'_, T>,
        outcome: &T,
        entries: &[Entry],
    ) -> Result<GivenAnswer> {
        let given = (request.answer)(outcome).map_err(|fault| Error::broken("an answer", fault))?;
        if let Some(RequestKey { key, .. }) = &request.key {
            let whose = (&request.client.account.id, key.as_str());
            api::keep_answer(&mut tx, whose, i64::from(given.status), &given.body).await?;
        }
        if entries.is_empty() {
            tx.commit_unlogged("nothing was changed; the answer alone is kept")
                .await?;
        } else {
            tx.commit(entries).await?;
        }
        Ok(given)
    }

    /// Ends a request that is refused although something of it stays: its key is as new.
    pub(crate) async fn refuse_request<T>(
        &self,
        mut tx: Tx,
        request: &ApiRequest<'_, T>,
        entry: Entry,
    ) -> Result<()> {
        if let Some(RequestKey { key, .. }) = &request.key {
            api::release_key(&mut tx, (&request.client.account.id, key.as_str())).await?;
        }
        Ok(tx.commit(&[entry]).await?)
    }

    /// Forgets answers that are older than a day.
    pub(crate) async fn forget_answers(&self) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        api::forget_answers(&mut tx, self.now() - ANSWER_LIFE).await?;
        Ok(tx
            .commit_unlogged("what was done has its own entries; these were its receipts")
            .await?)
    }
}
