//! The incidents of our domain notes that concern sending, each replayed by its mechanism from end to end: case and
//! event come in, a message is drafted and approved, and a real SMTP server over TLS is at the far end. The pure
//! rules have their own replays in `gateway/domain/tests/incidents.rs`.

mod content;
pub(crate) mod crossing;
mod defence;
mod kept;
mod recipients;
mod side_doors;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use flows::{Approved, Recorded};
use harness::case;
use harness::gateway::TestGateway;
use serde_json::Value;

/// When the hold-back of what was approved at the beginning ends.
const HOLD_BACK_ENDS: &str = "2026-11-23T09:15:00Z";
const INCIDENTS: u32 = 16;

/// A victim with one event; what it owes is drafted, approved and waits for its hold-back.
async fn approved(gateway: &TestGateway, victim: &Value, event: &Value) -> Approved {
    gateway.add_victim(&case::case(victim)).await;
    let answer = gateway.event(&case::event(1, event)).await;
    assert!(matches!(answer, Recorded::New { .. }), "{answer:?}");
    let mut approved = gateway.draft_and_approve().await;
    assert_eq!(approved.len(), 1, "one message is approved");
    approved.remove(0)
}

/// Every `incident_NN` that stands in these files as a test's name.
fn numbers_in(sources: &str) -> BTreeSet<u32> {
    let names = sources.split("fn incident_").skip(1);
    names.filter_map(|name| name.get(..2)?.parse().ok()).collect()
}

#[test]
fn every_incident_has_a_test_with_its_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources =
        fs::read_to_string(root.join("../gateway/domain/tests/incidents.rs")).expect("the pure ones");
    for file in fs::read_dir(root.join("it/incidents")).expect("the folder of these tests") {
        sources += &fs::read_to_string(file.expect("a file").path()).expect("a source file");
    }
    let missing = (1..=INCIDENTS).collect::<BTreeSet<_>>();
    let missing = missing
        .difference(&numbers_in(&sources))
        .copied()
        .collect::<Vec<_>>();
    assert!(missing.is_empty(), "no test replays the incidents {missing:?}");
}
