//! Handing a message to the relay, over TLS with the relay's name verified, never otherwise.
//!
//! The connections are a small pool of our own: `lettre`'s stock transport leaves Nagle's algorithm on and
//! loses 40 ms on every message, and its time limit covers the connecting alone.

mod connect;
mod outcome;
mod session;
mod sign_in;
mod trial;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::sync::Semaphore;
use tokio::time::Instant;

pub use outcome::{Failure, Outcome};
pub use session::Session;
pub use sign_in::SignIn;
pub use trial::{Ended, Step, Trial};

use crate::header::is_host;
use crate::tls::{self, Roots, TlsError, TlsMode};

/// A connection that has waited longer than this is not used again. Postfix waits 300 s for a command.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// A connection older than this is not used again, so that a changed relay is noticed.
const AGE_MAX: Duration = Duration::from_mins(5);

/// How a connection is protected. There is one way: a policy without TLS does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsPolicy {
    /// TLS before anything else, with the certificate verified.
    Required {
        /// When it begins.
        mode: TlsMode,
        /// The name that the certificate must hold.
        server_name: String,
        /// Who may vouch for it.
        roots: Roots,
    },
}

/// Where the relay is and how to speak to it.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Host name or IP address to connect to.
    pub host: String,
    /// Its port, usually 25 or 587, or 465 with [`TlsMode::Implicit`].
    pub port: u16,
    /// Our own host name, for EHLO.
    pub hello_name: String,
    /// The protection.
    pub tls: TlsPolicy,
    /// Who we are to it. Where it is given, nothing is sent without it.
    pub sign_in: Option<SignIn>,
    /// Limit for each of: connecting, the envelope, the message until it is answered. Milliseconds.
    pub timeout_ms: u64,
    /// How many connections may be open at once.
    pub connections_max: usize,
}

/// What is wrong with a [`RelayConfig`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// A name that is not a host name.
    #[error("{0} must be a host name")]
    Name(&'static str),
    /// A limit of zero.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
    /// What to sign in with.
    #[error("the {0} must be 1 to 255 bytes without control characters")]
    SignIn(&'static str),
    /// The roots.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The relay with its pool. Cloning it is cheap and shares the pool.
#[derive(Clone)]
pub struct Relay(Arc<Inner>);

struct Inner {
    config: RelayConfig,
    tls: Arc<ClientConfig>,
    server_name: ServerName<'static>,
    timeout: Duration,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Link>>,
}

/// An open connection, greeted, over TLS, signed in where that is asked for, with no transaction begun.
struct Link {
    connection: AsyncSmtpConnection,
    opened_at: Instant,
    parked_at: Instant,
}

impl Relay {
    /// Checks the configuration. Connects to nothing yet.
    pub fn new(config: RelayConfig) -> Result<Self, RelayError> {
        let TlsPolicy::Required {
            server_name, roots, ..
        } = &config.tls;
        if !is_host(&config.hello_name) {
            return Err(RelayError::Name("hello_name"));
        }
        let server_name =
            ServerName::try_from(server_name.clone()).map_err(|_| RelayError::Name("server_name"))?;
        if config.timeout_ms == 0 {
            return Err(RelayError::Zero("timeout_ms"));
        }
        if config.connections_max == 0 {
            return Err(RelayError::Zero("connections_max"));
        }
        Ok(Self(Arc::new(Inner {
            tls: tls::client(roots)?,
            server_name,
            timeout: Duration::from_millis(config.timeout_ms),
            permits: Arc::new(Semaphore::new(config.connections_max)),
            idle: Mutex::new(Vec::new()),
            config,
        })))
    }

    /// A connection over which one message can be sent: a parked one, or a new one after TLS, EHLO and
    /// signing in. Nothing of any message has left. Waits while `connections_max` are in use.
    pub async fn ready(&self) -> Result<Session, Failure> {
        let permit = Arc::clone(&self.0.permits)
            .acquire_owned()
            .await
            .map_err(|_| Failure::Technical {
                what: "the pool is closed".to_owned(),
            })?;
        if let Some(link) = self.0.unpark() {
            return Ok(Session {
                relay: self.clone(),
                link,
                reused: true,
                _permit: permit,
            });
        }
        let link = self.0.open().await?;
        Ok(Session {
            relay: self.clone(),
            link,
            reused: false,
            _permit: permit,
        })
    }

    /// Takes leave of the parked connections.
    pub async fn close(&self) {
        while let Some(mut link) = self.0.unpark() {
            // A server that does not answer is left without an answer.
            let _ = tokio::time::timeout(self.0.timeout, link.connection.quit()).await;
        }
    }
}

impl Inner {
    async fn open(&self) -> Result<Link, Failure> {
        let mut passed = Vec::new();
        let opening = connect::open(&self.config, &self.tls, &self.server_name, &mut passed);
        let connection = match tokio::time::timeout(self.timeout, opening).await {
            Ok(result) => result?,
            Err(_) => return Err(Failure::slow("connecting", self.config.timeout_ms)),
        };
        let now = Instant::now();
        Ok(Link {
            connection,
            opened_at: now,
            parked_at: now,
        })
    }

    fn unpark(&self) -> Option<Link> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|link| link.parked_at.elapsed() < IDLE_MAX && link.opened_at.elapsed() < AGE_MAX);
        idle.pop()
    }

    fn park(&self, link: Link) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.config.connections_max {
            idle.push(Link {
                parked_at: Instant::now(),
                ..link
            });
        }
    }
}
