//! One-time codes of an authenticator app (TOTP, RFC 6238): six digits, 30 seconds, one step of drift either way.

use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// The bytes of a secret, as RFC 4226 section 4 recommends.
pub const SECRET_BYTES: usize = 20;

fn of(secret: &[u8; SECRET_BYTES]) -> Builder {
    Builder::new()
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::new_stack(*secret))
}

/// The step whose code this is, if it is a code of this moment. Codes of `last` and of steps before it were used, or are
/// older than one that was: a code works once.
pub fn find_step(secret: &[u8; SECRET_BYTES], typed: &str, at_s: u64, last: Option<u64>) -> Option<u64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = Zeroizing::new(digits);
    let step = of(secret).build().ok()?.check(&digits, at_s)?;
    (last < Some(step)).then_some(step)
}

/// The code of a moment, as an app shows it.
pub fn code(secret: &[u8; SECRET_BYTES], at_s: u64) -> Option<Zeroizing<String>> {
    let made: Totp = of(secret).build().ok()?;
    Some(Zeroizing::new(made.generate(at_s).to_string()))
}

/// A secret as people type it into an app, in base 32.
pub fn spell(secret: &[u8; SECRET_BYTES]) -> Zeroizing<String> {
    Zeroizing::new(Secret::new_stack(*secret).to_base32())
}

/// A secret as apps take it, with the names that they show. A colon in a name would end it, and becomes a blank.
pub fn address(secret: &[u8; SECRET_BYTES], service: &str, user: &str) -> Option<Zeroizing<String>> {
    let made = of(secret)
        .with_issuer(Some(service.replace(':', " ")))
        .with_account_name(user.replace(':', " "))
        .build()
        .ok()?;
    made.to_url().ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, the last six of its eight digits.
    const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        let known = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ];
        for (at, expected) in known {
            assert_eq!(*code(SECRET, at).unwrap(), expected);
            assert_eq!(find_step(SECRET, expected, at, None), Some(at / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_either_way_and_once() {
        assert_eq!(find_step(SECRET, "287 082", 59, None), Some(1));
        assert_eq!(find_step(SECRET, "287082", 29, None), Some(1));
        assert_eq!(find_step(SECRET, "287082", 89, None), Some(1));
        assert_eq!(find_step(SECRET, "287082", 90, None), None);
        assert_eq!(find_step(SECRET, "287082", 59, Some(1)), None);
        assert_eq!(find_step(SECRET, "287082", 59, Some(0)), Some(1));
        for wrong in ["", "287083", "28708", "2870822", "abcdef"] {
            assert_eq!(find_step(SECRET, wrong, 59, None), None);
        }
    }

    #[test]
    fn an_app_reads_the_address() {
        let address = address(SECRET, "Victim: communications", "mina.varga").unwrap();
        assert!(address.starts_with("otpauth://totp/"), "{}", *address);
        assert!(address.contains(&*spell(SECRET)) && address.contains("mina.varga"));
    }
}
