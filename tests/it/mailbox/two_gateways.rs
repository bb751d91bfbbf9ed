//! Two gateways pointed at each other, with a real mail server between them.

use domain::id::MessageId;
use domain::mailbox::Reason;
use flows::Arrived;
use harness::case::{URN, assigned, case, event, over, safe};
use harness::database::sqlite;
use harness::gateway::{HOLD_BACK_ENDS, MAIL_DOMAIN, TestGateway};
use harness::house::MAILBOX_DOMAIN;
use harness::on_both;
use harness::postfix::Postfix;
use mail::catcher::{Fault, Faults};
use mail::receiving::Received;
use serde_json::json;

use super::peers::{open, zone};
use super::{ADVISER, MAILBOX, mail, trial};

/// Whose mail goes to the second gateway too, which knows nobody there.
const INBOX: &str = "inbox.example";
const ROUNDS: usize = 3;

/// A message to an address behind the other gateway, approved and due.
async fn due(house: &TestGateway, number: usize, email: &str) -> MessageId {
    let urn = format!("01NE44{number:03}26");
    let victim = json!({ "urn": urn, "email": safe(email) });
    house.add_victim(&case(&victim)).await;
    house
        .event(&event(number, &over(assigned(), &json!({ "urn": urn }))))
        .await;
    let mut approved = house.draft_and_approve().await;
    assert_eq!(approved.len(), 1);
    approved.remove(0).message
}

/// Messages that passed through the mail server, those of its own making too.
fn passed(postfix: &Postfix) -> usize {
    let log = postfix.log();
    log.lines()
        .filter(|line| line.contains("postfix/cleanup") && line.contains("message-id="))
        .count()
}

on_both!(
    async fn at_most_two_messages_pass_between_two_gateways_and_a_real_bounce_bars_the_point(
        database: Database,
    ) {
        let second_database = sqlite().await;
        let first = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        let second = TestGateway::new(&second_database, Faults::Always(Fault::None)).await;
        let zone = zone().await;
        let (_, first_door) = open(first.taking_mail(zone.address())).await;
        let (second_flows, second_door) = open(second.taking_mail(zone.address())).await;
        let ports = (first_door.local_addr().port(), second_door.local_addr().port());
        let postfix = tokio::task::spawn_blocking(move || {
            Postfix::start_between(&[
                (MAIL_DOMAIN, ports.0),
                (MAILBOX_DOMAIN, ports.1),
                (INBOX, ports.1),
            ])
        });
        let postfix = postfix.await.expect("Postfix");
        let relay = postfix.relay(MAIL_DOMAIN, 4);
        let bouncing = due(&first, 1, "maren.holloway7@inbox.example").await;
        let filed = due(&first, 2, MAILBOX).await;
        first.clock().set(HOLD_BACK_ENDS);
        let mut left = Vec::new();
        let mut postfix = postfix;
        for _ in 0..ROUNDS {
            for house in [&first, &second] {
                left.push(
                    house
                        .flows
                        .deliver_batch("two", &relay)
                        .await
                        .expect("a batch")
                        .accepted,
                );
            }
            let waiting = tokio::task::spawn_blocking(move || {
                postfix.wait();
                postfix
            });
            postfix = waiting.await.expect("an empty queue");
        }
        assert_eq!(left, [2, 0, 0, 0, 0, 0], "{}", postfix.log());
        // Two that were sent, and the report about one of them.
        assert_eq!(passed(&postfix), 3, "{}", postfix.log());
        let counts = second_flows.count_mailboxes().await.expect("counts");
        let waiting: i64 = counts
            .iter()
            .flat_map(|area| &area.quarantined)
            .map(|(_, count)| count)
            .sum();
        assert_eq!(waiting, 1);
        let owed = first.obligation_of(&filed).await;
        assert_eq!(owed.state, "discharged");
        // The real report acted.
        assert_eq!(
            first.stands(&bouncing).await,
            "permanent-failure: 5.1.1",
            "{}",
            postfix.log()
        );
        let owed = first.obligation_of(&bouncing).await;
        assert_eq!(owed.waiting_for.as_deref(), Some("decision-about-delivery"));
        let officer = harness::gateway::OFFICER;
        let plan = first
            .flows
            .show_plan(officer, &owed.victim_id, "victim-calls")
            .await;
        let plan = plan.expect("the plan");
        let now = HOLD_BACK_ENDS.parse().expect("an instant");
        let usable = plan.points().iter().any(|point| point.usable(now).is_ok());
        assert!(!usable, "the address is barred");
        relay.close().await;
    }
);

on_both!(
    async fn what_a_machine_sends_waits_for_a_person_and_nothing_is_answered(database: Database) {
        let trial = trial(&database).await;
        let text = format!("About {URN}: I am away until Monday.");
        for (number, field) in [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated; owner-email=\"dana@haven.example\"",
            "Precedence: bulk",
            "Precedence: list",
            "Precedence: junk",
            "List-Id: <news.haven.example>",
        ]
        .into_iter()
        .enumerate()
        {
            let mail = mail(ADVISER, &format!("Subject: {number}\r\n{field}\r\n"), &text);
            let arrived = trial.receive(&mail).await;
            assert_eq!(arrived, Arrived::Quarantined(Reason::Automatic), "{field}");
        }
        let report = Received {
            return_path: Some(String::new()),
            ..mail(ADVISER, "Subject: x\r\n", &text)
        };
        assert_eq!(
            trial.receive(&report).await,
            Arrived::Quarantined(Reason::Automatic)
        );
        let next = trial.flows.next_delivery_at().await.expect("the outbox answers");
        assert_eq!(next, None, "nothing is to leave");
        assert_eq!(trial.house.seen().messages, 0);
    }
);
