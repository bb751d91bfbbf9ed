//! Officers on pages: their names in the text, and a mark instead of a name or user name in addresses and forms.

use flows::Staff;

use crate::door::Door;
use crate::form::{Form, Problems};
use crate::parts::Choice;

/// The mark of nobody.
pub(crate) const NOBODY: &str = "nobody";
/// Digits of a mark: enough to tell the officers of the service apart.
const MARK_DIGITS: usize = 16;

/// What stands for a user name where a browser keeps it: an address tells nobody who works here.
pub(crate) fn mark(user: &str) -> String {
    let digits = audit::merkle::leaf_hash(format!("officer {user}").as_bytes()).to_hex();
    digits.chars().take(MARK_DIGITS).collect()
}

/// The officer of a mark.
pub(crate) fn find(door: &Door, wanted: &str) -> Option<Staff> {
    let all = door.gateway().list_staff_officers();
    all.into_iter().find(|officer| mark(&officer.user) == wanted)
}

/// The name of an officer by the user name; empty for nobody.
pub(crate) fn name(door: &Door, user: &str) -> String {
    if user.is_empty() {
        return "Nobody yet".to_owned();
    }
    let known = door.gateway().staff(user);
    known.map_or_else(|_| user.to_owned(), |officer| officer.name.clone())
}

/// A choice of officers; to filter by, it offers anybody and nobody too.
pub(crate) fn choice(
    door: &Door,
    name: &'static str,
    legend: &str,
    form: &Form,
    problems: &Problems,
    is_filter: bool,
) -> Choice {
    let officers = door.gateway().list_staff_officers();
    of(officers, name, legend, form, problems, is_filter)
}

/// The same of these officers.
pub(crate) fn of(
    officers: Vec<Staff>,
    name: &'static str,
    legend: &str,
    form: &Form,
    problems: &Problems,
    is_filter: bool,
) -> Choice {
    let mut options = vec![(
        String::new(),
        if is_filter { "Anybody" } else { "Select an officer" }.to_owned(),
    )];
    if is_filter {
        options.push((NOBODY.to_owned(), "Nobody yet".to_owned()));
    }
    options.extend(
        officers
            .into_iter()
            .map(|officer| (mark(&officer.user), officer.name)),
    );
    let options = options
        .iter()
        .map(|(value, label)| (value.as_str(), label.as_str()));
    Choice::new(name, legend, options, form, problems)
}
