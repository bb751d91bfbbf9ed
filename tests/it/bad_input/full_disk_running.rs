//! No room on the disk while a process runs: it goes on by itself when there is some again.

use std::fmt::Write as _;

use domain::event::Event;
use flows::import::{self, Format};
use flows::{Kind, Recorded};
use harness::case::{self, not_charged, over};
use harness::database::{Database, sqlite};
use harness::gateway::TestGateway;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use sqlx::AssertSqlSafe;
use store::Pool;

use super::{nothing_is_lost_and_nothing_came_twice, queue, until_quiet};

async fn ask(database: &Database, question: String) -> i64 {
    let Pool::Sqlite { writer, .. } = &database.pool else {
        panic!("an SQLite database");
    };
    let answer = sqlx::query_scalar(AssertSqlSafe(question))
        .fetch_one(writer)
        .await;
    answer.expect("SQLite answers")
}

/// Leaves room for so many pages more, on the one connection that writes.
async fn leave_room(database: &Database, pages: i64) {
    let used = ask(database, "PRAGMA page_count".to_owned()).await;
    ask(database, format!("PRAGMA max_page_count = {}", used + pages)).await;
}

fn long_events(count: usize) -> Vec<Event> {
    let reasons = "It could not be proved. ".repeat(150);
    let mut text = String::new();
    for number in 0..count {
        let fields = over(
            not_charged(reasons.trim()),
            &json!({"occurred_at": "2026-11-23T08:00:00Z"}),
        );
        writeln!(text, "{}", case::event(number, &fields)).expect("text grows");
    }
    let events = import::events(text.as_bytes(), Format::JsonLines);
    events.map(|event| event.expect("an event").1).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_finds_no_room_leaves_nothing_and_goes_in_whole_when_there_is_some() {
    let database = sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    gateway.add_victim(&case::case(&json!({}))).await;
    let events = long_events(40);
    let before = gateway.flows.counts().await.expect("counts");
    let log = gateway.flows.verify_log().await.expect("the log holds");
    for pages in [0, 1, 7, 30] {
        leave_room(&database, pages).await;
        let fault = gateway.flows.record_events("operator", &events).await;
        let fault = fault.expect_err("there is no room");
        assert_eq!(fault.kind(), Kind::Broken);
        assert!(
            fault.to_string().contains("full"),
            "it says what is wrong: {fault}"
        );
        let after = gateway.flows.counts().await.expect("counts");
        assert_eq!(after.obligations.raised, before.obligations.raised);
        assert_eq!(gateway.flows.verify_log().await.expect("the log holds"), log);
    }
    leave_room(&database, 100_000).await;
    let answers = gateway
        .flows
        .record_events("operator", &events)
        .await
        .expect("there is room");
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Recorded::New { .. })),
        "none was there before"
    );
    gateway.flows.verify_log().await.expect("the log holds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delivery_goes_on_when_there_is_room_again() {
    let database = sqlite().await;
    let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
    let messages = queue(&gateway, 12).await;
    let mut failed = 0;
    for pages in 0..6 {
        leave_room(&database, pages).await;
        if gateway.try_to_deliver().await.is_err() {
            failed += 1;
        }
        gateway.clock().set_to(gateway.flows.now() + super::PAST_A_LEASE);
    }
    assert!(failed > 0, "the disk was never full");
    leave_room(&database, 100_000).await;
    assert_eq!(until_quiet(&gateway).await, 0);
    let unknown = nothing_is_lost_and_nothing_came_twice(&gateway, &messages).await;
    let arrived = super::arrived(&gateway).len();
    assert_eq!(
        arrived,
        messages.len(),
        "also the {unknown} whose end could not be written down"
    );
}
