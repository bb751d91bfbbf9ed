//! Fetching mail from a mailbox that is hosted elsewhere: IMAP (RFC 9051, and RFC 3501 for older servers) over verified TLS.
//!
//! What was taken is marked with a keyword and as read. Nothing is ever deleted, moved or written there, and nothing here can
//! send: of IMAP's commands only those of `talk` are spoken, and APPEND is none of them.
//!
//! **Invariant:** no secret is said before TLS stands and the server's name is verified, but to this machine itself where the
//! settings say so.
//! **Invariant:** an answer counts only when the server ended it with OK. The library's own lists end alike when the server
//! said NO and when the connection broke; a short list would be a silent gap, so none of them is used.
//! **Invariant:** whatever a server says, no more is kept of it than one message of the allowed size and 64 KiB (`bounded`).
//!
//! To add a command: a function in `talk`.

mod bounded;
mod connect;
mod failure;
mod talk;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;

pub use failure::Failure;
pub use talk::Folder;

use crate::header::is_host;
use crate::tls::{self, Roots, TlsError, TlsMode};

/// The keyword of a message that was taken: it is stored here, with its entry in the log.
pub const TAKEN: &str = "$GatewayTaken";
/// The keyword of a message that is larger than what is taken; a person has to look at it there.
pub const REFUSED: &str = "$GatewayRefused";

/// How a connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// TLS, with the certificate verified.
    Tls {
        /// When it begins.
        mode: TlsMode,
        /// The name that the certificate must hold.
        server_name: String,
        /// Who may vouch for it.
        roots: Roots,
    },
    /// None; only to a loopback address.
    ClearOnThisMachine,
}

/// How the user is shown to be who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// AUTHENTICATE PLAIN (RFC 4616), or LOGIN where the server has no PLAIN.
    Password,
    /// AUTHENTICATE XOAUTH2, with an access token that somebody else keeps fresh.
    XOAuth2,
}

/// Where a mailbox is and how to speak to its server.
#[derive(Debug, Clone)]
pub struct RemoteConfig {
    /// Host name or IP address to connect to.
    pub host: String,
    /// Its port, usually 993, or 143 with [`TlsMode::StartTls`].
    pub port: u16,
    /// The protection.
    pub protection: Protection,
    /// Who we are to it.
    pub user: String,
    /// How that is shown.
    pub auth: Auth,
    /// The folder, as the server names it.
    pub folder: String,
    /// Largest message that is taken, in bytes.
    pub message_bytes_max: usize,
}

/// What is wrong with a [`RemoteConfig`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// A name that is not a host name.
    #[error("{0} must be a host name or an IP address")]
    Name(&'static str),
    /// The user.
    #[error("user must be 1 to 255 bytes without control characters")]
    User,
    /// The folder.
    #[error("folder must be 1 to 255 printable ASCII characters, without a quotation mark or a backslash")]
    Folder,
    /// Clear, to elsewhere.
    #[error("a password goes in the clear to a loopback address only; use TLS")]
    Clear,
    /// The roots.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A mailbox elsewhere. Nothing is connected yet.
pub struct Remote {
    config: RemoteConfig,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>, TlsMode)>,
}

impl Remote {
    /// Checks the configuration.
    ///
    /// # Errors
    /// The value that is wrong.
    pub fn new(config: RemoteConfig) -> Result<Self, RemoteError> {
        if !is_host(&config.host) && config.host.parse::<IpAddr>().is_err() {
            return Err(RemoteError::Name("host"));
        }
        if !(1..=255).contains(&config.user.len()) || config.user.chars().any(char::is_control) {
            return Err(RemoteError::User);
        }
        let plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
        if !(1..=255).contains(&config.folder.len()) || !config.folder.chars().all(plain) {
            return Err(RemoteError::Folder);
        }
        let tls = match &config.protection {
            Protection::Tls {
                mode,
                server_name,
                roots,
            } => {
                let name = ServerName::try_from(server_name.clone())
                    .map_err(|_| RemoteError::Name("server_name"))?;
                Some((tls::client(roots)?, name, *mode))
            }
            Protection::ClearOnThisMachine => {
                let ip = config.host.parse::<IpAddr>();
                if !ip.is_ok_and(|ip| ip.is_loopback()) {
                    return Err(RemoteError::Clear);
                }
                None
            }
        };
        Ok(Self { config, tls })
    }

    /// Connects, signs in and selects the folder. Nothing is read of any message, and nothing is marked.
    ///
    /// # Errors
    /// What did not work.
    pub async fn open(&self, secret: &str) -> Result<Folder, Failure> {
        let session = connect::open(&self.config, self.tls.as_ref(), secret).await?;
        Folder::select(session, &self.config).await
    }
}

/// What stands in a folder, by the UIDs of its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// All of them.
    pub all: BTreeSet<u32>,
    /// Those with the keyword [`TAKEN`].
    pub taken: BTreeSet<u32>,
    /// Those with the keyword [`REFUSED`].
    pub refused: BTreeSet<u32>,
}

/// A message as the server gives it.
#[derive(Clone, PartialEq, Eq)]
pub enum Letter {
    /// Its bytes.
    Whole(Vec<u8>),
    /// It is larger than what is taken: its size in bytes, as the server says.
    TooLarge(usize),
    /// It is not there any more.
    Gone,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole([{} bytes])", bytes.len()),
            Self::TooLarge(bytes) => write!(f, "TooLarge({bytes})"),
            Self::Gone => f.write_str("Gone"),
        }
    }
}
