//! What comes in wrong, and what goes away in the middle of something: nothing lost, nothing half done, nothing twice
//! unless its end was not seen, and all of it visible.

mod database_away;
mod files;
mod full_disk;
mod full_disk_running;
mod relay;

use std::collections::BTreeMap;

use domain::id::MessageId;
use harness::case::{self, assigned, over, safe};
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::mails::Mail;
use jiff::SignedDuration;
use serde_json::json;

/// Longer than a lease of the tests.
const PAST_A_LEASE: SignedDuration = SignedDuration::from_mins(6);

/// As many people, each with an introduction that is approved and due now.
async fn queue(gateway: &TestGateway, count: usize) -> Vec<MessageId> {
    for number in 0..count {
        let of_case = json!({"urn": format!("01NE{number:05}26"), "email": safe(format!("person{number}@inbox.example"))});
        gateway.add_victim(&case::case(&of_case)).await;
        let event = over(assigned(), &json!({"urn": of_case["urn"]}));
        gateway.event(&case::event(number, &event)).await;
    }
    gateway.flows.compose_drafts(OFFICER, 256).await.expect("drafts");
    let mut messages = Vec::new();
    for draft in gateway.flows.list_drafts(256).await.expect("drafts") {
        let approved = gateway.flows.approve_draft(APPROVER, &draft.id).await;
        messages.push(approved.expect("it is approved").message);
    }
    assert_eq!(messages.len(), count);
    gateway.clock().set("2026-11-23T09:15:00Z");
    messages
}

/// Delivers until nothing is to be done without a person, with time going on. Answers how many batches failed.
async fn until_quiet(gateway: &TestGateway) -> usize {
    let (mut failed, mut rounds) = (0, 0);
    while let Some(next) = gateway
        .flows
        .next_delivery_at()
        .await
        .expect("the outbox answers")
    {
        rounds += 1;
        assert!(rounds < 200, "the outbox never becomes quiet");
        if next > gateway.flows.now() {
            gateway.clock().set_to(next);
        }
        if gateway.try_to_deliver().await.is_err() {
            failed += 1;
            gateway.clock().set_to(gateway.flows.now() + PAST_A_LEASE);
        }
    }
    failed
}

/// How often each message has arrived.
fn arrived(gateway: &TestGateway) -> BTreeMap<String, usize> {
    let mut arrived = BTreeMap::new();
    for mail in &gateway.caught() {
        *arrived.entry(Mail::read(mail).id().to_owned()).or_default() += 1;
    }
    arrived
}

/// Every message has arrived once, or stands as unknown with a notice to its officer. Answers how many are unknown.
async fn nothing_is_lost_and_nothing_came_twice(gateway: &TestGateway, messages: &[MessageId]) -> usize {
    let (arrived, notices) = (arrived(gateway), gateway.unseen().await);
    let mut unknown = 0;
    for message in messages {
        let times = arrived.get(message.as_str()).copied().unwrap_or_default();
        match gateway.outbox_row(message).await.state.as_str() {
            "delivered" => assert_eq!(times, 1, "delivered, and arrived {times} times"),
            "unknown" => {
                unknown += 1;
                assert!(times <= 1, "unknown, and arrived {times} times");
                assert!(
                    notices.contains(&("unknown".to_owned(), Some(message.clone()))),
                    "nobody was told"
                );
            }
            other => panic!("a message stands as {other}"),
        }
    }
    assert_eq!(gateway.forgotten().await, 0);
    gateway.flows.verify_log().await.expect("the log holds");
    unknown
}
