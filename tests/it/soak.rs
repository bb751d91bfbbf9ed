//! Long trials, run by `make soak`; the short version of each is in `make test`.
#![expect(clippy::print_stdout, reason = "a trial prints its figures")]

use crate::kills::play_killed;

/// Log entries between two kills: an odd number, so that the kills fall into every step of a delivery.
const ENTRIES_BETWEEN: usize = 37;
const KILLS: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make soak"]
async fn a_hundred_kills_during_one_story() {
    let (arrived, unknown) = play_killed((260..).step_by(ENTRIES_BETWEEN).take(KILLS)).await;
    println!(
        "{KILLS} kills: {arrived} messages arrived once, none twice; {unknown} stand as unknown; the log verifies"
    );
}
