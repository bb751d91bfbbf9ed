//! What a server shows of a mailbox, held against what came in.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use mail::fetching::Look;

/// Longest that a message may wait there, and that nobody may look.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(1);

/// What became of a message, as the rows say.
pub(super) const WAITING: &str = "waiting";
pub(super) const TAKEN: &str = "taken";
pub(super) const REFUSED: &str = "refused";
pub(super) const GONE: &str = "gone";
pub(super) const LOST: &str = "lost";

/// What follows from one look.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// Seen for the first time.
    pub(super) new: Vec<u32>,
    /// To be taken.
    pub(super) take: Vec<u32>,
    /// Deleted there after we took or refused them.
    pub(super) gone: Vec<u32>,
    /// Deleted there before.
    pub(super) lost: Vec<u32>,
    /// Marked there as done, which we never did.
    pub(super) unheld: i64,
}

/// Holds a look against the rows. Before the numbering is settled the server's marks may be of an earlier one, so that every
/// message without a row of ours is taken; the digest knows those that were here before.
pub(super) fn compare(look: &Look, known: &BTreeMap<u32, String>, settled: bool) -> Compared {
    let mut found = Compared::default();
    for uid in &look.all {
        let state = known.get(uid).map(String::as_str);
        if state.is_none() {
            found.new.push(*uid);
        }
        let is_held = !matches!(state, None | Some(WAITING));
        let is_marked = look.taken.contains(uid) || look.refused.contains(uid);
        if !is_marked || !is_held && !settled {
            found.take.push(*uid);
        } else if !is_held {
            found.unheld += 1;
        }
    }
    for (uid, state) in known.iter().filter(|(uid, _)| !look.all.contains(uid)) {
        match state.as_str() {
            WAITING => found.lost.push(*uid),
            TAKEN | REFUSED => found.gone.push(*uid),
            _ => {}
        }
    }
    found
}

/// How the fetching of an Area's mailbox stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FetchStanding {
    /// The Area's code.
    pub area: String,
    /// Messages that were taken and are still there.
    pub taken: i64,
    /// Messages that were larger than what is taken, and are still there.
    pub refused: i64,
    /// Messages that were taken or refused and were deleted there since.
    pub gone: i64,
    /// Messages that are there and not here.
    pub waiting: i64,
    /// Since when the first of them waits.
    pub waiting_since: Option<Timestamp>,
    /// Messages that were deleted there before they were taken.
    pub lost: i64,
    /// Messages that somebody else marked there as taken.
    pub unheld: i64,
    /// When the folder was last looked at to the end.
    pub checked_at: Option<Timestamp>,
    /// What did not work at the last try, a code.
    pub fault: Option<String>,
    /// Since when it does not work.
    pub fault_at: Option<Timestamp>,
}

/// Why mail may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Marked there as taken, and never taken.
    Unheld(i64),
    /// Deleted there before it was taken.
    Lost(i64),
    /// It waits there for too long.
    Late(i64),
    /// Nobody could look for too long.
    NotLookedAt,
}

impl Gap {
    /// Kebab-case, for the program's log and for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unheld(_) => "marked-and-not-held",
            Self::Lost(_) => "deleted-before-taken",
            Self::Late(_) => "waits-too-long",
            Self::NotLookedAt => "not-looked-at",
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unheld(count) => write!(
                f,
                "{count} marked there as taken that never came in; take the keywords $GatewayTaken and $GatewayRefused off"
            ),
            Self::Lost(count) => write!(
                f,
                "{count} deleted there before they were taken; ask whoever keeps the mailbox"
            ),
            Self::Late(count) => write!(
                f,
                "{count} not taken, the first for more than an hour; see the program's log"
            ),
            Self::NotLookedAt => f.write_str("nobody could look into the mailbox for more than an hour"),
        }
    }
}

impl FetchStanding {
    /// Why mail may be missing; empty when none can be.
    pub fn gaps(&self, now: Timestamp) -> Vec<Gap> {
        let over = |since: Timestamp| now.duration_since(since) > WAIT_MAX;
        let mut gaps = Vec::new();
        if self.unheld > 0 {
            gaps.push(Gap::Unheld(self.unheld));
        }
        if self.lost > 0 {
            gaps.push(Gap::Lost(self.lost));
        }
        if self.waiting > self.unheld && self.waiting_since.is_some_and(over) {
            gaps.push(Gap::Late(self.waiting - self.unheld));
        }
        if self.checked_at.or(self.fault_at).is_some_and(over) {
            gaps.push(Gap::NotLookedAt);
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(all: &[u32], taken: &[u32]) -> Look {
        Look {
            all: all.iter().copied().collect(),
            taken: taken.iter().copied().collect(),
            refused: std::collections::BTreeSet::new(),
        }
    }

    fn rows(rows: &[(u32, &str)]) -> BTreeMap<u32, String> {
        rows.iter()
            .map(|(uid, state)| (*uid, (*state).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_neither_marked_nor_held_is_taken_and_a_mark_of_somebody_else_is_a_gap() {
        let found = compare(
            &look(&[1, 2, 3, 4], &[1, 3]),
            &rows(&[(1, TAKEN), (2, WAITING)]),
            true,
        );
        let expected = Compared {
            new: vec![3, 4],
            take: vec![2, 4],
            unheld: 1,
            ..Compared::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_mark_that_was_taken_off_has_the_message_taken_again() {
        let found = compare(&look(&[1], &[]), &rows(&[(1, TAKEN)]), true);
        assert_eq!(found.take, [1]);
    }

    #[test]
    fn what_went_before_it_was_taken_is_lost_and_what_went_later_is_gone() {
        let found = compare(
            &look(&[], &[]),
            &rows(&[(1, TAKEN), (2, WAITING), (3, REFUSED), (4, LOST), (5, GONE)]),
            true,
        );
        assert_eq!((found.gone, found.lost), (vec![1, 3], vec![2]));
    }

    #[test]
    fn under_a_new_numbering_the_marks_count_for_nothing_until_all_was_taken_once() {
        let found = compare(&look(&[1, 2], &[1, 2]), &rows(&[(1, TAKEN)]), false);
        assert_eq!((found.take, found.unheld), (vec![2], 0));
    }

    #[test]
    fn a_gap_is_what_waits_for_an_hour_or_was_not_looked_at_for_one() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let standing = FetchStanding {
            waiting: 1,
            waiting_since: Some(at("2026-11-23T09:00:00Z")),
            checked_at: Some(at("2026-11-23T10:00:00Z")),
            ..FetchStanding::default()
        };
        assert_eq!(standing.gaps(at("2026-11-23T10:00:00Z")), []);
        assert_eq!(standing.gaps(at("2026-11-23T10:00:01Z")), [Gap::Late(1)]);
        assert_eq!(
            standing.gaps(at("2026-11-23T11:00:01Z")),
            [Gap::Late(1), Gap::NotLookedAt]
        );
    }
}
