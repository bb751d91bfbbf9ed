//! Law 2 and law 3 at the level of flows: whatever happens in whatever order, nothing leaves outside a window, to a
//! point that is not verified, to the defence side, or to somebody who has withdrawn, opted out or died.
//!
//! Chance chooses what happens: events, drafts, approvals, cancellings, waivers, decisions to resend, changes of a
//! plan, further rows of a case, jumps of the clock, delivery rounds at a server that misbehaves. An oracle with its
//! own record and its own London clock looks at each mail that left.

mod actions;
mod london;
mod oracle;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Runtime;

use actions::{Action, action};
use world::World;

const CASES: u32 = 80;
const ACTIONS_MAX: usize = 24;

/// Starts of a story: a Monday; the evenings before the clocks go back and forward; before Christmas; before the
/// August bank holiday.
const STARTS: [&str; 5] = [
    "2026-11-23T09:00:00Z",
    "2026-10-24T20:00:00Z",
    "2027-03-27T20:00:00Z",
    "2026-12-24T13:00:00Z",
    "2027-08-27T14:00:00Z",
];

/// Why messages must have been held at least once for the trial to have meant something.
const REASONS: [&str; 7] = [
    "contact-point-expired",
    "deny-set",
    "no-verified-safe-contact-point",
    "outside-window",
    "route-by-hand",
    "withdrawn",
    "content-not-wanted",
];

/// What a trial came to.
pub(crate) struct Played {
    /// Mails that left, each of which was looked at.
    pub(crate) mails: usize,
    /// Reasons for which messages were held.
    pub(crate) held: std::collections::BTreeMap<String, usize>,
}

/// Plays `cases` stories from this seed.
pub(crate) fn play(cases: u32, seed: u8) -> Played {
    let runtime = Runtime::new().expect("a runtime");
    let world = runtime.block_on(World::new());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let stories = (0..STARTS.len(), prop::collection::vec(action(), 4..ACTIONS_MAX));
    let played = runner.run(&stories, |(start, actions): (usize, Vec<Action>)| {
        runtime
            .block_on(world.tell(STARTS[start], &actions))
            .map_err(TestCaseError::fail)
    });
    if let Err(fault) = played {
        panic!("{fault}");
    }
    runtime.block_on(world.sum_up())
}

#[test]
fn whatever_happens_in_whatever_order_nothing_unsafe_leaves() {
    let played = play(CASES, 7);
    assert!(
        played.mails >= 40,
        "{} mails left: too few to mean anything",
        played.mails
    );
    let missing = REASONS
        .iter()
        .filter(|reason| !played.held.contains_key(**reason))
        .collect::<Vec<_>>();
    assert!(
        missing.is_empty(),
        "never held for {missing:?}, only for {:?}",
        played.held
    );
}
