//! Where caught messages go.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fmt, fs, io};

/// One caught message.
#[derive(Clone, PartialEq, Eq)]
pub struct Caught {
    /// The return path; empty for `<>`.
    pub from: String,
    /// The recipients of the envelope.
    pub recipients: Vec<String>,
    /// The message.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Caught([{} recipients, {} bytes])",
            self.recipients.len(),
            self.bytes.len()
        )
    }
}

/// What is done with a message before it is answered with 250.
#[derive(Clone)]
pub enum Sink {
    /// `NUMBER.eml` and `NUMBER.json` (`{"from","rcpts"}`) in this folder, which is made when missing.
    /// Written under another name first, so that whoever sees the `.eml` sees it whole; not synced to disk.
    Folder(PathBuf),
    /// Handed to this function; an error is answered with 452.
    Call(Arc<dyn Fn(Caught) -> io::Result<()> + Send + Sync>),
    /// Counted and forgotten.
    Count,
}

pub(super) struct Keeper {
    sink: Sink,
    kept: AtomicU64,
    numbers: AtomicU64,
}

impl Keeper {
    pub(super) fn new(sink: Sink) -> io::Result<Self> {
        let mut last = 0;
        if let Sink::Folder(folder) = &sink {
            fs::create_dir_all(folder)?;
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                let number = path
                    .file_stem()
                    .and_then(|stem| stem.to_str())
                    .and_then(|stem| stem.parse().ok());
                last = last.max(number.unwrap_or(0));
            }
        }
        Ok(Self {
            sink,
            kept: AtomicU64::new(0),
            numbers: AtomicU64::new(last),
        })
    }

    pub(super) fn count(&self) -> u64 {
        self.kept.load(Ordering::SeqCst)
    }

    pub(super) async fn keep(&self, caught: Caught) -> io::Result<()> {
        match &self.sink {
            Sink::Count => {}
            Sink::Call(call) => call(caught)?,
            Sink::Folder(folder) => {
                let number = self.numbers.fetch_add(1, Ordering::SeqCst) + 1;
                let folder = folder.clone();
                let writing = tokio::task::spawn_blocking(move || write(&folder, number, &caught));
                writing.await.map_err(io::Error::other)??;
            }
        }
        self.kept.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn write(folder: &Path, number: u64, caught: &Caught) -> io::Result<()> {
    let envelope = serde_json::json!({ "from": caught.from, "rcpts": caught.recipients });
    let name = format!("{number:010}");
    fs::write(folder.join(format!("{name}.json")), envelope.to_string())?;
    let unfinished = folder.join(format!("{name}.part"));
    fs::write(&unfinished, &caught.bytes)?;
    fs::rename(unfinished, folder.join(format!("{name}.eml")))
}
