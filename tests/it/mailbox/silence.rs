//! What is silent for longer than usual is noticed once, and shown to whoever answers for it.

use std::collections::BTreeSet;

use domain::contact::{Direction, MadeContact, Method, PersonContacted};
use domain::id::VictimId;
use flows::{Arrived, NewContact, Swept};
use harness::bytes::found_in;
use harness::case::{URN, case, event};
use harness::gateway::{APPROVER, OFFICER};
use harness::on_both;
use serde_json::json;
use store::obligations::ObligationRow;

use super::answers::approve;
use super::filing::victim;
use super::{ADVISER, Trial, mail, question, trial};

async fn sweep(trial: &Trial, at: &str) -> Swept {
    trial.house.clock().set(at);
    trial.flows.sweep(900).await.expect("a sweep")
}

/// The open duties to ask after her.
async fn asked_after(trial: &Trial, her: &VictimId) -> Vec<ObligationRow> {
    let mut tx = trial.house.reader().await;
    let open = store::obligations::list_open_by_victim(&mut tx, her).await;
    let mut open = open.expect("duties");
    open.retain(|owed| owed.rule == "HOUSE-SILENCE");
    open
}

/// An entry of the contact log with this verb, so many times.
async fn logged(trial: &Trial, verb: &str) -> usize {
    let bodies = trial.house.log_bodies().await;
    let with = |body: &&Vec<u8>| !found_in(body, &[verb]).is_empty();
    bodies.iter().filter(with).count()
}

async fn made(trial: &Trial, her: &VictimId, at: &str, method: Method, direction: Direction) {
    let new = NewContact {
        victim: her.clone(),
        obligation: None,
        message: None,
        made: MadeContact {
            occurred_at: at.parse().expect("an instant"),
            method,
            direction,
            point: None,
            person: PersonContacted::Victim,
            informed_at: None,
            purpose: "how she is".into(),
            notes: None,
            signposted: BTreeSet::new(),
            info_pack: None,
        },
    };
    let added = trial.house.flows.add_contact(OFFICER, new).await;
    added.expect("a contact");
}

on_both!(
    async fn a_mailbox_without_mail_for_longer_than_usual_is_noticed_once_until_mail_comes(
        database: Database,
    ) {
        let trial = trial(&database).await;
        assert_eq!(trial.receive(&question()).await, Arrived::Filed);
        assert_eq!(sweep(&trial, "2026-11-30T23:00:00Z").await.silent_mailboxes, 0);
        assert_eq!(sweep(&trial, "2026-12-01T09:00:00Z").await.silent_mailboxes, 1);
        assert_eq!(sweep(&trial, "2026-12-02T09:00:00Z").await.silent_mailboxes, 0);
        assert_eq!(logged(&trial, "mailbox-silent").await, 1);
        let counts = trial.flows.count_mailboxes().await.expect("counts");
        let silent = counts.iter().filter(|count| count.silent_beyond.is_some());
        let silent = silent.map(|count| (count.area.as_str(), count.silent_beyond));
        assert_eq!(silent.collect::<Vec<_>>(), [("north-east", Some(5))]);
        let shown = trial.flows.list_silences(APPROVER).await.expect("a list");
        assert_eq!(shown.mailboxes[0].since_at.to_string(), "2026-11-23T09:00:00Z");

        let next = mail(ADVISER, "Subject: x\r\n", &format!("About {URN}: and today?"));
        assert_eq!(trial.receive(&next).await, Arrived::Filed);
        sweep(&trial, "2026-12-02T10:00:00Z").await;
        assert!(
            trial
                .flows
                .list_silent_mailboxes()
                .await
                .expect("a list")
                .is_empty()
        );
        assert_eq!(logged(&trial, "mailbox-heard").await, 1);
        // Seven working days passed between the two, so that fourteen are usual now.
        assert_eq!(sweep(&trial, "2026-12-22T23:00:00Z").await.silent_mailboxes, 0);
        assert_eq!(sweep(&trial, "2026-12-23T09:00:00Z").await.silent_mailboxes, 1);
    }
);

on_both!(
    async fn an_adviser_who_waits_too_long_is_told_to_the_manager_once(database: Database) {
        let trial = trial(&database).await;
        assert_eq!(trial.receive(&question()).await, Arrived::Filed);
        let her = victim(&trial, URN, "V-1").await;
        // The answer was due on Wednesday.
        assert_eq!(sweep(&trial, "2026-11-26T23:00:00Z").await.late_answers, 0);
        assert_eq!(sweep(&trial, "2026-11-27T09:00:00Z").await.late_answers, 1);
        assert_eq!(sweep(&trial, "2026-11-30T09:00:00Z").await.late_answers, 0);
        assert_eq!(logged(&trial, "answer-late").await, 1);
        let told = trial.house.unseen().await;
        assert_eq!(told.iter().filter(|(kind, _)| kind == "answer-late").count(), 1);
        let late = trial.flows.list_silences(APPROVER).await.expect("a list").answers;
        assert_eq!(late.len(), 1);
        assert_eq!((&late[0].victim_id, late[0].vlo.as_str()), (&her, OFFICER));

        approve(&trial, &her, "She may.").await;
        trial.house.clock().set("2026-11-30T10:00:00Z");
        assert_eq!(trial.house.deliver().await.accepted, 1);
        let late = trial.flows.list_silences(APPROVER).await.expect("a list").answers;
        assert!(late.is_empty(), "the adviser was answered");
    }
);

on_both!(
    async fn a_victim_without_contact_is_asked_after_once_and_a_contact_ends_that(database: Database) {
        let trial = trial(&database).await;
        let her = victim(&trial, URN, "V-1").await;
        assert_eq!(sweep(&trial, "2026-12-18T23:00:00Z").await.silent_victims, 0);
        let text = Method::TextMessage { promised: Vec::new() };
        made(&trial, &her, "2026-12-18T12:00:00Z", text, Direction::Outbound).await;
        // An attempt is no contact.
        assert_eq!(sweep(&trial, "2026-12-21T09:00:00Z").await.silent_victims, 1);
        assert_eq!(sweep(&trial, "2026-12-22T09:00:00Z").await.silent_victims, 0);
        let owed = asked_after(&trial, &her).await;
        let [owed] = owed.as_slice() else {
            panic!("one duty: {owed:?}")
        };
        assert_eq!(owed.due_at.expect("a target").to_string(), "2026-12-23T23:59:59Z");
        assert_eq!(owed.waiting_for.as_deref(), Some("act-by-the-officer"));

        // A letter of the summer that is written down today is no contact of these weeks.
        made(
            &trial,
            &her,
            "2026-07-01T10:00:00Z",
            Method::Email,
            Direction::Inbound,
        )
        .await;
        assert_eq!(asked_after(&trial, &her).await.len(), 1);
        made(
            &trial,
            &her,
            "2026-12-22T08:00:00Z",
            Method::Email,
            Direction::Inbound,
        )
        .await;
        assert!(asked_after(&trial, &her).await.is_empty(), "she was heard");
        assert_eq!(sweep(&trial, "2027-01-21T09:00:00Z").await.silent_victims, 0);
        assert_eq!(
            sweep(&trial, "2027-01-22T09:00:00Z").await.silent_victims,
            1,
            "twenty working days after the last contact"
        );
    }
);

on_both!(
    async fn nobody_is_asked_after_who_wants_no_news_or_whose_case_is_closed(database: Database) {
        let trial = trial(&database).await;
        let house = &trial.house;
        for (urn, kind) in [
            ("01NE4400226", json!({"kind": "opt-out", "all": true})),
            ("01NE4400326", json!({"kind": "opt-out", "stages": ["contact"]})),
            ("01NE4400426", json!({"kind": "case-closed"})),
            ("01NE4400526", json!({"kind": "victim-deceased"})),
        ] {
            let other = json!({
                "urn": urn, "legal_name": format!("Person {urn}"), "email": harness::case::safe(format!("{urn}@inbox.example")),
            });
            house.add_victim(&case(&other)).await;
            let mut told = kind;
            told["urn"] = json!(urn);
            told["source_event_id"] = json!(urn);
            house.event(&event(1, &told)).await;
        }
        assert_eq!(
            sweep(&trial, "2026-12-21T09:00:00Z").await.silent_victims,
            1,
            "only the one of this house who wants news"
        );
    }
);

on_both!(
    async fn an_officer_is_told_once_ten_working_days_before_a_consent_ends(database: Database) {
        let trial = trial(&database).await;
        // It ends on 1 July 2027.
        assert_eq!(sweep(&trial, "2027-06-16T22:00:00Z").await.ending_consents, 0);
        assert_eq!(sweep(&trial, "2027-06-17T09:00:00Z").await.ending_consents, 1);
        assert_eq!(sweep(&trial, "2027-06-18T09:00:00Z").await.ending_consents, 0);
        assert_eq!(logged(&trial, "consent-ends-soon").await, 1);
        let told = trial.flows.list_own_notices(OFFICER).await.expect("a list");
        let told = told.iter().filter(|notice| notice.kind == "consent-ends-soon");
        assert_eq!(told.count(), 1);
    }
);
