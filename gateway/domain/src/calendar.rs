//! Working days of England and Wales.
//!
//! A working day is any day but Saturday, Sunday and a bank holiday (victims-code.md section 4, a working
//! assumption: the Code itself defines none). Good Friday and Christmas Day stand in the published list.
//!
//! **Invariant:** a day outside the years that the calendar knows in full is never guessed at; it is refused.
//! **Invariant:** [`Calendar::merge`] never removes a holiday.
//!
//! To add a year: merge the file that gov.uk publishes into `config/bank-holidays.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::time::LONDON;

/// England and Wales have had eight bank holidays in every year since 1978. A year with fewer is a file
/// that was cut short, so it does not count as known.
const HOLIDAYS_IN_A_YEAR_MIN: usize = 8;

static LONDON_ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::get(LONDON)
        .or_else(|_| TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0"))
        .expect("the rule in force since 1996 is a valid time zone")
});

/// The time zone of working days, deadlines and windows; on a machine without zone files, the rule in force
/// since 1996.
pub fn london() -> TimeZone {
    LONDON_ZONE.clone()
}

/// The London date of an instant.
pub fn london_date(at: Timestamp) -> Date {
    LONDON_ZONE.to_datetime(at).date()
}

/// The last second of a day in London.
pub fn end_of_day(date: Date) -> Result<Timestamp, CalendarError> {
    date.at(23, 59, 59, 0)
        .to_zoned(london())
        .map(|zoned| zoned.timestamp())
        .map_err(|_| CalendarError::NoSuchDay)
}

/// The first second of a day in London.
pub fn start_of_day(date: Date) -> Result<Timestamp, CalendarError> {
    date.at(0, 0, 0, 0)
        .to_zoned(london())
        .map(|zoned| zoned.timestamp())
        .map_err(|_| CalendarError::NoSuchDay)
}

/// One bank holiday.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// What it is called.
    pub title: String,
    /// What the publisher adds, such as "Substitute day".
    pub notes: String,
}

/// Why a day does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotWorking {
    /// A Saturday.
    Saturday,
    /// A Sunday.
    Sunday,
    /// A bank holiday, by its title.
    BankHoliday(String),
}

impl std::fmt::Display for NotWorking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Saturday => f.write_str("Saturday"),
            Self::Sunday => f.write_str("Sunday"),
            Self::BankHoliday(title) => write!(f, "bank holiday: {title}"),
        }
    }
}

/// A calendar that cannot be read, or a day that it cannot speak about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not JSON.
    #[error(
        "the bank holidays are not JSON (line {line}, column {column}); take the file as gov.uk publishes it"
    )]
    NotJson {
        /// Line in the file.
        line: usize,
        /// Column in the line.
        column: usize,
    },
    /// The division is missing or shaped otherwise.
    #[error(
        "the bank holidays have no list `england-and-wales.events`; take the file as gov.uk publishes it"
    )]
    NoDivision,
    /// One entry is wrong.
    #[error(
        "bank holiday number {number} of england-and-wales has no {field}; right would be a `title` and a `date` like 2026-12-25"
    )]
    BadEntry {
        /// Its place in the list, from 1.
        number: usize,
        /// The field.
        field: &'static str,
    },
    /// Two entries for one day disagree.
    #[error("{date} stands twice in england-and-wales; each day once")]
    Twice {
        /// The day.
        date: Date,
    },
    /// The day lies in a year that the calendar does not know in full.
    #[error(
        "{date} lies outside the years {first} to {last} for which the bank holidays are known; merge a newer list into config/bank-holidays.json"
    )]
    OutsideKnownYears {
        /// The day asked for.
        date: Date,
        /// First known year.
        first: i16,
        /// Last known year.
        last: i16,
    },
    /// Beyond the range of dates.
    #[error("the day does not exist in the range of dates that can be computed")]
    NoSuchDay,
}

/// The bank holidays of England and Wales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    days: BTreeMap<Date, Holiday>,
    first: i16,
    last: i16,
}

#[derive(Deserialize)]
struct RawEntry {
    title: Option<String>,
    date: Option<String>,
    #[serde(default)]
    notes: String,
}

impl Calendar {
    /// Reads the file that gov.uk publishes; the other divisions in it are passed over.
    pub fn parse(json: &str) -> Result<Self, CalendarError> {
        let file: serde_json::Value = serde_json::from_str(json).map_err(|e| CalendarError::NotJson {
            line: e.line(),
            column: e.column(),
        })?;
        let events = file
            .get("england-and-wales")
            .and_then(|division| division.get("events"))
            .and_then(|events| events.as_array())
            .ok_or(CalendarError::NoDivision)?;
        let mut days = BTreeMap::new();
        for (index, entry) in events.iter().enumerate() {
            let fault = |field| CalendarError::BadEntry {
                number: index + 1,
                field,
            };
            let raw = RawEntry::deserialize(entry).map_err(|_| fault("readable `title` or `date`"))?;
            let title = raw
                .title
                .filter(|t| !t.trim().is_empty())
                .ok_or_else(|| fault("title"))?;
            let date: Date = raw
                .date
                .and_then(|d| d.parse().ok())
                .ok_or_else(|| fault("date"))?;
            if days
                .insert(
                    date,
                    Holiday {
                        date,
                        title,
                        notes: raw.notes,
                    },
                )
                .is_some()
            {
                return Err(CalendarError::Twice { date });
            }
        }
        Ok(Self::of(days))
    }

    /// The calendar in the form that [`Calendar::parse`] reads.
    pub fn to_json(&self) -> String {
        let events = self.days.values().collect::<Vec<_>>();
        serde_json::json!({ "england-and-wales": { "division": "england-and-wales", "events": events } })
            .to_string()
    }

    /// Both calendars together, and the days that only the newer one has. Nothing is ever removed: a day that
    /// the newer one lacks stays, and so does the older title.
    #[must_use]
    pub fn merge(&self, newer: &Self) -> (Self, Vec<Holiday>) {
        let mut days = self.days.clone();
        let mut added = Vec::new();
        for (date, holiday) in &newer.days {
            if !days.contains_key(date) {
                days.insert(*date, holiday.clone());
                added.push(holiday.clone());
            }
        }
        (Self::of(days), added)
    }

    fn of(days: BTreeMap<Date, Holiday>) -> Self {
        let mut by_year: BTreeMap<i16, usize> = BTreeMap::new();
        for date in days.keys() {
            *by_year.entry(date.year()).or_default() += 1;
        }
        // The longest run of full years that ends last: a hole in the middle must not count as known.
        let (mut first, mut last) = (1, 0);
        for (year, _) in by_year
            .iter()
            .filter(|(_, count)| **count >= HOLIDAYS_IN_A_YEAR_MIN)
        {
            if last != year - 1 || first > last {
                first = *year;
            }
            last = *year;
        }
        Self { days, first, last }
    }

    /// The first year that is known in full; greater than [`Self::last_year`] when none is.
    pub fn first_year(&self) -> i16 {
        self.first
    }

    /// The last year that is known in full.
    pub fn last_year(&self) -> i16 {
        self.last
    }

    /// Every holiday, earliest first.
    pub fn holidays(&self) -> impl Iterator<Item = &Holiday> {
        self.days.values()
    }

    /// Why a day is not a working day; `None` when it is one. A day outside the known years is an error.
    pub fn why_not_working(&self, date: Date) -> Result<Option<NotWorking>, CalendarError> {
        if date.year() < self.first || date.year() > self.last {
            return Err(CalendarError::OutsideKnownYears {
                date,
                first: self.first,
                last: self.last,
            });
        }
        if let Some(holiday) = self.days.get(&date) {
            return Ok(Some(NotWorking::BankHoliday(holiday.title.clone())));
        }
        Ok(match date.weekday() {
            Weekday::Saturday => Some(NotWorking::Saturday),
            Weekday::Sunday => Some(NotWorking::Sunday),
            _ => None,
        })
    }

    /// Whether a day is a working day.
    pub fn is_working(&self, date: Date) -> Result<bool, CalendarError> {
        self.why_not_working(date).map(|why| why.is_none())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    pub(crate) fn published() -> Calendar {
        Calendar::parse(include_str!("../../../config/bank-holidays.json")).unwrap()
    }

    #[test]
    fn the_published_file_covers_2012_to_2028() {
        let calendar = published();
        assert_eq!((calendar.first_year(), calendar.last_year()), (2012, 2028));
    }

    #[test]
    fn easter_christmas_and_substitute_days_are_not_working_days() {
        let calendar = published();
        for (day, title) in [
            (date(2026, 4, 3), "Good Friday"),
            (date(2026, 4, 6), "Easter Monday"),
            (date(2021, 12, 27), "Christmas Day"),
            (date(2021, 12, 28), "Boxing Day"),
            (date(2027, 12, 27), "Christmas Day"),
        ] {
            let why = calendar.why_not_working(day).unwrap();
            assert_eq!(why, Some(NotWorking::BankHoliday(title.to_owned())), "{day}");
        }
        assert_eq!(
            calendar.why_not_working(date(2026, 11, 21)).unwrap(),
            Some(NotWorking::Saturday)
        );
        assert_eq!(calendar.why_not_working(date(2026, 11, 23)).unwrap(), None);
    }

    #[test]
    fn a_day_outside_the_known_years_is_refused_with_what_to_do() {
        let fault = published()
            .why_not_working(date(2029, 1, 2))
            .unwrap_err()
            .to_string();
        assert!(
            fault.contains("2012 to 2028") && fault.contains("config/bank-holidays.json"),
            "{fault}"
        );
        assert!(published().why_not_working(date(2011, 12, 30)).is_err());
    }

    #[test]
    fn merging_adds_and_never_removes() {
        let newer = r#"{"england-and-wales":{"division":"england-and-wales","events":[
            {"title":"A day of thanks","date":"2026-11-27","notes":"","bunting":false}]}}"#;
        let (merged, added) = published().merge(&Calendar::parse(newer).unwrap());
        assert_eq!(added.len(), 1);
        assert!(!merged.is_working(date(2026, 11, 27)).unwrap());
        assert!(!merged.is_working(date(2026, 12, 25)).unwrap());
        assert_eq!(merged.holidays().count(), published().holidays().count() + 1);
        assert_eq!(merged.last_year(), 2028);
        assert_eq!(
            Calendar::parse(&merged.to_json()).unwrap(),
            merged,
            "kept and read again"
        );
    }

    #[test]
    fn a_year_that_was_cut_short_is_not_known() {
        let newer = r#"{"england-and-wales":{"events":[{"title":"New Year's Day","date":"2029-01-01"}]}}"#;
        let (merged, _) = published().merge(&Calendar::parse(newer).unwrap());
        assert_eq!(merged.last_year(), 2028);
    }

    #[test]
    fn a_broken_file_says_where() {
        for (json, expected) in [
            ("{", "line 1"),
            ("{}", "england-and-wales.events"),
            (r#"{"england-and-wales":{"events":[{"title":"x"}]}}"#, "number 1"),
            (
                r#"{"england-and-wales":{"events":[{"title":"x","date":"2026-12-25"},{"title":"y","date":"2026-12-25"}]}}"#,
                "stands twice",
            ),
        ] {
            let fault = Calendar::parse(json).unwrap_err().to_string();
            assert!(fault.contains(expected), "{fault}");
        }
    }
}
