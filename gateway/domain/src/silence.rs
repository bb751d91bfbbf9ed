//! When nothing is heard for longer than usual: of a mailbox, of somebody who waits for an answer, of a victim.
//!
//! No law and no national standard gives these numbers; each is a local choice, and is shown as one.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::calendar::{Calendar, CalendarError, london_date};

/// How long silence may last, as an operator states it; a number that is left out has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Silence {
    /// How many weeks of a mailbox's own past say what is usual for it; 1 to 52.
    pub mailbox_weeks: u8,
    /// A mailbox is silent when its longest gap of those weeks has passed so many times; 1 to 10.
    pub mailbox_factor: u8,
    /// Never before so many working days without mail; 1 to 60.
    pub mailbox_working_days: u8,
    /// So many working days after an answer to an adviser was due, it is a matter for the manager; 1 to 60.
    pub answer_working_days: u8,
    /// A victim who was not in contact with us for so many working days is asked after; 1 to 250.
    pub victim_working_days: u8,
    /// So many working days before a consent for an adviser ends, the officer is told; 1 to 60.
    pub consent_working_days: u8,
}

impl Default for Silence {
    fn default() -> Self {
        Self {
            mailbox_weeks: 12,
            mailbox_factor: 2,
            mailbox_working_days: 5,
            answer_working_days: 2,
            victim_working_days: 20,
            consent_working_days: 10,
        }
    }
}

impl Silence {
    /// Whether every number is within its bounds.
    pub fn is_sound(&self) -> bool {
        (1..=52).contains(&self.mailbox_weeks)
            && (1..=10).contains(&self.mailbox_factor)
            && (1..=60).contains(&self.mailbox_working_days)
            && (1..=60).contains(&self.answer_working_days)
            && (1..=250).contains(&self.victim_working_days)
            && (1..=60).contains(&self.consent_working_days)
    }

    /// Working days that a mailbox may be without mail, by the instants at which mail came: the longest gap of its past
    /// times the factor, and never less than the floor. The order of the instants does not matter.
    ///
    /// Errors when mail came outside the years of the calendar.
    pub fn usual(&self, arrivals: &[Timestamp], calendar: &Calendar) -> Result<u32, CalendarError> {
        let days: BTreeSet<Date> = arrivals.iter().copied().map(london_date).collect();
        let mut longest = 0;
        for (one, next) in days.iter().zip(days.iter().skip(1)) {
            longest = longest.max(working_days_between(*one, *next, calendar)?);
        }
        let usual = longest.saturating_mul(u32::from(self.mailbox_factor));
        Ok(usual.max(u32::from(self.mailbox_working_days)))
    }
}

/// Working days after `from` up to and with `until`; none when `until` is not after it.
///
/// Errors when one of them lies outside the years of the calendar.
pub fn working_days_between(from: Date, until: Date, calendar: &Calendar) -> Result<u32, CalendarError> {
    let (mut day, mut count) = (from, 0);
    while day < until {
        day = day.tomorrow().map_err(|_| CalendarError::NoSuchDay)?;
        count += u32::from(calendar.is_working(day)?);
    }
    Ok(count)
}

/// The latest day after which `days` working days have passed by the end of `today`: what happened on it or before is as old as that.
///
/// Errors when it lies outside the years of the calendar.
pub fn working_days_ago(today: Date, days: u32, calendar: &Calendar) -> Result<Date, CalendarError> {
    let (mut day, mut left) = (today, days);
    while left > 0 {
        left -= u32::from(calendar.is_working(day)?);
        day = day.yesterday().map_err(|_| CalendarError::NoSuchDay)?;
    }
    Ok(day)
}

/// The day on which `days` working days after `today` have begun.
///
/// Errors when it lies outside the years of the calendar.
pub fn working_days_ahead(today: Date, days: u32, calendar: &Calendar) -> Result<Date, CalendarError> {
    let (mut day, mut left) = (today, days);
    while left > 0 {
        day = day.tomorrow().map_err(|_| CalendarError::NoSuchDay)?;
        left -= u32::from(calendar.is_working(day)?);
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::parse(include_str!("../../../config/bank-holidays.json")).unwrap()
    }

    fn mail(days: &[Date]) -> Vec<Timestamp> {
        let at = |day: &Date| day.at(10, 0, 0, 0).in_tz("Europe/London").unwrap().timestamp();
        days.iter().map(at).collect()
    }

    #[test]
    fn ten_working_days_ahead_leave_out_weekends_and_bank_holidays() {
        let ahead = |from| working_days_ahead(from, 10, &calendar()).unwrap();
        assert_eq!(ahead(date(2026, 11, 23)), date(2026, 12, 7));
        assert_eq!(
            ahead(date(2026, 12, 18)),
            date(2027, 1, 6),
            "Christmas, and New Year's Day"
        );
    }

    #[test]
    fn a_mailbox_that_hears_every_week_may_be_silent_for_two_of_its_weeks_and_one_that_hears_daily_for_five_days()
     {
        let (silence, calendar) = (Silence::default(), calendar());
        let weekly = mail(&[date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)]);
        assert_eq!(silence.usual(&weekly, &calendar), Ok(10));
        let daily = mail(&[date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)]);
        assert_eq!(silence.usual(&daily, &calendar), Ok(5));
        assert_eq!(silence.usual(&[], &calendar), Ok(5), "nothing is known of it");
    }

    #[test]
    fn christmas_is_no_silence() {
        let calendar = calendar();
        assert_eq!(
            working_days_between(date(2026, 12, 24), date(2026, 12, 29), &calendar),
            Ok(1),
            "Boxing Day is a Saturday, and the 28th is in its place"
        );
        assert_eq!(
            working_days_ago(date(2026, 12, 29), 1, &calendar),
            Ok(date(2026, 12, 28))
        );
    }

    fn a_day() -> impl Strategy<Value = Date> {
        (0_i64..3_000).prop_map(|day| date(2018, 1, 8) + SignedDuration::from_hours(24 * day))
    }

    proptest! {
        #[test]
        fn a_day_ago_is_the_latest_one_that_is_old_enough(today in a_day(), days in 1_u32..60) {
            let calendar = calendar();
            let ago = working_days_ago(today, days, &calendar).unwrap();
            prop_assert!(working_days_between(ago, today, &calendar).unwrap() >= days);
            prop_assert!(working_days_between(ago.tomorrow().unwrap(), today, &calendar).unwrap() < days);
        }

        #[test]
        fn a_mailbox_is_never_silent_within_a_gap_that_it_had(days in prop::collection::vec(a_day(), 2..20), factor in 1_u8..10) {
            let (calendar, silence) = (calendar(), Silence { mailbox_factor: factor, ..Silence::default() });
            let usual = silence.usual(&mail(&days), &calendar).unwrap();
            let mut sorted = days.clone();
            sorted.sort();
            for pair in sorted.windows(2) {
                prop_assert!(working_days_between(pair[0], pair[1], &calendar).unwrap() <= usual);
            }
            let mut other_order = days;
            other_order.reverse();
            prop_assert_eq!(silence.usual(&mail(&other_order), &calendar).unwrap(), usual);
        }

        #[test]
        fn mail_that_came_between_two_others_never_makes_more_silence_usual(days in prop::collection::vec(a_day(), 2..10), between in a_day()) {
            let (calendar, silence) = (calendar(), Silence::default());
            let before = silence.usual(&mail(&days), &calendar).unwrap();
            let first = days.iter().min().copied().unwrap();
            let last = days.iter().max().copied().unwrap();
            let mut more = days;
            more.push(between.clamp(first, last));
            prop_assert!(silence.usual(&mail(&more), &calendar).unwrap() <= before);
        }
    }
}
