//! Who asks: the cookie, the session behind it, and the form token that belongs to it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use flows::Visitor;
use zeroize::Zeroizing;

use crate::door::Door;
use crate::refusal::Refusal;

/// The cookie of a session. The prefix makes browsers insist on `Secure`, `Path=/` and no domain.
pub const COOKIE: &str = "__Host-session";
/// The cookie of somebody who is not signed in yet: it only ties a form to a browser.
pub const DOOR_COOKIE: &str = "__Host-door";

/// The value of a cookie.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    let all = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = all
        .flat_map(|value| value.split("; "))
        .filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| Zeroizing::new(value.to_owned()))
}

/// What makes the browser keep a cookie until it is closed.
pub fn set_cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// What makes the browser forget it.
pub fn forget_cookie(name: &str) -> String {
    format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// One request's visit, found by the guard before any handler runs.
#[derive(Clone)]
pub struct Visit {
    /// Who is signed in.
    pub visitor: Option<Visitor>,
    /// What a form of this browser must carry.
    pub form_token: String,
    /// A fresh cookie for a browser that had none.
    pub(crate) fresh_cookie: Option<String>,
}

impl Visit {
    /// Who is signed in; the guard has let nobody else through to where this is asked.
    pub fn visitor(&self) -> Result<&Visitor, Refusal> {
        self.visitor.as_ref().ok_or(Refusal::SignedOut)
    }

    /// Their user name, as flows take it.
    pub fn user(&self) -> Result<&str, Refusal> {
        Ok(&self.visitor()?.account.user)
    }
}

impl FromRequestParts<Door> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _door: &Door) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::SignedOut)
    }
}
