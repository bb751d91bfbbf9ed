//! Whether bytes are an entry, without making one: what [`Entry::parse`] says, many times as fast.
//!
//! The canonical form puts the members in one order and has nothing to escape, so an entry is read in one pass along
//! the list of its fields. Bytes that this pass does not understand are left to [`Entry::parse`], which also says what
//! is wrong with them; a test holds that the two never disagree.

use super::{Act, Entry, EntryError, VERSION, check};
use crate::instant;

fn is_act(text: &[u8]) -> bool {
    Act::ALL.iter().any(|act| act.as_str().as_bytes() == text)
}

impl Entry {
    /// Checks that bytes are an entry, and answers when it happened, in microseconds since 1970 UTC.
    pub fn check(bytes: &[u8]) -> Result<i64, EntryError> {
        match scan(bytes) {
            Some(at) => Ok(at),
            None => Self::parse(bytes).map(|entry| entry.at()),
        }
    }
}

/// The instant of an entry; none for what this pass does not understand.
fn scan(bytes: &[u8]) -> Option<i64> {
    if bytes.len() > super::BYTES_MAX {
        return None;
    }
    let mut rest = Rest(bytes);
    rest.skip(b"{\"act\":")?;
    rest.text(is_act)?;
    rest.skip(b",\"actor\":")?;
    rest.text(check::is_actor)?;
    rest.optional(b",\"area\":", Rest::code)?;
    rest.skip(b",\"at\":")?;
    let at = instant::from_bytes(rest.string()?)?;
    rest.optional(b",\"attempt\":", Rest::hex::<32>)?;
    rest.optional(b",\"case\":", Rest::hex::<32>)?;
    rest.optional(b",\"channel\":", Rest::code)?;
    let committed = rest.optional(b",\"commitments\":", |rest| rest.map(Rest::hex::<64>))?;
    rest.optional(b",\"contact\":", Rest::hex::<32>)?;
    rest.optional(b",\"draft\":", Rest::hex::<32>)?;
    rest.optional(b",\"facts\":", |rest| rest.map(|rest| rest.text(check::is_fact)))?;
    rest.optional(b",\"message\":", Rest::hex::<32>)?;
    let bound = rest.optional(b",\"nonce\":", Rest::hex::<32>)?;
    rest.optional(b",\"obligation\":", Rest::hex::<32>)?;
    rest.optional(b",\"reason\":", Rest::code)?;
    rest.optional(b",\"result\":", Rest::code)?;
    rest.optional(b",\"rule\":", |rest| rest.text(check::is_rule))?;
    rest.optional(b",\"template\":", Rest::template)?;
    rest.skip(b",\"v\":")?;
    (rest.number()? == VERSION).then_some(())?;
    rest.skip(b",\"verb\":")?;
    rest.code()?;
    rest.optional(b",\"victim\":", Rest::hex::<32>)?;
    (rest.0 == b"}" && (bound || !committed)).then_some(at)
}

/// What has not been read yet.
struct Rest<'t>(&'t [u8]);

impl<'t> Rest<'t> {
    #[inline]
    fn skip<const LENGTH: usize>(&mut self, token: &[u8; LENGTH]) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// A member that need not be there: whether it was.
    #[inline]
    fn optional<const LENGTH: usize>(
        &mut self,
        name: &[u8; LENGTH],
        value: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<bool> {
        match self.skip(name) {
            None => Some(false),
            Some(()) => value(self).map(|()| true),
        }
    }

    /// A string without escapes; what may be in it, the caller says.
    #[inline]
    fn string(&mut self) -> Option<&'t [u8]> {
        let rest = self.0.strip_prefix(b"\"")?;
        let length = rest.iter().position(|byte| *byte == b'"')?;
        self.0 = &rest[length + 1..];
        Some(&rest[..length])
    }

    /// A string of which this is true; it is true of ASCII alone.
    #[inline]
    fn text(&mut self, holds: impl FnOnce(&[u8]) -> bool) -> Option<()> {
        holds(self.string()?).then_some(())
    }

    fn code(&mut self) -> Option<()> {
        self.text(check::is_kebab)
    }

    /// A string of so many hexadecimal digits.
    fn hex<const DIGITS: usize>(&mut self) -> Option<()> {
        let (digits, rest) = self.0.strip_prefix(b"\"")?.split_first_chunk::<DIGITS>()?;
        self.0 = rest.strip_prefix(b"\"")?;
        check::is_hex(digits, DIGITS).then_some(())
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        (number == b"0" || !number.starts_with(b"0"))
            .then(|| std::str::from_utf8(number).ok()?.parse().ok())?
    }

    /// An object of texts: 1 to 32 names in order, each once.
    fn map(&mut self, value: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        self.skip(b"{")?;
        let mut last: &[u8] = b"";
        for _ in 0..check::MEMBERS_MAX {
            let name = self.string()?;
            self.skip(b":")?;
            (check::is_name(name) && (last.is_empty() || name > last)).then_some(())?;
            value(self)?;
            if self.skip(b",").is_none() {
                return self.skip(b"}");
            }
            last = name;
        }
        None
    }

    fn template(&mut self) -> Option<()> {
        self.skip(b"{\"digest\":")?;
        self.hex::<64>()?;
        self.skip(b",\"kind\":")?;
        self.code()?;
        self.skip(b",\"language\":")?;
        self.text(check::is_language)?;
        self.skip(b",\"version\":")?;
        (self.number()? > 0).then_some(())?;
        self.skip(b"}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::scan;
    use crate::entry::Entry;
    use crate::entry::write::tests::entry;

    proptest! {
        #[test]
        fn it_understands_every_entry(
            which in 0_u32..1 << 14,
            facts in proptest::collection::vec(("[a-z][a-z0-9_-]{0,8}", "[A-Za-z][A-Za-z ._:/-]{0,20}"), 0..6),
        ) {
            let entry = entry(which, facts);
            prop_assert_eq!(scan(&entry.to_canonical().unwrap()), Some(entry.at()));
        }

        #[test]
        fn it_takes_nothing_that_the_parser_refuses(
            which in 0_u32..1 << 14,
            facts in proptest::collection::vec(("[a-z][a-z0-9_-]{0,8}", "[A-Za-z][A-Za-z ._:/-]{0,20}"), 0..3),
            changes in proptest::collection::vec((0_usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = entry(which, facts).to_canonical().unwrap();
            for (how, one, other, byte) in changes {
                let (one, other) = (one.index(bytes.len()), other.index(bytes.len()));
                match how {
                    0 => bytes[one] = byte,
                    1 => bytes.insert(one, bytes[other]),
                    2 if bytes.len() > 1 => drop(bytes.remove(one)),
                    _ => bytes.swap(one, other),
                }
            }
            if let Some(at) = scan(&bytes) {
                let parsed = Entry::parse(&bytes);
                prop_assert_eq!(parsed.map(|entry| entry.at()), Ok(at));
            }
        }
    }

    #[test]
    fn it_takes_no_member_twice_out_of_order_or_empty() {
        let good = r#"{"act":"system","actor":"a","at":"2026-11-23T09:00:00.000000Z","facts":{"a":"1","b":"2"},"v":1,"verb":"x"}"#;
        assert!(scan(good.as_bytes()).is_some());
        for (from, to) in [
            (r#""a":"1","b":"2""#, r#""b":"2","a":"1""#),
            (r#""a":"1","b":"2""#, r#""a":"1","a":"2""#),
            (r#"{"a":"1","b":"2"}"#, "{}"),
            (r#""v":1,"#, ""),
            (r#""v":1,"#, r#""v":01,"#),
            (r#""v":1,"#, r#""v":2,"#),
            (r#""v":1,"verb":"x""#, r#""verb":"x","v":1"#),
            (r#""actor":"a","#, r#""actor":"a","actor":"a","#),
            (r#""verb":"x"}"#, r#""verb":"x"} "#),
            (r#""verb":"x"}"#, r#""verb":"x",}"#),
            (r#""facts""#, r#""unknown":"1","facts""#),
            ("09:00:00", "24:00:00"),
            ("2026-11-23", "2026-11-31"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            assert!(scan(bad.as_bytes()).is_none(), "{bad}");
            assert!(Entry::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
