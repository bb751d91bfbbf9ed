//! A log as files in a folder (C2SP tlog-tiles), written so that a crash at any point leaves a log that holds.
//!
//! `checkpoint` and `tile/` are the log. `staged/` holds what the next checkpoint needs until it is signed and its
//! head is taken; `sealer` names whoever seals into this folder, and `lock` is held while somebody does.
//!
//! Nothing is known to be on the disk before it was synced: each file before its rename, each folder after one. A
//! fault of the disk is never tried again here: what a failed sync has written, nobody knows (the caller ends).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::note::{self, Note, NoteError};
use crate::tile::{ENTRY_BYTES_MAX, Kind, Tile, TileError, decode_entries};

const CHECKPOINT: &str = "checkpoint";
const STAGED: &str = "staged";
const SEALER: &str = "sealer";
const LOCK: &str = "lock";
/// The longest name of a sealer, in bytes.
const SEALER_BYTES_MAX: u64 = 64;

/// What is wrong with a folder, and in which file.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The file cannot be read or written.
    #[error("{}: {fault}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        fault: io::Error,
    },
    /// A file of the log is not there.
    #[error("{}: is missing; a log's folder is always copied whole", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file is longer than what it can hold.
    #[error("{}: is longer than {max} bytes", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The most that it can have.
        max: u64,
    },
    /// A tile that is none.
    #[error("{}: {fault}", .path.display())]
    Tile {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: TileError,
    },
    /// A checkpoint that is no note.
    #[error("{}: {fault}", .path.display())]
    Note {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: NoteError,
    },
    /// Somebody else seals into it at this moment.
    #[error("{}: another process seals into this folder; there is one at a time", .path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
}

/// A folder that holds a log.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

/// The right to write into a folder. Whoever holds it is alone, also after a crash of the one before.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Folder {
    /// A folder that is there already, or will be with the first write.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the right to write. The system gives it back when the process ends, however it ends.
    pub fn lock(&self) -> Result<Lock, FolderError> {
        fs::create_dir_all(&self.path).map_err(|fault| io(&self.path, fault))?;
        let path = self.path.join(LOCK);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.map_err(|fault| io(&path, fault))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Locked {
                path: self.path.clone(),
            }),
            Err(TryLockError::Error(fault)) => Err(io(&path, fault)),
        }
    }

    /// Who seals into this folder, if anybody ever did.
    pub fn sealer(&self) -> Result<Option<String>, FolderError> {
        let path = self.path.join(SEALER);
        let bytes = read(&path, SEALER_BYTES_MAX)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()))
    }

    /// Says who seals into this folder from now on.
    pub fn set_sealer(&self, name: &str) -> Result<(), FolderError> {
        self.replace(SEALER, name.as_bytes())
    }

    /// The checkpoint that is published, if there is one. Whether it is to be believed is another question.
    pub fn checkpoint(&self) -> Result<Option<Note>, FolderError> {
        let path = self.path.join(CHECKPOINT);
        let Some(bytes) = read(&path, note::BYTES_MAX as u64)? else {
            return Ok(None);
        };
        Note::parse(&bytes)
            .map(Some)
            .map_err(|fault| FolderError::Note { path, fault })
    }

    /// The bytes of a tile or bundle. Where a partial one is gone because the full one has taken its place, its part of
    /// that (C2SP tlog-tiles): a reader of an older checkpoint goes on beside the sealer.
    pub fn tile(&self, tile: Tile) -> Result<Vec<u8>, FolderError> {
        if let Some(bytes) = self.find_tile(tile)? {
            return Ok(bytes);
        }
        let path = self.path.join(tile.path());
        let full = Tile { width: 256, ..tile };
        let bytes = if full == tile { None } else { self.find_tile(full)? };
        let mut bytes = bytes.ok_or(FolderError::Missing { path })?;
        let part = match tile.kind {
            Kind::Hashes(_) => 32 * usize::from(tile.width),
            Kind::Entries => {
                let entries = decode_entries(&bytes, full.width).map_err(|fault| self.fault(full, fault))?;
                let entries = entries[..usize::from(tile.width)].iter();
                entries.map(|entry| 2 + entry.len()).sum()
            }
        };
        bytes.truncate(part);
        Ok(bytes)
    }

    fn find_tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, FolderError> {
        let each = match tile.kind {
            Kind::Hashes(_) => 32,
            Kind::Entries => 2 + ENTRY_BYTES_MAX as u64,
        };
        read(&self.path.join(tile.path()), each * u64::from(tile.width))
    }

    /// A tile's fault, with the file that it is in.
    pub fn fault(&self, tile: Tile, fault: TileError) -> FolderError {
        FolderError::Tile {
            path: self.path.join(tile.path()),
            fault,
        }
    }

    /// Writes the files of the next checkpoint aside. A crash from here on leaves them unused.
    pub fn stage(&self, files: &[(Tile, Vec<u8>)]) -> Result<(), FolderError> {
        let staged = self.path.join(STAGED);
        if staged.exists() {
            fs::remove_dir_all(&staged).map_err(|fault| io(&staged, fault))?;
        }
        fs::create_dir_all(&staged).map_err(|fault| io(&staged, fault))?;
        for (tile, bytes) in files {
            let path = staged.join(flat(*tile));
            let written = File::create(&path).and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            });
            written.map_err(|fault| io(&path, fault))?;
        }
        sync(&staged)
    }

    /// Moves the staged files to their places; from here on they never change. A crash in the middle leaves some moved:
    /// staging and applying again gives the same.
    pub fn apply(&self, files: &[(Tile, Vec<u8>)]) -> Result<(), FolderError> {
        let staged = self.path.join(STAGED);
        let mut touched = std::collections::BTreeSet::new();
        for (tile, _) in files {
            let path = self.path.join(tile.path());
            let folder = path.parent().unwrap_or(&self.path);
            fs::create_dir_all(folder).map_err(|fault| io(folder, fault))?;
            fs::rename(staged.join(flat(*tile)), &path).map_err(|fault| io(&path, fault))?;
            let above = folder
                .ancestors()
                .take_while(|folder| folder.starts_with(&self.path));
            touched.extend(above.map(Path::to_owned));
        }
        touched.iter().rev().try_for_each(|folder| sync(folder))
    }

    /// Makes a checkpoint the one that is published. Its tiles must be in their places.
    pub fn publish(&self, note: &Note) -> Result<(), FolderError> {
        self.replace(CHECKPOINT, &note.to_bytes())
    }

    /// Takes away the partial files that these full ones have taken the place of (C2SP tlog-tiles allows it).
    pub fn prune(&self, files: &[(Tile, Vec<u8>)]) -> Result<(), FolderError> {
        for (tile, _) in files.iter().filter(|(tile, _)| tile.width == 256) {
            let partial = self.path.join(format!("{}.p", tile.path()));
            match fs::remove_dir_all(&partial) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(io(&partial, fault)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes a file of this folder so that a reader finds the old or the new one whole, also after a crash.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let (path, aside) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let written = File::create(&aside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|fault| io(&aside, fault))?;
        fs::rename(&aside, &path).map_err(|fault| io(&path, fault))?;
        sync(&self.path)
    }
}

/// A tile's name in the one folder in which files are staged.
fn flat(tile: Tile) -> String {
    tile.path().replace('/', "_")
}

fn io(path: &Path, fault: io::Error) -> FolderError {
    FolderError::Io {
        path: path.to_owned(),
        fault,
    }
}

/// Syncs a folder: without it, a rename may be gone after a power cut.
fn sync(folder: &Path) -> Result<(), FolderError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|fault| io(folder, fault))
}

/// A whole file, bounded; none where there is none.
fn read(path: &Path, max: u64) -> Result<Option<Vec<u8>>, FolderError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(io(path, fault)),
    };
    let length = file.metadata().map_err(|fault| io(path, fault))?.len();
    if length > max {
        return Err(FolderError::TooLong {
            path: path.to_owned(),
            max,
        });
    }
    // Whole in one call: what is here is replaced or added, and never grows.
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    file.read_exact(&mut bytes).map_err(|fault| io(path, fault))?;
    Ok(Some(bytes))
}
