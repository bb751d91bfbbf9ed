//! What is kept and what is shown: I13 and I14.

use std::collections::BTreeSet;
use std::process::Output;

use domain::time::Clock as _;
use harness::bytes::{every_byte, found_in};
use harness::case::{self, EMAIL, URN, assigned, defendant, not_charged, safe};
use harness::chance::MachineClock;
use harness::database::sqlite;
use harness::gateway::{APPROVER, OFFICER, TestGateway};
use harness::mails::Mail;
use harness::on_both;
use harness::service::Service;
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

const PHONE: &str = "07700 900466";
const REASONS: &str = "The evidence does not meet the test, quibblewort.";

/// Everything personal that goes in, in words that stand nowhere else.
const PERSONAL: [&str; 22] = [
    "maren",
    "holloway",
    "inbox.example",
    "7700900466",
    "07700 900466",
    "orchard rise",
    "zz9 9zz",
    "hedgesparrow",
    "ring me please",
    "corin",
    "latchford",
    "foundry street",
    "7700900534",
    "07700 900534",
    "elsewhere.test",
    "sorrel",
    "adeyemi",
    "refuge.example",
    "ishaan",
    "merrick",
    "quibblewort",
    "a message for you",
];

fn victim() -> Value {
    json!({
        "mobile": safe(PHONE), "post": safe(json!(["12 Orchard Rise", "Middleford", "ZZ9 9ZZ"])), "code_word": "hedgesparrow",
        "voicemail": "Ring me please.", "formats": ["large print"],
        "adviser": {"name": "Sorrel Adeyemi", "service": "Safe Ground", "email": "sorrel@refuge.example",
            "transport": "cjsm", "scopes": ["updates"], "from": "2026-06-01", "until": "2027-06-01"},
        "defendants": [defendant(&json!({"addresses": [["35 Foundry Street", "Middleford", "ZZ87 7DQ"]],
            "phones": ["07700 900534"], "emails": ["corin.latchford@elsewhere.test"]}))],
    })
}

on_both!(
    async fn incident_14_nothing_personal_is_stored_in_clear(database: Database) {
        let gateway = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        gateway.add_victim(&case::case(&victim())).await;
        gateway.event(&case::event(1, &assigned())).await;
        gateway.event(&case::event(2, &not_charged(REASONS))).await;
        assert_eq!(gateway.draft_and_approve().await.len(), 2);
        gateway.clock().set("2026-11-24T12:00:00Z");
        gateway.deliver_all().await;
        gateway.seal().await;

        let sent = gateway.caught();
        let sent = sent
            .iter()
            .map(|mail| Mail::read(mail).words())
            .collect::<String>()
            .to_lowercase();
        for word in ["maren", "quibblewort", "ishaan", "a message for you"] {
            assert!(sent.contains(word), "the message itself says `{word}`");
        }
        let stored = every_byte(&database).await;
        assert_eq!(found_in(&stored, &[URN]), [URN], "what is kept in clear is found");
        assert_eq!(
            found_in(&stored, &PERSONAL),
            [""; 0],
            "the database holds this in clear"
        );
        let log = gateway.log_bodies().await.concat();
        assert_eq!(found_in(&log, &["delivery-ended"]), ["delivery-ended"]);
        assert_eq!(
            found_in(&log, &PERSONAL),
            [""; 0],
            "the contact log holds this in clear"
        );
    }
);

/// A service with one message delivered, one held, one refused by the receiving server, and a draft that waits.
async fn with_something_to_list() -> Service {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let now = MachineClock.now();
    let day = |days: i64| {
        let at = now + SignedDuration::from_hours(24 * days);
        at.to_zoned(domain::calendar::london()).date().to_string()
    };
    let safe_now = |value: Value| {
        case::over(
            safe(value),
            &json!({"verified_at": day(-30), "review_by": day(300)}),
        )
    };
    let since = json!({"opened_at": day(-60), "email": safe_now(json!(EMAIL)), "mobile": safe_now(json!(PHONE)),
        "post": safe_now(json!(["12 Orchard Rise", "Middleford", "ZZ9 9ZZ"]))});
    let happened = json!({"occurred_at": (now - SignedDuration::from_mins(5)).to_string()});
    let person = case::over(victim(), &since);
    let unsafe_point = json!({"value": EMAIL, "safety": "unsafe", "why": "reported-unsafe"});
    let people = [
        (URN, person.clone(), assigned()),
        (
            "01NE4400226",
            case::over(person.clone(), &json!({"email": unsafe_point})),
            assigned(),
        ),
        ("01NE4400326", person.clone(), not_charged(REASONS)),
        (
            "01NE4400426",
            case::over(person, &json!({"vlo": null})),
            assigned(),
        ),
    ];
    for (number, (urn, person, event)) in people.into_iter().enumerate() {
        let of_case = json!({"urn": urn});
        service
            .add_victim(&case::case(&case::over(person, &of_case)))
            .await;
        let event = case::over(case::over(event, &of_case), &happened);
        service.event(&case::event(number, &event)).await;
    }
    service.flows.compose_drafts(OFFICER, 10).await.expect("drafts");
    for draft in service.flows.list_drafts(10).await.expect("drafts") {
        if draft.kind == "vlo-introduction" {
            service
                .flows
                .approve_draft(APPROVER, &draft.id)
                .await
                .expect("approved");
        }
    }
    let mut running = service.start();
    crate::served::until_quiet(&service, &mut running).await;
    crate::served::stop(&service, running);
    service
}

fn lines(output: &Output) -> Vec<String> {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incident_13_what_the_commands_show_holds_the_columns_that_are_meant_and_nothing_personal() {
    let service = with_something_to_list().await;
    let allowed: [(&[&str], &[&str]); 3] = [
        (
            &["obligations", "list"],
            &[
                "attention",
                "due",
                "id",
                "kind",
                "original_due",
                "owner",
                "rule",
                "victim",
                "waiting_for",
            ],
        ),
        (
            &["outbox", "list"],
            &["changed_at", "due", "message", "next", "reason", "state", "tries"],
        ),
        (
            &["notices", "list"],
            &[
                "detail",
                "id",
                "kind",
                "message",
                "obligation",
                "raised_at",
                "victim",
            ],
        ),
    ];
    for (command, columns) in allowed {
        let shown = lines(&service.run(&[command, &["--json"]].concat()));
        assert!(!shown.is_empty(), "{command:?} has something to show");
        for line in shown {
            let row: Value = serde_json::from_str(&line).expect("one JSON object to a line");
            let row = row.as_object().expect("an object");
            let names = row.keys().map(String::as_str).collect::<BTreeSet<_>>();
            assert_eq!(names, columns.iter().copied().collect(), "{command:?}");
            assert!(
                row.values().all(|value| !value.is_object() && !value.is_array()),
                "flat"
            );
        }
    }
    shows_nothing_personal(&service);
    service.close().await;
}

/// What is listed and looked up, for people and for programs, with what the service has said while it ran.
fn shows_nothing_personal(service: &Service) {
    let mut shown = Vec::new();
    for words in [
        &["obligations", "list"][..],
        &["drafts", "list"],
        &["outbox", "list"],
        &["notices", "list"],
        &["check"],
        &["templates", "check"],
    ] {
        for json in [&[][..], &["--json"]] {
            let output = service.run(&[words, json].concat());
            let text = [output.stdout, output.stderr].concat();
            assert!(!text.is_empty(), "{words:?} says something");
            shown.extend(text);
        }
    }
    shown.extend(service.log().into_bytes());
    assert_eq!(
        found_in(&shown, &["held", "decision-not-to-charge"]),
        ["held", "decision-not-to-charge"]
    );
    let personal = PERSONAL
        .iter()
        .filter(|word| **word != "a message for you")
        .copied();
    assert_eq!(
        found_in(&shown, &personal.collect::<Vec<_>>()),
        [""; 0],
        "a command shows this"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incident_13_a_refused_row_is_named_by_its_line_and_never_repeated() {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let file = service.dir().join("cases.jsonl");
    let bad = [
        json!({"legal_name": "Maren <holloway@inbox.example>"}),
        json!({"preferred": "carrier-pigeon"}),
        json!({"email": safe("maren@@inbox.example")}),
        json!({"mobile": safe("07700 900466 9")}),
        json!({"area": "hedgesparrow"}),
        json!({"shoe_size": "quibblewort"}),
    ];
    let text = bad
        .iter()
        .map(|changes| case::case(&case::over(victim(), changes)) + "\n")
        .collect::<String>();
    std::fs::write(&file, text).expect("the file");
    let output = service.run(&["cases", "import", file.to_str().expect("a plain path")]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for line in 1..=bad.len() {
        assert!(said.contains(&format!("line {line}")), "line {line}: {said}");
    }
    let text = [output.stdout, output.stderr].concat();
    assert_eq!(found_in(&text, &PERSONAL), [""; 0], "{said}");
    service.close().await;
}
