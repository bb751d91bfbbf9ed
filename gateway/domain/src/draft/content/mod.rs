//! What must not stand in a message: another case's people and references, the defence side, the victim's
//! own whereabouts (requirements C2, C3, C5; incidents I3, I5 and I12).
//!
//! A finding tells what kind of thing stands in which line, and never the thing itself.

mod scan;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::address::{EmailAddress, MatchKey, PhoneNumber, PostalAddress};
use crate::masked::Masked;
use crate::people::PersonName;
use crate::safety::DenySet;
use crate::urn::Urn;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// The person addressed has the name of a defendant.
    AddresseeIsDefendant,
    /// A name of another case.
    ForeignName,
    /// A reference of another case.
    ForeignUrn,
    /// This case's reference, which identifies it to whoever has defence papers.
    OwnUrn,
    /// A defendant's name.
    DefendantName,
    /// An address, number or household of the defence side.
    DefenceContact,
    /// The victim's email address.
    OwnEmail,
    /// The victim's telephone number.
    OwnPhone,
    /// The victim's postal address, or its postcode or street alone.
    OwnAddress,
    /// The victim's date of birth.
    OwnDateOfBirth,
    /// The victim's workplace, school or another recorded place.
    OwnPlace,
    /// Words about a place or a routine: a person reads the sentence again.
    PlaceOrRoutine,
    /// Words of evidence in what is written to an adviser, who stays out of it: a person reads the sentence again.
    Evidence,
}

impl FindingKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::AddresseeIsDefendant => "addressee-is-defendant",
            Self::ForeignName => "foreign-name",
            Self::ForeignUrn => "foreign-urn",
            Self::OwnUrn => "own-urn",
            Self::DefendantName => "defendant-name",
            Self::DefenceContact => "defence-contact",
            Self::OwnEmail => "own-email",
            Self::OwnPhone => "own-phone",
            Self::OwnAddress => "own-address",
            Self::OwnDateOfBirth => "own-date-of-birth",
            Self::OwnPlace => "own-place",
            Self::PlaceOrRoutine => "place-or-routine",
            Self::Evidence => "evidence",
        }
    }

    /// Whether the draft cannot be approved with it; otherwise it is shown to the approver.
    pub fn blocks(self) -> bool {
        !matches!(self, Self::PlaceOrRoutine | Self::Evidence)
    }
}

/// One thing found, by its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The line of the text, from 1; 0 for the message as a whole.
    pub line: usize,
}

/// What belongs to the victim whose message it is.
#[derive(Debug, Clone)]
pub struct OwnFacts {
    /// How the victim is addressed.
    pub addressee: PersonName,
    /// Every name that may stand in the message: the victim's, the officer's, the prosecutor's.
    pub names: Vec<PersonName>,
    /// The case's reference.
    pub urn: Urn,
    /// The victim's email addresses.
    pub emails: Vec<EmailAddress>,
    /// The victim's numbers.
    pub phones: Vec<PhoneNumber>,
    /// The victim's postal addresses.
    pub addresses: Vec<PostalAddress>,
    /// The date of birth.
    pub born: Option<Date>,
    /// Workplace, school and the like.
    pub places: Vec<Masked>,
}

/// What must not stand in it.
#[derive(Debug, Clone, Default)]
pub struct ForeignFacts {
    names: BTreeSet<Masked>,
    urns: BTreeSet<Masked>,
    deny: DenySet,
}

impl ForeignFacts {
    /// Names and references of other cases, and this case's defence side. Made once and used for many
    /// messages.
    pub fn new<'a>(
        names: impl IntoIterator<Item = &'a PersonName>,
        urns: impl IntoIterator<Item = &'a Urn>,
        deny: DenySet,
    ) -> Self {
        let names = names
            .into_iter()
            .map(PersonName::words)
            .filter(|words| words.len() > 1);
        let urns = urns.into_iter().map(|urn| Masked::new(urn.root()));
        Self {
            names: names.flat_map(|words| orders(&words)).collect(),
            urns: urns.collect(),
            deny,
        }
    }

    /// The names of the defence side.
    pub(crate) fn defence(&self) -> &[PersonName] {
        self.deny.names()
    }

    /// The same for another case's defence side.
    #[must_use]
    pub fn with_deny(self, deny: DenySet) -> Self {
        Self { deny, ..self }
    }
}

/// A name as it may be written: in order, and with the last word first.
fn orders(words: &[String]) -> Vec<Masked> {
    let mut turned = words.to_vec();
    turned.rotate_right(1);
    vec![Masked::new(words.join(" ")), Masked::new(turned.join(" "))]
}

/// Looks through rendered words, line by line. No finding repeats what it found.
pub fn content_check(rendered: &str, own: &OwnFacts, others: &ForeignFacts) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    if others.deny.meets(
        &own.addressee
            .match_keys()
            .into_iter()
            .filter(is_name)
            .collect::<Vec<_>>(),
    ) {
        found.insert(Finding {
            kind: FindingKind::AddresseeIsDefendant,
            line: 0,
        });
    }
    let lines: Vec<&str> = rendered.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let line_no = at + 1;
        // A name, number or address may be broken over two lines; what is found only together counts for the first.
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let alone_next = scan::kinds_in(next, own, others);
        let both = scan::kinds_in(&format!("{line} {next}"), own, others);
        let here = scan::kinds_in(line, own, others);
        let broken = both.difference(&alone_next).copied();
        found.extend(
            here.iter()
                .copied()
                .chain(broken)
                .map(|kind| Finding { kind, line: line_no }),
        );
    }
    found.into_iter().collect()
}

/// Looks for words of evidence in what an officer wrote freely to an adviser (requirement B8: progress, not evidence).
/// `rendered` is the message that `written` stands in; a finding names its line there.
pub fn evidence_check(rendered: &str, written: &str) -> Vec<Finding> {
    let before = rendered.find(written).map_or("", |at| &rendered[..at]);
    let first_line = before.matches('\n').count() + 1;
    let speaks = |line: &(usize, &str)| scan::speaks_of_evidence(line.1);
    let lines = written.lines().enumerate().filter(speaks);
    let finding = |(at, _)| Finding {
        kind: FindingKind::Evidence,
        line: first_line + at,
    };
    lines.map(finding).collect()
}

fn is_name(key: &MatchKey) -> bool {
    key.kind() == "name"
}
