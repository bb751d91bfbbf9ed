//! How instants, codes and roles are written on pages: dates in full, the 12-hour clock, London.

use domain::account::Role;
use domain::calendar::london;
use jiff::Timestamp;

use crate::door::Door;

/// `23 November 2026 at 5:30pm`.
pub(crate) fn moment(at: Timestamp) -> String {
    let local = at.to_zoned(london());
    format!("{} at {}", local.strftime("%-d %B %Y"), time(at))
}

/// `5:30pm`, `10am`, `midday`.
pub(crate) fn time(at: Timestamp) -> String {
    let local = at.to_zoned(london());
    match (local.hour(), local.minute()) {
        (12, 0) => "midday".to_owned(),
        (_, 0) => local.strftime("%-I%P").to_string(),
        _ => local.strftime("%-I:%M%P").to_string(),
    }
}

/// The name of an Area.
pub(crate) fn area(door: &Door, code: &str) -> String {
    let mut areas = door.gateway().parts().areas.list().iter();
    let found = areas.find(|area| area.code.as_str() == code);
    found.map_or_else(|| code.to_owned(), |area| area.name.clone())
}

/// A role in words.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Vlo => "Victim Liaison Officer",
        Role::VloManager => "VLO manager",
        Role::Prosecutor => "Prosecutor",
        Role::TemplateReviewer => "Template reviewer",
        Role::Adviser => "Adviser",
        Role::Auditor => "Auditor",
        Role::Administrator => "Administrator",
        Role::ApiClient => "API client",
    }
}

/// With a capital letter, as a sentence begins; without a full stop, as errors at fields have none.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}
