//! `gateway log export`: the whole log, so that the copy needs nobody's word.

use std::path::Path;

use audit::folder::Folder;
use audit::policy::Policy;
use audit::tile::Tile;

use super::verify::check;
use super::{bar, new_folder, no, source, write};
use crate::commands::Context;
use crate::config::ContactLog;
use crate::print::{self, Fault};

/// The name of the trust policy in an export.
pub const POLICY: &str = "policy";

/// Runs the command.
pub async fn run(context: &Context, log: &ContactLog, dir: &Path) -> Result<u8, Fault> {
    new_folder(dir)?;
    let gateway = context.open().await?;
    gateway.record_log_export(&context.user).await?;
    let (folder, checkpoint, note, policy) = source(log)?;
    let tiles = Tile::all(checkpoint.size).collect::<Vec<_>>();
    let progress = bar("copying", tiles.len() as u64);
    for tile in progress.wrap_iter(tiles.iter()) {
        let bytes = folder.tile(*tile).map_err(no)?;
        write(&dir.join(tile.path()), &bytes)?;
    }
    write(&dir.join("checkpoint"), &note.to_bytes())?;
    write(&dir.join(POLICY), &policy)?;
    progress.finish_and_clear();
    let policy = Policy::parse(&policy).map_err(|fault| Fault::input(fault.to_string()))?;
    let verified = check(&Folder::new(dir), &policy, &[])?;
    print::line(&format!(
        "{} entries exported and checked; root {}",
        verified.checkpoint.size, verified.checkpoint.root
    ));
    print::line(
        "Give the policy to auditors apart from the export: whoever changed the log could have changed a policy beside it.",
    );
    Ok(0)
}
