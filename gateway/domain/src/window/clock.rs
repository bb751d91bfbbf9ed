//! A time of day to the minute, from 00:00 to 24:00.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

/// A text that is not a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is written as 09:00, from 00:00 to 24:00")]
pub struct BadClockTime;

/// Minutes since midnight on the London clock; 24:00 is the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(u16);

const DAY: u16 = 24 * 60;

impl ClockTime {
    /// Reads `HH:MM`.
    pub fn parse(text: &str) -> Result<Self, BadClockTime> {
        let [h1, h2, b':', m1, m2] = text.as_bytes() else {
            return Err(BadClockTime);
        };
        let digits = [h1, h2, m1, m2];
        if !digits.iter().all(|b| b.is_ascii_digit()) {
            return Err(BadClockTime);
        }
        let [h1, h2, m1, m2] = digits.map(|b| u16::from(b - b'0'));
        let (hours, minutes) = (h1 * 10 + h2, m1 * 10 + m2);
        let all = hours * 60 + minutes;
        if minutes < 60 && all <= DAY {
            Ok(Self(all))
        } else {
            Err(BadClockTime)
        }
    }

    /// A full hour; whatever is past 24 is 24:00.
    pub fn hour(hours: u8) -> Self {
        Self((u16::from(hours) * 60).min(DAY))
    }

    /// Minutes since midnight, 0 to 1440.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The minute that a clock shows.
    pub(crate) fn of(time: Time) -> Self {
        let part = |value: i8| u16::from(value.unsigned_abs());
        Self(part(time.hour()) * 60 + part(time.minute()))
    }

    /// This time on that day; 24:00 is midnight of the next.
    pub(crate) fn on(self, day: Date) -> Option<DateTime> {
        if self.0 == DAY {
            return Some(day.tomorrow().ok()?.at(0, 0, 0, 0));
        }
        let (hour, minute) = (i8::try_from(self.0 / 60).ok()?, i8::try_from(self.0 % 60).ok()?);
        Some(day.at(hour, minute, 0, 0))
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for ClockTime {
    type Error = BadClockTime;
    fn try_from(text: String) -> Result<Self, BadClockTime> {
        Self::parse(&text)
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_they_are_read() {
        for text in ["00:00", "09:05", "23:59", "24:00"] {
            assert_eq!(ClockTime::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "9:00",
            "24:01",
            "25:00",
            "12:60",
            "12.00",
            "12:00:00",
            "１２:00",
            "+1:00",
        ] {
            assert_eq!(ClockTime::parse(text), Err(BadClockTime), "{text}");
        }
    }
}
