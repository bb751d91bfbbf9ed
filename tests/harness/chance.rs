//! Time and chance for tests: set by hand, and the same in every run.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::{Clock, Entropy};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

/// A clock that stands until a test sets it.
pub struct SetClock(AtomicI64);

impl SetClock {
    /// Stands at this instant, e.g. `2026-11-23T09:00:00Z`.
    pub fn at(instant: &str) -> Self {
        Self(AtomicI64::new(parse(instant).as_microsecond()))
    }

    /// Goes to this instant.
    pub fn set(&self, instant: &str) {
        self.set_to(parse(instant));
    }

    /// The same for an instant that was computed.
    pub fn set_to(&self, instant: Timestamp) {
        self.0.store(instant.as_microsecond(), Ordering::SeqCst);
    }
}

fn parse(instant: &str) -> Timestamp {
    instant.parse().expect("a test's instant is RFC 3339")
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).expect("a test's instant is in range")
    }
}

/// The machine's clock, for tests of the running program, which has no other.
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test reads the same clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// SHA-256 of a seed and a counter: the same bytes in every run, different ones at every call.
pub struct SeededEntropy {
    seed: u64,
    counter: Mutex<u64>,
}

impl SeededEntropy {
    /// Chance that repeats for this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            counter: Mutex::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let mut counter = self.counter.lock().expect("no test panics while drawing");
            *counter += 1;
            let block = digest(
                &SHA256,
                &[self.seed.to_be_bytes(), counter.to_be_bytes()].concat(),
            );
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}
