//! `kill -9` at random moments while the service delivers, on both databases: every message has arrived once
//! or stands as `unknown`, none twice without a recorded decision, and the contact log verifies every time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::id::MessageId;
use domain::time::random;
use harness::chance::SeededEntropy;
use harness::database::Database;
use harness::gateway::APPROVER;
use harness::on_both;
use harness::service::{Running, Service};
use mail::catcher::{Fault, Faults};
use store::outbox::{self, OutboxRow};

use crate::served::{stop, until_quiet};

const PATIENCE: Duration = Duration::from_mins(1);
/// A kill falls up to so long after the service has delivered something, in microseconds: a few batches.
const LATER_MAX_US: u64 = 40_000;

/// More rows than any trial has.
const ROWS_MAX: u32 = 100_000;

/// What a trial came to.
#[derive(Debug)]
pub(crate) struct Survived {
    /// Messages that had arrived once, before anybody decided anything.
    pub(crate) arrived: usize,
    /// Messages that stood as `unknown`; all were then sent again by a person's decision.
    pub(crate) unknown: usize,
}

/// Messages whose end is known, or known to be unknown.
async fn ended(service: &Service) -> i64 {
    let mut tx = service.database.pool.read().await.expect("a reader");
    let states = outbox::count_by_state(&mut tx).await.expect("the outbox answers");
    let ended = states
        .iter()
        .filter(|(state, ..)| state == "delivered" || state == "unknown");
    ended.map(|(.., count)| count).sum()
}

/// Kills the service at one random moment. Every fourth kill falls anywhere from its start on; the others soon
/// after it has delivered something.
async fn kill_once(service: &Service, nth: usize, chance: &SeededEntropy) {
    let before = ended(service).await;
    let mut child = service.start();
    let began = Instant::now();
    let later = a_while(chance);
    if nth % 4 == 3 {
        pass(later * 10).await;
    } else {
        while ended(service).await == before {
            assert!(
                child.try_wait().expect("its state").is_none(),
                "the service ended by itself"
            );
            assert!(began.elapsed() < PATIENCE, "the service delivers nothing");
            tokio::task::yield_now().await;
        }
        pass(later).await;
    }
    kill(service, child).await;
}

/// Kills the service; its log verifies all the same.
pub(crate) async fn kill(service: &Service, mut child: Running) {
    child.kill().expect("SIGKILL");
    child.wait().expect("it is gone");
    service.seal().await;
    service
        .flows
        .verify_log()
        .await
        .expect("the log verifies after a kill");
}

/// A while to wait before a kill.
pub(crate) fn a_while(chance: &SeededEntropy) -> Duration {
    Duration::from_micros(u64::from_be_bytes(random(chance)) % LATER_MAX_US)
}

/// Lets so much time pass, and the test's own servers work.
pub(crate) async fn pass(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        tokio::task::yield_now().await;
    }
}

async fn states(service: &Service, ids: impl Iterator<Item = String>) -> BTreeMap<String, String> {
    let mut tx = service.database.pool.read().await.expect("a reader");
    let mut states = BTreeMap::new();
    for id in ids {
        let message = MessageId::parse(&id).expect("our Message-ID");
        let row = outbox::find(&mut tx, &message).await.expect("the outbox answers");
        states.insert(id, row.expect("what arrived was queued").state);
    }
    states
}

/// Lets the service finish what is left to do, and stops it.
async fn finish(service: &Service) {
    let mut child = service.start();
    until_quiet(service, &mut child).await;
    stop(service, child);
}

/// Looks at what the kills left: nothing arrived twice, nothing is lost, doubt stands as `unknown`. Answers the
/// messages in doubt.
async fn look(service: &Service, messages: usize) -> Vec<OutboxRow> {
    let arrived = service.arrived();
    for (id, state) in states(service, arrived.keys().cloned()).await {
        assert_eq!(
            arrived[&id], 1,
            "message {id} arrived twice and nobody decided so"
        );
        assert!(
            state == "delivered" || state == "unknown",
            "{id} arrived and stands as {state}"
        );
    }
    let counts = service.flows.counts().await.expect("the counts");
    let delivered = usize::try_from(counts.messages.delivered).expect("a count");
    let left = service.flows.list_outbox(ROWS_MAX).await.expect("the outbox");
    assert!(
        left.iter().all(|row| row.state == "unknown"),
        "nothing but doubt is left over"
    );
    assert_eq!(
        delivered + left.len(),
        messages,
        "every message is delivered or in doubt"
    );
    let came_in_doubt = left
        .iter()
        .filter(|row| arrived.contains_key(row.message_id.as_str()))
        .count();
    assert_eq!(
        arrived.len() - came_in_doubt,
        delivered,
        "what is called delivered arrived"
    );
    let forgotten = service.flows.find_forgotten().await.expect("the sweep");
    assert_eq!(forgotten.len(), 0, "each doubt waits for a person");
    left
}

/// A run of `messages` messages, killed `kills` times.
pub(crate) async fn survive(database: Database, messages: usize, kills: usize, seed: u64) -> Survived {
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    service.queue(messages).await;
    let chance = SeededEntropy::new(seed);
    for nth in 0..kills {
        kill_once(&service, nth, &chance).await;
    }
    finish(&service).await;
    let in_doubt = look(&service, messages).await;
    let before = service.arrived();

    // A person decides about each of them; it leaves once more, under the same Message-ID.
    for row in &in_doubt {
        let decided = service
            .flows
            .resend_message(APPROVER, &row.message_id, "not-in-the-relays-log")
            .await;
        decided.expect("a person may decide so");
    }
    finish(&service).await;
    let after = service.arrived();
    assert_eq!(
        after.len(),
        messages,
        "every message has arrived, under its own Message-ID"
    );
    for (id, times) in &after {
        let resent = in_doubt.iter().any(|row| row.message_id.as_str() == id);
        let first = before.get(id).copied().unwrap_or_default();
        assert_eq!(*times, first + u32::from(resent), "message {id}");
    }
    let verified = service.flows.verify_log().await;
    verified.expect("the log verifies at the end");
    service.close().await;
    Survived {
        arrived: before.len(),
        unknown: in_doubt.len(),
    }
}

on_both!(
    async fn a_service_killed_while_it_delivers_loses_nothing_and_repeats_nothing(database: Database) {
        let survived = survive(database, 150, 6, 7).await;
        assert!(survived.arrived + survived.unknown >= 150, "{survived:?}");
    }
);
