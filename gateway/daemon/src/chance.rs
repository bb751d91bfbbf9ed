//! The machine's clock and randomness: read here and nowhere else (law 12).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::{Clock, Entropy};
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};

/// The machine's clock.
pub struct MachineClock;

impl Clock for MachineClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands until it is set: simulated time.
#[derive(Clone)]
pub struct SetClock(Arc<AtomicI64>);

impl SetClock {
    /// A clock that stands at an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(instant.as_microsecond())))
    }

    /// Sets it; it never goes back.
    pub fn set(&self, instant: Timestamp) {
        self.0.fetch_max(instant.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// The operating system's randomness.
pub struct MachineEntropy(SystemRandom);

impl MachineEntropy {
    /// Ready to be asked.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's randomness"
    )]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for MachineEntropy {
    fn fill(&self, out: &mut [u8]) {
        // Without randomness no identifier and no key may be made: stop rather than guess.
        if self.0.fill(out).is_err() {
            std::process::abort();
        }
    }
}
