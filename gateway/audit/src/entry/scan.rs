//! Whether bytes are an entry, without making one: what [`Entry::parse`] says, several times as fast.
//!
//! The canonical form puts the members in one order and has nothing to escape, so an entry is read in one pass along
//! the list of its fields. Bytes that this pass does not understand are left to [`Entry::parse`], which also says what
//! is wrong with them; a test holds that the two never disagree.

use super::{Act, Entry, EntryError, VERSION, check};
use crate::instant;

/// What a member holds.
#[derive(Clone, Copy)]
enum Kind {
    Text(fn(&str) -> bool),
    Instant,
    Version,
    Facts,
    Commitments,
    Template,
}

/// Every member with whether it must be there, in the order of the canonical form.
const MEMBERS: [(&str, bool, Kind); 21] = [
    ("act", true, Kind::Text(is_act)),
    ("actor", true, Kind::Text(check::is_actor)),
    ("area", false, Kind::Text(check::is_kebab)),
    ("at", true, Kind::Instant),
    ("attempt", false, Kind::Text(is_reference)),
    ("case", false, Kind::Text(is_reference)),
    ("channel", false, Kind::Text(check::is_kebab)),
    ("commitments", false, Kind::Commitments),
    ("contact", false, Kind::Text(is_reference)),
    ("draft", false, Kind::Text(is_reference)),
    ("facts", false, Kind::Facts),
    ("message", false, Kind::Text(is_reference)),
    ("nonce", false, Kind::Text(is_reference)),
    ("obligation", false, Kind::Text(is_reference)),
    ("reason", false, Kind::Text(check::is_kebab)),
    ("result", false, Kind::Text(check::is_kebab)),
    ("rule", false, Kind::Text(check::is_rule)),
    ("template", false, Kind::Template),
    ("v", true, Kind::Version),
    ("verb", true, Kind::Text(check::is_kebab)),
    ("victim", false, Kind::Text(is_reference)),
];

fn is_act(text: &str) -> bool {
    Act::ALL.iter().any(|act| act.as_str() == text)
}

fn is_reference(text: &str) -> bool {
    check::is_hex(text, 32)
}

fn is_hash(text: &str) -> bool {
    check::is_hex(text, 64)
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
    let mut rest = Rest(std::str::from_utf8(bytes).ok()?);
    let (mut at, mut committed, mut bound) = (None, false, false);
    let mut members = MEMBERS.iter();
    rest.skip("{")?;
    let mut first = true;
    while !rest.0.starts_with('}') {
        if !first {
            rest.skip(",")?;
        }
        first = false;
        let name = rest.text()?;
        rest.skip(":")?;
        // Members are in order: whatever was passed over is not there.
        let (_, _, kind) = loop {
            let member = members.next()?;
            if member.0 == name {
                break member;
            }
            if member.1 {
                return None;
            }
        };
        match kind {
            Kind::Text(holds) => {
                holds(rest.text()?).then_some(())?;
                bound |= name == "nonce";
            }
            Kind::Instant => at = Some(instant::from_text(rest.text()?)?),
            Kind::Version => (rest.number()? == VERSION).then_some(())?,
            Kind::Facts => rest.map(check::is_fact)?,
            Kind::Commitments => {
                rest.map(is_hash)?;
                committed = true;
            }
            Kind::Template => rest.template()?,
        }
    }
    let whole = rest.0 == "}" && members.all(|(_, needed, _)| !needed) && (bound || !committed);
    at.filter(|_| whole)
}

/// What has not been read yet.
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    fn skip(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// A string without escapes; what may be in it, the caller says.
    fn text(&mut self) -> Option<&'t str> {
        let (text, rest) = self.0.strip_prefix('"')?.split_once('"')?;
        self.0 = rest;
        Some(text)
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        (number == "0" || !number.starts_with('0')).then(|| number.parse().ok())?
    }

    /// An object of texts: 1 to 32 names in order, each once.
    fn map(&mut self, holds: fn(&str) -> bool) -> Option<()> {
        self.skip("{")?;
        let mut last = "";
        for count in 0.. {
            if count > 0 && self.skip("}").is_some() {
                return Some(());
            }
            if count == check::MEMBERS_MAX {
                return None;
            }
            if count > 0 {
                self.skip(",")?;
            }
            let name = self.text()?;
            self.skip(":")?;
            (check::is_name(name) && name > last && holds(self.text()?)).then_some(())?;
            last = name;
        }
        None
    }

    fn template(&mut self) -> Option<()> {
        self.skip("{\"digest\":")?;
        is_hash(self.text()?).then_some(())?;
        self.skip(",\"kind\":")?;
        check::is_kebab(self.text()?).then_some(())?;
        self.skip(",\"language\":")?;
        check::is_language(self.text()?).then_some(())?;
        self.skip(",\"version\":")?;
        (self.number()? > 0).then_some(())?;
        self.skip("}")
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
