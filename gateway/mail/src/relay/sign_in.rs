//! Saying to the relay who we are (RFC 4954), which is done over verified TLS or not at all.

use std::fmt;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use zeroize::Zeroizing;

use super::{Failure, RelayError};

/// PLAIN (RFC 4616), or LOGIN for servers that know nothing better.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
/// What every server takes (RFC 4616 section 2).
const BYTES_MAX: usize = 255;
const DURING: &str = "signing in";

/// The user and password that the relay asks for. The password is wiped when this is dropped, and stands in
/// no error and no `Debug`.
#[derive(Clone)]
pub struct SignIn {
    user: String,
    password: Zeroizing<String>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn([user and password])")
    }
}

impl SignIn {
    /// Takes a user and a password of 1 to 255 bytes each, without control characters: PLAIN parts them
    /// with a NUL.
    pub fn new(user: &str, password: &str) -> Result<Self, RelayError> {
        let fits = |text: &str| (1..=BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
        if !fits(user) {
            return Err(RelayError::SignIn("user"));
        }
        if !fits(password) {
            return Err(RelayError::SignIn("password"));
        }
        Ok(Self {
            user: user.to_owned(),
            password: Zeroizing::new(password.to_owned()),
        })
    }

    /// Signs in. What the server offered in the clear was forgotten with the clear: `connection` knows what
    /// it offers over TLS. `lettre`'s own copies of the password end with this call, but it does not wipe them.
    pub(super) async fn on(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Failure> {
        if connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
            return Err(refused(
                "the server offers neither AUTH PLAIN nor AUTH LOGIN over TLS",
            ));
        }
        let credentials = Credentials::new(self.user.clone(), self.password.to_string());
        match connection.auth(&MECHANISMS, &credentials).await {
            Ok(answer) if answer.has_code(235) => Ok(()),
            Ok(answer) => Err(refused(&format!("answered with {}", answer.code()))),
            Err(error) if error.is_client() => Err(refused("the server asked for something unknown")),
            Err(error) => match Failure::from_error(&error, DURING) {
                Failure::Technical { what } => Err(refused(&what)),
                other => Err(other),
            },
        }
    }
}

fn refused(what: &str) -> Failure {
    Failure::Technical {
        what: format!("{DURING}: {what}"),
    }
}
