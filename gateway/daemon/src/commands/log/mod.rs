//! `gateway log`: the contact log for whoever does not have to trust us.

mod export;
mod pack;
mod prove;
mod verify;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use audit::checkpoint::Checkpoint;
use audit::folder::Folder;
use audit::note::Note;
use audit::policy::Policy;
use indicatif::ProgressBar;

use super::Context;
use crate::config::ContactLog;
use crate::house;
use crate::print::{self, Fault};

/// The contact log.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Copy the whole published log with its trust policy into a new folder, and check the copy.
    Export {
        /// A folder that is not there yet, or empty.
        #[arg(value_name = "DIR")]
        into: PathBuf,
    },
    /// Check a log from its first entry to its signature. Without DIR: the published log, and the database against it.
    Verify {
        /// An export.
        #[arg(value_name = "DIR")]
        export: Option<PathBuf>,
        /// The trust policy to check with; for an export it should be your own, not the one that came with it.
        #[arg(long)]
        policy: Option<PathBuf>,
        /// A checkpoint that you kept from before; may be given several times.
        #[arg(long)]
        kept: Vec<PathBuf>,
    },
    /// Prove that one entry is in the log: a `.tlog-proof` on standard output, or with the entry in a folder.
    Prove {
        /// The entry's index, from 0.
        #[arg(long)]
        entry: u64,
        /// Write `entry-N.json` and `entry-N.tlog-proof` here instead.
        #[arg(long)]
        into: Option<PathBuf>,
    },
    /// Prove that the log of OLD entries is the beginning of the log of NEW.
    Consistency {
        /// A size, or a file with a checkpoint, which is then checked.
        old: String,
        /// The same.
        new: String,
    },
    /// One case for an auditor: its entries, their proofs, the checkpoint, the policy, a table and a README.
    Pack {
        /// The case's URN.
        #[arg(long)]
        case: String,
        /// Why, as a short code, e.g. inspection.
        #[arg(long)]
        reason: String,
        /// A folder that is not there yet, or empty.
        #[arg(value_name = "DIR")]
        into: PathBuf,
    },
    /// The keys with which anybody can check what this log signs.
    Key,
    /// Make the configured folder the one that the log is sealed into, because the one before is lost.
    TakeOver {
        /// Why, as a short code, e.g. disk-lost.
        #[arg(long)]
        reason: String,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    let log = context.contact_log()?;
    match command {
        Command::Export { into } => export::run(context, &log, &into).await,
        Command::Verify { export, policy, kept } => {
            let policy = policy.as_deref();
            match export {
                Some(dir) => verify::export(context, &log, &dir, policy, &kept),
                None => verify::published(context, &log, policy, &kept).await,
            }
        }
        Command::Prove { entry, into } => prove::entry(&log, entry, into.as_deref()),
        Command::Consistency { old, new } => prove::consistency(&log, &old, &new),
        Command::Pack { case, reason, into } => pack::run(context, &log, &case, &reason, &into).await,
        Command::Key => {
            for key in house::log_keys(&log)?.verifiers() {
                print::line(&key.to_string());
            }
            Ok(0)
        }
        Command::TakeOver { reason } => {
            let gateway = context.open().await?;
            let folder = Folder::new(&log.folder);
            gateway.take_over_log(&context.user, &folder, &reason).await?;
            print::line(
                "the log is sealed into this folder from now on; what it lacks is written at the next start",
            );
            Ok(0)
        }
    }
}

/// What is published: the checkpoint, read under the policy of the log, with its note.
fn published(folder: &Folder, policy: &Policy) -> Result<(Checkpoint, Note), Fault> {
    let note = folder
        .checkpoint()
        .map_err(|fault| Fault::input(fault.to_string()))?;
    let note = note.ok_or_else(|| {
        Fault::no(format!(
            "{}: nothing is published here yet; `gateway serve` publishes",
            folder.path().display()
        ))
    })?;
    let trusted = policy
        .read(&note)
        .map_err(|fault| Fault::no(format!("the published checkpoint: {fault}")))?;
    Ok((trusted.checkpoint, note))
}

/// The published log of a configuration.
fn source(log: &ContactLog) -> Result<(Folder, Checkpoint, Note, Vec<u8>), Fault> {
    let (policy, bytes) = house::policy(log)?;
    let folder = Folder::new(&log.folder);
    let (checkpoint, note) = published(&folder, &policy)?;
    Ok((folder, checkpoint, note, bytes))
}

/// A new folder, readable by its owner alone. One that holds something is left alone.
fn new_folder(dir: &Path) -> Result<(), Fault> {
    let named = |fault: std::io::Error| Fault::input(format!("{}: {fault}", dir.display()));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(named)?;
    if fs::read_dir(dir).map_err(named)?.next().is_some() {
        return Err(Fault::input(format!(
            "{}: is not empty; name a folder that is new",
            dir.display()
        )));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let named = |fault: std::io::Error| Fault::input(format!("{}: {fault}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(named)?;
    }
    fs::write(path, bytes).map_err(named)
}

fn bar(what: &str, all: u64) -> ProgressBar {
    let bar = print::bar(all, "{msg} {bar:40} {human_pos} of {human_len}, {eta} left");
    bar.set_message(what.to_owned());
    bar
}

fn no(fault: impl std::fmt::Display) -> Fault {
    Fault::no(fault.to_string())
}
