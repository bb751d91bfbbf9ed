//! The contact log of a test's own house: its key, its folder, and a sealer for the test's own hands.

use std::path::{Path, PathBuf};

use audit::folder::Folder;
use audit::key::{KeyKind, SigningKey};
use audit::policy::Policy;
use flows::{Gateway, LogKeys, PublishedLog, Sealed, Sealer};

/// The name of every test's log.
pub const ORIGIN: &str = "gateway.example/test-log";

/// The text of the key file of every test's log.
pub fn key_text() -> String {
    let text = SigningKey::new_text(ORIGIN, KeyKind::Ed25519, &[7; 32]);
    text.expect("a key").to_string()
}

/// The keys of every test's log.
pub fn keys() -> LogKeys {
    let key = SigningKey::parse(&key_text()).expect("a key");
    LogKeys::new(ORIGIN, vec![key]).expect("a key of this log")
}

/// A policy that trusts the log's own key and asks for no witness, as a file says it.
pub fn policy_text() -> String {
    let keys = keys().verifiers();
    format!("log {}\nquorum none\n", keys[0])
}

/// The same, read.
pub fn policy() -> Policy {
    Policy::parse(policy_text().as_bytes()).expect("a policy")
}

/// Where a house's log is published.
pub fn folder(dir: &Path) -> PathBuf {
    dir.join("contact-log")
}

/// The published log of a house, for its pages.
pub fn published(dir: &Path) -> PublishedLog {
    PublishedLog::new(Folder::new(folder(dir)), policy(), policy_text().into_bytes())
}

/// Becomes the one who seals; it ends when the value does.
pub async fn sealer(flows: &Gateway, dir: &Path) -> Sealer {
    let sealer = flows.open_sealer(Folder::new(folder(dir)), keys()).await;
    sealer.expect("the log is there to be sealed")
}

/// Seals what there is.
pub async fn seal(flows: &Gateway, dir: &Path) -> Sealed {
    let mut sealer = sealer(flows, dir).await;
    flows.seal_log(&mut sealer).await.expect("the log is sealed")
}
