//! Between the first look at a message and its leaving something changes: it is looked at again.

use domain::contact::{Route, Why};
use domain::id::MessageId;
use harness::case::{self, assigned, over, safe};
use harness::database::Database;
use harness::gateway::{CONNECTIONS_MAX, OFFICER, Post, TestGateway};
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::json;

/// One more than leave together: the last has to wait for the answers of the others.
const MESSAGES: usize = CONNECTIONS_MAX + 1;

/// So many victims with these windows; the introduction of each is approved.
async fn approved(gateway: &TestGateway, victims: usize, windows: &[&str]) -> Vec<MessageId> {
    for number in 0..victims {
        let urn = format!("01NE{number:05}26");
        let email = safe(format!("person{number}@inbox.example"));
        let victim = json!({ "urn": urn, "email": email, "windows": windows });
        gateway.add_victim(&case::case(&victim)).await;
        gateway
            .event(&case::event(number, &over(assigned(), &json!({ "urn": urn }))))
            .await;
    }
    let approved = gateway.draft_and_approve().await;
    approved.into_iter().map(|one| one.message).collect()
}

/// Victims who may be written to from nine to twenty past. The relay is silent about the first group.
async fn house(database: &Database) -> (TestGateway, Vec<MessageId>) {
    let faults = Faults::Each(vec![Fault::HangBeforeData; CONNECTIONS_MAX]);
    let post = Post {
        faults,
        timeout_ms: 600,
    };
    let gateway = TestGateway::with(database, post).await;
    let messages = approved(&gateway, MESSAGES, &["mon-fri 09:00-09:20"]).await;
    gateway.clock().set("2026-11-23T09:19:59Z");
    (gateway, messages)
}

/// The batch has been looked at, and every message of the first group has begun to leave.
async fn on_its_way(gateway: &TestGateway) {
    while gateway.seen().transactions < CONNECTIONS_MAX as u64 {
        tokio::task::yield_now().await;
    }
}

/// The one message that was not in the first group: every other was put off by the silent relay.
async fn the_last(gateway: &TestGateway, messages: &[MessageId]) -> MessageId {
    let mut others = Vec::new();
    for message in messages {
        let stands = gateway.stands(message).await;
        if stands != "temporary-failure: no-answer" {
            others.push(message.clone());
        }
    }
    assert_eq!(others.len(), 1, "{others:?}");
    others.remove(0)
}

on_both!(
    async fn the_window_is_looked_at_when_a_message_leaves_and_not_when_its_batch_began(database: Database) {
        let (gateway, messages) = house(&database).await;
        let (done, ()) = tokio::join!(gateway.deliver(), async {
            on_its_way(&gateway).await;
            gateway.clock().set("2026-11-23T09:20:30Z");
        });
        assert_eq!(gateway.caught().len(), 0, "a mail left after the window");
        assert_eq!((done.failed, done.held), (CONNECTIONS_MAX, 1));
        let last = the_last(&gateway, &messages).await;
        assert_eq!(gateway.tries(&last).await, [Some("never-began".to_owned())]);
        let owed = gateway.obligation_of(&last).await;
        assert!(
            gateway.contacts_of(&owed).await.is_empty(),
            "nobody was contacted"
        );
        gateway.deliver_all().await;
        assert_eq!(gateway.stands(&last).await, "held: outside-window");
        gateway.clock().set("2026-11-24T09:10:00Z");
        gateway.deliver_all().await;
        assert_eq!(
            gateway.caught().len(),
            MESSAGES,
            "each leaves the next morning, once"
        );
        assert_eq!(gateway.forgotten().await, 0);
    }
);

on_both!(
    async fn an_address_that_was_barred_while_its_batch_was_on_its_way_is_not_written_to(database: Database) {
        let (gateway, messages) = house(&database).await;
        let (_, ()) = tokio::join!(gateway.deliver(), async {
            on_its_way(&gateway).await;
            for message in &messages {
                let victim = gateway.obligation_of(message).await.victim_id;
                let plan = gateway.flows.show_plan(OFFICER, &victim, "victim-calls").await;
                let plan = plan.expect("the plan");
                let email = plan.points().iter().find(|point| point.route() == Route::Email);
                let email = email.expect("an address").id();
                let barred = gateway
                    .flows
                    .bar_point(OFFICER, &victim, email, Why::ReportedUnsafe)
                    .await;
                barred.expect("the officer bars it");
            }
        });
        assert_eq!(gateway.caught().len(), 0, "a barred address was written to");
        the_last(&gateway, &messages).await;
        gateway.clock().set("2026-11-24T09:10:00Z");
        gateway.deliver_all().await;
        assert_eq!(gateway.caught().len(), 0);
        for message in &messages {
            assert_eq!(
                gateway.stands(message).await,
                "held: no-verified-safe-contact-point"
            );
        }
    }
);

on_both!(
    async fn a_relay_that_will_not_have_us_is_not_asked_for_every_message_and_nothing_needs_a_person(
        database: Database,
    ) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::NoStartTls)).await;
        let messages = approved(&gateway, 3 * CONNECTIONS_MAX, &["any"]).await;
        gateway.clock().set("2026-11-23T09:15:00Z");
        assert_eq!(gateway.deliver().await.failed, messages.len());
        assert_eq!(gateway.seen().connections, 1, "the rest did not knock");
        assert_eq!(
            gateway.unseen().await.len(),
            messages.len(),
            "each officer was told at once"
        );
        for one in &messages {
            assert_eq!(gateway.stands(one).await, "held: no-tls");
        }
        gateway.mend_relay();
        let next = gateway
            .flows
            .next_delivery_at()
            .await
            .expect("the outbox answers");
        gateway.clock().set_to(next.expect("they are tried again"));
        gateway.deliver_all().await;
        assert_eq!(
            gateway.caught().len(),
            messages.len(),
            "mended, and nobody had to decide"
        );
    }
);
