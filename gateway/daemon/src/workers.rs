//! What goes on by itself while the service runs: drafts, deliveries, the log's tree and its witnesses, what
//! another system is told, the sweep.
//!
//! Each worker does a round, rests when there was nothing to do, and goes on. A fault is said and tried again
//! later: the state is in the database, so nothing is lost by it. A signal ends each worker after its round.

use std::sync::Arc;
use std::time::Duration;

use flows::{FileState, Gateway, Kind, Scanned, Sealer, Swept};
use mail::receiving::Door;
use mail::relay::Relay;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use web::vitals;

use crate::chance::lease_name;
use crate::mail_fetch::Fetcher;
use crate::mail_in;
use crate::print::Fault;
use crate::site::Site;
use crate::webhook::Receiver;
use crate::witnesses::Cosigner;

/// Obligations drafted in one round.
const DRAFTS_MAX: u32 = 256;
/// The longest rest of a worker that keeps failing.
const REST_MAX: Duration = Duration::from_mins(1);

/// One thing that goes on by itself.
#[derive(Debug, Clone, Copy)]
enum Worker {
    Drafts,
    Deliveries,
    Seal,
    Index,
    Cosign,
    Webhook,
    Scan,
    Sweep,
}

impl Worker {
    const ALL: [Self; 8] = [
        Self::Drafts,
        Self::Deliveries,
        Self::Seal,
        Self::Index,
        Self::Cosign,
        Self::Webhook,
        Self::Scan,
        Self::Sweep,
    ];

    /// The rest after a round that found nothing to do. With its own work the sealer stays within a second.
    fn rest(self) -> Duration {
        match self {
            Self::Drafts => Duration::from_secs(2),
            Self::Deliveries | Self::Seal | Self::Index => Duration::from_millis(500),
            Self::Cosign | Self::Webhook | Self::Scan => Duration::from_secs(1),
            Self::Sweep => Duration::from_mins(1),
        }
    }
}

struct House {
    gateway: Arc<Gateway>,
    relay: Relay,
    /// Held for a round by the one worker that seals.
    sealer: Mutex<Sealer>,
    /// Held for a round by the one worker that asks witnesses.
    cosigner: Mutex<Cosigner>,
    /// Another system that is told of changes, if there is one.
    receiver: Option<Receiver>,
    /// The name of this process in its leases: its own, also among others on the same database.
    lease: String,
    stuck_s: i64,
}

impl House {
    /// One round; whether there may be more to do at once.
    async fn round(&self, worker: Worker) -> flows::Result<bool> {
        match worker {
            Worker::Drafts => {
                let done = self.gateway.compose_due(DRAFTS_MAX).await?;
                let (drafted, waiting) = (done.drafted, done.waiting);
                if drafted + waiting > 0 {
                    tracing::info!(drafted, waiting, "drafts composed");
                }
                Ok(drafted + waiting > 0)
            }
            Worker::Deliveries => {
                let done = self.gateway.deliver_batch(&self.lease, &self.relay).await?;
                let (accepted, held, failed) = (done.accepted, done.held, done.failed);
                if failed > 0 {
                    tracing::warn!(accepted, held, failed, "messages delivered");
                } else if done.claimed > 0 {
                    tracing::info!(accepted, held, failed, "messages delivered");
                }
                Ok(done.claimed > 0)
            }
            Worker::Seal => {
                self.gateway.seal_log(&mut *self.sealer.lock().await).await?;
                Ok(false)
            }
            // What auditors search follows the tree, so that an append pays nothing for it.
            Worker::Index => self.gateway.index_log().await,
            Worker::Cosign => {
                let (mut cosigner, now) = (self.cosigner.lock().await, self.gateway.now());
                cosigner.round(&self.sealer, now).await?;
                Ok(false)
            }
            Worker::Webhook => match &self.receiver {
                Some(receiver) => receiver.round(&self.gateway).await,
                None => Ok(false),
            },
            Worker::Scan => self.scan().await,
            Worker::Sweep => {
                let noticed = self.gateway.notice_advisers(&self.relay).await?;
                if noticed > 0 {
                    tracing::info!(noticed, "advisers told that there is something to read");
                }
                let found = self.gateway.sweep(self.stuck_s).await?;
                if found.forgotten + found.standing_still > 0 {
                    tracing::error!(
                        forgotten = found.forgotten,
                        standing_still = found.standing_still,
                        "the sweep found what nobody was looking after; a notice says so to its officer"
                    );
                }
                self.say_silences(&found).await?;
                Ok(false)
            }
        }
    }

    /// Has one file looked through.
    async fn scan(&self) -> flows::Result<bool> {
        let scanned = self.gateway.scan_next().await?;
        vitals::note_unscanned_files(self.gateway.count_unscanned().await?);
        match scanned {
            Scanned::Nothing => return Ok(false),
            Scanned::Judged(FileState::Infected) => {
                tracing::warn!("a file that came with mail is harmful; nothing of it is kept");
            }
            Scanned::Judged(state) => tracing::info!(%state, "a file that came with mail was scanned"),
            Scanned::NoVerdict(failure) => {
                tracing::error!(%failure, "a file was not scanned; it waits, and nobody gets it meanwhile");
            }
        }
        Ok(true)
    }

    /// Says what a sweep found silent for the first time, and counts the mailboxes that are.
    async fn say_silences(&self, found: &Swept) -> flows::Result<()> {
        let (mailboxes, answers, victims) =
            (found.silent_mailboxes, found.late_answers, found.silent_victims);
        if mailboxes + answers > 0 {
            tracing::warn!(
                mailboxes,
                answers,
                "without mail for longer than usual; answered late"
            );
        }
        if victims > 0 {
            tracing::info!(victims, "victims without contact, to be asked after");
        }
        if found.ending_consents > 0 {
            tracing::info!(
                consents = found.ending_consents,
                "consents for advisers end soon; a notice says so to the officer"
            );
        }
        let silent = self.gateway.list_silent_mailboxes().await?;
        let areas = self.gateway.parts().areas.list().iter();
        for area in areas.filter(|area| area.mailbox.is_some()) {
            let code = area.code.as_str();
            vitals::note_silent_mailbox(code, silent.iter().any(|spell| spell.area == code));
        }
        Ok(())
    }

    async fn work(self: Arc<Self>, worker: Worker, mut stop: watch::Receiver<bool>) {
        let mut failed = 0_u32;
        while !*stop.borrow() {
            let rest = match self.round(worker).await {
                Ok(more) => {
                    failed = 0;
                    if more { Duration::ZERO } else { worker.rest() }
                }
                Err(fault) if fault.ends_process() => {
                    tracing::error!(?worker, %fault, "nothing is tried again before a new start");
                    return;
                }
                Err(fault) => {
                    failed = failed.saturating_add(1);
                    if fault.kind() == Kind::Busy {
                        tracing::warn!(?worker, %fault, failed, "will be tried again");
                    } else {
                        tracing::error!(?worker, %fault, failed, "will be tried again");
                    }
                    REST_MAX.min(Duration::from_secs(1 << failed.min(6)))
                }
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

/// Waits until it is time to stop.
async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Serves pages until told to stop.
async fn serve(site: Site, stop: watch::Receiver<bool>) {
    if let Err(fault) = site.serve(stopped(stop)).await {
        tracing::error!(%fault, "the door broke down");
    }
}

/// Works until SIGTERM or Ctrl-C, then finishes the rounds in hand.
pub async fn run(
    gateway: Arc<Gateway>,
    relay: Relay,
    (sealer, cosigner): (Sealer, Cosigner),
    receiver: Option<Receiver>,
    stuck_s: i64,
    (site, door, fetchers): (Option<Site>, Option<Door>, Vec<Fetcher>),
) -> Result<(), Fault> {
    let house = Arc::new(House {
        gateway,
        relay,
        sealer: Mutex::new(sealer),
        cosigner: Mutex::new(cosigner),
        receiver,
        lease: lease_name(),
        stuck_s,
    });
    let (stop, stopping) = watch::channel(false);
    let no_signals = |fault: std::io::Error| Fault::no(format!("signals cannot be received: {fault}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut workers = JoinSet::new();
    for worker in Worker::ALL {
        workers.spawn(Arc::clone(&house).work(worker, stopping.clone()));
    }
    if let Some(site) = site {
        workers.spawn(serve(site, stopping.clone()));
    }
    if let Some(door) = door {
        workers.spawn(mail_in::serve(door, stopped(stopping.clone())));
    }
    for fetcher in fetchers {
        workers.spawn(fetcher.work(Arc::clone(&house.gateway), stopped(stopping.clone())));
    }
    tracing::info!("working");
    let ended = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        ended = workers.join_next() => ended,
    };
    // A worker that ends by itself has panicked or met a fault of the disk: the others finish, and whoever keeps the process starts it anew.
    if ended.is_some() {
        tracing::error!("a worker broke down; the process ends");
    }
    stop.send_replace(true);
    while workers.join_next().await.is_some() {}
    // What the last rounds have written is sealed before the process goes, unless it goes because of a fault.
    if ended.is_none() {
        house.round(Worker::Seal).await?;
    }
    house.gateway.parts().pool.close().await;
    tracing::info!("stopped");
    match ended {
        None => Ok(()),
        Some(_) => Err(Fault::no("a worker broke down; nothing is lost, start again")),
    }
}
