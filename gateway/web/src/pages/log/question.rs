//! The search form. It is sent, not put into an address: a case number and user names have no place in a browser's history.

use audit::entry::Act;
use domain::urn::Urn;
use flows::LogQuestion;
use jiff::civil::Date;
use serde::Serialize;

use super::words::in_words;
use crate::door::Door;
use crate::form::{Form, Problems};
use crate::parts::{Choice, DateInput, Input};

/// The form's fields.
pub(super) const FIELDS: [&str; 13] = [
    "urn",
    "about",
    "actor",
    "from",
    "from-month",
    "from-year",
    "to",
    "to-month",
    "to-year",
    "act",
    "verb",
    "result",
    "area",
];

/// The form as the page shows it.
#[derive(Serialize)]
pub(super) struct Asked {
    urn: Input,
    actor: Input,
    from: DateInput,
    to: DateInput,
    act: Choice,
    verb: Input,
    result: Input,
    area: Choice,
}

/// A field that goes along with a button.
#[derive(Serialize)]
pub(super) struct Kept {
    name: &'static str,
    value: String,
}

impl Asked {
    pub(super) fn new(door: &Door, form: &Form, problems: &Problems) -> Self {
        let acts = Act::ALL.map(|act| (act.as_str(), in_words(act.as_str())));
        let acts = acts.iter().map(|(code, words)| (*code, words.as_str()));
        let areas = door.gateway().parts().areas.list().iter();
        let areas = areas.map(|area| (area.code.as_str(), area.name.as_str()));
        let any = [("", "Any")];
        Self {
            urn: Input::new("urn", "Case number (URN)", form, problems),
            actor: Input::new(
                "actor",
                "User name of the officer or of anybody else",
                form,
                problems,
            )
            .hint("For example, priya.shah"),
            from: DateInput::new("from", "From", form, problems),
            to: DateInput::new("to", "To", form, problems),
            act: Choice::new("act", "Sort of act", any.into_iter().chain(acts), form, problems),
            verb: Input::new("verb", "Kind of entry", form, problems).hint("For example, message-approved"),
            result: Input::new("result", "Outcome", form, problems).hint("For example, accepted"),
            area: Choice::new("area", "Area", any.into_iter().chain(areas), form, problems),
        }
    }
}

/// What the form asks, and whatever is wrong with it.
pub(super) fn question(form: &Form, problems: &mut Problems) -> LogQuestion {
    let given = |name: &str| {
        Some(form.value(name))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let coded = |name: &str, problems: &mut Problems| {
        let value = given(name)?;
        let is_code = value
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:_".contains(c));
        problems.need(is_code, name, "Use lower-case letters, digits and hyphens only");
        Some(value)
    };
    let urn = given("urn");
    if urn.as_deref().is_some_and(|urn| Urn::parse(urn).is_err()) {
        problems.add("urn", "Enter a case number such as 07XQ0040126");
    }
    let before = given("before");
    LogQuestion {
        urn,
        about: given("about"),
        actor: coded("actor", problems),
        from: date(form, "from", problems),
        to: date(form, "to", problems),
        act: coded("act", problems),
        verb: coded("verb", problems),
        result: coded("result", problems),
        area: coded("area", problems),
        before: before.and_then(|before| before.parse().ok()),
    }
}

fn date(form: &Form, name: &str, problems: &mut Problems) -> Option<Date> {
    let parts = [name.to_owned(), format!("{name}-month"), format!("{name}-year")];
    let typed = parts.map(|part| form.value(&part).to_owned());
    if typed.iter().all(String::is_empty) {
        return None;
    }
    let [day, month, year] = typed;
    let read = || Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    let date = read().filter(|date| date.year() >= 2000);
    problems.need(date.is_some(), name, "Enter a real date, for example 27 3 2026");
    date
}

/// What was asked, to go along with the buttons below the entries.
pub(super) fn kept(form: &Form) -> Vec<Kept> {
    let sent = FIELDS.into_iter().filter(|name| !form.value(name).is_empty());
    sent.map(|name| Kept {
        name,
        value: form.value(name).to_owned(),
    })
    .collect()
}
