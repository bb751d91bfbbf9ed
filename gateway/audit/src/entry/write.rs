//! The one spelling of an entry (RFC 8785), written straight from its fields.
//!
//! The alphabets of the fields leave nothing to escape, and their names are ASCII, so the canonical form comes down to
//! the order of members. `crate::canonical` is the scheme as the RFC has it; the test holds the two together.

use std::collections::BTreeMap;

use super::{Entry, TemplateRef};
use crate::instant;

/// An entry's bytes are about so many; more only costs another allocation.
const USUAL_BYTES: usize = 512;

/// Writes an entry that was checked.
pub(super) fn canonical(entry: &Entry) -> String {
    let mut out = Members::begin(String::with_capacity(USUAL_BYTES));
    out.text("act", entry.act.as_str());
    out.text("actor", &entry.actor);
    out.some("area", entry.area());
    out.text("at", &instant::to_text(entry.at.0).unwrap_or_default());
    out.some("attempt", entry.attempt());
    out.some("case", entry.case());
    out.some("channel", entry.channel());
    out.map("commitments", &entry.commitments);
    out.some("contact", entry.contact());
    out.some("draft", entry.draft());
    out.map("facts", &entry.facts);
    out.some("message", entry.message());
    out.some("nonce", entry.nonce());
    out.some("obligation", entry.obligation());
    out.some("reason", entry.reason());
    out.some("result", entry.result());
    out.some("rule", entry.rule());
    if let Some(template) = entry.template() {
        out.template(template);
    }
    out.number("v", entry.v);
    out.text("verb", &entry.verb);
    out.some("victim", entry.victim());
    out.end()
}

/// The members of one object.
struct Members {
    out: String,
    first: bool,
}

impl Members {
    fn begin(mut out: String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    fn name(&mut self, name: &str) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        for part in ["\"", name, "\":"] {
            self.out.push_str(part);
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        for part in ["\"", value, "\""] {
            self.out.push_str(part);
        }
    }

    fn some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn number(&mut self, name: &str, value: u32) {
        self.name(name);
        self.out.push_str(&value.to_string());
    }

    /// An object that is left out when it is empty.
    fn map(&mut self, name: &str, members: &BTreeMap<String, String>) {
        if members.is_empty() {
            return;
        }
        self.name(name);
        let mut inner = Self::begin(std::mem::take(&mut self.out));
        for (name, value) in members {
            inner.text(name, value);
        }
        self.out = inner.end();
    }

    fn template(&mut self, template: &TemplateRef) {
        self.name("template");
        let mut inner = Self::begin(std::mem::take(&mut self.out));
        inner.text("digest", &template.digest);
        inner.text("kind", &template.kind);
        inner.text("language", &template.language);
        inner.number("version", template.version);
        self.out = inner.end();
    }

    fn end(mut self) -> String {
        self.out.push('}');
        self.out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::canonical;
    use crate::entry::{Act, Entry};

    const ID: &str = "00112233445566778899aabbccddeeff";

    /// An entry in which bit `n` of `which` says whether field `n` is there.
    fn entry(which: u32, facts: Vec<(String, String)>) -> Entry {
        let has = |n: u32| which >> n & 1 == 1;
        let mut entry = Entry::new(1_795_424_400_000_000, "system:test", Act::Decision, "tried").unwrap();
        let fields: [fn(Entry) -> Entry; 14] = [
            |e| e.with_reason("some-reason"),
            |e| e.with_area("north-east"),
            |e| e.with_case(ID),
            |e| e.with_victim(ID),
            |e| e.with_obligation(ID),
            |e| e.with_draft(ID),
            |e| e.with_message(ID),
            |e| e.with_attempt(ID),
            |e| e.with_contact(ID),
            |e| e.with_channel("email"),
            |e| e.with_result("delivered"),
            |e| e.with_rule("R6-05"),
            |e| e.with_template("decision-to-charge", 12, "cy", ID.repeat(2)),
            |e| {
                e.with_nonce(&[7; 16])
                    .with_commitment("to", ID.repeat(2))
                    .with_commitment("a", ID.repeat(2))
            },
        ];
        for (n, field) in (0..).zip(fields) {
            entry = if has(n) { field(entry) } else { entry };
        }
        facts
            .into_iter()
            .fold(entry, |entry, (name, value)| entry.with_fact(name, value))
    }

    proptest! {
        #[test]
        fn it_is_the_canonical_form_of_the_scheme(
            which in 0_u32..1 << 14,
            facts in proptest::collection::vec(("[a-z][a-z0-9_-]{0,8}", "[A-Za-z][A-Za-z ._:/-]{0,20}"), 0..6),
        ) {
            let entry = entry(which, facts);
            let value = serde_json::to_value(&entry).unwrap();
            prop_assert_eq!(entry.to_canonical().unwrap(), canonical::to_bytes(&value).unwrap());
        }
    }
}
