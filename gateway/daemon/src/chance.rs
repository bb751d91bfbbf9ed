//! The machine's clock and randomness: read here and nowhere else (law 12).

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use domain::time::{Clock, Entropy, random};
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

/// The demo's clock: it stands until it is set, and from [`StoryClock::run`] on it goes as the machine's does,
/// from where the story had got to.
#[derive(Clone)]
pub struct StoryClock(Arc<Story>);

struct Story {
    stands_at_us: AtomicI64,
    ahead_us: OnceLock<i64>,
}

impl StoryClock {
    /// A clock that stands at an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(Arc::new(Story {
            stands_at_us: AtomicI64::new(instant.as_microsecond()),
            ahead_us: OnceLock::new(),
        }))
    }

    /// Sets it; it never goes back.
    pub fn set(&self, instant: Timestamp) {
        self.0
            .stands_at_us
            .fetch_max(instant.as_microsecond(), Ordering::SeqCst);
    }

    /// Lets it go on by itself and answers how far ahead of the machine's clock it is, in microseconds.
    pub fn run(&self) -> i64 {
        let ahead = self.0.stands_at_us.load(Ordering::SeqCst) - MachineClock.now().as_microsecond();
        *self.0.ahead_us.get_or_init(|| ahead)
    }

    /// Lets it go on so far ahead of the machine's clock.
    pub fn run_ahead(&self, ahead_us: i64) {
        self.0.ahead_us.get_or_init(|| ahead_us);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        let us = match self.0.ahead_us.get() {
            Some(ahead) => MachineClock.now().as_microsecond().saturating_add(*ahead),
            None => self.0.stands_at_us.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(us).unwrap_or(Timestamp::MAX)
    }
}

/// A name for leases on outbox rows that no other process has.
pub fn lease_name() -> String {
    format!("process-{}", hex::encode(random::<8>(&MachineEntropy::new())))
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
