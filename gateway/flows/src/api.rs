//! Other systems: tokens and certificates that act for an account, within scopes and until an end, and what may be asked with them.

use audit::entry::Act;
use domain::account::Role;
use domain::id::{MessageId, ObligationId, SessionId};
use domain::scope::Scope;
use domain::time::random;
use jiff::{SignedDuration, Timestamp};
use store::api::{self, TokenRow};
use store::obligations::ObligationRow;
use store::{accounts, obligations, outbox, subjects};
use zeroize::Zeroizing;

use crate::accounts::Account;
use crate::entries::entry;
use crate::{Error, Gateway, Result};

/// The longest life of a token.
const LIFE_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The longest name of a token, in bytes.
const NAME_BYTES_MAX: usize = 100;
/// What opens, as the database has it.
const TOKEN: &str = "token";
const CERTIFICATE: &str = "certificate";

/// Another system, as of this request.
#[derive(Debug, Clone)]
pub struct ApiClient {
    /// The account that it acts for.
    pub account: Account,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// A token without what opens: for lists.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Its identifier.
    pub id: SessionId,
    /// The account's user name.
    pub user: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Who made it.
    pub made_by: String,
    /// It opens nothing from then on.
    pub ends_at: Timestamp,
    /// What opens: `token` or `certificate`.
    pub kind: String,
}

/// What opens the API to another system.
struct Opener {
    kind: &'static str,
    hash: [u8; 32],
    /// Under which the log has it.
    verb: &'static str,
}

/// A place in a list: behind the last one that was shown.
#[derive(Debug, Clone)]
pub struct ListPlace {
    /// By which the list is ordered, in microseconds since 1970 UTC; the largest number where there is no instant.
    pub at_us: i64,
    /// The identifier of the last one.
    pub id: String,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct ListPart {
    /// From behind this place on; none is from the beginning.
    pub after: Option<ListPlace>,
    /// At most so many.
    pub most: u32,
}

impl ListPart {
    /// The place as statements take it: before everything when there is none.
    pub(crate) fn place(&self) -> (i64, &str) {
        self.after
            .as_ref()
            .map_or((i64::MIN, ""), |place| (place.at_us, place.id.as_str()))
    }
}

impl Gateway {
    /// Makes a token for an account whose role is that of another system. It is shown once.
    pub async fn make_api_token(
        &self,
        actor: &str,
        user: &str,
        name: &str,
        scopes: &[Scope],
        life: SignedDuration,
    ) -> Result<Zeroizing<String>> {
        let token = vault::token::spell(&random(self.entropy()));
        let hash = vault::token::hash(&token).ok_or_else(|| Error::broken("a token", "no token"))?;
        let opener = Opener {
            kind: TOKEN,
            hash,
            verb: "api-token-made",
        };
        self.add_opener(actor, (user, name), (scopes, life), &opener)
            .await?;
        Ok(token)
    }

    /// Lets a client certificate (DER) act for an account whose role is that of another system. Its authority is the
    /// operator's, and the door has checked it before anything is asked here.
    pub async fn bind_certificate(
        &self,
        actor: &str,
        (user, name): (&str, &str),
        scopes: &[Scope],
        life: SignedDuration,
        certificate: &[u8],
    ) -> Result<()> {
        let opener = Opener {
            kind: CERTIFICATE,
            hash: vault::token::certificate_hash(certificate),
            verb: "api-certificate-bound",
        };
        self.add_opener(actor, (user, name), (scopes, life), &opener)
            .await
    }

    async fn add_opener(
        &self,
        actor: &str,
        (user, name): (&str, &str),
        (scopes, life): (&[Scope], SignedDuration),
        opener: &Opener,
    ) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        let wrong = |what: &str| Err(Error::Invalid(what.to_owned()));
        if name.trim().is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return wrong("name: one line of 1 to 100 bytes that says what the token is for");
        }
        if scopes.is_empty() {
            return wrong("scopes: at least one");
        }
        if life <= SignedDuration::ZERO || life > LIFE_MAX {
            return wrong("days: 1 to 366");
        }
        let now = self.now();
        let mut tx = self.pool().begin().await?;
        let row = accounts::find_by_user(&mut tx, user).await?;
        let account = Account::from_row(row.ok_or(Error::NotFound("account"))?)?;
        if account.roles != [Role::ApiClient] {
            return wrong("user: a token acts for an account with the one role api-client");
        }
        let row = TokenRow {
            id: SessionId::random(self.entropy()),
            account_id: account.id,
            name: name.to_owned(),
            scopes: serde_json::to_string(scopes).map_err(|fault| Error::broken("a token", fault))?,
            made_by: actor.to_owned(),
            made_at: now,
            ends_at: now + life,
            kind: opener.kind.to_owned(),
        };
        let added = api::add_token(&mut tx, &row, &opener.hash).await;
        added.map_err(|fault| match fault {
            fault if fault.is_duplicate() => Error::Conflict(
                "this certificate is or was bound already; a new one has a key of its own".to_owned(),
            ),
            fault => fault.into(),
        })?;
        let made = entry(now, actor, Act::Change, opener.verb)?.with_fact("user", user);
        // One fact for each: all of them are longer than one may be.
        let made = scopes
            .iter()
            .fold(made, |made, scope| made.with_fact(scope.as_str(), "yes"));
        Ok(tx.commit(&[made]).await?)
    }

    /// Every token that was not revoked.
    pub async fn list_api_tokens(&self, actor: &str) -> Result<Vec<ApiToken>> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().read().await?;
        let mut tokens = Vec::new();
        for row in api::list_tokens(&mut tx).await? {
            let account = accounts::find(&mut tx, &row.account_id).await?;
            tokens.push(ApiToken {
                user: account.map(|account| account.user).unwrap_or_default(),
                scopes: scopes_of(&row)?,
                id: row.id,
                name: row.name,
                made_by: row.made_by,
                ends_at: row.ends_at,
                kind: row.kind,
            });
        }
        Ok(tokens)
    }

    /// Revokes a token: it opens nothing from the next request on.
    pub async fn revoke_api_token(&self, actor: &str, id: &SessionId) -> Result<()> {
        self.authorise(actor, &[Role::Administrator])?;
        let mut tx = self.pool().begin().await?;
        if !api::revoke_token(&mut tx, id, actor, self.now()).await? {
            return Err(Error::NotFound("token"));
        }
        let revoked = entry(self.now(), actor, Act::Change, "api-token-revoked")?;
        Ok(tx.commit(&[revoked]).await?)
    }

    /// Whose token this is, if it is a live one of an active account.
    pub async fn find_api_client(&self, token: &str) -> Result<Option<ApiClient>> {
        match vault::token::hash(token) {
            Some(hash) => self.find_opened(TOKEN, &hash).await,
            None => Ok(None),
        }
    }

    /// Whom a client certificate (DER) acts for, while it is bound to an active account.
    pub async fn find_certified_client(&self, certificate: &[u8]) -> Result<Option<ApiClient>> {
        let hash = vault::token::certificate_hash(certificate);
        self.find_opened(CERTIFICATE, &hash).await
    }

    async fn find_opened(&self, kind: &str, hash: &[u8]) -> Result<Option<ApiClient>> {
        let mut tx = self.pool().read().await?;
        let Some(row) = api::find_token(&mut tx, kind, hash, self.now()).await? else {
            return Ok(None);
        };
        let account = accounts::find(&mut tx, &row.account_id).await?;
        let Some(account) = account.map(Account::from_row).transpose()? else {
            return Ok(None);
        };
        self.remember(&account);
        let scopes = scopes_of(&row)?;
        Ok(account.is_active.then_some(ApiClient { account, scopes }))
    }

    /// Open obligations of the client's Areas, the soonest first, from after a place on.
    pub async fn list_obligations_of(
        &self,
        client: &ApiClient,
        part: &ListPart,
    ) -> Result<Vec<ObligationRow>> {
        let (due_us, id) = part.place();
        let mut tx = self.pool().read().await?;
        Ok(obligations::list_open_in(&mut tx, &client.account.areas, due_us, id, part.most).await?)
    }

    /// One obligation of the client's Areas.
    pub async fn find_obligation_of(&self, client: &ApiClient, id: &ObligationId) -> Result<ObligationRow> {
        let mut tx = self.pool().read().await?;
        let owed = crate::owed::find_owed(&mut tx, id).await?;
        let subject = subjects::find(&mut tx, &owed.victim_id).await?;
        let area = subject.map(|subject| subject.case.area);
        if !area.is_some_and(|area| client.account.areas.contains(&area)) {
            return Err(Error::NotFound("obligation"));
        }
        Ok(owed)
    }

    /// Where a message of the client's Areas stands in the queue; none for one that is unknown or elsewhere.
    pub async fn message_state_of(
        &self,
        client: &ApiClient,
        id: &MessageId,
    ) -> Result<(String, Option<String>)> {
        let mut tx = self.pool().read().await?;
        let message = store::drafts::find_message(&mut tx, id).await?;
        let message = message.ok_or(Error::NotFound("message"))?;
        let subject = subjects::find(&mut tx, &message.victim_id).await?;
        let area = subject.map(|subject| subject.case.area);
        if !area.is_some_and(|area| client.account.areas.contains(&area)) {
            return Err(Error::NotFound("message"));
        }
        let row = outbox::find(&mut tx, id)
            .await?
            .ok_or(Error::NotFound("message"))?;
        Ok((row.state, row.held_reason))
    }
}

fn scopes_of(row: &TokenRow) -> Result<Vec<Scope>> {
    serde_json::from_str(&row.scopes).map_err(|fault| Error::broken("a token", fault))
}
