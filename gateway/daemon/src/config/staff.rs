//! The staff file: who may act, until accounts exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::address::PhoneNumber;
use flows::{Role, Staff};
use serde::Deserialize;

use crate::print::Fault;

const USER_BYTES_MAX: usize = 64;
const NAME_BYTES_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    person: Vec<Staff>,
}

/// Reads the staff file and names every person in it who cannot be right.
pub fn read(path: &Path) -> Result<Vec<Staff>, Fault> {
    let named = |fault: &dyn std::fmt::Display| format!("{}: {fault}", path.display());
    let text = fs::read_to_string(path).map_err(|fault| Fault::input(named(&fault)))?;
    let file: File =
        toml::from_str(&text).map_err(|fault| Fault::input(named(&super::place(&text, &fault))))?;
    let faults = faults(&file.person);
    if faults.is_empty() {
        return Ok(file.person);
    }
    let lines = faults.iter().map(|fault| named(fault)).collect::<Vec<_>>();
    Err(Fault::input(lines.join("\n")))
}

fn faults(people: &[Staff]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut users = BTreeSet::new();
    for (at, person) in people.iter().enumerate() {
        let mut wrong = |what: &str| faults.push(format!("person {}: {what}", at + 1));
        // A user name stands in the contact log, so it must not be able to look like the system's own.
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if person.user.is_empty() || person.user.len() > USER_BYTES_MAX || !person.user.chars().all(is_plain)
        {
            wrong("`user` is 1 to 64 lower-case letters, digits, dots and hyphens");
        }
        if !users.insert(person.user.as_str()) {
            wrong("`user` is that of somebody above; everybody has their own");
        }
        if person.name.trim().is_empty()
            || person.name.len() > NAME_BYTES_MAX
            || person.name.chars().any(char::is_control)
        {
            wrong("`name` is one line of 1 to 100 bytes");
        }
        if PhoneNumber::parse(&person.phone).is_err() {
            wrong("`phone` is a telephone number that victims can ring, such as 01632 960001");
        }
    }
    for (role, what) in [
        (
            Role::Administrator,
            "an administrator, who brings cases and events in",
        ),
        (Role::Vlo, "a Victim Liaison Officer"),
        (Role::VloManager, "a VLO manager, who approves"),
    ] {
        if !people.iter().any(|person| person.roles.contains(&role)) {
            faults.push(format!("the file names nobody as {what}"));
        }
    }
    faults
}
