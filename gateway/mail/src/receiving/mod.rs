//! The door for mail: LMTP (RFC 2033) or SMTP (RFC 5321) behind the organisation's mail server. It takes mail for our own
//! addresses alone, and says 250 only after its [`Receiver`] has stored the message.
//!
//! **Invariant:** a message is answered with 250 only once [`Receiver::receive`] said [`Answer::Stored`].
//! **Invariant:** whatever a client sends, a connection holds no more than one message of the allowed size, and ends when
//! the client is silent for longer than [`Settings::idle_ms`].
//! **Invariant:** a line that ends in anything but CR LF ends the conversation (CVE-2023-51764 and its kin).
//!
//! To add a verb: an arm in `session::converse`.

mod forwarded;
mod session;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::origin::Client;
use crate::tls::{self, Identity, TlsError};

/// Which of the two protocols is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// From a mail server that delivers to us: one answer for each recipient.
    Lmtp,
    /// From a mail server that relays to us.
    Smtp,
}

/// Whether a message may come in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clear {
    /// Only over TLS.
    Refused,
    /// Also without, from a server on the same machine: [`Settings::listen`] must be a loopback address.
    FromThisMachine,
}

/// What the door is opened with.
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Which protocol.
    pub protocol: Protocol,
    /// How we call ourselves (RFC 5321 section 4.3.1).
    pub hostname: String,
    /// The certificate for STARTTLS; none offers none.
    pub identity: Option<Identity>,
    /// Whether mail may come in the clear.
    pub clear: Clear,
    /// Largest message, in bytes.
    pub message_bytes_max: usize,
    /// Connections at a time; whoever comes beyond them is told to come again.
    pub connections_max: usize,
    /// Connections at a time from one address.
    pub connections_per_peer_max: usize,
    /// The mail servers in front of us, which may say whom they had a message from (XFORWARD); for mail of anybody else
    /// the client is who connected.
    pub forwarders: Vec<IpAddr>,
    /// Recipients of one message.
    pub recipients_max: usize,
    /// A client that says nothing for so long has gone, in milliseconds.
    pub idle_ms: u64,
    /// A conversation lasts no longer, in milliseconds: dripping bytes holds no connection for ever.
    pub conversation_ms: u64,
}

/// A message as it came.
#[derive(Clone)]
pub struct Received {
    /// The server that the message came from; none where the mail server in front of us did not say, and of a message that
    /// was fetched ([`crate::fetching`]): what its own header says of that, anybody can write.
    pub client: Option<Client>,
    /// The return path, empty for `<>`; not believed. None of a message that was fetched, which has no envelope any more.
    pub return_path: Option<String>,
    /// Those of our addresses that it is for, as given, each accepted by [`Receiver::knows`].
    pub recipients: Vec<String>,
    /// The message, its lines ended by CR LF.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Received([{} recipients, {} bytes])",
            self.recipients.len(),
            self.bytes.len()
        )
    }
}

/// What the client is told of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is durable here, with its entry in the log.
    Stored,
    /// It could not be stored now: the client keeps it and tries again.
    Later,
    /// It will never be taken.
    Never,
}

/// What [`Receiver::receive`] gives back.
pub type Storing<'r> = Pin<Box<dyn Future<Output = Answer> + Send + 'r>>;

/// Who keeps what comes in.
pub trait Receiver: Send + Sync + 'static {
    /// Whether mail for this address, as given in RCPT, is taken from this return path, empty for `<>`. The client hears
    /// the same words for every address that is not.
    fn knows(&self, return_path: &str, recipient: &str) -> bool;

    /// Stores a message for all its recipients or for none, and answers once that is durable. Called again with the same
    /// message when a client did not hear the answer.
    fn receive(&self, message: Received) -> Storing<'_>;
}

/// Why the door did not open.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address.
    #[error("the door for mail cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// Mail in the clear from other machines.
    #[error(
        "mail in the clear is taken on a loopback address only; give the door for mail a certificate, or let it listen there"
    )]
    Clear,
    /// Neither a certificate nor leave to do without.
    #[error("the door for mail has no certificate and may not take mail in the clear: nothing could come in")]
    NoWay,
}

/// An open door. Dropping it cuts every connection.
pub struct Door {
    local_addr: SocketAddr,
    accepting: JoinHandle<()>,
    stop: Arc<tokio::sync::Notify>,
}

pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) acceptor: Option<TlsAcceptor>,
    pub(super) receiver: Arc<dyn Receiver>,
}

impl Door {
    /// Starts listening, inside a tokio runtime.
    ///
    /// # Errors
    /// The certificate, the address, or settings by which mail could come in the clear from elsewhere.
    pub async fn open(settings: Settings, receiver: Arc<dyn Receiver>) -> Result<Self, DoorError> {
        let in_the_clear = settings.clear == Clear::FromThisMachine;
        if in_the_clear && !settings.listen.ip().is_loopback() {
            return Err(DoorError::Clear);
        }
        if !in_the_clear && settings.identity.is_none() {
            return Err(DoorError::NoWay);
        }
        let acceptor = match &settings.identity {
            Some(identity) => Some(TlsAcceptor::from(tls::server(identity)?)),
            None => None,
        };
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(|fault| DoorError::Listen(settings.listen, fault))?;
        let local_addr = listener
            .local_addr()
            .map_err(|fault| DoorError::Listen(settings.listen, fault))?;
        let shared = Arc::new(Shared {
            settings,
            acceptor,
            receiver,
        });
        let stop = Arc::new(tokio::sync::Notify::new());
        let accepting = tokio::spawn(accept(listener, shared, Arc::clone(&stop)));
        Ok(Self {
            local_addr,
            accepting,
            stop,
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Takes no further connection, lets those that are open finish for `grace`, and cuts the rest. A message that is
    /// cut was not answered with 250: its client tries again.
    pub async fn close(mut self, grace: Duration) {
        self.stop.notify_one();
        // The only error is a cancellation by ourselves.
        let _ = tokio::time::timeout(grace, &mut self.accepting).await;
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: Arc<tokio::sync::Notify>) {
    let peers = Arc::new(Peers::default());
    // Dropped with this task, and then every connection is cut.
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.notified() => break,
            accepted = listener.accept() => {
                // A failed accept (no file handles left) concerns that caller; the next may succeed.
                let Ok((stream, peer)) = accepted else { tokio::task::yield_now().await; continue };
                let Some(place) = peers.admit(peer.ip(), &shared.settings) else {
                    sessions.spawn(session::turn_away(stream));
                    continue;
                };
                let shared = Arc::clone(&shared);
                sessions.spawn(async move {
                    session::serve(stream, place.ip, &shared).await;
                    // Named, so that the task holds the place itself and not only the address in it.
                    drop(place);
                });
            }
            Some(_) = sessions.join_next() => {}
        }
    }
    drop(listener);
    while sessions.join_next().await.is_some() {}
}

/// Who is connected, and how often.
#[derive(Default)]
struct Peers(Mutex<BTreeMap<IpAddr, usize>>);

impl Peers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more connection of this client, if there is one.
    fn admit(self: &Arc<Self>, ip: IpAddr, settings: &Settings) -> Option<Place> {
        let mut peers = self.lock();
        let own = peers.get(&ip).copied().unwrap_or_default();
        let all: usize = peers.values().sum();
        if all >= settings.connections_max || own >= settings.connections_per_peer_max {
            return None;
        }
        peers.insert(ip, own + 1);
        Some(Place {
            peers: Arc::clone(self),
            ip,
        })
    }
}

/// The place of a connection. It is free again when this is dropped, also by a panic.
struct Place {
    peers: Arc<Peers>,
    ip: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut peers = self.peers.lock();
        match peers.get_mut(&self.ip) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                peers.remove(&self.ip);
            }
        }
    }
}
