//! Asking who a client is (RFC 4954), by PLAIN (RFC 4616) or LOGIN.

use std::fmt;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Shared;
use crate::wire::Wire;

/// Who may send, and how it is asked. All of it invented: nothing here is wiped.
#[derive(Clone)]
pub struct Account {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The mechanisms that are offered in the clear, such as `PLAIN LOGIN`, though none is taken there.
    pub offered_in_clear: &'static str,
    /// The mechanisms that are offered and taken over TLS.
    pub offered: &'static str,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account([user and password])")
    }
}

impl Account {
    pub(super) fn offer(&self, secure: bool) -> Option<&'static str> {
        let offer = if secure {
            self.offered
        } else {
            self.offered_in_clear
        };
        (!offer.is_empty()).then_some(offer)
    }
}

/// Answers `AUTH` and says whether the client is who may send.
pub(super) async fn sign_in<S>(wire: &mut Wire<S>, shared: &Shared, rest: &str) -> io::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(account) = &shared.account else {
        return Ok(false);
    };
    let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
    let offered = account.offered.split(' ').any(|offer| offer == mechanism);
    let given = match mechanism {
        "PLAIN" if offered => decode(initial),
        "LOGIN" if offered => {
            let user = ask(wire, "Username:").await?;
            let password = ask(wire, "Password:").await?;
            [b"\0", user.as_slice(), b"\0", password.as_slice()].concat()
        }
        _ => {
            wire.say("504 5.5.4 not offered");
            return Ok(false);
        }
    };
    let right = given == format!("\0{}\0{}", account.user, account.password).into_bytes();
    wire.say(if right {
        "235 2.7.0 welcome"
    } else {
        "535 5.7.8 not the right user and password"
    });
    Ok(right)
}

/// The answer to a challenge; empty when there is none.
async fn ask<S>(wire: &mut Wire<S>, challenge: &str) -> io::Result<Vec<u8>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    wire.say(&format!("334 {}", STANDARD.encode(challenge)));
    Ok(decode(&wire.command().await?.unwrap_or_default()))
}

fn decode(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}
