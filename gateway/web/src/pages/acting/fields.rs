//! Dates and times as people type them, each fault named at its field.

use domain::calendar::london;
use flows::ANSWER_CHARS_MAX;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::AmbiguousOffset;

use crate::form::{Form, Problems};
use crate::parts::Textarea;

/// Several lines with what was typed before, counted up to a most; `named` is the field's name, label and hint.
pub(crate) fn text_area(
    (name, label, hint): (&'static str, &str, &str),
    (characters_max, rows): (usize, u8),
    form: &Form,
    problems: &Problems,
) -> Textarea {
    Textarea {
        name,
        label: label.to_owned(),
        hint: Some(hint.to_owned()),
        value: form.raw(name).to_owned(),
        characters_max: u32::try_from(characters_max).ok(),
        rows: Some(rows),
        problem: problems.at(name).map(str::to_owned),
    }
}

/// What an officer writes to an adviser, in the frame of vetted words.
pub(crate) fn to_adviser(name: &'static str, label: &str, form: &Form, problems: &Problems) -> Textarea {
    let hint = "How the case stands, and what happens next. No evidence: nothing of statements, medical matters or what \
                anybody said.";
    text_area((name, label, hint), (ANSWER_CHARS_MAX, 10), form, problems)
}

/// The three fields of a date.
pub(crate) fn date_names(name: &str) -> [String; 3] {
    [name.to_owned(), format!("{name}-month"), format!("{name}-year")]
}

/// The two fields of a time.
pub(crate) fn time_names(name: &str) -> [String; 2] {
    [name.to_owned(), format!("{name}-minutes")]
}

/// Whether anything was typed in any of these fields.
pub(crate) fn is_given(form: &Form, names: &[String]) -> bool {
    names.iter().any(|name| !form.value(name).is_empty())
}

/// A day. `what` begins the sentence: `The date of the contact`.
pub(crate) fn date(form: &Form, name: &str, what: &str, problems: &mut Problems) -> Option<Date> {
    let names = date_names(name);
    if !is_given(form, &names) {
        problems.add(name, format!("Enter {}", lower(what)));
        return None;
    }
    let missing = names.iter().zip(["a day", "a month", "a year"]);
    let missing = missing.filter(|(name, _)| form.value(name).is_empty());
    let missing = missing.map(|(_, part)| part).collect::<Vec<_>>();
    if !missing.is_empty() {
        problems.add(name, format!("{what} must include {}", missing.join(" and ")));
        return None;
    }
    let [day, month, year] = names.map(|name| whole(form.value(&name)));
    let found = (|| {
        let year = i16::try_from(year?).ok().filter(|year| *year >= 1900)?;
        Date::new(year, i8::try_from(month?).ok()?, i8::try_from(day?).ok()?).ok()
    })();
    if found.is_none() {
        problems.add(name, format!("{what} must be a real date, such as 23 11 2026"));
    }
    found
}

/// A time of the 24-hour clock; a missing half is named.
pub(crate) fn time(form: &Form, name: &str, what: &str, problems: &mut Problems) -> Option<Time> {
    let [hour_name, minutes_name] = time_names(name);
    let (hour, minutes) = (form.value(&hour_name), form.value(&minutes_name));
    let words = match (hour.is_empty(), minutes.is_empty()) {
        (true, true) => format!("Enter {}", lower(what)),
        (true, false) => format!("{what} must include an hour"),
        (false, true) => format!("{what} must include minutes"),
        (false, false) => {
            let hour = whole(hour).filter(|hour| *hour < 24);
            let minute = whole(minutes).filter(|minute| *minute < 60);
            match (hour.map(i8::try_from), minute.map(i8::try_from)) {
                (Some(Ok(hour)), Some(Ok(minute))) => return Time::new(hour, minute, 0, 0).ok(),
                (None, _) => format!("The hour of {} must be between 0 and 23", lower(what)),
                _ => format!("The minutes of {} must be between 0 and 59", lower(what)),
            }
        }
    };
    problems.add(name, words);
    None
}

/// An instant of the London clock. An hour that the clocks skipped never was; of a doubled one the first is meant.
pub(crate) fn instant(
    date: Date,
    time: Time,
    name: &str,
    what: &str,
    problems: &mut Problems,
) -> Option<Timestamp> {
    let found = london().to_ambiguous_timestamp(date.to_datetime(time));
    if matches!(found.offset(), AmbiguousOffset::Gap { .. }) {
        problems.add(
            name,
            format!("{what} is in the hour that the clocks skipped when they went forward"),
        );
        return None;
    }
    found.compatible().ok()
}

/// A day and a time together; both are asked for at once, so that every fault is said at once.
pub(crate) fn moment(
    form: &Form,
    day: &str,
    clock: &str,
    what: (&str, &str),
    problems: &mut Problems,
) -> Option<Timestamp> {
    let date = date(form, day, what.0, problems);
    let time = time(form, clock, what.1, problems);
    instant(date?, time?, clock, what.1, problems)
}

/// A whole number without a sign.
fn whole(text: &str) -> Option<u16> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn lower(what: &str) -> String {
    let mut chars = what.chars();
    let first = chars.next().map(|c| c.to_lowercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}
