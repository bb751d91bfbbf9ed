//! `gateway vault`: keys and secrets.

use domain::time::random;
use vault::KeyFile;

use super::Context;
use crate::chance::MachineEntropy;
use crate::config::secrets;
use crate::print::{self, Fault};

/// Keys and secrets.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the secret files that the configuration names and that are not there yet: the master key and the
    /// key of the return paths. What is there stays.
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
    Ok(0)
}
