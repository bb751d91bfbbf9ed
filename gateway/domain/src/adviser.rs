//! What advisers (ISVAs) do in their own mailbox: write, say when a victim was told, stand in for each other.
//!
//! **Invariant:** an answer that reached an adviser tells the victim nothing (law 8): only a day on which the victim was told
//! does, and that day is neither before the answer nor ahead.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::draft::{Frozen, VettingProof};
use crate::event::words::words;

/// The most characters of what an adviser writes at a time.
pub const WRITTEN_CHARS_MAX: usize = 4_000;
/// The most days for which a colleague stands in; whoever is away for longer hands over, which takes a new consent
/// (requirement B9). The number is ours: no source names one.
pub const COVER_DAYS_MAX: i32 = 28;

/// The kind of words that say that there is something to read here, and nothing else.
pub const NOTICE_KIND: &str = "adviser-notice";

words! {
    /// Why a victim has not been told what the adviser was told.
    NotTold {
        /// The adviser tried and did not reach them.
        CouldNotReach = "could-not-reach",
        /// There is no safe way at the moment.
        NotSafeNow = "not-safe-now",
        /// They do not want to hear of it.
        DoesNotWantToHear = "does-not-want-to-hear",
        /// The adviser supports them no longer.
        HelpsNoLonger = "helps-no-longer",
    }
}

/// Why something cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AdviserFault {
    /// Nothing was written.
    #[error("enter your message")]
    NothingWritten,
    /// Too much was written.
    #[error("your message must have 4,000 characters or fewer")]
    TooLong,
    /// A character that no keyboard writes.
    #[error("your message has a character in it that cannot be shown; type it again without it")]
    Unreadable,
    /// A day ahead.
    #[error("the day on which the person was told must be today or in the past")]
    ToldAhead,
    /// A day before the answer.
    #[error("the day on which the person was told lies before our answer; check the date")]
    ToldBefore,
    /// The last day comes before the first.
    #[error("the last day must be the first day or later")]
    CoverEndsFirst,
    /// It would be over already.
    #[error("the last day must be today or later")]
    CoverOver,
    /// Longer than a colleague may stand in.
    #[error(
        "a colleague stands in for 28 days at most; hand over for longer, with a new consent of each person"
    )]
    CoverTooLong,
}

/// A notice to an adviser that there is something to read here: vetted words, the same for everybody, to one registered
/// address. It belongs to no case and names nobody, so that no plan and no consent is asked about it.
#[derive(Debug)]
pub struct AdviserNotice {
    to: EmailAddress,
    words: Frozen,
}

impl AdviserNotice {
    /// The notice; none for words that were not vetted as such.
    pub fn new(proof: &VettingProof, words: Frozen, to: EmailAddress) -> Option<Self> {
        (proof.kind() == NOTICE_KIND).then_some(Self { to, words })
    }

    /// The one address.
    pub fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// The words.
    pub fn words(&self) -> &Frozen {
        &self.words
    }
}

/// Whether a notice is due: something lies there, and the last notice is at least `every` ago. What came in between is said
/// together.
pub fn is_notice_due(
    placed_at: Option<Timestamp>,
    noticed_at: Option<Timestamp>,
    every: SignedDuration,
    now: Timestamp,
) -> bool {
    placed_at.is_some_and(|at| at <= now) && noticed_at.is_none_or(|at| now.duration_since(at) >= every)
}

/// Whether this may be sent as a message.
pub fn check_written(text: &str) -> Result<(), AdviserFault> {
    let is_unreadable = |c: char| c.is_control() && c != '\n' && c != '\t';
    match text {
        _ if text.trim().is_empty() => Err(AdviserFault::NothingWritten),
        _ if text.chars().count() > WRITTEN_CHARS_MAX => Err(AdviserFault::TooLong),
        _ if text.chars().any(is_unreadable) => Err(AdviserFault::Unreadable),
        _ => Ok(()),
    }
}

/// Whether a victim can have been told on this day what the adviser was told on `answered_on`. Days in London.
pub fn check_told(told_on: Date, answered_on: Date, today: Date) -> Result<(), AdviserFault> {
    if told_on > today {
        Err(AdviserFault::ToldAhead)
    } else if told_on < answered_on {
        Err(AdviserFault::ToldBefore)
    } else {
        Ok(())
    }
}

/// Whether a colleague may stand in from the one day to the other, both included. Days in London.
pub fn check_cover(from: Date, last: Date, today: Date) -> Result<(), AdviserFault> {
    let longest = from.saturating_add(jiff::Span::new().days(COVER_DAYS_MAX - 1));
    if last < from {
        Err(AdviserFault::CoverEndsFirst)
    } else if last < today {
        Err(AdviserFault::CoverOver)
    } else if last > longest {
        Err(AdviserFault::CoverTooLong)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;

    fn day(after: i32) -> Date {
        Date::constant(2026, 11, 23).saturating_add(after.days())
    }

    proptest! {
        #[test]
        fn whoever_was_told_was_told_between_the_answer_and_today(told in -50..50_i32, answered in -50..0_i32) {
            let found = check_told(day(told), day(answered), day(0));
            prop_assert_eq!(found.is_ok(), answered <= told && told <= 0);
        }

        #[test]
        fn a_colleague_stands_in_for_28_days_at_most_and_not_for_the_past(from in -50..50_i32, last in -50..90_i32) {
            let found = check_cover(day(from), day(last), day(0));
            prop_assert_eq!(found.is_ok(), from <= last && last >= 0 && last - from < COVER_DAYS_MAX);
        }

        #[test]
        fn notices_are_never_closer_than_configured(placed in prop::collection::vec(0..10_000_i64, 1..40), every in 1..3_000_i64) {
            let (start, every) = (Timestamp::UNIX_EPOCH, SignedDuration::from_secs(every));
            let mut placed = placed;
            placed.sort_unstable();
            let (mut waits, mut last, mut sent) = (None, None, Vec::new());
            for second in 0..16_000 {
                let now = start + SignedDuration::from_secs(second);
                if waits.is_none() && placed.contains(&second) {
                    waits = Some(now);
                }
                if is_notice_due(waits, last, every, now) {
                    (waits, last) = (None, Some(now));
                    sent.push(now);
                }
            }
            prop_assert!(waits.is_none() && !sent.is_empty(), "whatever came was said");
            prop_assert!(sent.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= every));
        }

        #[test]
        fn what_is_sent_has_letters_and_is_bounded(text in "[a-zé \n\t\u{7}\u{0}]{0,30}", more in 0..2_usize) {
            let text = format!("{text}{}", "x".repeat(more * WRITTEN_CHARS_MAX));
            let sendable = !text.trim().is_empty()
                && text.chars().count() <= WRITTEN_CHARS_MAX
                && !text.contains(['\u{7}', '\u{0}']);
            prop_assert_eq!(check_written(&text).is_ok(), sendable);
        }
    }
}
