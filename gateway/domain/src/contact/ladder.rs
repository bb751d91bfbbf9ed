//! The ladder of attempts (requirement D6): three calls at different times within the window, a text if
//! texts are safe, a letter if the address is verified safe, the adviser, and at last "not contacted" with
//! its reason. Only safe rungs are offered; the ladder never lowers what counts as safe.

use jiff::{SignedDuration, Timestamp};

use super::plan::{Plan, TextRule};
use super::point::Route;
use crate::id::ContactPointId;
use crate::window::london;

/// Hours between one call and the next.
pub const CALL_GAP_HOURS: i64 = 3;

const CALLS_MAX: usize = 3;
/// How far ahead a time for the next call is looked for.
const SEARCH_DAYS: i64 = 28;
const STEP_MINUTES: i64 = 15;
/// Two calls are at different times when their times of day are at least this far apart.
const APART_MINUTES: u16 = 60;

/// By what an attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptVia {
    /// A call.
    Call,
    /// A text message.
    Text,
    /// A letter.
    Letter,
    /// The adviser was asked.
    Isva,
}

/// One attempt on this matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub via: AttemptVia,
    /// Whether the victim has been informed by it.
    pub informed: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// Ring.
    Call {
        /// First, second or third.
        n: usize,
        /// Not before this instant, at which the window is open.
        not_before: Timestamp,
        /// The number.
        point: ContactPointId,
    },
    /// Send the agreed text.
    TextIfSafe {
        /// The number.
        point: ContactPointId,
    },
    /// Write a letter.
    LetterIfSafe {
        /// The address.
        point: ContactPointId,
    },
    /// Ask the adviser.
    ViaIsva,
    /// Record that the person was not contacted, with the reason.
    NotContacted,
    /// Nothing: an attempt has informed the victim.
    Informed,
}

/// The next rung after these attempts. `adviser` says whether an adviser with live consent can be asked.
pub fn next_step(attempts: &[Attempt], plan: &Plan, adviser: bool, now: Timestamp) -> NextStep {
    if attempts.iter().any(|attempt| attempt.informed) {
        return NextStep::Informed;
    }
    let tried = |via: AttemptVia| attempts.iter().any(|attempt| attempt.via == via);
    let calls: Vec<Timestamp> = attempts
        .iter()
        .filter(|attempt| attempt.via == AttemptVia::Call)
        .map(|attempt| attempt.at)
        .collect();
    let phone = plan
        .usable(Route::Mobile, now)
        .or_else(|| plan.usable(Route::HomePhone, now));
    if let Some(phone) = phone.filter(|_| calls.len() < CALLS_MAX)
        && let Some(not_before) = next_call(&calls, plan, now).filter(|at| phone.usable(*at).is_ok())
    {
        return NextStep::Call {
            n: calls.len() + 1,
            not_before,
            point: phone.id().clone(),
        };
    }
    let texts = matches!(plan.text, TextRule::Allowed { agreed_at, .. } if agreed_at <= now);
    if let Some(mobile) = plan
        .usable(Route::Mobile, now)
        .filter(|_| texts && !tried(AttemptVia::Text))
    {
        return NextStep::TextIfSafe {
            point: mobile.id().clone(),
        };
    }
    if let Some(post) = plan
        .usable(Route::Post, now)
        .filter(|_| !tried(AttemptVia::Letter))
    {
        return NextStep::LetterIfSafe {
            point: post.id().clone(),
        };
    }
    if adviser && !tried(AttemptVia::Isva) {
        NextStep::ViaIsva
    } else {
        NextStep::NotContacted
    }
}

/// The first time in an open window, some hours after the last call and at another time of day than every
/// earlier one. Where the window is too narrow for another time of day, another day at the same time.
fn next_call(calls: &[Timestamp], plan: &Plan, now: Timestamp) -> Option<Timestamp> {
    let rest = SignedDuration::from_hours(CALL_GAP_HOURS);
    let earliest = calls
        .iter()
        .max()
        .and_then(|last| last.checked_add(rest).ok())
        .map_or(now, |at| at.max(now));
    let end = earliest
        .checked_add(SignedDuration::from_hours(24 * SEARCH_DAYS))
        .ok()?;
    let first = plan.schedule.next_open(earliest).filter(|at| *at <= end)?;
    let mut at = first;
    while at <= end {
        if calls.iter().all(|call| apart(*call, at)) {
            return Some(at);
        }
        let next = at.checked_add(SignedDuration::from_mins(STEP_MINUTES)).ok()?;
        let Some(open) = plan.schedule.next_open(next) else {
            break;
        };
        at = open;
    }
    let day = |at: Timestamp| at.to_zoned(london()).date();
    if calls.iter().all(|call| day(*call) != day(first)) {
        return Some(first);
    }
    let tomorrow = day(first).tomorrow().ok()?.to_zoned(london()).ok()?.timestamp();
    plan.schedule.next_open(tomorrow)
}

/// Whether two instants show times of day at least an hour apart, midnight counting as between neighbours.
fn apart(a: Timestamp, b: Timestamp) -> bool {
    let minute = |at: Timestamp| {
        let time = at.to_zoned(london()).time();
        u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
    };
    let gap = minute(a).abs_diff(minute(b));
    gap.min(24 * 60 - gap) >= APART_MINUTES
}
