//! One person's news in another person's mail: I11 and I15.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Event;
use flows::Recorded;
use flows::import::{self, Format};
use harness::case::{self, defendant, not_charged, safe};
use harness::database::Database;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::mails::Mail;
use harness::on_both;
use mail::catcher::{Fault, Faults};
use serde_json::json;
use store::Pool;

use super::HOLD_BACK_ENDS;

/// Victims of the short runs on SQLite and on PostgreSQL; the long one is in `soak`.
const VICTIMS: (usize, usize) = (200, 60);
/// What every canary word begins with, in a name or in reasons.
const CANARY: &str = "kanari";
/// Events recorded, drafts read at a time.
const BATCH: usize = 256;

/// A word of letters that belongs to one victim alone.
fn canary(mut number: usize) -> String {
    let mut word = CANARY.to_owned();
    for _ in 0..4 {
        word.push(char::from(b'a' + u8::try_from(number % 26).expect("a letter")));
        number /= 26;
    }
    word
}

/// The canary words in a text.
fn canaries_in(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words
        .filter(|word| word.starts_with(CANARY))
        .map(str::to_owned)
        .collect()
}

/// Writes to this many victims at once and looks at each mail. Answers how many mails there were.
pub(crate) async fn each_gets_only_their_own(database: &Database, count: usize) -> usize {
    let gateway = TestGateway::new(database, Faults::Always(Fault::None)).await;
    let mut events = String::new();
    for number in 0..count {
        let (urn, word) = (format!("01NE{number:05}26"), canary(number));
        let person = json!({"urn": urn, "legal_name": format!("{word} Holloway"), "preferred_name": word,
            "email": safe(format!("{word}@inbox.example"))});
        gateway.add_victim(&case::case(&person)).await;
        let news = not_charged(&format!("The account of {word} could not be proved."));
        events += &(case::event(number, &case::over(news, &json!({"urn": urn}))) + "\n");
    }
    let events = import::events(events.as_bytes(), Format::JsonLines);
    let events = events
        .map(|event| event.expect("an event").1)
        .collect::<Vec<Event>>();
    for batch in events.chunks(BATCH) {
        gateway
            .flows
            .record_events("operator", batch)
            .await
            .expect("they are recorded");
    }
    while gateway
        .flows
        .compose_drafts(OFFICER, 256)
        .await
        .expect("drafts")
        .drafted
        > 0
    {}
    loop {
        let drafts = gateway.flows.list_drafts(256).await.expect("drafts");
        if drafts.is_empty() {
            break;
        }
        for draft in drafts {
            gateway
                .flows
                .approve_draft(APPROVER, &draft.id)
                .await
                .expect("the second person");
        }
    }
    gateway.clock().set("2026-11-23T12:00:00Z");
    gateway.deliver_all().await;

    let (caught, seen) = (gateway.caught(), gateway.seen());
    let count = u64::try_from(count).expect("a number");
    assert_eq!(
        (seen.transactions, seen.recipients, seen.messages),
        (count, count, count)
    );
    let mut reached = BTreeSet::new();
    for mail in &caught {
        let mail = Mail::read(mail);
        let own = mail.recipient.split('@').next().expect("a local part").to_owned();
        assert_eq!(mail.to(), [mail.recipient]);
        assert!(!mail.headers().iter().any(|name| name == "cc" || name == "bcc"));
        assert_eq!(
            canaries_in(&mail.words()),
            BTreeSet::from([own.clone()]),
            "its own victim and no other"
        );
        reached.insert(own);
    }
    assert_eq!(reached.len(), caught.len(), "as many people as mails");
    caught.len()
}

on_both!(
    async fn incident_11_hundreds_of_victims_at_once_get_as_many_mails_each_naming_its_own(
        database: Database,
    ) {
        let victims = match database.pool {
            Pool::Sqlite { .. } => VICTIMS.0,
            Pool::Postgres(_) => VICTIMS.1,
        };
        assert_eq!(each_gets_only_their_own(&database, victims).await, victims);
    }
);

/// Two victims of one name, in cases whose references differ by one digit, against a defendant of one name.
const TWO: [(&str, &str, &str); 2] = [
    ("01NE4400126", "one@inbox.example", "No camera was there."),
    ("01NE4400226", "two@inbox.example", "Nobody else was there."),
];

on_both!(
    async fn incident_15_people_of_one_name_in_cases_of_nearly_one_reference_are_never_mixed_up(
        database: Database,
    ) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        for (number, (urn, email, reasons)) in TWO.into_iter().enumerate() {
            let person = json!({"urn": urn, "email": safe(email), "defendants": [defendant(&json!({}))]});
            gateway.add_victim(&case::case(&person)).await;
            let news = case::over(not_charged(reasons), &json!({"urn": urn}));
            let answer = gateway.event(&case::event(number, &news)).await;
            assert!(matches!(answer, Recorded::New { raised: 1.., .. }), "{answer:?}");
        }
        assert_eq!(gateway.draft_and_approve().await.len(), TWO.len());
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        let caught = gateway.caught();
        let told = caught
            .iter()
            .map(Mail::read)
            .map(|mail| (mail.recipient.to_owned(), mail.words()));
        let told = told.collect::<BTreeMap<_, _>>();
        assert_eq!(told.len(), TWO.len());
        for (urn, email, reasons) in TWO {
            let words = &told[email];
            assert!(words.contains(reasons));
            let others = TWO.into_iter().filter(|(other, ..)| *other != urn);
            for (_, _, reasons) in others {
                assert!(!words.contains(reasons), "{email} reads of the other case");
            }
        }
    }
);

on_both!(
    async fn incident_15_swapped_references_and_a_wrong_digit_reach_nobody(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        for (number, (urn, email, _)) in TWO.into_iter().enumerate() {
            let person = json!({"urn": urn, "victim_ref": format!("V-{number}"), "email": safe(email)});
            gateway.add_victim(&case::case(&person)).await;
        }
        let before = gateway.flows.verify_log().await.expect("the log holds");
        let wrong = [
            ("01NE4400126", "V-1"),
            ("01NE4400226", "V-0"),
            ("01NE4400326", "V-0"),
            ("01NE4400116", "V-0"),
        ];
        for (number, (urn, reference)) in wrong.into_iter().enumerate() {
            let news = case::over(not_charged("No."), &json!({"urn": urn, "victim_ref": reference}));
            let answer = gateway.event(&case::event(number, &news)).await;
            assert!(
                matches!(answer, Recorded::Refused(_)),
                "{urn} with {reference}: {answer:?}"
            );
        }
        let after = gateway.flows.counts().await.expect("counts");
        assert_eq!(after.obligations.raised, 0);
        assert_eq!(gateway.flows.verify_log().await.expect("the log holds"), before);
        assert!(gateway.draft_and_approve().await.is_empty());
    }
);

on_both!(
    async fn incident_15_two_victims_of_one_case_and_one_name_each_get_their_own_news(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        for (reference, email) in [("V-1", "one@inbox.example"), ("V-2", "two@inbox.example")] {
            let person = json!({"victim_ref": reference, "email": safe(email)});
            gateway.add_victim(&case::case(&person)).await;
        }
        let news = case::over(
            not_charged("Nobody else was there."),
            &json!({"victim_ref": "V-2"}),
        );
        gateway.event(&case::event(1, &news)).await;
        assert_eq!(gateway.draft_and_approve().await.len(), 1);
        gateway.clock().set(HOLD_BACK_ENDS);
        gateway.deliver_all().await;
        let caught = gateway.caught();
        assert_eq!(caught.len(), 1);
        assert_eq!(Mail::read(&caught[0]).recipient, "two@inbox.example");
    }
);
