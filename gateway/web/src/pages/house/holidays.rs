//! The bank holidays of England and Wales that due times are counted with, and until when they are known.

use axum::extract::State;
use domain::calendar::{Calendar, Holiday, london_date};
use jiff::civil::date;
use jiff::{Timestamp, ToSpan as _};

use super::{List, Section};
use crate::door::Door;
use crate::page::Shown;
use crate::parts::Table;
use crate::refusal::Refusal;
use crate::show;
use crate::visit::Visit;

/// A due time this far ahead must still be counted, in months.
const AHEAD_MONTHS: i64 = 12;

pub(super) async fn show(State(door): State<Door>, visit: Visit) -> Result<Shown, Refusal> {
    let calendar = &door.gateway().parts().calendar;
    let mut sections = Vec::<Section>::new();
    let mut days = calendar.holidays().collect::<Vec<_>>();
    days.reverse();
    for year in days.chunk_by(|one, next| one.date.year() == next.date.year()) {
        let number = year.first().map_or(0, |day| day.date.year());
        let mut table = Table::new(&format!("Bank holidays of {number}"), &["Day", "Holiday"]);
        for day in year.iter().rev() {
            table = table.row(show::day(day.date), vec![vec![title(day)]]);
        }
        let is_whole = (calendar.first_year()..=calendar.last_year()).contains(&number);
        let heading = if is_whole {
            number.to_string()
        } else {
            format!("{number}, not known in full")
        };
        sections.push(Section::new(Some(&heading), table, ""));
    }
    List {
        heading: "Bank holidays",
        warnings: warning(calendar, door.gateway().now()).into_iter().collect(),
        intro: vec![
            format!(
                "Known in full from {} to the end of {}.",
                calendar.first_year(),
                calendar.last_year()
            ),
            "Due times after that are not guessed at: they wait for a person. Merge the list that gov.uk publishes into \
             config/bank-holidays.json and start the service anew; a day is added by that, never taken away."
                .to_owned(),
        ],
        sections,
    }
    .shown(&door, &visit)
}

fn title(day: &Holiday) -> String {
    match day.notes.as_str() {
        "" => day.title.clone(),
        notes => format!("{} ({})", day.title, notes.to_lowercase()),
    }
}

/// Said when the last known day comes within a year.
pub(super) fn warning(calendar: &Calendar, now: Timestamp) -> Option<String> {
    let last = date(calendar.last_year(), 12, 31);
    let ahead = london_date(now).saturating_add(AHEAD_MONTHS.months());
    (ahead > last).then(|| {
        format!(
            "The bank holidays are known until {} only, which is less than 12 months ahead. Merge a newer list now.",
            show::day(last)
        )
    })
}

pub(super) fn in_short(calendar: &Calendar) -> String {
    format!("Known to the end of {}", calendar.last_year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_comes_when_the_known_days_end_within_a_year() {
        let mut days = Vec::new();
        for (month, day) in [
            (1, 1),
            (4, 3),
            (4, 6),
            (5, 4),
            (5, 25),
            (8, 31),
            (12, 25),
            (12, 28),
        ] {
            days.push(format!(r#"{{"title": "A", "date": "2027-{month:02}-{day:02}"}}"#));
        }
        let text = format!(r#"{{"england-and-wales": {{"events": [{}]}}}}"#, days.join(","));
        let calendar = Calendar::parse(&text).unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(warning(&calendar, at("2026-12-31T12:00:00Z")), None);
        let said = warning(&calendar, at("2027-01-01T12:00:00Z")).unwrap();
        assert!(said.contains("31 December 2027"), "{said}");
    }
}
