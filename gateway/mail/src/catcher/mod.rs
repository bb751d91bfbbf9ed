//! A small real SMTP server that keeps what it is given: for the demo, for tests and as the far end of
//! measurements. It takes mail over TLS alone and is strict about line ends. Not for strangers.

mod account;
mod session;
mod sink;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

pub use account::Account;
pub use sink::{Caught, Sink};

use crate::tls::{self, Identity, TlsError, TlsMode};

/// Largest message that is taken, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Something that goes wrong, for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing goes wrong.
    None,
    /// STARTTLS is not offered and refused.
    NoStartTls,
    /// RCPT is answered with `550 5.1.1`.
    RefuseRecipient,
    /// DATA is answered with `451 4.3.0`.
    BusyAtData,
    /// The final dot is answered with `452 4.3.1`; nothing is kept.
    FullAfterData,
    /// MAIL is never answered.
    HangBeforeData,
    /// The message is kept and never answered.
    HangAfterData,
    /// The message is kept and the connection closed without an answer.
    DropAfterData,
    /// The message is accepted and the connection closed afterwards.
    CloseAfterAccept,
}

/// Which message meets which fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Faults {
    /// Every message the same.
    Always(Fault),
    /// The first message the first, and so on; none when the list has ended.
    Each(Vec<Fault>),
}

/// What a catcher is started with.
pub struct CatcherConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The certificate that it shows.
    pub identity: Identity,
    /// When TLS begins.
    pub mode: TlsMode,
    /// Who must sign in before anything is taken.
    pub account: Option<Account>,
    /// Where the messages go.
    pub sink: Sink,
    /// What goes wrong.
    pub faults: Faults,
}

/// Why a catcher did not start.
#[derive(Debug, thiserror::Error)]
pub enum CatcherError {
    /// The identity.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address to listen on, or the folder for the messages.
    #[error("the mail catcher cannot start: {0}")]
    Io(#[from] io::Error),
}

/// What a catcher has seen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections made to it.
    pub connections: u64,
    /// Transactions begun with MAIL.
    pub transactions: u64,
    /// Recipients named with RCPT in them, accepted or not.
    pub recipients: u64,
    /// Messages kept.
    pub messages: u64,
    /// Messages or commands refused for a CR or LF without the other.
    pub bare_line_ends: u64,
    /// Verbs heard before TLS, in order, at most 1000.
    pub verbs_in_clear: Vec<String>,
}

/// A running catcher. Dropping it stops it.
pub struct Catcher {
    local_addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    acceptor: TlsAcceptor,
    mode: TlsMode,
    account: Option<Account>,
    sink: sink::Keeper,
    faults: Faults,
    mended: AtomicBool,
    transactions: AtomicU64,
    recipients: AtomicU64,
    connections: AtomicU64,
    bare_line_ends: AtomicU64,
    verbs_in_clear: Mutex<Vec<String>>,
}

impl Catcher {
    /// Starts listening, inside a tokio runtime.
    pub async fn start(config: CatcherConfig) -> Result<Self, CatcherError> {
        let shared = Arc::new(Shared {
            acceptor: TlsAcceptor::from(tls::server(&config.identity)?),
            mode: config.mode,
            account: config.account,
            sink: sink::Keeper::new(config.sink)?,
            faults: config.faults,
            mended: AtomicBool::new(false),
            transactions: AtomicU64::new(0),
            recipients: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            bare_line_ends: AtomicU64::new(0),
            verbs_in_clear: Mutex::new(Vec::new()),
        });
        let listener = TcpListener::bind(config.listen).await?;
        let local_addr = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            local_addr,
            shared,
            accepting,
        })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        Seen {
            connections: self.shared.connections.load(Ordering::SeqCst),
            transactions: self.shared.transactions.load(Ordering::SeqCst),
            recipients: self.shared.recipients.load(Ordering::SeqCst),
            messages: self.shared.sink.count(),
            bare_line_ends: self.shared.bare_line_ends.load(Ordering::SeqCst),
            verbs_in_clear: self.shared.verbs().clone(),
        }
    }

    /// From here on nothing goes wrong any more.
    pub fn mend(&self) {
        self.shared.mended.store(true, Ordering::SeqCst);
    }

    /// Stops listening and cuts every connection.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // The only error is the cancellation just asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn verbs(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.verbs_in_clear.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault_at(&self, transaction: u64) -> Fault {
        match &self.faults {
            _ if self.mended.load(Ordering::SeqCst) => Fault::None,
            Faults::Always(fault) => *fault,
            Faults::Each(list) => usize::try_from(transaction)
                .ok()
                .and_then(|at| list.get(at))
                .copied()
                .unwrap_or(Fault::None),
        }
    }

    /// The fault of the message that begins now.
    fn next_fault(&self) -> Fault {
        self.fault_at(self.transactions.fetch_add(1, Ordering::SeqCst))
    }

    fn offers_tls(&self) -> bool {
        self.fault_at(self.transactions.load(Ordering::SeqCst)) != Fault::NoStartTls
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and then every connection is cut.
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A failed accept (no file handles left) concerns that caller; the next may succeed.
                let Ok((stream, _)) = accepted else { tokio::task::yield_now().await; continue };
                shared.connections.fetch_add(1, Ordering::SeqCst);
                sessions.spawn(session::serve(stream, Arc::clone(&shared)));
            }
            Some(_) = sessions.join_next() => {}
        }
    }
}
