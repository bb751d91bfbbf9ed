//! `gateway vault`: keys and secrets.

use audit::key::{KeyKind, SigningKey};
use domain::time::random;
use vault::KeyFile;
use zeroize::Zeroizing;

use super::Context;
use crate::chance::MachineEntropy;
use crate::config::{ContactLog, secrets};
use crate::print::{self, Fault};

/// Keys and secrets.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the secret files that the configuration names and that are not there yet: the master key, the key of the
    /// return paths and the key of the contact log. What is there stays.
    Make,
}

/// Runs the command.
pub fn run(context: &Context, command: &Command) -> Result<u8, Fault> {
    let Command::Make = command;
    let config = context.need_config()?;
    let entropy = MachineEntropy::new();
    let keys = &config.keys;
    if keys.file.exists() {
        print::line(&format!("{} is there already", keys.file.display()));
    } else {
        let text = KeyFile::new_text(&keys.active, &random(&entropy), &random(&entropy))
            .map_err(|fault| Fault::input(format!("keys.active: {fault}")))?;
        secrets::write(&keys.file, &text)?;
        print::line(&format!(
            "{} made. Keep a copy apart from the backups of the database: without it they hold nothing readable.",
            keys.file.display()
        ));
    }
    let bounce_key = &config.sender.bounce_key_file;
    if bounce_key.exists() {
        print::line(&format!("{} is there already", bounce_key.display()));
    } else {
        secrets::write_bytes(bounce_key, &entropy)?;
        print::line(&format!("{} made", bounce_key.display()));
    }
    let log = &config.contact_log;
    if log.key_file.exists() {
        print::line(&format!("{} is there already", log.key_file.display()));
    } else {
        make_log_key(log, &entropy)?;
        print::line(&format!("{} made", log.key_file.display()));
    }
    Ok(0)
}

/// Makes the key that signs a log's checkpoints.
pub fn make_log_key(log: &ContactLog, entropy: &MachineEntropy) -> Result<(), Fault> {
    let text = SigningKey::new_text(&log.origin, KeyKind::Ed25519, &Zeroizing::new(random(entropy)))
        .map_err(|fault| Fault::input(format!("contact_log.origin: {fault}")))?;
    secrets::write(&log.key_file, &text)
}
