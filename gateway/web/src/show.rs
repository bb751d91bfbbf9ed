//! How instants, codes and roles are written on pages: dates in full, the 12-hour clock, London.

use domain::account::Role;
use domain::calendar::london;
use domain::window::{ClockTime, Day, Window};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::door::Door;

/// `23 November 2026 at 5:30pm`.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{} at {}", day(at.to_zoned(london()).date()), time(at))
}

/// `23 November 2026`.
pub(crate) fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `2026-11-23`, for the name of a file.
pub(crate) fn iso_day(at: Timestamp) -> String {
    at.to_zoned(london()).date().to_string()
}

/// `800 bytes`, `12 kB`, `3 MB`, upwards, so that nothing is larger than it reads.
pub(crate) fn bytes(count: usize) -> String {
    match count {
        0..1_000 => format!("{count} bytes"),
        1_000..1_000_000 => format!("{} kB", count.div_ceil(1_000)),
        _ => format!("{} MB", count.div_ceil(1_000_000)),
    }
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

/// The language of a template, by its code.
pub(crate) fn language(code: &str) -> &str {
    match code {
        "en" => "English",
        "cy" => "Welsh",
        other => other,
    }
}

/// With a capital letter, as a sentence begins; without a full stop, as errors at fields have none.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}

/// `Monday, Tuesday, 9am to 5pm`.
pub(crate) fn window(window: &Window) -> String {
    let days = if window.days() == Day::WEEKDAYS {
        "Monday to Friday".to_owned()
    } else if window.days() == Day::ALL {
        "every day".to_owned()
    } else {
        let names = window.days().iter().map(|day| day_name(*day));
        names.collect::<Vec<_>>().join(", ")
    };
    format!("{days}, {} to {}", clock(window.from()), clock(window.to()))
}

/// A day of the week in words.
pub(crate) fn day_name(day: Day) -> &'static str {
    match day {
        Day::Mon => "Monday",
        Day::Tue => "Tuesday",
        Day::Wed => "Wednesday",
        Day::Thu => "Thursday",
        Day::Fri => "Friday",
        Day::Sat => "Saturday",
        Day::Sun => "Sunday",
    }
}

/// A time of the day that a plan names: `5:30pm`, `10am`, `midday`, `midnight` at either end.
pub(crate) fn clock(time: ClockTime) -> String {
    let (hours, minutes) = (time.minutes() / 60, time.minutes() % 60);
    let half = if hours % 24 < 12 { "am" } else { "pm" };
    let twelve = if hours % 12 == 0 { 12 } else { hours % 12 };
    match (time.minutes(), minutes) {
        (0 | 1440, _) => "midnight".to_owned(),
        (720, _) => "midday".to_owned(),
        (_, 0) => format!("{twelve}{half}"),
        _ => format!("{twelve}:{minutes:02}{half}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_read_as_words() {
        let hours = ["09:00", "17:30", "12:00", "00:00", "00:30", "24:00"];
        let hours = hours.map(|hour| clock(ClockTime::parse(hour).unwrap()));
        assert_eq!(
            hours,
            ["9am", "5:30pm", "midday", "midnight", "12:30am", "midnight"]
        );
    }
}
