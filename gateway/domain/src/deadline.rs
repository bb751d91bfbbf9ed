//! Due times that explain themselves.
//!
//! Day 1 is the first working day after the London date on which the clock starts; an obligation is due at
//! 23:59:59 in London at the end of the last day (victims-code.md section 4, a working assumption).
//!
//! **Invariant:** a due time past the last year that the calendar knows is refused, never guessed.
//! **Invariant:** a rule without a number has no due time.

use std::fmt;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, CalendarError, NotWorking, end_of_day, london, london_date};
use crate::rulebook::{Limit, Roll, Rule, RuleId};

/// A day that did not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The day.
    pub date: Date,
    /// Why.
    pub why: NotWorking,
}

/// A due time with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The rule.
    pub rule: RuleId,
    /// When its clock started.
    pub clock_start: Timestamp,
    /// Whether the clock of enhanced rights was used.
    pub enhanced: bool,
    /// The last second of the due date in London, or the promised moment.
    pub due_at: Timestamp,
    /// The London date.
    pub due_date: Date,
    /// For rules in calendar days or months: the last day before it was moved back to a working day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrolled: Option<Date>,
    /// The days counted, first to last.
    pub counted: Vec<Date>,
    /// The days passed over. Of a date that was moved back: the days it was moved over.
    pub skipped: Vec<Skipped>,
    /// The rule's right, source, grade, and from when it counts.
    pub source: String,
}

impl Deadline {
    /// The due time with London's offset, as `gateway deadline` prints it.
    pub fn due_text(&self) -> String {
        let zoned = self.due_at.to_zoned(london());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

impl fmt::Display for Deadline {
    /// For people: several lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: due {}", self.rule, self.due_text())?;
        writeln!(f, "  rule: {}", self.source)?;
        writeln!(
            f,
            "  clock started: {}",
            self.clock_start.to_zoned(london()).strftime("%Y-%m-%d %H:%M %:z")
        )?;
        writeln!(
            f,
            "  enhanced rights: {}",
            if self.enhanced { "yes" } else { "no" }
        )?;
        for (index, date) in self.counted.iter().enumerate() {
            writeln!(f, "  day {}: {} {date}", index + 1, date.strftime("%A"))?;
        }
        if let Some(unrolled) = self.unrolled {
            writeln!(
                f,
                "  last day by the count: {unrolled}; last day used: {}",
                self.due_date
            )?;
        }
        for skipped in &self.skipped {
            writeln!(f, "  not counted: {} ({})", skipped.date, skipped.why)?;
        }
        Ok(())
    }
}

/// A due time that cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: the due time cannot be computed: {cause}")]
pub struct DeadlineError {
    /// The rule.
    pub rule: RuleId,
    /// Why.
    pub cause: CalendarError,
}

/// The due time of a rule, or `None` when the rule has no number.
pub fn deadline(
    rule: &Rule,
    clock_start: Timestamp,
    enhanced: bool,
    cal: &Calendar,
) -> Result<Option<Deadline>, DeadlineError> {
    let start = london_date(clock_start);
    let count = match rule.limit {
        Limit::None => return Ok(None),
        Limit::AtTheTime => return Ok(Some(at_the_time(rule, clock_start, enhanced))),
        Limit::WorkingDays {
            general,
            enhanced: fast,
        } => working_days(start, if enhanced { fast } else { general }, cal),
        Limit::CalendarDays { days, roll } => start
            .checked_add(i64::from(days).days())
            .map_err(|_| CalendarError::NoSuchDay)
            .and_then(|last| calendar_days(start, last, roll, cal)),
        Limit::CalendarMonths { months } => start
            .checked_add(i64::from(months).months())
            .map_err(|_| CalendarError::NoSuchDay)
            .and_then(|last| calendar_days(start, last, Roll::None, cal)),
    };
    let done = count.and_then(|count| Ok((end_of_day(count.due)?, count)));
    let (due_at, count) = done.map_err(|cause| DeadlineError {
        rule: rule.id.clone(),
        cause,
    })?;
    Ok(Some(Deadline {
        rule: rule.id.clone(),
        clock_start,
        enhanced,
        due_at,
        due_date: count.due,
        unrolled: count.unrolled,
        counted: count.counted,
        skipped: count.skipped,
        source: source(rule),
    }))
}

/// What is due at the moment at which its clock starts: no day is counted.
fn at_the_time(rule: &Rule, clock_start: Timestamp, enhanced: bool) -> Deadline {
    Deadline {
        rule: rule.id.clone(),
        clock_start,
        enhanced,
        due_at: clock_start,
        due_date: london_date(clock_start),
        unrolled: None,
        counted: Vec::new(),
        skipped: Vec::new(),
        source: source(rule),
    }
}

/// The rule in one line.
fn source(rule: &Rule) -> String {
    let label = match (rule.house_rule, rule.working_assumption) {
        (true, _) => ", house practice",
        (false, true) => ", working assumption",
        (false, false) => "",
    };
    format!(
        "{} ({}); source {}; grade {}{label}; {}; the clock starts with {}",
        rule.title, rule.right, rule.source, rule.grade, rule.code_version, rule.clock_words
    )
}

struct Count {
    due: Date,
    unrolled: Option<Date>,
    counted: Vec<Date>,
    skipped: Vec<Skipped>,
}

fn working_days(start: Date, days: u16, cal: &Calendar) -> Result<Count, CalendarError> {
    let mut count = Count {
        due: start,
        unrolled: None,
        counted: Vec::new(),
        skipped: Vec::new(),
    };
    while count.counted.len() < usize::from(days) {
        count.due = count.due.tomorrow().map_err(|_| CalendarError::NoSuchDay)?;
        match cal.why_not_working(count.due)? {
            None => count.counted.push(count.due),
            Some(why) => count.skipped.push(Skipped { date: count.due, why }),
        }
    }
    Ok(count)
}

fn calendar_days(start: Date, last: Date, roll: Roll, cal: &Calendar) -> Result<Count, CalendarError> {
    cal.why_not_working(last)?;
    let mut counted = Vec::new();
    let mut day = start;
    while day < last {
        day = day.tomorrow().map_err(|_| CalendarError::NoSuchDay)?;
        counted.push(day);
    }
    let mut count = Count {
        due: last,
        unrolled: Some(last),
        counted,
        skipped: Vec::new(),
    };
    while roll == Roll::BackToWorkingDay && count.due > start {
        let Some(why) = cal.why_not_working(count.due)? else {
            break;
        };
        count.skipped.push(Skipped { date: count.due, why });
        count.due = count.due.yesterday().map_err(|_| CalendarError::NoSuchDay)?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
