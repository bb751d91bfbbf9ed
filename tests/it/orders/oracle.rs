//! What must be true of a mail that left, from this trial's own record.

use std::collections::BTreeSet;

use harness::gateway::HOLD_BACK_S;
use harness::mails::Mail;

use super::actions::{Change, What};
use super::london::shown;

/// What the trial knows of a person.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one person")]
pub(super) struct Known {
    pub(super) email: String,
    withdrawn: bool,
    died: bool,
    opted_out: BTreeSet<&'static str>,
    safe_from: i64,
    /// The last day, in days since 1970, on which the address may be used.
    safe_until: i64,
    /// Barred or bounced: nothing in these stories makes it safe again.
    pub(super) distrusted: bool,
    pub(super) denied: bool,
    /// Which hours, and whether at weekends; any time when none.
    hours: Option<(i64, i64, bool)>,
    away: Vec<(i64, i64)>,
    content: bool,
    by_hand: bool,
}

/// What the trial knows of a message.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) person: usize,
    pub(super) approved_at: i64,
    pub(super) stage: &'static str,
    pub(super) content_free: bool,
    /// Cancelled, waived, or overtaken by an event.
    pub(super) ended: bool,
    /// How often it may have arrived: once, and once more for each decision to send it again.
    pub(super) may_arrive: usize,
    pub(super) arrived: usize,
}

impl Known {
    pub(super) fn new(email: String, safe_from: i64, safe_until: i64) -> Self {
        Self {
            email,
            withdrawn: false,
            died: false,
            opted_out: BTreeSet::new(),
            safe_from,
            safe_until,
            distrusted: false,
            denied: false,
            hours: None,
            away: Vec::new(),
            content: true,
            by_hand: false,
        }
    }

    /// An event about this person was taken.
    pub(super) fn hears(&mut self, what: What) {
        match what {
            What::Withdrew => self.withdrawn = true,
            What::Died => self.died = true,
            What::OutOfCharge => {
                self.opted_out.insert("charge");
            }
            What::OutOfAll => {
                self.opted_out.insert("all");
            }
            What::InAgain => self.opted_out.clear(),
            _ => {}
        }
    }

    /// The plan was changed so at this second.
    pub(super) fn changes(&mut self, change: Change, now: i64) {
        let today = shown(now).day;
        match change {
            Change::Bar => self.distrusted = true,
            Change::Recheck(days) => (self.safe_from, self.safe_until) = (now, today + days),
            Change::Hours(from, to, weekends) => {
                self.hours = Some((i64::from(from) * 60, i64::from(to) * 60, weekends));
            }
            Change::AnyTime => self.hours = None,
            Change::Away(first, more) => self.away.push((today + first, today + first + more)),
            Change::Content(yes) => self.content = yes,
            Change::ByHand(yes) => self.by_hand = yes,
        }
    }

    fn may_be_written_to(&self, now: i64) -> Result<(), String> {
        let shown = shown(now);
        let inside = self.hours.is_none_or(|(from, to, weekends)| {
            (from..to).contains(&shown.minute) && (weekends || shown.weekday < 5)
        });
        let away = self
            .away
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&shown.day));
        let faults = [
            (self.withdrawn, "has withdrawn"),
            (self.died, "has died"),
            (self.distrusted, "has an address that was barred or bounced"),
            (self.denied, "has an address of the defence side"),
            (self.safe_from > now, "has an address that is not verified yet"),
            (
                self.safe_until < shown.day,
                "has an address whose check has run out",
            ),
            (self.by_hand, "is written to by hand"),
            (!inside, "may not be contacted at this time"),
            (away, "is away"),
        ];
        match faults.iter().find(|(holds, _)| *holds) {
            Some((_, why)) => Err(format!("a mail left for somebody who {why}: {shown:?}, {self:?}")),
            None => Ok(()),
        }
    }
}

/// Looks at one mail that left at this second.
pub(super) fn look(mail: &Mail<'_>, told: &mut Told, known: &Known, now: i64) -> Result<(), String> {
    if mail.recipient != known.email || mail.to() != [known.email.as_str()] {
        return Err("a mail left for another address than the one that was verified".to_owned());
    }
    known.may_be_written_to(now)?;
    if known.opted_out.contains("all") || known.opted_out.contains(told.stage) {
        return Err(format!(
            "a mail about {} left for somebody who opted out of {:?}",
            told.stage, known.opted_out
        ));
    }
    if !known.content && !told.content_free {
        return Err("content left for somebody who wants none in email".to_owned());
    }
    if told.ended {
        return Err("a mail left that was cancelled, waived or overtaken".to_owned());
    }
    if now < told.approved_at + HOLD_BACK_S {
        return Err("a mail left before its hold-back ended".to_owned());
    }
    told.arrived += 1;
    if told.arrived > told.may_arrive {
        return Err(format!(
            "a mail arrived {} times, with {} allowed",
            told.arrived, told.may_arrive
        ));
    }
    Ok(())
}
