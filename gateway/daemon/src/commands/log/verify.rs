//! `gateway log verify`: from the first entry to the signature.

use std::fs;
use std::path::{Path, PathBuf};

use audit::folder::Folder;
use audit::instant;
use audit::note::Note;
use audit::policy::Policy;
use audit::proving::Prover;
use audit::tile::WIDTH;
use audit::verification::{self, Verified};
use serde_json::json;

use super::export::POLICY;
use super::{bar, no};
use crate::commands::Context;
use crate::config::ContactLog;
use crate::house;
use crate::print::{self, Fault};

/// Checks an export, with nothing but the export and a policy.
pub fn export(
    context: &Context,
    log: &ContactLog,
    dir: &Path,
    policy: Option<&Path>,
    kept: &[PathBuf],
) -> Result<u8, Fault> {
    let own = dir.join(POLICY);
    if policy.is_none() {
        print::note(&format!(
            "checked with the policy that came with it ({}), which proves nothing against whoever made the export",
            own.display()
        ));
    }
    let policy = read_policy(policy.unwrap_or(&own), log)?;
    let verified = check(&Folder::new(dir), &policy, kept)?;
    report(context, &verified)
}

/// Checks the published log, then the database against it.
pub async fn published(
    context: &Context,
    log: &ContactLog,
    policy: Option<&Path>,
    kept: &[PathBuf],
) -> Result<u8, Fault> {
    let gateway = context.open().await?;
    let policy = match policy {
        Some(file) => read_policy(file, log)?,
        None => house::policy(log)?.0,
    };
    let folder = Folder::new(&log.folder);
    let verified = check(&folder, &policy, kept)?;
    let size = verified.checkpoint.size;
    let prover = Prover::new(&folder, size);
    let progress = bar("database", size);
    for bundle in 0..size.div_ceil(WIDTH) {
        let entries = prover.bundle(bundle).map_err(no)?;
        gateway.compare_entries(bundle * WIDTH, &entries).await?;
        progress.inc(entries.len() as u64);
    }
    progress.finish_and_clear();
    report(context, &verified)
}

fn read_policy(file: &Path, log: &ContactLog) -> Result<Policy, Fault> {
    let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", file.display()));
    let bytes = fs::read(file).map_err(|fault| named(&fault))?;
    let policy = Policy::parse(&bytes).map_err(|fault| named(&fault))?;
    if policy.logs().is_empty() {
        return Err(named(&format!(
            "has no `log` line, so no checkpoint can be trusted; `gateway log key` shows the keys of {}",
            log.origin
        )));
    }
    Ok(policy)
}

/// Checks a folder, also against checkpoints that were kept, with a progress bar.
pub fn check(folder: &Folder, policy: &Policy, kept: &[PathBuf]) -> Result<Verified, Fault> {
    let mut notes = Vec::new();
    for file in kept {
        let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", file.display()));
        let bytes = fs::read(file).map_err(|fault| named(&fault))?;
        notes.push(Note::parse(&bytes).map_err(|fault| named(&fault))?);
    }
    let progress = bar("checking", 0);
    let checked = verification::verify(folder, policy, &notes, &mut |done, all| {
        progress.set_length(all);
        progress.set_position(done);
    });
    progress.finish_and_clear();
    checked.map_err(no)
}

fn report(context: &Context, verified: &Verified) -> Result<u8, Fault> {
    let (checkpoint, backwards) = (&verified.checkpoint, &verified.backwards);
    if context.json {
        print::json(&json!({
            "origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.to_hex(),
            "witnesses": verified.witnessed.len(), "quorum": verified.has_quorum,
            "dated_backwards": { "count": backwards.count, "worst": backwards.worst, "by_us": backwards.by_us },
        }));
    } else {
        print::line(&format!(
            "{}: all {} entries hold; root {}",
            checkpoint.origin, checkpoint.size, checkpoint.root
        ));
        for at_s in verified.witnessed.values() {
            let at = i64::try_from(*at_s)
                .ok()
                .and_then(|at_s| at_s.checked_mul(1_000_000));
            let at = at.and_then(instant::to_text).unwrap_or_default();
            print::line(&format!("cosigned by a witness at {at}"));
        }
        if let Some(worst) = backwards.worst {
            print::line(&format!(
                "{} entries are dated before one that stands before them; furthest back lies entry {worst}, by {} ms",
                backwards.count,
                backwards.by_us / 1000
            ));
        }
    }
    if verified.has_quorum {
        return Ok(0);
    }
    Err(Fault::no(
        "too few witnesses have cosigned for the policy: the log holds, but nobody else vouches that it was never another",
    ))
}
