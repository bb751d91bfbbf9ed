//! What a report about a message may do, and what nobody else's may.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::MessageId;
use flows::{BOUNCE_DAYS_MAX, Gateway, MailDesk};
use harness::bytes::{contents, found_in};
use harness::case::{assigned, case, event, not_charged};
use harness::database::Database;
use harness::gateway::{DELIVERED_ONE, HOLD_BACK_ENDS, MAIL_DOMAIN, TestGateway};
use harness::on_both;
use harness::zone::NO_RESOLVER;
use mail::catcher::{Fault, Faults};
use mail::receiving::{Answer, Received, Receiver as _};
use mail::return_path::{self, ReturnPathKey};
use serde_json::json;

/// A house whose relay took one message, and the door that reports come in by.
struct Sent {
    house: TestGateway,
    desk: MailDesk,
    message: MessageId,
    path: String,
}

async fn sent(database: &Database) -> Sent {
    let house = TestGateway::new(database, Faults::Always(Fault::None)).await;
    house.add_victim(&case(&json!({}))).await;
    house.event(&event(1, &assigned())).await;
    let mut approved = house.draft_and_approve().await;
    let message = approved.remove(0).message;
    house.clock().set(HOLD_BACK_ENDS);
    assert_eq!(house.deliver().await, DELIVERED_ONE);
    let path = house.caught().remove(0).from;
    let desk = MailDesk::new(Arc::new(door(&house)));
    Sent {
        house,
        desk,
        message,
        path,
    }
}

fn door(house: &TestGateway) -> Gateway {
    house.taking_mail(NO_RESOLVER)
}

/// A report in the words of a mail server.
pub(super) fn report(action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.inbox.example\r\nTo: messages@{MAIL_DOMAIN}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"x\"\r\n\r\n\
         --x\r\nContent-Type: text/plain\r\n\r\nCanarytext could not be delivered.\r\n\
         --x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.inbox.example\r\n\r\n\
         Final-Recipient: rfc822; canary.person@inbox.example\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 canarywords\r\n--x--\r\n"
    )
}

impl Sent {
    /// What the door says: nothing where it does not take the address.
    async fn hand_in(&self, from: &str, to: &str, bytes: &str) -> Option<Answer> {
        if !self.desk.knows(from, to) {
            return None;
        }
        let received = Received {
            client: None,
            return_path: Some(from.to_owned()),
            recipients: vec![to.to_owned()],
            bytes: bytes.as_bytes().to_vec(),
        };
        Some(self.desk.receive(received).await)
    }

    async fn bounce(&self, action: &str, status: &str) {
        let answer = self.hand_in("", &self.path, &report(action, status)).await;
        assert_eq!(answer, Some(Answer::Stored), "{action} {status}");
    }

    /// Whether there is an address that mail may go to.
    async fn may_be_written_to(&self) -> bool {
        let decision = not_charged("The evidence does not meet the test that we have to apply.");
        self.house.event(&event(2, &decision)).await;
        let drafts = self.house.draft_and_approve().await;
        self.house.clock().set("2026-11-24T12:00:00Z");
        self.house.deliver().await;
        let [second] = drafts.as_slice() else {
            panic!("one more message is due: {}", drafts.len())
        };
        self.house.stands(&second.message).await.starts_with("delivered")
    }

    async fn last_entry(&self) -> String {
        let body = self.house.log_bodies().await.pop().expect("an entry");
        String::from_utf8(body).expect("text")
    }
}

/// Everything that stands in the database but the log.
async fn everything(database: &Database) -> BTreeMap<String, Vec<Vec<u8>>> {
    contents(database, &["log_entries", "log_head"]).await
}

on_both!(
    async fn a_hard_bounce_after_acceptance_acts_as_a_refusal_does_and_once(database: Database) {
        let sent = sent(&database).await;
        let house = &sent.house;
        assert_eq!(house.obligation_of(&sent.message).await.state, "discharged");
        sent.bounce("failed", "5.1.1").await;
        assert_eq!(house.stands(&sent.message).await, "permanent-failure: 5.1.1");
        let owed = house.obligation_of(&sent.message).await;
        assert_eq!(
            (owed.state.as_str(), owed.waiting_for.as_deref(), owed.ended_at),
            ("open", Some("decision-about-delivery"), None)
        );
        let told = ("permanent-failure".to_owned(), Some(sent.message.clone()));
        assert_eq!(house.unseen().await, [told]);
        let mut results: Vec<_> = house
            .contacts_of(&owed)
            .await
            .into_iter()
            .map(|one| one.result)
            .collect();
        // They were written at one instant.
        results.sort();
        assert_eq!(results, ["accepted", "permanent-failure"]);
        let log = house.log_bodies().await;
        let verbs = |verb: &str| {
            let verb = format!("\"verb\":\"{verb}\"");
            log.iter()
                .filter(|body| String::from_utf8_lossy(body).contains(&verb))
                .count()
        };
        assert_eq!((verbs("delivery-bounced"), verbs("obligation-reopened")), (1, 1));
        assert!(
            log.iter()
                .all(|body| !String::from_utf8_lossy(body).contains("canary")),
            "of a report nothing is logged but what happened"
        );
        let before = contents(&database, &[]).await;
        sent.bounce("failed", "5.1.1").await;
        sent.bounce("failed", "5.7.1").await;
        assert_eq!(contents(&database, &[]).await, before, "once is enough");
        let values = before.into_values().flatten().collect::<Vec<_>>().concat();
        assert!(
            found_in(&values, &["canary"]).is_empty(),
            "nothing of a report is kept"
        );
        assert_eq!(house.forgotten().await, 0);
    }
);

on_both!(
    async fn the_point_of_a_hard_bounce_is_barred_and_that_of_a_server_that_gave_up_is_not(
        database: Database,
    ) {
        let refused = sent(&database).await;
        refused.bounce("failed", "5.1.1").await;
        assert!(!refused.may_be_written_to().await);
    }
);

on_both!(
    async fn a_server_that_gave_up_opens_the_duty_again_and_bars_nothing(database: Database) {
        let sent = sent(&database).await;
        sent.bounce("failed", "4.4.1").await;
        assert_eq!(sent.house.stands(&sent.message).await, "temporary-failure: 4.4.1");
        let owed = sent.house.obligation_of(&sent.message).await;
        assert_eq!(owed.waiting_for.as_deref(), Some("decision-about-delivery"));
        assert!(sent.may_be_written_to().await);
    }
);

on_both!(
    async fn what_is_late_or_arrived_is_noted_once_and_nobody_counts_as_informed(database: Database) {
        let sent = sent(&database).await;
        for (action, status, result) in [
            ("delayed", "4.4.7", "delayed"),
            ("delivered", "2.1.5", "arrived"),
            ("relayed", "2.0.0", "arrived"),
            ("expanded", "2.1.5", "arrived"),
        ] {
            let before = contents(&database, &["log_entries", "log_head", "bounces"]).await;
            sent.bounce(action, status).await;
            let after = contents(&database, &["log_entries", "log_head", "bounces"]).await;
            assert_eq!(after, before, "{action}");
            let entry = sent.last_entry().await;
            assert!(
                entry.contains("\"verb\":\"bounce-noted\"")
                    && entry.contains(&format!("\"result\":\"{result}\"")),
                "{entry}"
            );
        }
        let log = sent.house.log_bodies().await.len();
        sent.bounce("delivered", "2.0.0").await;
        assert_eq!(sent.house.log_bodies().await.len(), log);
        let owed = sent.house.obligation_of(&sent.message).await;
        assert!(
            sent.house
                .contacts_of(&owed)
                .await
                .iter()
                .all(|contact| !contact.informed)
        );
    }
);

on_both!(
    async fn a_report_that_cannot_be_read_is_told_to_the_officer_and_changes_nothing_else(
        database: Database,
    ) {
        let sent = sent(&database).await;
        let kept = ["log_entries", "log_head", "bounces", "notices"];
        let before = contents(&database, &kept).await;
        for bytes in [
            "Subject: sorry\r\n\r\nIt did not work.\r\n",
            "",
            &report("failed", "2.0.0"),
        ] {
            assert_eq!(sent.hand_in("", &sent.path, bytes).await, Some(Answer::Stored));
        }
        assert_eq!(contents(&database, &kept).await, before);
        let told = ("unreadable-bounce".to_owned(), Some(sent.message.clone()));
        assert_eq!(sent.house.unseen().await, [told]);
    }
);

on_both!(
    async fn forged_bounces_change_nothing(database: Database) {
        let sent = sent(&database).await;
        let hard = report("failed", "5.1.1");
        let before = everything(&database).await;
        let whole = contents(&database, &[]).await;
        let (name, domain) = sent.path.split_once('@').expect("an address");
        let (unsigned, tag) = name.rsplit_once('-').expect("its parts");
        let turned: String = tag.chars().rev().collect();
        let made = |id: &str| {
            let path = return_path::make(&ReturnPathKey::new(&[9; 32]), id, MAIL_DOMAIN).expect("an address");
            path.address().reveal().to_owned()
        };
        let attempt = unsigned.strip_prefix("b-").expect("its form");
        let refused = [
            format!("{unsigned}@{domain}"),
            format!("{unsigned}-@{domain}"),
            format!("{unsigned}-{turned}@{domain}"),
            format!("b-{}-{tag}@{domain}", "0".repeat(32)),
            format!("{name}@elsewhere.example"),
            format!("{name}+x@{domain}"),
            made(attempt),
            format!("messages@{domain}"),
        ];
        for path in &refused {
            assert_eq!(sent.hand_in("", path, &hard).await, None, "{path}");
        }
        for from in ["mailer-daemon@inbox.example", "maren@inbox.example", " "] {
            assert_eq!(sent.hand_in(from, &sent.path, &hard).await, None, "{from}");
        }
        assert_eq!(contents(&database, &[]).await, whole, "not even the log");
        let days = jiff::SignedDuration::from_hours(24 * BOUNCE_DAYS_MAX);
        let accepted: jiff::Timestamp = HOLD_BACK_ENDS.parse().expect("an instant");
        sent.house
            .clock()
            .set_to(accepted + days + jiff::SignedDuration::from_secs(1));
        assert_eq!(sent.hand_in("", &sent.path, &hard).await, Some(Answer::Stored));
        assert_eq!(everything(&database).await, before);
        assert!(sent.last_entry().await.contains("\"reason\":\"too-late\""));
        sent.house.clock().set_to(accepted + days);
        assert_eq!(sent.hand_in("", &sent.path, &hard).await, Some(Answer::Stored));
        assert_eq!(sent.house.stands(&sent.message).await, "permanent-failure: 5.1.1");
    }
);

on_both!(
    async fn a_report_about_a_message_that_was_never_accepted_changes_nothing_but_the_log(
        database: Database,
    ) {
        let house = TestGateway::new(&database, Faults::Always(Fault::RefuseRecipient)).await;
        house.add_victim(&case(&json!({}))).await;
        house.event(&event(1, &assigned())).await;
        let message = house.draft_and_approve().await.remove(0).message;
        house.clock().set(HOLD_BACK_ENDS);
        assert_eq!(house.deliver().await.failed, 1);
        let mut tx = house.reader().await;
        let tries = store::outbox::list_attempts(&mut tx, &message)
            .await
            .expect("tries");
        drop(tx);
        let flows = door(&house);
        let before = everything(&database).await;
        let hard = report("failed", "5.1.1");
        for attempt in [
            tries[0].0.clone(),
            domain::id::AttemptId::parse(&"0".repeat(32)).expect("an identifier"),
        ] {
            let bounced = flows
                .receive_bounce(&attempt, hard.as_bytes())
                .await
                .expect("an answer");
            assert_eq!(bounced, flows::Bounced::Ignored);
        }
        assert_eq!(everything(&database).await, before);
        let log = house.log_bodies().await;
        let reasons = ["never-accepted", "no-such-attempt"];
        for (reason, body) in reasons.iter().zip(&log[log.len() - 2..]) {
            assert!(String::from_utf8_lossy(body).contains(reason), "{reason}");
        }
    }
);
