//! From an event to what is now due, due sooner, or no longer due. Pure: the same event in the same
//! situation always has the same consequences.

use jiff::Timestamp;
use jiff::civil::Date;

use super::facts::{Fact, Facts};
use super::words::Stage;
use super::{Detail, Event};
use crate::area::AreaCode;
use crate::calendar::{Calendar, CalendarError, end_of_day, london_date, start_of_day};
use crate::deadline::{Deadline, DeadlineError, deadline};
use crate::id::ObligationId;
use crate::people::Offence;
use crate::rulebook::{ClockStart, Discharge, Latest, Owner, Rule, RuleId, Rulebook};

/// What is known of the victim and the case when the event arrives.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each named by the issue"
)]
pub struct Situation<'a> {
    /// The offence; adult rape and serious sexual offences are enhanced by themselves.
    pub offence: Offence,
    /// The Area of the case.
    pub area: &'a AreaCode,
    /// Whether the victim has enhanced rights under the Code.
    pub enhanced: bool,
    /// Whether the victim is a bereaved relative.
    pub bereaved: bool,
    /// Whether the victim withdrew support for the prosecution.
    pub withdrawn: bool,
    /// Whether the victim has died.
    pub deceased: bool,
    /// Whether the victim wants no news at all.
    pub opted_out_all: bool,
    /// The stages of which the victim wants no news, by [`Stage::as_str`].
    pub opted_out: &'a [String],
    /// The victim's open obligations in this case.
    pub open: &'a [OpenObligation],
    /// The day of pre-recorded cross-examination, as far as known.
    pub s28_date: Option<Date>,
    /// The day of live evidence, as far as known.
    pub evidence_date: Option<Date>,
    /// Events that were recorded before this one and happened after it, since this one arrives late.
    pub later: &'a [(Timestamp, Detail)],
}

/// An obligation that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenObligation {
    /// Its id.
    pub id: ObligationId,
    /// Its rule.
    pub rule: RuleId,
    /// When its clock started.
    pub clock_start: Timestamp,
    /// Whether it stands on the clock of enhanced rights.
    pub enhanced: bool,
    /// When it is due now, if its rule has a number.
    pub due_at: Option<Timestamp>,
    /// Its kind of message.
    pub template_kind: Option<String>,
    /// Whether a person moved its due time; then no holiday moves it again.
    pub moved_by_hand: bool,
}

/// An obligation that an event raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObligation {
    /// Its rule.
    pub rule: RuleId,
    /// Who owes it; anybody but the CPS is watched, not sent for.
    pub owner: Owner,
    /// The stage of the case.
    pub stage: Stage,
    /// The kind of message; `None` when a person does it or watches it.
    pub template_kind: Option<String>,
    /// When its clock started.
    pub clock_start: Timestamp,
    /// What had to be assumed about that.
    pub clock_note: Option<String>,
    /// When it is due, if its rule has a number.
    pub deadline: Option<Deadline>,
    /// The last moment at which it makes sense, beside the due time.
    pub latest_at: Option<Timestamp>,
    /// What ends it.
    pub discharge: Discharge,
    /// Whether a second person must approve.
    pub second_person: bool,
    /// The rule whose message does this duty too: discharge the two together.
    pub carried_by: Option<RuleId>,
}

/// What an event changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// A new obligation.
    Raise(Box<NewObligation>),
    /// A due time computed again; the original one stays on record.
    Recompute {
        /// The obligation.
        id: ObligationId,
        /// The new due time.
        new: Box<Deadline>,
        /// Why.
        why: String,
    },
    /// The last sensible moment became known or moved.
    SetLatest {
        /// The obligation.
        id: ObligationId,
        /// The moment.
        latest_at: Timestamp,
        /// Why.
        why: String,
    },
    /// An obligation that ends undone.
    Lapse {
        /// The obligation.
        id: ObligationId,
        /// Why, naming the event.
        why: String,
    },
    /// A rule that the event would raise, and why it does not. For the log: nothing is dropped silently.
    NotDue {
        /// The rule.
        rule: RuleId,
        /// Why.
        why: String,
    },
}

/// Consequences that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsequenceError {
    /// A due time cannot be computed.
    #[error(transparent)]
    Deadline(#[from] DeadlineError),
    /// A day cannot be computed.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl Situation<'_> {
    /// Whether the 1-working-day clock applies: by the victim's rights, or by the offence (D1).
    pub fn on_enhanced_clock(&self) -> bool {
        self.enhanced || self.offence.enhanced_by_offence()
    }

    fn facts(&self, detail: &Detail) -> Facts {
        let mut facts = detail.facts();
        facts.add("offence", Fact::Word(self.offence.as_str()));
        facts.add("enhanced", Fact::Flag(self.on_enhanced_clock()));
        facts.add("bereaved", Fact::Flag(self.bereaved));
        facts
    }

    /// Why a rule's obligation is not due to this victim.
    fn why_not_due(&self, rule: &Rule) -> Option<&'static str> {
        if self.deceased {
            return Some("the victim has died");
        }
        if self.withdrawn && rule.lapses_on.iter().any(|on| on.event == "victim-withdrew") {
            return Some("the victim withdrew support for the prosecution");
        }
        if rule.owner != Owner::Cps {
            return None;
        }
        if self.opted_out_all {
            return Some("the victim opted out of all news");
        }
        let stage = rule.stage.as_str();
        self.opted_out
            .iter()
            .any(|out| out == stage)
            .then_some("the victim opted out of news of this stage")
    }

    /// What overtook a rule's obligation before the event that would raise it arrived.
    fn why_overtaken(&self, rule: &Rule) -> Option<String> {
        self.later
            .iter()
            .find_map(|(at, detail)| why_lapsed(rule, *at, detail, &self.facts(detail)))
            .map(|by| format!("it arrived late, after {by}"))
    }
}

/// What an event changes: first what lapses, then what is computed again, then what is raised. `situation`
/// is the one before the event; of an obligation that lapses nothing else is said.
pub fn consequences(
    book: &Rulebook,
    cal: &Calendar,
    situation: &Situation<'_>,
    event: &Event,
) -> Result<Vec<Consequence>, ConsequenceError> {
    let facts = situation.facts(&event.detail);
    let mut found = Vec::new();
    for open in situation.open {
        if let Some(why) = book
            .rule(open.rule.as_str())
            .and_then(|rule| why_lapsed(rule, event.occurred_at, &event.detail, &facts))
        {
            found.push(Consequence::Lapse {
                id: open.id.clone(),
                why,
            });
        } else {
            found.extend(changed(book, cal, situation, open, event)?);
        }
    }
    let day = london_date(event.occurred_at);
    for rule in book.rules().iter().filter(|rule| {
        rule.enabled
            && rule.trigger.fits(event.detail.kind(), &facts)
            && rule.in_force_on(day)
            && rule.applies_in(situation.area)
    }) {
        let why_not = situation.why_not_due(rule).map(str::to_owned);
        found.push(match why_not.or_else(|| situation.why_overtaken(rule)) {
            Some(why) => Consequence::NotDue {
                rule: rule.id.clone(),
                why,
            },
            None => Consequence::Raise(Box::new(raise(book, cal, situation, event, rule, &facts)?)),
        });
    }
    Ok(found)
}

fn why_lapsed(rule: &Rule, occurred_at: Timestamp, detail: &Detail, facts: &Facts) -> Option<String> {
    let kind = detail.kind();
    let by_event = match detail {
        Detail::VictimDeceased {} => true,
        Detail::OptOut { stages, all } => rule.owner == Owner::Cps && (*all || stages.contains(&rule.stage)),
        _ => rule.lapses_on.iter().any(|on| on.fits(kind, facts)),
    };
    by_event.then(|| format!("{kind} on {}", london_date(occurred_at)))
}

fn changed(
    book: &Rulebook,
    cal: &Calendar,
    situation: &Situation<'_>,
    open: &OpenObligation,
    event: &Event,
) -> Result<Option<Consequence>, ConsequenceError> {
    let Some(rule) = book.rule(open.rule.as_str()) else {
        return Ok(None);
    };
    if matches!(event.detail, Detail::EnhancedRightsFound { .. }) && !open.enhanced {
        let Some(new) = deadline(rule, open.clock_start, true, cal)? else {
            return Ok(None);
        };
        let sooner = open.due_at.is_none_or(|due| new.due_at < due);
        return Ok(sooner.then(|| Consequence::Recompute {
            id: open.id.clone(),
            new: Box::new(new),
            why: format!("enhanced rights found on {}", london_date(event.occurred_at)),
        }));
    }
    let (s28, evidence) = dates_in(&event.detail);
    let told_since = situation.later.iter().any(|(_, detail)| sets_dates(detail));
    if rule.latest.is_none() || (s28.is_none() && evidence.is_none()) || told_since {
        return Ok(None);
    }
    Ok(
        latest_at(rule, s28, evidence)?.map(|latest_at| Consequence::SetLatest {
            id: open.id.clone(),
            latest_at,
            why: format!("{} on {}", event.detail.kind(), london_date(event.occurred_at)),
        }),
    )
}

/// Whether an event says when the trial, s.28 or evidence is; an older one that arrives late changes nothing of that.
pub fn sets_dates(detail: &Detail) -> bool {
    matches!(detail, Detail::TrialSet { .. } | Detail::S28Set { .. })
}

/// The dates of s.28 and of evidence that an event brings.
fn dates_in(detail: &Detail) -> (Option<Date>, Option<Date>) {
    match *detail {
        Detail::S28Set { date } => (Some(date), None),
        Detail::TrialSet {
            s28_date,
            evidence_date,
            ..
        } => (s28_date, evidence_date),
        _ => (None, None),
    }
}

/// The end of the day before s.28 cross-examination, else before live evidence.
fn latest_at(
    rule: &Rule,
    s28: Option<Date>,
    evidence: Option<Date>,
) -> Result<Option<Timestamp>, CalendarError> {
    match (rule.latest, s28.or(evidence)) {
        (Some(Latest::BeforeS28OrEvidence), Some(date)) => {
            end_of_day(date.yesterday().map_err(|_| CalendarError::NoSuchDay)?).map(Some)
        }
        _ => Ok(None),
    }
}

fn raise(
    book: &Rulebook,
    cal: &Calendar,
    situation: &Situation<'_>,
    event: &Event,
    rule: &Rule,
    facts: &Facts,
) -> Result<NewObligation, ConsequenceError> {
    let (clock_start, clock_note) = clock(rule, event)?;
    let (s28, evidence) = dates_in(&event.detail);
    let carrier = rule
        .carried_by
        .as_ref()
        .filter(|id| book.rule(id.as_str()).is_some_and(|rule| rule.enabled));
    let template = if rule.owner == Owner::Cps && carrier.is_none() {
        rule.template_for(facts)
    } else {
        None
    };
    Ok(NewObligation {
        rule: rule.id.clone(),
        owner: rule.owner,
        stage: rule.stage,
        template_kind: template.map(str::to_owned),
        clock_start,
        clock_note,
        deadline: deadline(rule, clock_start, situation.on_enhanced_clock(), cal)?,
        latest_at: latest_at(
            rule,
            s28.or(situation.s28_date),
            evidence.or(situation.evidence_date),
        )?,
        discharge: rule.discharge,
        second_person: rule.second_person,
        carried_by: carrier.cloned(),
    })
}

/// When the rule's clock starts, and what had to be assumed.
fn clock(rule: &Rule, event: &Event) -> Result<(Timestamp, Option<String>), CalendarError> {
    let assumed = |what: &str| {
        (
            event.occurred_at,
            Some(format!(
                "{what} is not known; counted from when the event happened"
            )),
        )
    };
    Ok(match (rule.clock_start, &event.detail) {
        (ClockStart::OccurredAt, _) => (event.occurred_at, None),
        (ClockStart::ReceivedAt, _) => event
            .received_at
            .map_or_else(|| assumed("when the owner received it"), |at| (at, None)),
        (
            ClockStart::PleaDate,
            Detail::TrialSet {
                plea_date: Some(day), ..
            },
        ) => (start_of_day(*day)?, None),
        (ClockStart::PleaDate, _) => assumed("the day of the plea"),
        (ClockStart::PromisedAt, Detail::CallPromised { call_at }) => (*call_at, None),
        (ClockStart::PromisedAt, _) => assumed("when the call was promised for"),
    })
}
