//! The worklist: what is owed by whom somebody reaches, soonest first, each duty with why it is due when it is due.
//!
//! It names cases and duties and no people: a list of names would be a reading of everybody on it.

use domain::calendar::{end_of_day, london_date};
use domain::deadline::Deadline;
use domain::id::ObligationId;
use domain::obligation::Attention;
use domain::rulebook::Rule;
use jiff::{SignedDuration, Timestamp};
use store::team::{self, TeamLine};
use store::tiles::{self, Moments};
use store::worklist::{self, After, AtRisk, Line, Wanted};

use crate::person::from_json;
use crate::{Error, Gateway, Result, Role};

pub use store::search::Hit;
pub use store::team::TeamLine as Team;
pub use store::tiles::{COUNT_MAX, Tiles};

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
        let mut tx = self.pool().read_to_a_limit().await?;
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
        let mut tx = self.pool().read_to_a_limit().await?;
        Ok(tiles::count(&mut tx, &scope, &self.moments()?).await?)
    }

    /// What is open, overdue and at risk by Area, unit and officer.
    pub async fn count_team(&self, actor: &str) -> Result<Vec<TeamLine>> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let now = self.now();
        let mut tx = self.pool().read().await?;
        let soon = now + self.parts.settings.attention.soon;
        Ok(team::count_by_vlo(&mut tx, &scope, now, soon, TEAM_LINES_MAX).await?)
    }

    /// Victims without an officer in a manager's Areas, oldest first.
    pub async fn list_unassigned(&self, actor: &str) -> Result<Vec<Hit>> {
        let staff = self.authorise(actor, &[Role::VloManager])?;
        let scope = self.scope(&staff)?;
        let mut tx = self.pool().read().await?;
        Ok(team::list_unassigned(&mut tx, &scope, UNASSIGNED_MAX).await?)
    }

    fn wanted(&self, filter: &Filter) -> Result<Wanted> {
        let moments = self.moments()?;
        let just_before = moments.now - SignedDuration::from_micros(1);
        let (from, until, at_risk) = match filter.due {
            None => (None, None, None),
            Some(Due::Overdue) => (None, Some(just_before), None),
            Some(Due::Today) => (Some(moments.now), Some(moments.end_of_today), None),
            Some(Due::AtRisk) => (Some(moments.now), None, Some(moments.at_risk)),
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

    fn moments(&self) -> Result<Moments> {
        let now = self.now();
        let thresholds = &self.parts.settings.attention;
        // The last second of a day belongs to the day, and lateness is counted in whole seconds.
        let this_second =
            Timestamp::from_second(now.as_second()).map_err(|fault| Error::broken("the clock", fault))?;
        let end_of_today =
            end_of_day(london_date(now)).map_err(|fault| Error::broken("London time", fault))?;
        Ok(Moments {
            now: this_second,
            end_of_today,
            at_risk: AtRisk {
                before: now + thresholds.soon,
                half: thresholds.at_half_time.then_some(now),
            },
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
