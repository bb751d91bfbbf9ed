//! The due time of an obligation, its moves, its lateness, and when it needs attention.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::masked::Masked;

/// One move of a due time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// From when.
    pub from: Option<Timestamp>,
    /// To when.
    pub to: Timestamp,
    /// Why.
    pub reason: Masked,
    /// Who, or the rule or calendar that did it.
    pub by: String,
    /// When it was moved.
    pub at: Timestamp,
}

/// A due time with its history. The first one given is the original and stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueTime {
    original: Option<Timestamp>,
    current: Option<Timestamp>,
    moves: Vec<Move>,
}

/// A move that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// No reason or no name.
    #[error("moving a due time needs a reason and a name")]
    NoReason,
    /// Nothing moves.
    #[error("the due time is already that; give another")]
    SameTime,
}

/// How late something is against its original due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// Its rule has no number.
    NoLimit,
    /// It is in time.
    InTime,
    /// It is late by so much.
    Late(SignedDuration),
}

impl DueTime {
    /// As the obligation is raised; `None` when its rule has no number.
    pub fn raised(due_at: Option<Timestamp>) -> Self {
        Self {
            original: due_at,
            current: due_at,
            moves: Vec::new(),
        }
    }

    /// As the store kept it.
    pub fn restore(original: Option<Timestamp>, current: Option<Timestamp>, moves: Vec<Move>) -> Self {
        Self {
            original,
            current,
            moves,
        }
    }

    /// The due time that lateness is measured against.
    pub fn original(&self) -> Option<Timestamp> {
        self.original
    }

    /// The due time now.
    pub fn current(&self) -> Option<Timestamp> {
        self.current
    }

    /// Every move, first to last.
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Moves the due time, by a person or by a rule; the old one stays on record.
    pub fn move_due(
        mut self,
        to: Timestamp,
        reason: Masked,
        by: impl Into<String>,
        at: Timestamp,
    ) -> Result<Self, MoveError> {
        let by = by.into();
        if reason.reveal().trim().is_empty() || by.trim().is_empty() {
            return Err(MoveError::NoReason);
        }
        if self.current == Some(to) {
            return Err(MoveError::SameTime);
        }
        self.moves.push(Move {
            from: self.current,
            to,
            reason,
            by,
            at,
        });
        self.current = Some(to);
        Ok(self)
    }

    /// How late something done at `at`, or still open at `at`, is: against the original due time (law 6).
    pub fn lateness(&self, at: Timestamp) -> Lateness {
        match self.original {
            None => Lateness::NoLimit,
            // The last second of the day belongs to the day.
            Some(due) if at.as_second() <= due.as_second() => Lateness::InTime,
            Some(due) => Lateness::Late(at.duration_since(due)),
        }
    }

    /// How urgently it needs somebody, by the current due time or `latest_at`, whichever comes first.
    pub fn attention(
        &self,
        raised_at: Timestamp,
        latest_at: Option<Timestamp>,
        now: Timestamp,
        thresholds: &Thresholds,
    ) -> Attention {
        let Some(due) = [self.current, latest_at].into_iter().flatten().min() else {
            return Attention::None;
        };
        let left = due.duration_since(now);
        let half = due.duration_since(raised_at) / 2;
        if now.as_second() > due.as_second() {
            Attention::Overdue
        } else if left <= thresholds.urgent {
            Attention::Urgent
        } else if left <= thresholds.soon || (thresholds.at_half_time && left <= half) {
            Attention::Soon
        } else {
            Attention::None
        }
    }
}

/// When an obligation starts to need attention; from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// So long before it is due, it is soon.
    pub soon: SignedDuration,
    /// So long before it is due, it is urgent.
    pub urgent: SignedDuration,
    /// Whether half of its time gone makes it soon too (victims-code.md section 4).
    pub at_half_time: bool,
}

/// How urgently an obligation needs somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attention {
    /// Not yet.
    None,
    /// Soon.
    Soon,
    /// Now.
    Urgent,
    /// It is late.
    Overdue,
}

impl Attention {
    /// The word in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Soon => "soon",
            Self::Urgent => "urgent",
            Self::Overdue => "overdue",
        }
    }
}
