//! What is recorded at each step of a meeting, each with its own check.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::MeetingFault;
use super::words::{AskedBy, CancelWhy, Mode, NotOfferedWhy, Part, PlaceKind, Research, Route};
use crate::masked::Masked;

/// The longest name of a place or reason in a few words, in characters.
pub const SHORT_CHARS_MAX: usize = 200;
/// The longest name of a place, in characters: with what a hybrid meeting adds it fits into an event.
pub const PLACE_CHARS_MAX: usize = 180;
/// The longest notes and actions, in characters.
pub const LONG_CHARS_MAX: usize = 4_000;
/// The longest meeting, in minutes: one day.
pub const MINUTES_MAX: u16 = 24 * 60;

/// When and by which route an offer or its answer went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// By which route.
    pub route: Route,
    /// When.
    pub at: Timestamp,
}

/// Why no meeting was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotOffered {
    /// The reason.
    pub why: NotOfferedWhy,
    /// In words; always for [`NotOfferedWhy::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Masked>,
}

/// Where people meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The sort of place.
    pub kind: PlaceKind,
    /// Its name as it was typed.
    pub name: Masked,
}

/// Who comes, and who leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Everybody, by part.
    pub parts: BTreeSet<Part>,
    /// The one who leads.
    pub chair: Part,
}

/// What was arranged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrangement {
    /// Who asked for the meeting.
    pub asked_by: AskedBy,
    /// When it is.
    pub meeting_at: Timestamp,
    /// How people meet.
    pub mode: Mode,
    /// Where; none when all meet by video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who is to come.
    pub people: People,
}

/// Why an arranged meeting was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancelled {
    /// The reason.
    pub why: CancelWhy,
    /// In words; always for [`CancelWhy::Other`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Masked>,
}

/// What came of a meeting that took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// How long it took, in minutes.
    pub minutes: u16,
    /// Who came and who led, whatever the plan was.
    pub people: People,
    /// Whether the victim agreed to be asked for research.
    pub research: Research,
    /// Whether notes were sent to the officer in the case.
    pub notes_to_officer: bool,
    /// Whether notes were sent to the victim.
    pub notes_to_victim: bool,
    /// Actions that were agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Masked>,
}

/// Whether a text is there and not too long.
pub(super) fn is_text(text: Option<&Masked>, chars_max: usize) -> bool {
    text.is_some_and(|text| {
        let words = text.reveal();
        !words.trim().is_empty() && words.chars().count() <= chars_max
    })
}

/// A text that may be missing, and may not be too long.
fn fits(text: Option<&Masked>, chars_max: usize) -> bool {
    text.is_none() || is_text(text, chars_max)
}

impl NotOffered {
    pub(super) fn check(&self) -> Result<(), MeetingFault> {
        let needs = self.why == NotOfferedWhy::Other;
        let right = if needs {
            is_text(self.detail.as_ref(), SHORT_CHARS_MAX)
        } else {
            fits(self.detail.as_ref(), SHORT_CHARS_MAX)
        };
        right.then_some(()).ok_or(MeetingFault::Detail)
    }
}

impl Cancelled {
    pub(super) fn check(&self) -> Result<(), MeetingFault> {
        let needs = self.why == CancelWhy::Other;
        let right = if needs {
            is_text(self.detail.as_ref(), SHORT_CHARS_MAX)
        } else {
            fits(self.detail.as_ref(), SHORT_CHARS_MAX)
        };
        right.then_some(()).ok_or(MeetingFault::Detail)
    }
}

impl People {
    /// The defence is never part of a meeting with a victim, and the chair is one of those who are there.
    pub(super) fn check(&self) -> Result<(), MeetingFault> {
        if self.chair.is_defence() || self.parts.iter().any(|part| part.is_defence()) {
            return Err(MeetingFault::Defence);
        }
        if self.chair == Part::Victim || !self.parts.contains(&self.chair) {
            return Err(MeetingFault::Chair);
        }
        Ok(())
    }
}

impl Arrangement {
    pub(super) fn check(&self, now: Timestamp) -> Result<(), MeetingFault> {
        if self.meeting_at <= now {
            return Err(MeetingFault::NotAhead);
        }
        match (self.mode, &self.place) {
            (Mode::Virtual, None) => {}
            (Mode::Virtual, Some(_)) => return Err(MeetingFault::PlaceOfNone),
            (_, place) => {
                let name = place.as_ref().map(|place| &place.name);
                if !is_text(name, PLACE_CHARS_MAX) {
                    return Err(MeetingFault::Place);
                }
            }
        }
        if !self.people.parts.contains(&Part::Victim) {
            return Err(MeetingFault::WithoutVictim);
        }
        self.people.check()
    }
}

impl Outcome {
    pub(super) fn check(&self) -> Result<(), MeetingFault> {
        if self.minutes == 0 || self.minutes > MINUTES_MAX {
            return Err(MeetingFault::Minutes);
        }
        if !fits(self.actions.as_ref(), LONG_CHARS_MAX) {
            return Err(MeetingFault::Actions);
        }
        self.people.check()
    }
}
