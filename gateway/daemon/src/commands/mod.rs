//! One file for each group of sub-commands.

pub mod check;
pub mod contacts;
pub mod deadline;
pub mod drafts;
pub mod imports;
pub mod log;
pub mod mailbox;
pub mod notices;
pub mod obligations;
pub mod outbox;
pub mod plan;
pub mod sending;
pub mod templates;
pub mod tokens;
pub mod users;
pub mod vault;
pub mod vault_keys;

use std::io::Read as _;
use std::path::PathBuf;

use flows::Gateway;
use mail::catcher::Catcher;
use mail::relay::Relay;

use crate::chance::MachineClock;
use crate::config::{Config, ContactLog};
use crate::demo;
use crate::house::{self, Paths};
use crate::print::Fault;

/// The longest list that a command prints.
const ROWS_MAX: u32 = 10_000;

/// What every command gets.
pub struct Context {
    /// The folder with `config` and `templates`.
    pub project: PathBuf,
    /// The demo's folder, on which commands act that name no configuration.
    pub dir: PathBuf,
    /// The configuration of the service that commands act on.
    pub config: Option<PathBuf>,
    /// Who acts.
    pub user: String,
    /// Output for programs.
    pub json: bool,
}

impl Context {
    /// The configuration, where one is named.
    pub fn config(&self) -> Result<Option<Config>, Fault> {
        self.config.as_deref().map(Config::read).transpose()
    }

    /// The configuration, which this command cannot do without.
    pub fn need_config(&self) -> Result<Config, Fault> {
        self.config()?.ok_or_else(|| {
            Fault::input("name the configuration with --config FILE; config/gateway.toml is a sample")
        })
    }

    /// Where the texts lie.
    pub fn paths(&self) -> Result<Paths, Fault> {
        Ok(self.config()?.map_or_else(
            || Paths::of_project(&self.project),
            |config| Paths::of_config(&config),
        ))
    }

    /// The gateway that commands act on: the configured one, or that of the demo's folder.
    pub async fn open(&self) -> Result<Gateway, Fault> {
        match self.config()? {
            Some(config) => house::open(&config, Box::new(MachineClock)).await,
            None => demo::open(self).await,
        }
    }

    /// The contact log that commands act on.
    pub fn contact_log(&self) -> Result<ContactLog, Fault> {
        let config = self.config()?;
        Ok(config.map_or_else(|| demo::contact_log(&self.dir), |config| config.contact_log))
    }

    /// The relay that messages leave by: the configured one, or a catcher of the demo's own, to be stopped at the end.
    pub async fn relay(&self) -> Result<(Option<Catcher>, Relay), Fault> {
        if let Some(config) = self.config()? {
            return Ok((None, house::relay(&config)?));
        }
        let (catcher, relay) = demo::post_office(&self.dir).await?;
        Ok((Some(catcher), relay))
    }
}

/// Reads an identifier that somebody typed.
fn id<T, E: std::fmt::Display>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, Fault> {
    parse(text).map_err(|fault| Fault::input(fault.to_string()))
}

/// Reads what concerns a person from standard input, bounded.
fn read_input(bytes_max: u64) -> Result<String, Fault> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(bytes_max + 1)
        .read_to_string(&mut text)
        .map_err(|fault| Fault::input(format!("standard input: {}", fault.kind())))?;
    if text.len() as u64 > bytes_max {
        return Err(Fault::input(format!(
            "standard input: longer than {bytes_max} bytes"
        )));
    }
    Ok(text)
}
