//! Time and chance, declared but never read here (law 12).

use jiff::Timestamp;

/// The time zone of working days, deadlines and contact windows.
pub const LONDON: &str = "Europe/London";

/// Tells the present instant. The daemon has the one that reads the machine's clock; demo and tests pass
/// one that is set by hand.
pub trait Clock: Send + Sync {
    /// The present instant, in UTC.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes. The daemon has the one that asks the operating system; tests pass a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills `out` with bytes that nobody can guess.
    fn fill(&self, out: &mut [u8]);
}

/// `N` fresh random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}
