//! Opening the sealer: what the folder and the database say must agree, and what a crash left undone is done.

use std::sync::Arc;

use audit::checkpoint::Checkpoint;
use audit::edge::Edge;
use audit::entry::Act;
use audit::folder::Folder;
use audit::frontier::Frontier;
use audit::merkle::empty_root;
use audit::note::Note;
use audit::proving::ProvingError;
use domain::time::random;
use store::Tx;
use store::log::{self, Tree};

use super::{ENTRIES_MAX, LogKeys, Sealer, append, broken, ends, on_disk};
use crate::decide::check_reason;
use crate::entries::entry;
use crate::{Error, Gateway, Result, Role};

impl Gateway {
    /// Becomes the one who seals this log into this folder, and replays what the last one did not finish.
    ///
    /// Refused, with nothing written or signed: where another process seals into the folder; where the log is sealed
    /// into another folder; where the folder is ahead of the database, or the two disagree.
    pub async fn open_sealer(&self, folder: Folder, keys: LogKeys) -> Result<Sealer> {
        let lock = folder
            .lock()
            .map_err(|fault| Error::Conflict(fault.to_string()))?;
        let head = self.claim(&folder).await?;
        let published = published(&folder, &keys)?;
        check(&folder, &published, &head)?;
        let edge = Edge::from_files(published.size, |tile| Ok::<_, ProvingError>(folder.tile(tile)?));
        let edge = edge.map_err(broken)?;
        if edge.root() != published.root {
            return Err(broken(format!(
                "the tiles in {} do not lead to the checkpoint there; restore the folder from a copy",
                folder.path().display()
            )));
        }
        let frontier = Frontier::from_bytes(&head.frontier).map_err(broken)?;
        if frontier.root().as_bytes().as_slice() != head.root || frontier.size() != head.size {
            return Err(broken("the head in the database does not hold"));
        }
        let mut sealer = Sealer {
            folder: Arc::new(folder),
            keys,
            head,
            frontier,
            edge,
            _lock: lock,
        };
        self.replay(&mut sealer).await?;
        self.publish_head(&mut sealer).await?;
        Ok(sealer)
    }

    /// Makes this folder the one that the log is sealed into, when the one before is lost. An act of its own, since
    /// whatever the lost folder had published beyond the database would be signed a second time, differently.
    pub async fn take_over_log(&self, user: &str, folder: &Folder, reason: &str) -> Result<()> {
        let staff = self.authorise(user, &[Role::Administrator])?;
        check_reason(reason)?;
        let _lock = folder
            .lock()
            .map_err(|fault| Error::Conflict(fault.to_string()))?;
        let mut tx = self.pool().begin().await?;
        let head = self.head(&mut tx).await?;
        let name = self.name_folder(folder)?;
        log::swap_sealer(&mut tx, head.sealer.as_deref(), &name).await?;
        let entry = entry(self.now(), &staff.user, Act::System, "log-folder-replaced")?.with_reason(reason);
        Ok(tx.commit(&[entry]).await?)
    }

    /// The head, in the name of this folder.
    async fn claim(&self, folder: &Folder) -> Result<Tree> {
        let mut tx = self.pool().begin().await?;
        let mut head = self.head(&mut tx).await?;
        let name = folder.sealer().map_err(broken)?;
        match (&name, &head.sealer) {
            (Some(mine), Some(theirs)) if mine == theirs => {}
            (_, None) => {
                let name = match name {
                    Some(name) => name,
                    None => self.name_folder(folder)?,
                };
                log::swap_sealer(&mut tx, None, &name).await?;
                head.sealer = Some(name);
            }
            (_, Some(_)) => {
                return Err(Error::Conflict(format!(
                    "this log is sealed into another folder than {}; name that one or move it here whole. If it is lost, \
                     `gateway log take-over` makes this one its place",
                    folder.path().display()
                )));
            }
        }
        tx.commit_unlogged("who seals").await?;
        Ok(head)
    }

    fn name_folder(&self, folder: &Folder) -> Result<String> {
        let name = random::<16>(self.entropy())
            .iter()
            .fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        folder.set_sealer(&name).map_err(|fault| ends(&fault))?;
        Ok(name)
    }

    async fn head(&self, tx: &mut Tx) -> Result<Tree> {
        if let Some(head) = log::find_tree(tx).await? {
            if log::size(tx).await? < head.size {
                return Err(broken("entries are gone from the database that were sealed"));
            }
            return Ok(head);
        }
        let empty = Frontier::new();
        let tree = Tree {
            size: 0,
            frontier: empty.to_bytes(),
            root: empty.root().as_bytes().to_vec(),
            sealed_at: self.now(),
            note: None,
            sealer: None,
        };
        log::start_tree(tx, &tree).await?;
        log::find_tree(tx).await?.ok_or(Error::NotFound("log"))
    }

    /// Publishes the tiles between what the folder has and the head.
    async fn replay(&self, sealer: &mut Sealer) -> Result<()> {
        while sealer.edge.size() < sealer.head.size {
            let missing = sealer.head.size - sealer.edge.size();
            let most = ENTRIES_MAX.min(u32::try_from(missing).unwrap_or(u32::MAX));
            let mut tx = self.pool().read().await?;
            let entries = log::list_from(&mut tx, sealer.edge.size(), most).await?;
            drop(tx);
            if entries.is_empty() {
                return Err(broken(format!("entry {} is missing", sealer.edge.size())));
            }
            let mut files = Vec::new();
            for entry in &entries {
                append(&mut sealer.edge, entry, &mut files)?;
            }
            if sealer.edge.size() == sealer.head.size {
                if sealer.edge.root() != sealer.frontier.root() {
                    return Err(broken("the entries in the database do not lead to its head"));
                }
                files.extend(sealer.edge.partial().map_err(broken)?);
            }
            on_disk(&sealer.folder, move |folder| {
                folder.stage(&files)?;
                folder.apply(&files)?;
                folder.prune(&files)
            })
            .await?;
        }
        Ok(())
    }

    /// Publishes the head, signed by every key of today.
    async fn publish_head(&self, sealer: &mut Sealer) -> Result<()> {
        let note = match &sealer.head.note {
            Some(bytes) => Some(Note::parse(bytes).map_err(broken)?),
            None => None,
        };
        let signed = note.filter(|note| sealer.keys.all_signed(note));
        let note = if let Some(note) = signed {
            note
        } else {
            // The same head once more: another signature is no other checkpoint.
            let note = sealer.note(sealer.head.size, sealer.frontier.root())?;
            let head = Tree {
                note: Some(note.to_bytes()),
                ..sealer.head.clone()
            };
            self.swap_head(&sealer.head, &head).await?;
            sealer.head = head;
            note
        };
        let known = sealer.folder.checkpoint().map_err(broken)?;
        if known.is_none_or(|known| known.text() != note.text() || !sealer.keys.all_signed(&known)) {
            on_disk(&sealer.folder, move |folder| folder.publish(&note)).await?;
        }
        Ok(())
    }
}

/// What the folder has promised so far.
fn published(folder: &Folder, keys: &LogKeys) -> Result<Checkpoint> {
    match folder.checkpoint().map_err(broken)? {
        Some(note) => keys.read(&note),
        None => Ok(Checkpoint {
            origin: keys.origin().to_owned(),
            size: 0,
            root: empty_root(),
        }),
    }
}

/// The folder may lag behind the head; it is never ahead of it and never of another log.
fn check(folder: &Folder, published: &Checkpoint, head: &Tree) -> Result<()> {
    let place = folder.path().display();
    if published.size > head.size {
        return Err(Error::Conflict(format!(
            "{place} has published {} entries, but the database has sealed {}: an older database was restored. Restore the \
             newest one; going on from this one would sign two logs",
            published.size, head.size
        )));
    }
    if published.size == head.size && published.root.as_bytes().as_slice() != head.root {
        return Err(Error::Conflict(format!(
            "{place} and the database have different logs of {} entries; one of them was changed, and nothing is signed",
            head.size
        )));
    }
    Ok(())
}
