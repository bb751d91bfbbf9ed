//! One file for each group of sub-commands.

pub mod check;
pub mod deadline;
pub mod imports;
pub mod lists;
pub mod notices;
pub mod templates;
pub mod vault;

use std::path::PathBuf;

use flows::Gateway;

use crate::chance::MachineClock;
use crate::config::Config;
use crate::demo;
use crate::house::{self, Paths};
use crate::print::Fault;

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
}
