//! Sessions: signing in opens one, and each request shows whose it is. A session is a random token of which the
//! database keeps the hash; 30 minutes without a request end it, and 12 hours whatever happens (ASVS 7.3).

use audit::entry::Act;
use domain::account::SignIn;
use domain::id::{AccountId, SessionId};
use domain::time::random;
use jiff::{SignedDuration, Timestamp};
use store::sessions::{self, SessionRow};
use store::{Tx, accounts};
use zeroize::Zeroizing;

use crate::accounts::Account;
use crate::entries::entry;
use crate::{Error, Gateway, Result};

/// Without a request for this long, a session ends.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// However busy, a session ends after this long.
pub const WHOLE: SignedDuration = SignedDuration::from_hours(12);
/// An act that shows or changes much asks for a proof not older than this.
pub const FRESH: SignedDuration = SignedDuration::from_mins(15);
/// Being seen is written at most this often, so that reading pages does not write each time.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A fresh token for a browser that is not signed in: it ties a form to the browser that was shown it.
pub fn spell_token(bytes: &[u8; vault::token::TOKEN_BYTES]) -> Zeroizing<String> {
    vault::token::spell(bytes)
}

/// What the forms of a browser with this cookie carry; none for a cookie that is no token.
pub fn form_token(cookie: &str) -> Option<Zeroizing<String>> {
    vault::token::companion(cookie, "form")
}

/// Whether both are the same token, compared by their hashes, so that the time tells nothing.
pub fn is_same_token(sent: &str, expected: &str) -> bool {
    vault::token::hash(sent).is_some_and(|hash| vault::token::hash(expected) == Some(hash))
}

/// A session that was just opened. The token is shown once, to the browser.
pub struct Opened {
    /// What the cookie carries.
    pub token: Zeroizing<String>,
    /// When it ends, whatever they do.
    pub ends_at: Timestamp,
}

/// Somebody who is signed in, as of this request.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub account: Account,
    /// The session.
    pub session: SessionId,
    /// How they signed in.
    pub how: SignIn,
    /// Without a further request, the session ends then.
    pub idle_at: Timestamp,
    /// It ends then, whatever they do.
    pub ends_at: Timestamp,
    /// Whether they proved to us who they are a short while ago.
    pub is_fresh: bool,
}

/// Why the time of a session is over, if it is.
fn over(session: &SessionRow, now: Timestamp) -> Option<&'static str> {
    if session.ends_at <= now {
        Some("too-long")
    } else if session.seen_at + IDLE <= now {
        Some("idle")
    } else {
        None
    }
}

impl Gateway {
    /// Opens a session for somebody who has proved who they are; one that the same browser had before ends.
    pub async fn open_session(
        &self,
        account: &AccountId,
        how: SignIn,
        before: Option<&str>,
    ) -> Result<Opened> {
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let row = self.account_of(&mut tx, account).await?;
        if row.state != "active" {
            return Err(Error::NotFound("account"));
        }
        if let Some(hash) = before.and_then(vault::token::hash)
            && let Some(old) = sessions::find_by_token(&mut tx, &hash).await?
        {
            sessions::end(&mut tx, &old.id, now, "replaced").await?;
        }
        let token = vault::token::spell(&random(self.entropy()));
        let hash = vault::token::hash(&token).ok_or_else(|| Error::broken("a session", "no token"))?;
        let session = SessionRow {
            id: SessionId::random(self.entropy()),
            account_id: row.id.clone(),
            how: how.as_str().to_owned(),
            opened_at: now,
            seen_at: now,
            ends_at: now + WHOLE,
            proven_at: now,
        };
        sessions::add(&mut tx, &session, &hash).await?;
        let entry = entry(now, &row.user, Act::System, "signed-in")?.with_fact("how", how.as_str());
        tx.commit(&[entry]).await?;
        self.remember(&Account::from_row(row)?);
        Ok(Opened {
            token,
            ends_at: session.ends_at,
        })
    }

    /// Whose token this is, if it is a live one. Roles and Areas are those of this moment.
    pub async fn find_session(&self, token: &str) -> Result<Option<Visitor>> {
        let Some(hash) = vault::token::hash(token) else {
            return Ok(None);
        };
        let now = self.now();
        let mut tx = self.pool().read().await?;
        let Some(session) = sessions::find_by_token(&mut tx, &hash).await? else {
            return Ok(None);
        };
        let account = accounts::find(&mut tx, &session.account_id).await?;
        drop(tx);
        let Some(account) = account.filter(|row| row.state == "active") else {
            self.end_row(&session.id, "disabled").await?;
            return Ok(None);
        };
        if let Some(why) = over(&session, now) {
            self.end_row(&session.id, why).await?;
            return Ok(None);
        }
        if now.duration_since(session.seen_at) >= SEEN_EVERY {
            let mut tx = self.pool().begin().await?;
            sessions::save_seen(&mut tx, &session.id, now).await?;
            tx.commit_unlogged("being seen is what keeps a session, and changes nothing else")
                .await?;
        }
        let account = Account::from_row(account)?;
        self.remember(&account);
        let how = SignIn::parse(&session.how).ok_or_else(|| Error::broken("a session", "unknown way"))?;
        Ok(Some(Visitor {
            how,
            is_fresh: how != SignIn::SingleSignOn && now.duration_since(session.proven_at) < FRESH,
            session: session.id,
            idle_at: (now + IDLE).min(session.ends_at),
            ends_at: session.ends_at,
            account,
        }))
    }

    /// Signs out.
    pub async fn end_session(&self, visitor: &Visitor) -> Result<()> {
        self.end_logged(
            &visitor.account.user,
            &visitor.account.id,
            &visitor.session,
            "signed-out",
        )
        .await
    }

    /// The open sessions of one's own, the newest first.
    pub async fn list_sessions(&self, visitor: &Visitor) -> Result<Vec<SessionRow>> {
        let mut tx = self.pool().read().await?;
        Ok(sessions::list_open(&mut tx, &visitor.account.id).await?)
    }

    /// Ends one of one's own sessions, for instance on a machine left behind.
    pub async fn revoke_session(&self, visitor: &Visitor, id: &SessionId) -> Result<()> {
        self.end_logged(&visitor.account.user, &visitor.account.id, id, "revoked")
            .await
    }

    async fn end_logged(&self, actor: &str, account: &AccountId, id: &SessionId, why: &str) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let own = sessions::list_open(&mut tx, account).await?;
        if !own.iter().any(|session| session.id == *id) {
            return Err(Error::NotFound("session"));
        }
        sessions::end(&mut tx, id, self.now(), why).await?;
        let ended = entry(self.now(), actor, Act::System, "session-ended")?.with_reason(why);
        Ok(tx.commit(&[ended]).await?)
    }

    async fn end_row(&self, id: &SessionId, why: &'static str) -> Result<()> {
        let mut tx: Tx = self.pool().begin().await?;
        sessions::end(&mut tx, id, self.now(), why).await?;
        Ok(tx.commit_unlogged("its time was over").await?)
    }
}
