//! Events that arrive late, after others that happened later.

use super::consequence::{after, north_east, raised, victim};
use super::*;

fn detail(value: &Value) -> (Timestamp, Detail) {
    let event = event(value);
    (event.occurred_at, event.detail)
}

#[test]
fn what_was_overtaken_before_it_arrived_is_said_and_not_raised() {
    let area = north_east();
    let trial = json!({"kind": "trial-set", "after_not_guilty_plea": true});
    let stopped =
        |all: bool| json!({"kind": "charge-stopped", "how": "discontinued", "all_proceedings_end": all});
    let in_time = after(&victim(&area), &trial);
    assert!(
        raised(&in_time)
            .iter()
            .any(|new| new.rule.as_str() == "PTM-LOCAL")
    );
    let later = [detail(&stopped(true))];
    let late = after(
        &Situation {
            later: &later,
            ..victim(&area)
        },
        &trial,
    );
    let offers = |found: &[Consequence]| {
        raised(found)
            .iter()
            .filter(|new| new.rule.as_str().starts_with("PTM"))
            .count()
    };
    assert_eq!(
        offers(&late),
        0,
        "no offer of a meeting before a trial that will not be"
    );
    let said = late.iter().any(|one| {
        matches!(one, Consequence::NotDue { rule, why } if rule.as_str() == "PTM-LOCAL" && why.contains("late"))
    });
    assert!(said, "and the log says why");
    let later = [detail(&stopped(false))];
    let goes_on = Situation {
        later: &later,
        ..victim(&area)
    };
    assert_eq!(
        offers(&after(&goes_on, &trial)),
        offers(&in_time),
        "one charge of several ended"
    );
}
