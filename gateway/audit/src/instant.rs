//! Instants as the log writes them: microseconds since 1970 UTC, shown in RFC 3339 with a fixed width.
//!
//! Written here because this room uses no date library: the log must be checkable with very little code.
//! The fixed width of 27 characters makes the text order the time order.

/// Microseconds in a day.
const DAY_US: i64 = 86_400_000_000;
/// 0000-01-01T00:00:00Z, the first instant that RFC 3339 can write.
const FIRST_US: i64 = -62_167_219_200_000_000;
/// 9999-12-31T23:59:59.999999Z, the last one.
const LAST_US: i64 = 253_402_300_799_999_999;
/// Days from 0000-03-01, where a year of this calculation begins, to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
/// Days in the 400 years after which the Gregorian calendar repeats.
const CYCLE_DAYS: i64 = 146_097;

/// Writes `micros` (since 1970-01-01T00:00:00Z) as `YYYY-MM-DDTHH:MM:SS.ffffffZ` (RFC 3339 section 5.6).
/// None outside the years 0000 to 9999.
pub fn to_text(micros: i64) -> Option<String> {
    if !(FIRST_US..=LAST_US).contains(&micros) {
        return None;
    }
    let (year, month, day) = date_of(micros.div_euclid(DAY_US));
    let in_day = micros.rem_euclid(DAY_US);
    let (seconds, fraction) = (in_day / 1_000_000, in_day % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z"
    ))
}

/// Reads what [`to_text`] writes, and nothing else: no offset, no other precision, no leap second, no day
/// that does not exist.
pub fn from_text(text: &str) -> Option<i64> {
    from_bytes(text.as_bytes())
}

/// As [`from_text`], of bytes that need not be text.
pub(crate) fn from_bytes(text: &[u8]) -> Option<i64> {
    let bytes: &[u8; 27] = text.try_into().ok()?;
    for (place, byte) in [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
        (26, b'Z'),
    ] {
        if bytes[place] != byte {
            return None;
        }
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second, fraction) =
        (number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?);
    let days = days_of(year, month, day);
    // A day that does not exist is another day when it is written again; every month has the first 28.
    let exists = (1..=12).contains(&month) && (1..=28).contains(&day) || date_of(days) == (year, month, day);
    if !exists || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(days * DAY_US + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)
}

/// Year, month and day of a number of days since 1970-01-01. The year is counted from March, so that the
/// leap day is the last day of the year and month lengths follow one line.
fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + EPOCH_DAYS;
    let (cycle, day_of_cycle) = (shifted.div_euclid(CYCLE_DAYS), shifted.rem_euclid(CYCLE_DAYS));
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = cycle * 400 + year_of_cycle + i64::from(month <= 2);
    (year, month, day)
}

/// Days since 1970-01-01 of a date; the reverse of [`date_of`] for dates that exist.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month_from_march) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (cycle, year_of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * CYCLE_DAYS + day_of_cycle - EPOCH_DAYS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_instants() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_700_000_000_123_456, "2023-11-14T22:13:20.123456Z"),
            (1_795_424_400_000_000, "2026-11-23T09:00:00.000000Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (FIRST_US, "0000-01-01T00:00:00.000000Z"),
            (LAST_US, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(to_text(micros).as_deref(), Some(text));
            assert_eq!(from_text(text), Some(micros));
        }
    }

    #[test]
    fn instants_outside_four_digit_years_have_no_text() {
        for micros in [FIRST_US - 1, LAST_US + 1, i64::MIN, i64::MAX] {
            assert_eq!(to_text(micros), None);
        }
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            "2026-11-23T09:00:00Z",
            "2026-11-23T09:00:00.000Z",
            "2026-11-23T09:00:00.0000000Z",
            "2026-11-23T09:00:00.000000+00:00",
            "2026-11-23t09:00:00.000000z",
            "2026-11-23 09:00:00.000000Z",
            "2026-02-29T09:00:00.000000Z",
            "2026-13-01T09:00:00.000000Z",
            "2026-11-23T24:00:00.000000Z",
            "2026-06-30T23:59:60.000000Z",
            "+026-11-23T09:00:00.000000Z",
            "2026-11-23T09:00:00.000000Z ",
            "২০২৬-11-23T09:00:00.000000Z",
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }

    #[test]
    fn each_day_of_two_cycles_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1600_i64, 1_i64, 1_i64);
        let leap = |y: i64| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        let first = days_of(1600, 1, 1);
        for number in first..first + 2 * CYCLE_DAYS {
            assert_eq!(date_of(number), (year, month, day));
            assert_eq!(days_of(year, month, day), number);
            let last = match month {
                2 => 28 + i64::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                (_, d) if d == last => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }

    proptest! {
        #[test]
        fn text_and_instant_are_one_to_one_and_in_order(a in FIRST_US..=LAST_US, b in FIRST_US..=LAST_US) {
            let (left, right) = (to_text(a).unwrap(), to_text(b).unwrap());
            prop_assert_eq!(from_text(&left), Some(a));
            prop_assert_eq!(a.cmp(&b), left.cmp(&right));
        }
    }
}
