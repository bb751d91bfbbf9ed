//! `gateway vault make` and `gateway vault rotate`: the secret files and the master keys.

use audit::key::{KeyKind, SigningKey};
use domain::time::random;
use flows::{Gateway, Rotated};
use serde_json::json;
use vault::KeyFile;
use zeroize::Zeroizing;

use super::Context;
use crate::chance::MachineEntropy;
use crate::config::{ContactLog, secrets};
use crate::print::{self, Fault};

/// Makes the secret files that are not there yet.
pub fn make(context: &Context) -> Result<u8, Fault> {
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
    let shared = config.webhook.iter().map(|about| &about.secret_file);
    for secret in shared.chain([&config.sender.bounce_key_file]) {
        if secret.exists() {
            print::line(&format!("{} is there already", secret.display()));
        } else {
            secrets::write_bytes(secret, &entropy)?;
            print::line(&format!("{} made", secret.display()));
        }
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

/// Wraps every data key anew, with a progress bar.
pub async fn rotate(context: &Context, gateway: &Gateway) -> Result<u8, Fault> {
    let bar = print::bar(0, "{bar:40} {pos} of {len} keys, {eta} left");
    let rotated = gateway
        .rotate_keys(&context.user, |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        })
        .await;
    bar.finish_and_clear();
    Ok(show_rotated(context, &rotated?))
}

fn show_rotated(context: &Context, rotated: &Rotated) -> u8 {
    if context.json {
        print::json(&json!({
            "keys": rotated.keys, "from": rotated.from, "refused": rotated.refused, "unused": rotated.unused,
            "left": rotated.left,
        }));
    } else {
        print::line(&format!("{} keys wrapped anew", rotated.keys));
        for kek in &rotated.unused {
            print::line(&format!(
                "{kek} wraps nothing any more; it can be taken out of the key file (docs/operations.md says how)"
            ));
        }
        if rotated.left > 0 {
            print::line(&format!(
                "{} keys are under another master key still; run this again once every process has the active one",
                rotated.left
            ));
        }
    }
    if let Some(fault) = &rotated.first_refusal {
        print::note(&format!(
            "{} keys do not open and stay as they are; the first: {fault}",
            rotated.refused
        ));
    }
    u8::from(rotated.left > 0)
}
