//! Files that hold a secret: readable by their owner alone, and never quoted in an error.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use domain::time::{Entropy, random};
use zeroize::Zeroizing;

use crate::print::Fault;

/// Bits of a mode that let anybody but the owner in.
const OTHERS: u32 = 0o077;

/// The text of a secret file. One that others may read is refused: what they read, they may have kept.
pub fn read(path: &Path) -> Result<Zeroizing<String>, Fault> {
    let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", path.display()));
    let mode = fs::metadata(path)
        .map_err(|fault| named(&fault))?
        .permissions()
        .mode();
    if mode & OTHERS != 0 {
        return Err(named(&format!(
            "others than its owner may read this secret (mode {:03o}); make a new one, or `chmod 600` it if \
             nobody did",
            mode & 0o777
        )));
    }
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|fault| named(&fault))
}

/// The same of a password or a token. The line end that an editor leaves after it is no part of it.
pub fn read_line(path: &Path) -> Result<Zeroizing<String>, Fault> {
    let mut text = read(path)?;
    for end in ['\n', '\r'] {
        if text.ends_with(end) {
            text.pop();
        }
    }
    Ok(text)
}

/// Writes a new secret file. One that is there already is never written over.
pub fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let named = |fault: std::io::Error| Fault::input(format!("{}: {fault}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(named)?;
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    })
    .map_err(named)
}

/// 32 bytes that a secret file holds in hexadecimal.
pub fn read_bytes(path: &Path) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let text = read(path)?;
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), &mut *bytes).map_err(|_| {
        Fault::input(format!(
            "{}: must hold 32 bytes in hexadecimal, 64 digits; `gateway vault make` writes one",
            path.display()
        ))
    })?;
    Ok(bytes)
}

/// Writes a new secret file with 32 random bytes in hexadecimal.
pub fn write_bytes(path: &Path, entropy: &dyn Entropy) -> Result<(), Fault> {
    let bytes = Zeroizing::new(random::<32>(entropy));
    write(path, &Zeroizing::new(hex::encode(*bytes)))
}
