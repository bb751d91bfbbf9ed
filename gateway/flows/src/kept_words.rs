//! What somebody typed is not lost when their session had run out before they sent it (decision 0030, WCAG 2.2.5): the form is
//! kept for the same browser and the same person.
//!
//! It is sealed with a key that the browser keeps in a cookie and the database does not have. So nobody else reads it, a
//! copy of the database opens nothing, and nobody can lay a form of their own before somebody to be sent in their name.
//! Nothing of it is done until its owner has signed in, has seen it and sends it.

use domain::id::{AccountId, KeptId};
use domain::time::random;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::kept_words::{self, KeptRow};
use store::{Tx, accounts, sessions};
use zeroize::Zeroizing;

use crate::sign_in::Visitor;
use crate::{Error, Gateway, Result};

/// Forms that are kept of one person, in whatever browsers.
pub const KEPT_MAX: i64 = 10;
/// How long, and how long after anybody was there a form is still kept: whoever leaves in the afternoon comes back in the
/// morning. WCAG 2.2.1 asks for more than 20 hours where nobody is warned.
const STAYS: SignedDuration = SignedDuration::from_hours(24);

/// A form as it was sent.
#[derive(Clone, Serialize, Deserialize)]
pub struct TypedForm {
    /// The path that it was sent to.
    pub path: String,
    /// Its fields but for the token, in their order.
    pub fields: Vec<(String, String)>,
}

/// A form that was kept.
#[derive(Clone)]
pub struct KeptForm {
    /// Its identifier.
    pub id: KeptId,
    /// When it came.
    pub kept_at: Timestamp,
    /// When it was sent once more.
    pub sent_at: Option<Timestamp>,
    /// What was typed.
    pub typed: TypedForm,
}

impl Gateway {
    /// Whether this is the token of a session that ran out by itself, a short while ago, of somebody who may still sign in:
    /// of nobody else is anything kept.
    pub async fn has_run_out(&self, session: &str) -> Result<bool> {
        let mut tx = self.pool().read().await?;
        Ok(self.account_of_run_out(&mut tx, session).await?.is_some())
    }

    /// Keeps a form that came with the token of a session that had run out, and answers what the browser has to keep:
    /// `token` as it was, or a fresh one. None when nothing is kept, because nothing may be or there is enough already.
    pub async fn keep_words(
        &self,
        session: &str,
        token: Option<&str>,
        typed: &TypedForm,
    ) -> Result<Option<Zeroizing<String>>> {
        let mut tx = self.pool().begin().await?;
        let Some(account_id) = self.account_of_run_out(&mut tx, session).await? else {
            return Ok(None);
        };
        let now = self.now();
        if kept_words::count(&mut tx, &account_id, now - STAYS).await? >= KEPT_MAX {
            return Ok(None);
        }
        let token = match token.filter(|token| vault::token::hash(token).is_some()) {
            Some(token) => Zeroizing::new(token.to_owned()),
            None => vault::token::spell(&random(self.entropy())),
        };
        let secret = Secret::of(&token)?;
        let id = KeptId::random(self.entropy());
        let sealed = self.seal(&secret.key, "kept_words", id.as_str(), typed)?;
        let row = KeptRow {
            id,
            account_id,
            kept_at: now,
            sent_at: None,
            sealed,
        };
        kept_words::add(&mut tx, &row, &secret.hash).await?;
        tx.commit_unlogged("nothing was done: somebody typed something and has not sent it")
            .await?;
        Ok(Some(token))
    }

    /// What was kept of this browser for whoever is signed in, oldest first.
    pub async fn list_kept(&self, visitor: &Visitor, token: &str) -> Result<Vec<KeptForm>> {
        // A cookie that is no token opens nothing.
        let Ok(secret) = Secret::of(token) else {
            return Ok(Vec::new());
        };
        let mut tx = self.pool().read().await?;
        let since = self.now() - STAYS;
        let rows = kept_words::list(&mut tx, &secret.hash, &visitor.account.id, since).await?;
        let read = |row: KeptRow| {
            Ok(KeptForm {
                typed: Self::open(&secret.key, "kept_words", row.id.as_str(), &row.sealed)?,
                id: row.id,
                kept_at: row.kept_at,
                sent_at: row.sent_at,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Its owner sends a kept form once more. It stays to be read until it is thrown away, because what it is sent to may refuse
    /// it; a second time it is not sent.
    pub async fn send_kept(&self, visitor: &Visitor, id: &KeptId) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        kept_words::send(&mut tx, id, &visitor.account.id, self.now())
            .await
            .map_err(Error::overtaken("it was sent already"))?;
        Ok(tx
            .commit_unlogged("what is sent has an entry of its own, or is refused")
            .await?)
    }

    /// Its owner throws a kept form away.
    pub async fn forget_kept(&self, visitor: &Visitor, id: &KeptId) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        kept_words::remove(&mut tx, id, &visitor.account.id).await?;
        Ok(tx.commit_unlogged("nothing was done with what was typed").await?)
    }

    /// Throws away what nobody came back for.
    pub(crate) async fn forget_old_words(&self) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        kept_words::remove_old(&mut tx, self.now() - STAYS).await?;
        Ok(tx.commit_unlogged("nobody came back for what was typed").await?)
    }

    async fn account_of_run_out(&self, tx: &mut Tx, session: &str) -> Result<Option<AccountId>> {
        let Some(hash) = vault::token::hash(session) else {
            return Ok(None);
        };
        let Some(id) = sessions::find_run_out(tx, &hash, self.now() - STAYS).await? else {
            return Ok(None);
        };
        let account = accounts::find(tx, &id).await?;
        Ok(account.filter(|row| row.state == "active").map(|row| row.id))
    }
}

/// What a browser's token finds and opens.
struct Secret {
    hash: [u8; 32],
    key: vault::DataKey,
}

impl Secret {
    fn of(token: &str) -> Result<Self> {
        let parts = vault::token::hash(token).zip(vault::token::key(token, "kept-words"));
        let (hash, key) = parts.ok_or(Error::NotFound("form"))?;
        Ok(Self { hash, key })
    }
}
