//! When a person may be contacted: structured times in London, enforced for calls, texts and email alike
//! (requirement A8). Free text about times is a note, never a rule.
//!
//! A window is half open, `[from, to)`, within one day of the London clock; one over midnight is two
//! windows. On the day when the clocks go forward the missing hour never opens; on the day when they go
//! back the doubled hour is open both times.
//!
//! **Invariant:** nothing recorded is not "any time": it means weekdays from 09:00 to 17:00
//! ([`Schedule::open_windows`]); "any time" has to be said ([`Windows::Any`]).

mod clock;

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

pub use clock::{BadClockTime, ClockTime};

/// How far ahead an opening is looked for, in days.
pub const SEARCH_DAYS: i32 = 366;

/// Greenwich in winter, an hour ahead from the last Sunday of March to the last Sunday of October, both at
/// 01:00 UTC. Written out, so that the rule does not hang on files of the machine; it has held since 1996.
const LONDON_RULE: &str = "GMT0BST,M3.5.0/1,M10.5.0";

/// The London clock as this room computes it.
pub fn london() -> TimeZone {
    static ZONE: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::posix(LONDON_RULE).expect("the rule is a constant that the tests read"));
    ZONE.clone()
}

/// Why a window is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWindow {
    /// No day at all.
    #[error("a window names at least one day of the week")]
    NoDay,
    /// It ends before it begins.
    #[error("a window ends after it begins, on the same day; one over midnight is two windows")]
    Empty,
}

/// A day of the week in data: `mon` to `sun`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// Monday to Friday.
    pub const WEEKDAYS: [Self; 5] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri];
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// Times of some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawWindow")]
pub struct Window {
    days: Vec<Day>,
    from: ClockTime,
    to: ClockTime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    days: Vec<Day>,
    from: ClockTime,
    to: ClockTime,
}

impl TryFrom<RawWindow> for Window {
    type Error = BadWindow;
    fn try_from(raw: RawWindow) -> Result<Self, BadWindow> {
        Self::new(&raw.days, raw.from, raw.to)
    }
}

impl Window {
    /// A window on these days, from the first minute up to, not including, the last.
    pub fn new(days: &[Day], from: ClockTime, to: ClockTime) -> Result<Self, BadWindow> {
        let mut days = days.to_vec();
        days.sort();
        days.dedup();
        match (days.is_empty(), from < to) {
            (true, _) => Err(BadWindow::NoDay),
            (_, false) => Err(BadWindow::Empty),
            _ => Ok(Self { days, from, to }),
        }
    }

    /// Its days, Monday first.
    pub fn days(&self) -> &[Day] {
        &self.days
    }

    /// Its first minute.
    pub fn from(&self) -> ClockTime {
        self.from
    }

    /// The minute at which it has closed.
    pub fn to(&self) -> ClockTime {
        self.to
    }

    fn holds(&self, local: &Zoned) -> bool {
        let minute = ClockTime::of(local.time());
        self.days.contains(&Day::of(local.weekday())) && self.from <= minute && minute < self.to
    }
}

/// When not to contact, whatever the windows say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Exclusion {
    /// Every week, such as the hours in which somebody else is at home.
    Weekly {
        /// Those hours.
        window: Window,
    },
    /// Whole days, both ends included, such as a week away.
    Dates {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
}

impl Exclusion {
    fn holds(&self, local: &Zoned) -> bool {
        match self {
            Self::Weekly { window } => window.holds(local),
            Self::Dates { first, last } => (*first..=*last).contains(&local.date()),
        }
    }
}

/// What was recorded about times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Windows {
    /// Nobody has asked yet: the default windows hold.
    #[default]
    Unrecorded,
    /// The person has said: at any time.
    Any,
    /// Only at these times. None of them means never.
    Only {
        /// The times.
        windows: Vec<Window>,
    },
}

/// Windows and what is cut out of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// When the person may be contacted.
    #[serde(default)]
    pub windows: Windows,
    /// And when not all the same.
    #[serde(default)]
    pub exclusions: Vec<Exclusion>,
}

/// Weekdays from 09:00 to 17:00: what holds when nothing was recorded.
pub fn default_windows() -> Vec<Window> {
    vec![Window {
        days: Day::WEEKDAYS.to_vec(),
        from: ClockTime::hour(9),
        to: ClockTime::hour(17),
    }]
}

impl Schedule {
    /// The windows that hold; `default` when none were recorded, `None` for any time.
    pub fn open_windows(&self, default: &[Window]) -> Option<Vec<Window>> {
        match &self.windows {
            Windows::Unrecorded => Some(default.to_vec()),
            Windows::Any => None,
            Windows::Only { windows } => Some(windows.clone()),
        }
    }

    /// Whether the person may be contacted at this instant, with the default windows of the house.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.is_open_with(&default_windows(), at)
    }

    /// The same with other default windows.
    pub fn is_open_with(&self, default: &[Window], at: Timestamp) -> bool {
        let local = at.to_zoned(london());
        let inside = match &self.windows {
            Windows::Any => true,
            Windows::Unrecorded => default.iter().any(|window| window.holds(&local)),
            Windows::Only { windows } => windows.iter().any(|window| window.holds(&local)),
        };
        inside && !self.exclusions.iter().any(|exclusion| exclusion.holds(&local))
    }

    /// The first instant, at or after `from`, at which the person may be contacted; none within
    /// [`SEARCH_DAYS`] days is none at all, and a person looks at it.
    pub fn next_open(&self, from: Timestamp) -> Option<Timestamp> {
        self.next_open_with(&default_windows(), from)
    }

    /// The same with other default windows.
    pub fn next_open_with(&self, default: &[Window], from: Timestamp) -> Option<Timestamp> {
        if self.is_open_with(default, from) {
            return Some(from);
        }
        let zone = london();
        let marks = self.marks(default);
        let mut day = from.to_zoned(zone.clone()).date();
        for _ in 0..=SEARCH_DAYS {
            let found = openings(&zone, day, &marks)
                .into_iter()
                .find(|at| *at > from && self.is_open_with(default, *at));
            if found.is_some() {
                return found;
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// The times of day at which shut can turn to open: midnight, the start of a window, the end of a
    /// weekly exclusion.
    fn marks(&self, default: &[Window]) -> Vec<ClockTime> {
        let mut marks = vec![ClockTime::hour(0)];
        marks.extend(
            self.open_windows(default)
                .unwrap_or_default()
                .iter()
                .map(Window::from),
        );
        marks.extend(self.exclusions.iter().filter_map(|exclusion| match exclusion {
            Exclusion::Weekly { window } => Some(window.to()),
            Exclusion::Dates { .. } => None,
        }));
        marks.sort();
        marks.dedup();
        marks
    }
}

/// The instants of one London day at which these clock times are shown, both when shown twice, and the
/// instant at which the clocks change; in order.
fn openings(zone: &TimeZone, day: Date, marks: &[ClockTime]) -> Vec<Timestamp> {
    let instants = |local: DateTime| {
        let shown = zone.to_ambiguous_zoned(local);
        [shown.clone().earlier(), shown.later()]
            .into_iter()
            .flatten()
            .map(|zoned| zoned.timestamp())
    };
    let mut found: Vec<Timestamp> = marks
        .iter()
        .filter_map(|mark| mark.on(day))
        .flat_map(instants)
        .collect();
    if let Ok(midnight) = day.to_zoned(zone.clone()) {
        let start = midnight.timestamp();
        let end = midnight
            .checked_add(Span::new().days(1))
            .map_or(start, |next| next.timestamp());
        found.extend(
            zone.following(start)
                .map(|change| change.timestamp())
                .take(1)
                .filter(|at| *at < end),
        );
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests;
