//! How long a target may take: two seconds of the processor's time. What passes on a clock meanwhile says how busy the machine is.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The most that one input may take.
const MOST: Duration = Duration::from_secs(2);

fn used() -> Duration {
    let at = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(at).expect("a time that has passed")
}

/// Runs a target over one input.
///
/// # Panics
/// When this thread worked longer than two seconds.
pub fn in_time(target: impl FnOnce()) {
    let begun = used();
    target();
    let took = used() - begun;
    assert!(took <= MOST, "an input that took {took:?}");
}
