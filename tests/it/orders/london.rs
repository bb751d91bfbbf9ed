//! The London clock, computed here from the calendar alone: not with the functions that are being looked at.

const DAY_S: i64 = 86_400;

/// An instant as London's clocks show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    /// Days since 1 January 1970.
    pub(super) day: i64,
    /// Monday is 0.
    pub(super) weekday: usize,
    /// Minutes since midnight.
    pub(super) minute: i64,
}

/// What London's clocks show at this second: an hour more than UTC from 01:00 UTC on the last Sunday of March to
/// 01:00 UTC on the last Sunday of October.
pub(super) fn shown(second: i64) -> Shown {
    let year = year_of(second.div_euclid(DAY_S));
    let from = last_sunday(year, 3) * DAY_S + 3600;
    let to = last_sunday(year, 10) * DAY_S + 3600;
    let local = second + if (from..to).contains(&second) { 3600 } else { 0 };
    let day = local.div_euclid(DAY_S);
    Shown {
        day,
        weekday: weekday(day),
        minute: local.rem_euclid(DAY_S) / 60,
    }
}

/// 1 January 1970 was a Thursday.
fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).expect("a day of the week")
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1 January 1970 to 1 January of a later year.
fn new_year(year: i64) -> i64 {
    (1970..year)
        .map(|year| if is_leap(year) { 366 } else { 365 })
        .sum()
}

fn year_of(day: i64) -> i64 {
    let mut year = 1970;
    while new_year(year + 1) <= day {
        year += 1;
    }
    year
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i64, month: usize) -> i64 {
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let last = new_year(year) + lengths[..month].iter().sum::<i64>() - 1;
    last - (i64::try_from(weekday(last)).expect("small") + 1) % 7
}

#[test]
fn this_clock_shows_what_london_shows() {
    let at = |text: &str| shown(text.parse::<jiff::Timestamp>().expect("an instant").as_second());
    let minute = |text: &str| at(text).minute;
    assert_eq!(at("2026-11-23T09:05:59Z").weekday, 0);
    assert_eq!(minute("2026-11-23T09:05:59Z"), 9 * 60 + 5);
    assert_eq!(minute("2027-03-28T00:59:59Z"), 59);
    assert_eq!(minute("2027-03-28T01:00:00Z"), 2 * 60);
    assert_eq!(minute("2026-10-25T00:59:00Z"), 60 + 59);
    assert_eq!(minute("2026-10-25T01:00:00Z"), 60);
    assert_eq!(at("2027-07-31T23:30:00Z").weekday, 6, "it is Sunday in London");
}
