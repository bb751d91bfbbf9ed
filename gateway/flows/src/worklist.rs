//! The worklist: what is owed by whom somebody reaches, soonest first, each duty with why it is due when it is due.
//!
//! It names cases and duties and no people: a list of names would be a reading of everybody on it.

use domain::calendar::{end_of_day, london_date};
use domain::deadline::Deadline;
use domain::id::ObligationId;
use domain::obligation::Attention;
use domain::rulebook::Rule;
use jiff::Timestamp;
use store::worklist::{self, After, AtRisk, Line, TeamLine, Wanted};

use crate::person::from_json;
use crate::{Error, Gateway, Result, Role};

pub use store::search::Hit;
pub use store::worklist::{COUNT_MAX, TeamLine as Team};

/// Lines of one page.
pub const PAGE_LINES: u32 = 25;
const TEAM_LINES_MAX: u32 = 500;
const UNASSIGNED_MAX: u32 = 100;

/// Which duties, by when they are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Late already.
    Overdue,
    /// Due today, and not late yet.
    Today,
    /// Not late, but soon, by the thresholds of the configuration.
    AtRisk,
}

/// How lines are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Soonest first.
    #[default]
    Due,
    /// By the case's URN.
    Urn,
    /// By officer, and then soonest first.
    Vlo,
}

/// What somebody wants to see: codes alone, which may stand in an address.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By when.
    pub due: Option<Due>,
    /// Only duties whose message is held, unknown or failed.
    pub is_held: bool,
    /// Only duties that wait for a person.
    pub is_waiting: bool,
    /// Of this rule; empty for every one.
    pub rule: String,
    /// Of this Area; empty for every one.
    pub area: String,
    /// Of this unit; empty for every one.
    pub unit: String,
    /// Of this officer: none for every one, empty for nobody's.
    pub vlo: Option<String>,
    /// The order.
    pub sort: Sort,
    /// The page behind the line of this duty.
    pub after: Option<ObligationId>,
}

/// One duty with why it is due when it is due.
pub struct Item<'g> {
    /// As it stands, with its case.
    pub line: Line,
    /// Its rule; none when the rulebook in use has lost it.
    pub rule: Option<&'g Rule>,
    /// How the due time was computed.
    pub deadline: Option<Deadline>,
    /// How urgently it needs somebody.
    pub attention: Attention,
    /// Whether it is due today.
    pub is_today: bool,
}

/// A page of the worklist.
pub struct Worklist<'g> {
    /// The lines.
    pub items: Vec<Item<'g>>,
    /// Behind which duty the next page begins; none when this is the last.
    pub next: Option<ObligationId>,
}

/// The numbers on the tiles, none above [`COUNT_MAX`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tiles {
    /// Everything that is open.
    pub open: i64,
    /// Late.
    pub overdue: i64,
    /// Due today.
    pub today: i64,
    /// At risk.
    pub at_risk: i64,
    /// With a message that did not leave or may not have arrived.
    pub held: i64,
    /// Waiting for a person.
    pub waiting: i64,
}

const READERS: [Role; 3] = [Role::Vlo, Role::VloManager, Role::Prosecutor];

impl Gateway {
    /// A page of what somebody's people are owed.
    pub async fn list_work(&self, actor: &str, filter: &Filter) -> Result<Worklist<'_>> {
        let staff = self.authorise(actor, &READERS)?;
        let scope = self.scope(&staff)?;
        let first = match filter.sort {
            Sort::Due => After::due(),
            Sort::Urn => After::urn(),
            Sort::Vlo => After::vlo(),
        };
        let mut tx = self.pool().read().await?;
        let after = match &filter.after {
            None => first,
            Some(id) => first
                .found(&mut tx, &scope, id)
                .await?
                .ok_or(Error::NotFound("page of the worklist"))?,
        };
        let wanted = self.wanted(filter)?;
        let mut lines = worklist::list(&mut tx, &scope, &wanted, &after, PAGE_LINES + 1).await?;
        let full = PAGE_LINES as usize;
        let has_next = lines.len() > full;
        lines.truncate(full);
        let next = lines.last().filter(|_| has_next).map(|line| line.owed.id.clone());
        let items = lines.into_iter().map(|line| self.item(line));
        Ok(Worklist {
            items: items.collect::<Result<_>>()?,
            next,
        })
    }

    /// The numbers on the tiles.
    pub async fn count_work(&self, actor: &str) -> Result<Tiles> {
        let staff = self.authorise(actor, &READERS)?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        let mut counts = Vec::new();
        for due in [None, Some(Due::Overdue), Some(Due::Today), Some(Due::AtRisk)] {
            let wanted = self.wanted(&Filter {
                due,
                ..Filter::default()
            })?;
            counts.push(worklist::count(&mut tx, &scope, &wanted).await?);
        }
        let [open, overdue, today, at_risk] = counts[..] else {
            return Err(Error::broken("the worklist", "four counts were asked for"));
        };
        Ok(Tiles {
            open,
            overdue,
            today,
            at_risk,
            held: worklist::count_held(&mut tx, &scope).await?,
            waiting: worklist::count_waiting(&mut tx, &scope).await?,
        })
    }

    /// What is open, overdue and at risk by Area, unit and officer.
    pub async fn count_team(&self, actor: &str) -> Result<Vec<TeamLine>> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let now = self.now();
        let mut tx = self.pool().read().await?;
        let soon = now + self.parts.settings.attention.soon;
        Ok(worklist::count_by_vlo(&mut tx, &scope, now, soon, TEAM_LINES_MAX).await?)
    }

    /// Victims without an officer in a manager's Areas, oldest first.
    pub async fn list_unassigned(&self, actor: &str) -> Result<Vec<Hit>> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        Ok(worklist::list_unassigned(&mut tx, &scope, UNASSIGNED_MAX).await?)
    }

    fn wanted(&self, filter: &Filter) -> Result<Wanted> {
        let now = self.now();
        let thresholds = &self.parts.settings.attention;
        // The last second of a day belongs to the day, and lateness is counted in whole seconds.
        let this_second =
            Timestamp::from_second(now.as_second()).map_err(|fault| Error::broken("the clock", fault))?;
        let end_of_today =
            end_of_day(london_date(now)).map_err(|fault| Error::broken("London time", fault))?;
        let just_before = this_second - jiff::SignedDuration::from_micros(1);
        let (from, until, at_risk) = match filter.due {
            None => (None, None, None),
            Some(Due::Overdue) => (None, Some(just_before), None),
            Some(Due::Today) => (Some(this_second), Some(end_of_today), None),
            Some(Due::AtRisk) => {
                let risk = AtRisk {
                    before: now + thresholds.soon,
                    at_half_time: thresholds.at_half_time,
                    now,
                };
                (Some(this_second), None, Some(risk))
            }
        };
        Ok(Wanted {
            from,
            until,
            at_risk,
            is_held: filter.is_held,
            is_waiting: filter.is_waiting,
            rule: filter.rule.clone(),
            area: filter.area.clone(),
            unit: filter.unit.clone(),
            vlo: filter.vlo.clone(),
        })
    }

    fn item(&self, line: Line) -> Result<Item<'_>> {
        let deadline = line.owed.deadline.as_deref();
        let today = london_date(self.now());
        let last = line.owed.due_at.map(london_date);
        Ok(Item {
            rule: self.parts.rulebook.rule(&line.owed.rule),
            deadline: deadline.map(|text| from_json("deadline", text)).transpose()?,
            attention: self.attention(&line.owed),
            is_today: last == Some(today),
            line,
        })
    }
}
