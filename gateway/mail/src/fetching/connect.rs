//! From nothing to a signed-in conversation.
//!
//! The lines before the sign-in are read here and not by the library, so that what a meddler appends in the clear to the
//! answer to STARTTLS is seen and refused (RFC 9051 section 11.1).

use std::sync::Arc;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::{Authenticator, Client, Session};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::bounded::{Bounded, Stream};
use super::{Auth, Failure, RemoteConfig};
use crate::dial::dial;
use crate::tls::TlsMode;

/// Longer than any honest line before the sign-in.
const LINE_BYTES_MAX: u64 = 8192;
const LINES_MAX: usize = 20;
/// What a server may say while we sign in.
const SIGN_IN_BYTES_MAX: usize = 64 * 1024;
/// For everything until we are signed in.
const PATIENCE: Duration = Duration::from_mins(1);

type Tls = (Arc<ClientConfig>, ServerName<'static>, TlsMode);

pub(super) async fn open(
    config: &RemoteConfig,
    tls: Option<&Tls>,
    secret: &str,
) -> Result<Session<Bounded>, Failure> {
    let opening = async {
        let (stream, offers) = greet(config, tls).await?;
        sign_in(stream, &offers, config, secret).await
    };
    timeout(PATIENCE, opening).await.map_err(|_| Failure::Silent)?
}

/// A greeted connection, over TLS where there is any, and what the server offers on it, in upper case.
async fn greet(config: &RemoteConfig, tls: Option<&Tls>) -> Result<(Box<dyn Stream>, Vec<String>), Failure> {
    let tcp = dial(&config.host, config.port)
        .await
        .map_err(|fault| Failure::Unreachable(fault.kind()))?;
    let mut line = match tls {
        Some((client, name, TlsMode::StartTls)) => {
            let mut clear = Lines::new(Box::new(tcp));
            clear.greeting().await?;
            // RFC 9051 section 6.2.1. What it offers in the clear counts for nothing.
            if clear.ask("STARTTLS").await.is_err() {
                return Err(Failure::Tls(
                    "the server does not begin it by STARTTLS".to_owned(),
                ));
            }
            Lines::new(secured(clear.into_inner()?, client, name).await?)
        }
        Some((client, name, TlsMode::Implicit)) => {
            let mut line = Lines::new(secured(Box::new(tcp), client, name).await?);
            line.greeting().await?;
            line
        }
        None => {
            let mut line = Lines::new(Box::new(tcp));
            line.greeting().await?;
            line
        }
    };
    let offers = line.ask("CAPABILITY").await?;
    Ok((line.into_inner()?, offers))
}

async fn secured(
    stream: Box<dyn Stream>,
    client: &Arc<ClientConfig>,
    name: &ServerName<'static>,
) -> Result<Box<dyn Stream>, Failure> {
    let connecting = TlsConnector::from(Arc::clone(client)).connect(name.clone(), stream);
    match connecting.await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(fault) => Err(Failure::Tls(fault.to_string().chars().take(300).collect())),
    }
}

/// The conversation before the sign-in.
struct Lines(BufReader<Box<dyn Stream>>);

impl Lines {
    fn new(stream: Box<dyn Stream>) -> Self {
        Self(BufReader::new(stream))
    }

    /// The stream, if nothing was said on it that nobody asked for.
    fn into_inner(self) -> Result<Box<dyn Stream>, Failure> {
        if self.0.buffer().is_empty() {
            Ok(self.0.into_inner())
        } else {
            Err(Failure::TooMuch)
        }
    }

    async fn line(&mut self) -> Result<String, Failure> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.0).take(LINE_BYTES_MAX);
        let reading = bounded.read_until(b'\n', &mut line);
        reading.await.map_err(|_| Failure::Lost)?;
        if !line.ends_with(b"\r\n") {
            return Err(if line.len() as u64 == LINE_BYTES_MAX {
                Failure::TooMuch
            } else {
                Failure::Lost
            });
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_ascii_uppercase())
    }

    /// A server that calls us signed in already (PREAUTH) is one that somebody speaks for: it is refused.
    async fn greeting(&mut self) -> Result<(), Failure> {
        let line = self.line().await?;
        if line.starts_with("* OK") {
            Ok(())
        } else if line.starts_with("* ") {
            Err(Failure::Refused("the connection"))
        } else {
            Err(Failure::Unreadable)
        }
    }

    /// Asks, and gives the words of the server's lines until it says OK.
    async fn ask(&mut self, command: &'static str) -> Result<Vec<String>, Failure> {
        let asked = format!("G {command}\r\n");
        let written = self.0.get_mut().write_all(asked.as_bytes()).await;
        written.map_err(|_| Failure::Lost)?;
        self.0.get_mut().flush().await.map_err(|_| Failure::Lost)?;
        let mut words = Vec::new();
        for _ in 0..LINES_MAX {
            let line = self.line().await?;
            match line.strip_prefix("G ") {
                Some(end) if end.starts_with("OK") => return Ok(words),
                Some(_) => return Err(Failure::Refused(command)),
                None => words.extend(line.split_ascii_whitespace().map(str::to_owned)),
            }
        }
        Err(Failure::TooMuch)
    }
}

/// What is said once (RFC 4616; XOAUTH2 as Google and Microsoft document it). XOAUTH2 answers a refusal with a reason, to
/// which nothing is said.
struct Once(Zeroizing<Vec<u8>>);

impl Authenticator for Once {
    type Response = Zeroizing<Vec<u8>>;

    fn process(&mut self, _: &[u8]) -> Self::Response {
        std::mem::take(&mut self.0)
    }
}

/// The library's own copies of the secret end with this call, but it does not wipe them; it shows them to `log` at the level
/// trace, which the program's log does not take, of a library's lines least of all.
async fn sign_in(
    stream: Box<dyn Stream>,
    offers: &[String],
    config: &RemoteConfig,
    secret: &str,
) -> Result<Session<Bounded>, Failure> {
    let offered = |word: &str| offers.iter().any(|offer| offer == word);
    let client = Client::new(Bounded::new(stream, SIGN_IN_BYTES_MAX));
    let user = config.user.as_str();
    let signed_in = match config.auth {
        Auth::XOAuth2 if !offered("AUTH=XOAUTH2") => return Err(Failure::NotOffered("XOAUTH2")),
        Auth::XOAuth2 => {
            let said = format!("user={user}\x01auth=Bearer {secret}\x01\x01");
            let said = Once(Zeroizing::new(said.into_bytes()));
            client.authenticate("XOAUTH2", said).await
        }
        Auth::Password if offered("AUTH=PLAIN") => {
            let said = Once(Zeroizing::new(format!("\0{user}\0{secret}").into_bytes()));
            client.authenticate("PLAIN", said).await
        }
        Auth::Password if offered("LOGINDISABLED") => return Err(Failure::NotOffered("PLAIN or LOGIN")),
        Auth::Password => client.login(user, secret).await,
    };
    signed_in.map_err(|(fault, client)| match fault {
        _ if client.get_ref().is_broken() => Failure::TooMuch,
        Error::No(_) | Error::Bad(_) | Error::Validate(_) => Failure::SignIn,
        Error::Io(_) | Error::ConnectionLost => Failure::Lost,
        _ => Failure::Unreadable,
    })
}
