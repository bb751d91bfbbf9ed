//! What was checked of a draft, in the order in which a person would.

use domain::draft::FindingKind::{
    self, AddresseeIsDefendant, DefenceContact, DefendantName, Evidence, ForeignName, ForeignUrn, OwnAddress,
    OwnDateOfBirth, OwnEmail, OwnPhone, OwnPlace, OwnUrn, PlaceOrRoutine,
};
use flows::Review;
use jiff::Timestamp;
use serde::Serialize;

/// One line of what was checked.
#[derive(Serialize)]
pub(super) struct Check {
    text: String,
    state: &'static str,
    colour: Option<&'static str>,
}

pub(super) fn checks(review: &Review, now: Timestamp) -> Vec<Check> {
    let mut list = words(review);
    list.extend(recipient(review, now));
    list
}

fn words(review: &Review) -> Vec<Check> {
    let of = |text, kinds| found(review, text, kinds);
    vec![
        passed("Every gap is filled in"),
        of("Nobody of another case is named", &[ForeignName, ForeignUrn]),
        of(
            "Nobody of the defence side is named or addressed",
            &[AddresseeIsDefendant, DefendantName, DefenceContact],
        ),
        of(
            "The person's own details are not in it",
            &[OwnUrn, OwnEmail, OwnPhone, OwnAddress, OwnDateOfBirth, OwnPlace],
        ),
        of("Nothing about a place or a routine", &[PlaceOrRoutine]),
        holds(
            review.is_vetted,
            "Two people vetted the words",
            "Two people have not vetted these words yet",
        ),
    ]
}

/// An adviser reads at work, and has no agreed times; a victim is not told of evidence words, which stand in vetted ones.
fn recipient(review: &Review, now: Timestamp) -> [Check; 2] {
    let towards = review.towards.as_ref();
    let usable = towards.is_some_and(|towards| towards.usable);
    if towards.is_some_and(|towards| towards.adviser.is_some()) {
        return [
            found(review, "Nothing that could be evidence", &[Evidence]),
            holds(
                usable,
                "The victim’s consent covers it, and the service may be written to",
                "No consent covers it, or the service may not be written to: it will be held",
            ),
        ];
    }
    [
        holds(
            usable,
            "The address is agreed as safe",
            "No address is agreed as safe: it will be held",
        ),
        holds(
            review.plan.schedule.is_open(now),
            "The agreed times allow it now",
            "The agreed times do not allow it now: it leaves when they do",
        ),
    ]
}

/// What the content check found of these kinds, by line.
fn found(review: &Review, text: &str, kinds: &[FindingKind]) -> Check {
    let found = review
        .findings
        .iter()
        .filter(|finding| kinds.contains(&finding.kind));
    let places = found.map(|finding| match finding.line {
        0 => "the message as a whole".to_owned(),
        line => format!("line {line}"),
    });
    let places = places.collect::<Vec<_>>();
    match (places.is_empty(), kinds.iter().all(|kind| kind.blocks())) {
        (true, _) => passed(text),
        (false, true) => Check {
            text: format!("{text}: look at {}", places.join(", ")),
            state: "Must be put right",
            colour: Some("govuk-tag--red"),
        },
        (false, false) => Check {
            text: format!("{text}: read {} again", places.join(", ")),
            state: "Read again",
            colour: Some("govuk-tag--orange"),
        },
    }
}

fn holds(holds: bool, text: &str, otherwise: &str) -> Check {
    if holds {
        return passed(text);
    }
    Check {
        text: otherwise.to_owned(),
        state: "Not yet",
        colour: Some("govuk-tag--orange"),
    }
}

fn passed(text: &str) -> Check {
    Check {
        text: text.to_owned(),
        state: "Passed",
        colour: Some("govuk-tag--green"),
    }
}
