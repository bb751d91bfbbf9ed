//! Log entries, begun in one place.

use audit::entry::{Act, Entry};
use domain::contact::PointValue;
use jiff::Timestamp;
use store::obligations::ObligationRow;

use crate::person::Victim;
use crate::{Error, Result};

/// An entry about nobody yet.
pub(crate) fn entry(at: Timestamp, actor: &str, act: Act, verb: &str) -> Result<Entry> {
    Entry::new(at.as_microsecond(), actor, act, verb).map_err(|fault| Error::broken("log entry", fault))
}

/// An entry about an obligation.
pub(crate) fn about(at: Timestamp, actor: &str, act: Act, verb: &str, owed: &ObligationRow) -> Result<Entry> {
    Ok(entry(at, actor, act, verb)?
        .with_case(owed.case_id.as_str())
        .with_victim(owed.victim_id.as_str())
        .with_obligation(owed.id.as_str())
        .with_rule(&owed.rule))
}

/// An entry about a victim, by the random identifiers of victim and case.
pub(crate) fn about_victim(
    at: Timestamp,
    actor: &str,
    act: Act,
    verb: &str,
    victim: &Victim,
) -> Result<Entry> {
    Ok(entry(at, actor, act, verb)?
        .with_case(victim.case.id.as_str())
        .with_victim(victim.row.id.as_str())
        .with_area(&victim.case.area))
}

/// A value as an entry commits to it: an address or number as it is kept, the lines of a postal address one below the
/// other.
pub(crate) fn in_words(value: &PointValue) -> String {
    match value {
        PointValue::Email(address) => address.reveal().to_owned(),
        PointValue::Phone(number) => number.reveal().to_owned(),
        PointValue::Post(address) => address.reveal().collect::<Vec<_>>().join("\n"),
        PointValue::Person(person) => person.reveal().to_owned(),
    }
}
