//! One file for each group of sub-commands.

pub mod check;
pub mod deadline;
pub mod imports;
pub mod lists;
pub mod templates;

use std::path::PathBuf;

use flows::Gateway;

use crate::chance::MachineClock;
use crate::house;
use crate::print::Fault;

/// What every command gets.
pub struct Context {
    /// The folder with `config` and `templates`.
    pub house: PathBuf,
    /// The demo's folder.
    pub dir: PathBuf,
    /// Who acts.
    pub user: String,
    /// Output for programs.
    pub json: bool,
}

impl Context {
    /// The gateway on this folder, with the machine's clock.
    pub async fn open(&self) -> Result<Gateway, Fault> {
        house::open_demo(&self.house, &self.dir, Box::new(MachineClock)).await
    }
}
