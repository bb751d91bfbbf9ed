//! What people do by hand: words handed over, calls and letters recorded, and what ends a duty.

use std::collections::BTreeSet;

use audit::entry::{Act, Entry};
use domain::contact::{
    CallOutcome, Direction, MadeContact, MessageLeft, Method, NextStep, PersonContacted, Route,
};
use domain::id::{ContactPointId, MessageId};
use domain::masked::Masked;
use domain::safety::HandRoute;
use flows::{Contacted, Kind, NewContact};
use harness::case::{case, event, not_charged, safe};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::on_both;
use jiff::Timestamp;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use store::obligations::ObligationRow;

const NOON: &str = "2026-11-23T12:00:00Z";

/// A victim with a safe mobile, a safe address and an adviser, and no email: what is due cannot leave by itself.
fn victim(preferred: &str) -> String {
    case(&json!({
        "email": null, "preferred": preferred, "mobile": safe("07700 900466"),
        "post": safe(json!(["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"])),
        "adviser": {
            "name": "Alex Adviser", "email": "alex@service.test", "service": "North Service", "transport": "portal-only",
            "from": "2026-09-01", "until": "2027-09-01", "scopes": ["updates"],
        },
    }))
}

fn decision() -> String {
    event(
        1,
        &not_charged("The evidence does not meet the test that we have to apply."),
    )
}

/// A decision that is approved and held, since there is no way by email.
async fn held(database: &Database, preferred: &str) -> (TestGateway, MessageId, ObligationRow) {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    gateway.add_victim(&victim(preferred)).await;
    gateway.event(&decision()).await;
    let approved = gateway.draft_and_approve().await;
    assert_eq!(approved.len(), 1, "one decision is approved");
    gateway.clock().set(NOON);
    assert_eq!(gateway.deliver().await.held, 1);
    let message = approved[0].message.clone();
    let owed = gateway.obligation_of(&message).await;
    (gateway, message, owed)
}

/// The point of a route in the victim's plan.
async fn point(gateway: &TestGateway, owed: &ObligationRow, route: Route) -> ContactPointId {
    let plan = gateway
        .flows
        .show_plan(OFFICER, &owed.victim_id, "preparing-a-call")
        .await
        .expect("the officer reads the plan");
    let found = plan.points().iter().find(|point| point.route() == route);
    found.expect("the plan has the point").id().clone()
}

fn made(at: &str, method: Method, person: PersonContacted) -> MadeContact {
    MadeContact {
        occurred_at: at.parse().expect("an instant"),
        method,
        direction: Direction::Outbound,
        point: None,
        person,
        informed_at: None,
        purpose: "the decision not to charge".into(),
        notes: Some("told of Lark House".into()),
        signposted: BTreeSet::new(),
        info_pack: None,
    }
}

fn about(owed: &ObligationRow, message: Option<&MessageId>, made: MadeContact) -> NewContact {
    NewContact {
        victim: owed.victim_id.clone(),
        obligation: Some(owed.id.clone()),
        message: message.cloned(),
        made,
    }
}

async fn add(
    gateway: &TestGateway,
    owed: &ObligationRow,
    message: Option<&MessageId>,
    made: MadeContact,
) -> Contacted {
    let added = gateway
        .flows
        .add_contact(OFFICER, about(owed, message, made))
        .await;
    added.expect("the contact is recorded")
}

fn call(at: &str, point: &ContactPointId, outcome: CallOutcome) -> MadeContact {
    let method = Method::TelephoneCall {
        outcome,
        left: MessageLeft::Nothing,
    };
    MadeContact {
        point: Some(point.clone()),
        ..made(at, method, PersonContacted::Victim)
    }
}

async fn entries(gateway: &TestGateway) -> Vec<Entry> {
    let bodies = gateway.log_bodies().await;
    bodies
        .iter()
        .map(|body| Entry::parse(body).expect("an entry"))
        .collect()
}

on_both!(
    async fn a_letter_is_taken_posted_and_recorded_and_only_then_ends_the_duty(database: Database) {
        let (gateway, message, owed) = held(&database, "post").await;
        let address = point(&gateway, &owed, Route::Post).await;
        let posted = MadeContact {
            point: Some(address),
            ..made(NOON, Method::Post, PersonContacted::Victim)
        };
        let new = about(&owed, Some(&message), posted.clone());
        let early = gateway.flows.add_contact(OFFICER, new).await;
        assert_eq!(early.expect_err("nothing was handed over").kind(), Kind::Conflict);

        let words = gateway
            .flows
            .hand_over(OFFICER, &message, HandRoute::Post, "no-email-address")
            .await
            .expect("the words are handed over");
        let to = words.to.iter().map(Masked::reveal).collect::<Vec<_>>();
        assert_eq!(to, ["12 Orchard Rise", "Anytown", "ZZ9 9ZZ"]);
        assert!(words.text.reveal().contains("Maren"));
        assert_eq!(gateway.stands(&message).await, "by-hand: post");
        let now = gateway.obligation_of(&message).await;
        assert_eq!(
            (now.state.as_str(), now.waiting_for.as_deref()),
            ("open", Some("record-of-the-handover")),
            "handed over is not yet posted"
        );
        let disclosed = entries(&gateway).await;
        let disclosed = disclosed
            .iter()
            .find(|entry| entry.verb() == "message-handed-over")
            .expect("a disclosure is logged");
        assert_eq!(
            (disclosed.act(), disclosed.channel(), disclosed.reason()),
            (Act::Disclosure, Some("post"), Some("no-email-address"))
        );

        let done = add(&gateway, &owed, Some(&message), posted).await;
        assert!(done.ended && done.flags.is_empty());
        let ended = gateway.obligation_of(&message).await;
        assert_eq!(ended.state, "discharged");
        assert_eq!(ended.ended_why.as_deref(), Some("letter-posted"));
        assert_eq!(ended.ended_by.as_deref(), Some(done.id.as_str()));
        let contacts = gateway.contacts_of(&owed).await;
        assert_eq!(contacts.len(), 1);
        assert!(
            !contacts[0].informed,
            "a letter that was posted has informed nobody yet"
        );
        gateway.flows.verify_log().await.expect("the log holds");
    }
);

on_both!(
    async fn told_to_the_adviser_is_not_told_to_the_victim(database: Database) {
        let (gateway, message, owed) = held(&database, "via-isva").await;
        gateway
            .flows
            .hand_over(OFFICER, &message, HandRoute::ViaIsva, "preferred-route")
            .await
            .expect("an adviser has consent");
        let passed = made(NOON, Method::Email, PersonContacted::ViaIsva);
        let told = add(&gateway, &owed, Some(&message), passed.clone()).await;
        assert!(!told.ended);
        let now = gateway.obligation_of(&message).await;
        assert_eq!(
            now.waiting_for.as_deref(),
            Some("confirmation-that-the-victim-was-informed")
        );

        gateway.clock().set("2026-11-24T10:00:00Z");
        let confirmed = MadeContact {
            occurred_at: "2026-11-24T09:30:00Z".parse().expect("an instant"),
            informed_at: Some("2026-11-23T17:30:00Z".parse::<Timestamp>().expect("an instant")),
            direction: Direction::Inbound,
            ..passed
        };
        let told = add(&gateway, &owed, None, confirmed).await;
        assert!(told.ended);
        let ended = gateway.obligation_of(&message).await;
        assert_eq!(
            (ended.state.as_str(), ended.ended_why.as_deref()),
            ("discharged", Some("victim-informed"))
        );
        let contacts = gateway.contacts_of(&owed).await;
        assert_eq!(
            contacts.iter().map(|row| row.informed).collect::<Vec<_>>(),
            [false, true]
        );
    }
);

on_both!(
    async fn three_calls_a_text_a_letter_the_adviser_and_then_not_contacted(database: Database) {
        let (gateway, _, owed) = held(&database, "mobile").await;
        let mobile = point(&gateway, &owed, Route::Mobile).await;
        let next = || async {
            let step = gateway.flows.next_contact(&owed.id).await;
            step.expect("the ladder answers")
        };
        for (nth, at) in [
            "2026-11-23T12:00:00Z",
            "2026-11-23T15:30:00Z",
            "2026-11-23T18:45:00Z",
        ]
        .into_iter()
        .enumerate()
        {
            gateway.clock().set(at);
            let NextStep::Call { n, not_before, point } = next().await else {
                panic!("a call comes next, not {:?}", next().await);
            };
            assert_eq!((n, &point), (nth + 1, &mobile));
            assert!(not_before <= at.parse().expect("an instant"), "{not_before}");
            let tried = call(at, &mobile, CallOutcome::NotAnswered);
            add(&gateway, &owed, None, tried).await;
        }
        assert!(
            matches!(next().await, NextStep::LetterIfSafe { .. }),
            "texts were not agreed on"
        );
        let address = point(&gateway, &owed, Route::Post).await;
        let letter = MadeContact {
            point: Some(address),
            ..made("2026-11-23T18:45:00Z", Method::Post, PersonContacted::Victim)
        };
        let posted = add(&gateway, &owed, None, letter).await;
        assert!(!posted.ended, "another letter than the approved one ends nothing");
        assert_eq!(next().await, NextStep::ViaIsva);
        let asked = made("2026-11-23T18:45:00Z", Method::Email, PersonContacted::ViaIsva);
        add(&gateway, &owed, None, asked).await;
        assert_eq!(next().await, NextStep::NotContacted);
        gateway
            .flows
            .add_not_contacted(OFFICER, &owed.id, "no-safe-way")
            .await
            .expect("it is recorded with its reason");
        let waiting = gateway
            .flows
            .explain_obligation(&owed.id)
            .await
            .expect("the duty explains itself");
        assert_eq!(waiting.owed.state, "open", "no duty disappears");
        assert_eq!(
            waiting.owed.waiting_for.as_deref(),
            Some("decision-of-an-approver")
        );
        assert_eq!(gateway.contacts_of(&owed).await.len(), 6);
        assert_eq!(gateway.forgotten().await, 0);
    }
);

on_both!(
    async fn a_call_that_informs_ends_a_duty_whose_message_cannot_leave(database: Database) {
        let (gateway, message, owed) = held(&database, "mobile").await;
        let mobile = point(&gateway, &owed, Route::Mobile).await;
        let told = MadeContact {
            informed_at: Some(NOON.parse().expect("an instant")),
            ..call(NOON, &mobile, CallOutcome::Answered)
        };
        let done = add(&gateway, &owed, None, told).await;
        assert!(done.ended);
        assert_eq!(
            gateway.stands(&message).await,
            "cancelled: victim-informed",
            "what was held for want of an address stops"
        );
    }
);

on_both!(
    async fn a_call_does_not_replace_a_letter_that_is_still_to_leave(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&victim("mobile")).await;
        gateway.event(&decision()).await;
        let message = gateway.draft_and_approve().await.remove(0).message;
        let owed = gateway.obligation_of(&message).await;
        let mobile = point(&gateway, &owed, Route::Mobile).await;
        let nine = "2026-11-23T09:00:00Z";
        let told = MadeContact {
            informed_at: Some(nine.parse().expect("an instant")),
            ..call(nine, &mobile, CallOutcome::Answered)
        };
        let done = add(&gateway, &owed, None, told).await;
        assert!(!done.ended);
        assert_eq!(gateway.stands(&message).await, "created");
        assert_eq!(gateway.obligation_of(&message).await.state, "open");
    }
);

on_both!(
    async fn a_contact_against_the_plan_is_recorded_and_somebody_is_told(database: Database) {
        let (gateway, _, owed) = held(&database, "mobile").await;
        let mobile = point(&gateway, &owed, Route::Mobile).await;
        let before = gateway.unseen().await.len();
        let method = Method::TextMessage { promised: Vec::new() };
        let text = MadeContact {
            point: Some(mobile),
            ..made(NOON, method, PersonContacted::Victim)
        };
        let done = add(&gateway, &owed, None, text).await;
        assert_eq!(done.flags.len(), 1);
        let notices = gateway.unseen().await;
        assert_eq!(notices.len(), before + 1);
        assert!(notices.iter().any(|(kind, _)| kind == "contact-against-plan"));
    }
);

on_both!(
    async fn every_reading_of_a_persons_content_is_logged_once_with_its_reason(database: Database) {
        let (gateway, _, owed) = held(&database, "mobile").await;
        let mobile = point(&gateway, &owed, Route::Mobile).await;
        add(&gateway, &owed, None, call(NOON, &mobile, CallOutcome::Dropped)).await;
        let read = |wanted: &'static str| {
            let gateway = &gateway;
            async move {
                let all = entries(gateway).await;
                let of_verb = all.iter().filter(|entry| entry.verb() == wanted);
                of_verb
                    .map(|entry| (entry.act(), entry.reason().map(str::to_owned)))
                    .collect::<Vec<_>>()
            }
        };
        let list = gateway
            .flows
            .list_contacts(APPROVER, &owed.victim_id, "second-check")
            .await
            .expect("the approver reads them");
        let notes = list.last().and_then(|(_, made)| {
            made.as_ref()?
                .notes
                .as_ref()
                .map(|notes| notes.reveal().to_owned())
        });
        assert_eq!(notes.as_deref(), Some("told of Lark House"));
        assert_eq!(
            read("contacts-read").await,
            [(Act::Consultation, Some("second-check".to_owned()))]
        );
        let refused = gateway
            .flows
            .list_contacts(APPROVER, &owed.victim_id, "Because I want to")
            .await;
        assert_eq!(refused.expect_err("a sentence is no code").kind(), Kind::Invalid);
        let refused = gateway
            .flows
            .list_contacts("operator", &owed.victim_id, "curious")
            .await;
        assert_eq!(
            refused.expect_err("an operator reads no content").kind(),
            Kind::NotAllowed
        );
        assert_eq!(read("contacts-read").await.len(), 1);
        let log = gateway.log_bodies().await.concat();
        let log = String::from_utf8_lossy(&log).to_lowercase();
        for word in ["maren", "lark house", "900466", "orchard"] {
            assert!(!log.contains(word), "the log holds `{word}`");
        }
    }
);
