//! `gateway log pack`: one case for an auditor, to be checked without us.

use std::path::Path;

use audit::folder::Folder;
use audit::proving::Prover;
use audit::tile::WIDTH;
use flows::LogPack;

use super::{bar, new_folder, no, write};
use crate::commands::Context;
use crate::config::ContactLog;
use crate::house;
use crate::print::{self, Fault};

/// Runs the command.
pub async fn run(
    context: &Context,
    log: &ContactLog,
    urn: &str,
    reason: &str,
    dir: &Path,
) -> Result<u8, Fault> {
    new_folder(dir)?;
    let gateway = context.open().await?;
    let case = gateway.record_case_pack(&context.user, urn, reason).await?;
    let mut pack = LogPack::begin(&house::published(log)?, &case)?;
    let folder = Folder::new(&log.folder);
    let prover = Prover::new(&folder, pack.size());
    let progress = bar("reading", pack.size());
    for bundle in 0..pack.size().div_ceil(WIDTH) {
        let entries = prover.bundle(bundle).map_err(no)?;
        progress.inc(entries.len() as u64);
        for (index, bytes) in (bundle * WIDTH..).zip(entries) {
            for (name, bytes) in pack.add(index, &bytes)? {
                write(&dir.join(name), &bytes)?;
            }
        }
    }
    progress.finish_and_clear();
    let found = pack.found();
    for (name, bytes) in pack.finish() {
        write(&dir.join(name), &bytes)?;
    }
    print::line(&format!("{found} entries of the case, each with its proof"));
    Ok(0)
}
