//! How long mail about a case takes to be kept, and about a case that there is not: a stranger hears when.

use std::time::Instant;

use flows::Arrived;
use harness::database::Database;

use super::worklist::Times;
use crate::mailbox::strangers::{NAMED, NO_CASE, SENDERS, about, two_cases};

/// Takes `rounds` messages of each kind, in turns.
pub(super) async fn measure(database: &Database, rounds: usize) -> Vec<Times> {
    let trial = two_cases(database).await;
    let mut times = Vec::new();
    for (who, from) in SENDERS {
        let mut taken = [Vec::new(), Vec::new()];
        trial.receive(&about(from, NO_CASE, 0)).await;
        for number in 1..=rounds {
            for ((_, urn), taken) in NAMED.into_iter().zip(&mut taken) {
                let mail = about(from, urn, number);
                let began = Instant::now();
                let arrived = trial.receive(&mail).await;
                taken.push(began.elapsed());
                assert!(matches!(arrived, Arrived::Quarantined(_)), "{arrived:?}");
            }
        }
        for ((named, _), mut all) in NAMED.into_iter().zip(taken) {
            all.sort();
            let what = format!("{who} names {named}");
            times.push(Times { what, all });
        }
    }
    times
}
