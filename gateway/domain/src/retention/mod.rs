//! How long a victim's data are kept after the case was closed, and what keeps them longer (requirement E6).
//!
//! The numbers are data (`config/retention.toml`), each with its source and grade of evidence. What nobody has stated
//! lets nothing go.
//!
//! **Invariant:** no flag ever shortens: with one flag more, data are kept as long or longer.
//!
//! To add a flag: a row in `config/retention.toml`. To add a way to weigh: a variant of [`Does`], what it does in
//! [`Policy::weigh`], and its word in the property test.

mod read;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use crate::calendar::london_date;

pub use read::RetentionFault;

/// The flag of the row that weighs on every case.
pub const DEFAULT: &str = "default";

/// How a row weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// At least so many years after the closing; of several the longest counts.
    Keep,
    /// So many years more than is kept anyway.
    Add,
    /// Without end.
    Hold,
}

/// One row of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The flag that a case carries; `default` weighs on every case.
    pub flag: String,
    /// How it weighs.
    pub does: Does,
    /// How many years; none when nobody has stated it.
    pub years: Option<u8>,
    /// Whether somebody who may has confirmed the row.
    pub confirmed: bool,
    /// The grade of evidence.
    pub grade: String,
    /// Where it comes from.
    pub source: String,
    /// What is still to be found out.
    #[serde(default)]
    pub note: String,
}

/// The whole policy: one row `default`, and a row for each flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    rows: Vec<Row>,
}

/// What keeps a victim's data, or until when they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retention {
    /// The case is open: no clock runs.
    Open,
    /// These flags hold it without end.
    Held(Vec<String>),
    /// These rows have no number: nobody has stated how long.
    NotStated(Vec<String>),
    /// Kept through this day, London time.
    Through(Date),
}

impl Policy {
    /// Reads `retention.toml`; every fault is reported at once.
    pub fn parse(text: &str) -> Result<Self, Vec<RetentionFault>> {
        read::parse(text).map(|rows| Self { rows })
    }

    /// Its rows, in the order of the file.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The flags that a case may be given.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .map(|row| row.flag.as_str())
            .filter(|flag| *flag != DEFAULT)
    }

    /// What keeps the data of a case that was closed then, under these flags. A flag that the policy does not know
    /// holds: the policy may have lost a row, and nothing is destroyed for that.
    pub fn weigh(&self, closed_at: Option<Timestamp>, flags: &[String]) -> Retention {
        let Some(closed_at) = closed_at else {
            return Retention::Open;
        };
        let (mut held, mut not_stated) = (Vec::new(), Vec::new());
        let (mut kept, mut added) = (0, 0);
        for flag in std::iter::once(DEFAULT).chain(flags.iter().map(String::as_str)) {
            let row = self.rows.iter().find(|row| row.flag == flag);
            match row.map(|row| (row.does, row.years)) {
                None | Some((Does::Hold, _)) => held.push(flag.to_owned()),
                Some((_, None)) => not_stated.push(flag.to_owned()),
                Some((Does::Keep, Some(years))) => kept = kept.max(i64::from(years)),
                Some((Does::Add, Some(years))) => added += i64::from(years),
            }
        }
        if !held.is_empty() {
            return Retention::Held(held);
        }
        let through = Span::new()
            .try_years(kept + added)
            .and_then(|years| london_date(closed_at).checked_add(years));
        match through {
            Ok(day) if not_stated.is_empty() => Retention::Through(day),
            _ => Retention::NotStated(not_stated),
        }
    }
}

impl Retention {
    /// Whether nothing keeps the data any more at this instant.
    pub fn lets_go(&self, now: Timestamp) -> bool {
        matches!(self, Self::Through(day) if london_date(now) > *day)
    }

    /// Why the data are kept at this instant and what would be right; none when nothing keeps them.
    pub fn refusal(&self, now: Timestamp) -> Option<String> {
        match self {
            Self::Open => Some(
                "the case is open; its retention begins when it is closed, by an event case-closed"
                    .to_owned(),
            ),
            Self::Held(flags) => Some(format!(
                "the case is held by {}; two people lift that with `gateway vault hold --lift`",
                flags.join(", ")
            )),
            Self::NotStated(flags) => Some(format!(
                "nobody has stated how long such a case is kept; state `years` and `confirmed = true` in the retention \
                 file, row {}",
                flags.join(", ")
            )),
            Self::Through(_) if self.lets_go(now) => None,
            Self::Through(day) => Some(format!("the case is kept through {day}; erase it after that day")),
        }
    }
}
