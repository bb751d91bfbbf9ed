//! What a witness remembers, on disk before anybody hears of it.
//!
//! A file for each log, named by `log_id`, holds the checkpoint that was cosigned last. It is written beside, synced,
//! renamed over the old one, and the folder synced, before the cosignature leaves: `kill -9` at any moment leaves the
//! old file or the new one, and a new one whose cosignature nobody got does no harm. After a fault of the disk nobody
//! knows which of the two it is, so nothing is signed any more and the process ends; its next start reads what is there.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use audit::note::Signature;
use audit::witness::{AddCheckpoint, Refusal, Seen, Witness, log_id};
use domain::time::Clock as _;
use tokio::sync::watch;
use web::witness::NotSigned;

use crate::chance::MachineClock;
use crate::print::Fault;

/// Held while a witness runs, so that no second one goes on from the same state.
const LOCK: &str = "lock";

/// One log: where what was seen of it is kept, and what that is.
struct Log {
    id: String,
    /// Locked for the whole of a decision: what two requests read would otherwise be overtaken by what one writes.
    seen: Mutex<Option<Seen>>,
}

/// A witness with its memory.
pub struct Desk {
    witness: Witness,
    folder: PathBuf,
    logs: BTreeMap<String, Log>,
    /// The fault after which nothing is signed any more.
    fault: watch::Sender<Option<String>>,
    _lock: File,
}

impl Desk {
    /// Goes on from what the folder holds.
    pub fn open(witness: Witness, folder: &Path) -> Result<Self, Fault> {
        let lock = lock(folder)?;
        let mut logs = BTreeMap::new();
        for origin in witness.origins() {
            let id = log_id(origin);
            let seen = read(&folder.join(&id), origin, &witness)?;
            if seen.is_none() {
                tracing::warn!(log = origin, "nothing was ever cosigned of this log here");
            }
            let seen = Mutex::new(seen);
            logs.insert(origin.to_owned(), Log { id, seen });
        }
        Ok(Self {
            witness,
            folder: folder.to_owned(),
            logs,
            fault: watch::Sender::new(None),
            _lock: lock,
        })
    }

    /// Decides about a request and keeps the decision.
    pub fn cosign(&self, request: &AddCheckpoint) -> Result<Signature, NotSigned> {
        let checkpoint = request.checkpoint();
        let Some(log) = self.logs.get(&checkpoint.origin) else {
            return Err(NotSigned::Refused(Refusal::UnknownLog));
        };
        let mut seen = log.seen.lock().map_err(|_| NotSigned::Broken)?;
        if self.fault.borrow().is_some() {
            return Err(NotSigned::Broken);
        }
        let now_s = u64::try_from(MachineClock.now().as_second()).unwrap_or_default();
        let cosigned = self
            .witness
            .cosign(seen.as_ref(), request, now_s)
            .map_err(|refusal| {
                tracing::warn!(log = checkpoint.origin, size = checkpoint.size, %refusal, "not cosigned");
                NotSigned::Refused(refusal)
            })?;
        if let Err(fault) = keep(&self.folder, &log.id, &cosigned.seen.to_bytes()) {
            let file = self.folder.join(&log.id);
            self.fault.send_replace(Some(format!(
                "{}: {fault}; what was to be cosigned could not be kept, so nothing more is signed",
                file.display()
            )));
            return Err(NotSigned::Broken);
        }
        tracing::info!(log = checkpoint.origin, size = checkpoint.size, "cosigned");
        *seen = Some(cosigned.seen);
        Ok(cosigned.signature)
    }

    /// The last cosigned checkpoint of a log, with the signatures of both.
    pub fn latest(&self, id: &str) -> Option<Vec<u8>> {
        let log = self.logs.values().find(|log| log.id == id)?;
        let seen = log.seen.lock().ok()?;
        seen.as_ref().map(Seen::to_bytes)
    }

    /// Returns when nothing can be kept any more.
    pub async fn broken(&self) {
        // The sender lives as long as this does, so the wait ends with a fault and not before.
        let _ = self.fault.subscribe().wait_for(Option::is_some).await;
    }

    /// Why nothing can be kept any more.
    pub fn fault(&self) -> Option<String> {
        self.fault.borrow().clone()
    }
}

fn lock(folder: &Path) -> Result<File, Fault> {
    let path = folder.join(LOCK);
    let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", path.display()));
    if !folder.is_dir() {
        return Err(Fault::input(format!(
            "{}: is no folder; make one for a new witness, or name the one of the witness that goes on",
            folder.display()
        )));
    }
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(|fault| named(&fault))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(named(
            &"another witness runs on this state; two would sign two histories",
        )),
        Err(TryLockError::Error(fault)) => Err(named(&fault)),
    }
}

/// What was kept of a log, if anything was.
fn read(path: &Path, origin: &str, witness: &Witness) -> Result<Option<Seen>, Fault> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(Fault::input(format!("{}: {fault}", path.display()))),
    };
    Seen::parse(&bytes, origin, witness.verifier()).map(Some).map_err(|fault| {
        Fault::input(format!(
            "{}: {fault}. It must hold the checkpoint that this key cosigned last: bring that back, or begin with a \
             new key and an empty folder. Without it this key could sign a second history",
            path.display()
        ))
    })
}

/// Puts a file in the place of the last one, whole or not at all, safe from a crash when it returns.
fn keep(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = folder.join(format!("{name}.new"));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(name))?;
    File::open(folder)?.sync_all()
}
