//! The sealing worker's verbs: take appended entries into the tree, sign its head, publish its tiles.
//!
//! An entry counts as recorded when its transaction commits; the tree follows. Order of a round, after sunlight:
//! **stage** the new tiles aside, **sign** the checkpoint, **swap** the head in the database for it, **apply** the
//! tiles to their places, **publish** the checkpoint. A crash before the swap leaves what nobody has seen; one after
//! it is made good by the next start, which replays ([`Gateway::open_sealer`]). So no two checkpoints that this
//! log has signed and let out ever disagree.
//!
//! **Invariant:** a fault of the disk, and a commit whose answer is not known, end the process ([`Error::Ends`]): what
//! the disk holds after either is known only to a new start.

mod keys;
mod open;

use std::sync::Arc;

use audit::checkpoint::Checkpoint;
use audit::edge::{Edge, File};
use audit::folder::{Folder, FolderError, Lock};
use audit::frontier::Frontier;
use audit::merkle::Hash;
use audit::note::Note;
use store::log::{self, StoredEntry, Tree};

pub use keys::LogKeys;

use crate::{Error, Gateway, Result};

/// How many entries one checkpoint takes in.
const ENTRIES_MAX: u32 = 4096;

/// How far the tree has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Entries in the tree.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root: String,
}

/// Whoever seals a log: there is one, and it holds the lock of the log's folder for as long as it lives.
#[derive(Debug)]
pub struct Sealer {
    folder: Arc<Folder>,
    keys: LogKeys,
    head: Tree,
    frontier: Frontier,
    edge: Edge,
    _lock: Lock,
}

impl Sealer {
    /// Where the log is published.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The checkpoint that is published, with the cosignatures that it has by now.
    pub fn checkpoint(&self) -> Result<Option<Note>> {
        self.folder.checkpoint().map_err(broken)
    }

    /// Publishes a checkpoint with more cosignatures, unless a newer one has taken its place; whether it did.
    pub async fn publish_cosigned(&self, note: Note) -> Result<bool> {
        let newest = self.checkpoint()?;
        if newest.is_none_or(|newest| newest.text() != note.text()) {
            return Ok(false);
        }
        on_disk(&self.folder, move |folder| folder.publish(&note)).await?;
        Ok(true)
    }

    /// How far the tree has got.
    pub fn sealed(&self) -> Sealed {
        Sealed {
            size: self.head.size,
            root: self.frontier.root().to_hex(),
        }
    }

    /// The frontier, the edge and the files that come of these entries.
    fn grow(&self, entries: &[StoredEntry]) -> Result<(Frontier, Edge, Vec<File>)> {
        let (mut frontier, mut edge) = (self.frontier.clone(), self.edge.clone());
        let mut files = Vec::new();
        for entry in entries {
            frontier.append(append(&mut edge, entry, &mut files)?);
        }
        files.extend(edge.partial().map_err(broken)?);
        // Two ways to the same root, from what the database and from what the folder holds: nothing is signed that
        // they do not agree on.
        if edge.root() != frontier.root() {
            return Err(broken("the tiles and the head disagree; nothing was signed"));
        }
        Ok((frontier, edge, files))
    }

    fn note(&self, size: u64, root: Hash) -> Result<Note> {
        let origin = self.keys.origin().to_owned();
        self.keys.sign(&Checkpoint { origin, size, root })
    }
}

fn broken(fault: impl std::fmt::Display) -> Error {
    Error::broken("the contact log", fault)
}

/// A fault of the disk: the process ends.
fn ends(fault: &FolderError) -> Error {
    Error::Ends(format!("the contact log's folder: {fault}"))
}

/// Takes one entry in and answers its hash, which must be the one that was kept for it; its index must be the next.
fn append(edge: &mut Edge, entry: &StoredEntry, files: &mut Vec<File>) -> Result<Hash> {
    let next = edge.size();
    let leaf = edge.append(&entry.body, files).map_err(broken)?;
    if leaf.as_bytes().as_slice() == entry.leaf && entry.index == next {
        Ok(leaf)
    } else {
        Err(broken(format!("entry {next} does not hold")))
    }
}

/// Work on the disk, beside the tasks that must go on.
async fn on_disk<T: Send + 'static>(
    folder: &Arc<Folder>,
    work: impl FnOnce(&Folder) -> std::result::Result<T, FolderError> + Send + 'static,
) -> Result<T> {
    let folder = Arc::clone(folder);
    let done = tokio::task::spawn_blocking(move || work(&folder)).await;
    done.map_err(|fault| Error::Ends(format!("the contact log's folder: {fault}")))?
        .map_err(|fault| ends(&fault))
}

impl Gateway {
    /// Takes every appended entry into the tree, a checkpoint for each few thousand.
    pub async fn seal_log(&self, sealer: &mut Sealer) -> Result<Sealed> {
        while self.seal_next(sealer).await? {}
        Ok(sealer.sealed())
    }

    /// One checkpoint; whether there was anything for it.
    async fn seal_next(&self, sealer: &mut Sealer) -> Result<bool> {
        let mut tx = self.pool().read().await?;
        let entries = log::list_from(&mut tx, sealer.head.size, ENTRIES_MAX).await?;
        drop(tx);
        if entries.is_empty() {
            return Ok(false);
        }
        let now = self.now();
        if now < sealer.head.sealed_at {
            return Err(Error::Conflict(format!(
                "the clock says {now}, but the last checkpoint was signed at {}; nothing is signed until it is set right",
                sealer.head.sealed_at
            )));
        }
        let (frontier, edge, files) = sealer.grow(&entries)?;
        let files = Arc::new(files);
        let staged = Arc::clone(&files);
        on_disk(&sealer.folder, move |folder| folder.stage(&staged)).await?;
        let note = sealer.note(frontier.size(), frontier.root())?;
        let head = Tree {
            size: frontier.size(),
            frontier: frontier.to_bytes(),
            root: frontier.root().as_bytes().to_vec(),
            sealed_at: now,
            note: Some(note.to_bytes()),
            sealer: sealer.head.sealer.clone(),
        };
        self.swap_head(&sealer.head, &head).await?;
        on_disk(&sealer.folder, move |folder| {
            folder.apply(&files)?;
            folder.publish(&note)?;
            folder.prune(&files)
        })
        .await?;
        (sealer.head, sealer.frontier, sealer.edge) = (head, frontier, edge);
        Ok(true)
    }

    /// Takes the head. Whoever finds another one there than it left is not alone, and ends.
    async fn swap_head(&self, old: &Tree, new: &Tree) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        match log::swap_tree(&mut tx, old, new).await {
            Err(store::Error::Changed { .. }) => {
                return Err(Error::Ends(
                    "the head of the contact log is not the one that this process left: somebody else seals, or the \
                     database was changed by hand"
                        .to_owned(),
                ));
            }
            other => other?,
        }
        let committed = tx.commit_unlogged("the tree follows its entries").await;
        committed.map_err(|fault| Error::Ends(format!("whether the head was taken is not known: {fault}")))
    }
}
