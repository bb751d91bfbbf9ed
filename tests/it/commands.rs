//! A working day on the command line, against a running service: every act that a person does, and what each refuses.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use harness::database::sqlite;
use harness::gateway::{APPROVER, OFFICER};
use harness::on_both;
use harness::service::Service;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mail::catcher::{Fault, Faults};
use serde_json::Value;

use crate::served::{said, stop};

const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a command as somebody, with what it reads from standard input.
fn run(service: &Service, user: &str, words: &[&str], input: &str) -> Output {
    let mut command = service.command();
    command
        .args(["--json", "--as", user])
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child: Child = command.spawn().expect("the program runs");
    let mut stdin = child.stdin.take().expect("its standard input");
    // A command that refuses its arguments does not wait for its input.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// What a command prints, which has to succeed: one JSON value a line.
fn ok(service: &Service, user: &str, words: &[&str], input: &str) -> Vec<Value> {
    let output = run(service, user, words, input);
    assert!(output.status.success(), "{words:?}: {}", said(&output));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn refused(service: &Service, user: &str, words: &[&str], input: &str, exit: i32, sentence: &str) {
    let output = run(service, user, words, input);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(exit), "{words:?}: {said}");
    assert!(said.contains(sentence), "{words:?}: {said}");
    for personal in ["Maren", "Holloway", "inbox.example", "900466"] {
        assert!(!said.contains(personal), "an error repeats `{personal}`: {said}");
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} in {value}"))
}

/// The first line of a list for which something holds, asked for again until it is there.
async fn until(service: &Service, words: &[&str], holds: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        if let Some(found) = ok(service, OFFICER, words, "").into_iter().find(&holds) {
            return found;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{words:?} never shows it: {}",
            service.log()
        );
        tokio::task::yield_now().await;
    }
}

fn day(now: Timestamp, days: i64) -> Date {
    let at = now + SignedDuration::from_hours(24 * days);
    at.to_zoned(domain::calendar::london()).date()
}

/// The next Monday to Friday that is neither today nor a bank holiday of the test's calendar.
fn working_day(now: Timestamp) -> Date {
    let calendar = include_str!("../../config/bank-holidays.json");
    let calendar = domain::calendar::Calendar::parse(calendar).expect("the calendar");
    (1..15)
        .map(|days| day(now, days))
        .find(|day| calendar.is_working(*day).expect("a known year"))
        .expect("a working day within two weeks")
}

/// Two victims: one who can be written to, and one with a mobile and an address alone.
fn cases(now: Timestamp) -> String {
    let (opened, verified, review) = (day(now, -60), day(now, -30), day(now, 300));
    let safe = format!(
        r#""safety":"verified-safe","said_by":"the victim","how":"asked in person","verified_at":"{verified}","review_by":"{review}""#
    );
    let common = format!(
        r#""area":"north-east","unit":"rasso","offence":"adult-rape","opened_at":"{opened}","defendants":[],"legal_name":"Maren Holloway","preferred_name":"Maren","language":"english","service":"rasso","enhanced":true,"enhanced_ground":"most-serious-crime","wants_contact":true,"vlo":"{OFFICER}","windows":["any"],"content_in_email":true"#
    );
    format!(
        "{{\"urn\":\"01NE0000126\",\"victim_ref\":\"V-1\",{common},\"preferred\":\"email\",\"email\":{{\"value\":\"maren@inbox.example\",{safe}}},\"mobile\":{{\"value\":\"07700 900466\",{safe}}}}}\n\
         {{\"urn\":\"01NE0000226\",\"victim_ref\":\"V-2\",{common},\"preferred\":\"mobile\",\"mobile\":{{\"value\":\"07700 900466\",{safe}}},\"post\":{{\"value\":[\"12 Orchard Rise\",\"Anytown\",\"ZZ9 9ZZ\"],{safe}}}}}\n\
         {{\"urn\":\"01NE0000326\",\"victim_ref\":\"V-3\",{},\"preferred\":\"mobile\",\"mobile\":{{\"value\":\"07700 900466\",{safe}}}}}\n",
        common.replace("\"unit\":\"rasso\"", "\"unit\":\"another\"")
    )
}

fn events(now: Timestamp) -> String {
    let at = now - SignedDuration::from_mins(30);
    [("01NE0000126", "V-1", 1), ("01NE0000226", "V-2", 2)]
        .map(|(urn, reference, number)| {
            format!(
                "{{\"source\":\"cms\",\"source_event_id\":\"CMS-{number}\",\"urn\":\"{urn}\",\"victim_ref\":\"{reference}\",\"occurred_at\":\"{at}\",\"kind\":\"charge-decision\",\"decision\":\"no-charge\",\"decided_by\":\"cps\",\"charges\":[\"Rape\"],\"reasons\":\"The evidence does not meet the test that we have to apply.\",\"reasons_author\":\"Ishaan Merrick\"}}\n"
            )
        })
        .concat()
}

/// Writes a file beside the service's own and answers its path.
fn file(service: &Service, name: &str, text: &str) -> String {
    let path = service.dir().join(name);
    std::fs::write(&path, text).expect("a file");
    path.to_str().expect("a plain path").to_owned()
}

/// Two decisions are drafted by the service; each is read with a reason and approved by another person.
async fn read_and_approve(service: &Service) -> Vec<Value> {
    let all = ok(service, OFFICER, &["obligations", "list"], "");
    let decisions = all
        .into_iter()
        .filter(|owed| owed["rule"] == "R6-06")
        .collect::<Vec<_>>();
    assert_eq!(decisions.len(), 2);
    let attention = text(&decisions[0], "attention");
    assert!(
        ["none", "soon", "urgent", "overdue"].contains(&attention),
        "{attention}"
    );
    for owed in &decisions {
        let of_this = |draft: &Value| draft["obligation"] == owed["id"];
        let draft = until(service, &["drafts", "list"], of_this).await;
        let show = |reason| ["drafts", "show", text(&draft, "id"), "--reason", reason];
        refused(service, OFFICER, &show("I'm curious"), "", 2, "short code");
        let shown = ok(service, APPROVER, &show("second-check"), "");
        assert!(text(&shown[0], "text").contains("Maren"));
        ok(service, APPROVER, &["drafts", "approve", text(&draft, "id")], "");
    }
    decisions
}

/// What has no way by email is handed over, posted and recorded.
async fn post_by_hand(service: &Service, decisions: &[Value]) -> Value {
    let is_held = |row: &Value| row["reason"] == "no-verified-safe-contact-point";
    let held = until(service, &["outbox", "list"], is_held).await;
    let message = text(&held, "message");
    let by = |route| {
        let words = ["outbox", "hand-over", message, "--route", route];
        [&words[..], &["--reason", "no-email-address"]].concat()
    };
    refused(service, OFFICER, &by("via-isva"), "", 2, "no live consent");
    let taken = said(&run(service, OFFICER, &by("post"), ""));
    assert!(
        taken.starts_with("12 Orchard Rise\nAnytown\nZZ9 9ZZ\n"),
        "{taken}"
    );
    let waits = |owed: &&Value| {
        let shown = ok(service, OFFICER, &["obligations", "show", text(owed, "id")], "");
        shown[0]["waiting_for"] == "record-of-the-handover"
    };
    let by_hand = decisions
        .iter()
        .find(waits)
        .expect("one decision goes by hand")
        .clone();
    let (owed, victim) = (text(&by_hand, "id"), text(&by_hand, "victim"));
    let letter = format!(
        r#"{{"occurred_at":"{}","method":{{"method":"post"}},"direction":"outbound","point":"{}","person":{{"person":"victim"}},"purpose":"the decision"}}"#,
        service.flows.now(),
        point(service, victim, "post")
    );
    let add = ["contacts", "add", "--victim", victim, "--obligation", owed];
    let add = [&add[..], &["--message", message]].concat();
    refused(service, OFFICER, &add, "{\"Maren\":1}", 2, "docs/contacts.md");
    let done = ok(service, OFFICER, &add, &letter);
    assert_eq!(done[0]["duty_ended"], true);
    let next = ok(service, OFFICER, &["contacts", "next", "--obligation", owed], "");
    assert_eq!(
        next[0]["next"], "call",
        "a letter that was posted has informed nobody yet"
    );
    let list = ["contacts", "list", "--victim", victim, "--reason", "second-check"];
    let contacts = ok(service, OFFICER, &list, "");
    let methods = contacts.iter().map(|row| text(row, "method")).collect::<Vec<_>>();
    assert_eq!(methods, ["post"]);
    by_hand
}

fn point(service: &Service, victim: &str, route: &str) -> String {
    let show = ["plan", "show", "--victim", victim, "--reason", "second-check"];
    let plan = ok(service, OFFICER, &show, "");
    let points = plan[0]["points"].as_array().expect("its points");
    let point = points.iter().find(|point| point["route"] == route);
    text(point.expect("the point"), "id").to_owned()
}

/// A new number is proposed, verified in person, approved by a second person.
fn change_number(service: &Service, victim: &str) {
    let mobile = point(service, victim, "mobile");
    let propose = ["plan", "propose", "--victim", victim, "--route", "mobile"];
    let propose = [&propose[..], &["--replaces", &mobile]].concat();
    refused(service, OFFICER, &propose, "07700 9004", 2, "standard input:");
    ok(service, OFFICER, &propose, "07700 900477\n");
    let proposals = ok(service, OFFICER, &["plan", "list"], "");
    let proposal = text(&proposals[0], "proposal");
    let verify = ["plan", "verify", proposal, "--path", "in-person"];
    refused(service, OFFICER, &verify, "the victim\n", 2, "two lines");
    ok(
        service,
        OFFICER,
        &verify,
        "the victim\nat a meeting, with papers\n",
    );
    let review = day(service.flows.now(), 200).to_string();
    let approve = ["plan", "approve", proposal, "--review-by", &review];
    refused(service, OFFICER, &approve, "", 2, "neither proposed nor verified");
    ok(service, APPROVER, &approve, "");
}

/// A due time is moved, and the duty says so.
async fn move_due_time(service: &Service) {
    let now = service.flows.now();
    let more = file(service, "more.jsonl", &assigned(now));
    ok(service, "operator", &["events", "import", &more], "");
    let is_introduction = |owed: &Value| owed["rule"] == "HOUSE-INTRO";
    let introduction = until(service, &["obligations", "list"], is_introduction).await;
    let id = text(&introduction, "id");
    let to = working_day(now + SignedDuration::from_hours(24 * 7)).to_string();
    let move_to = ["obligations", "move", id, "--to", &to, "--reason", "on-leave"];
    refused(service, OFFICER, &move_to, "", 2, "vlo-manager");
    ok(service, APPROVER, &move_to, "");
    let shown = ok(service, OFFICER, &["obligations", "show", id], "");
    assert_eq!(shown[0]["moves"][0]["reason"], "on-leave");
    assert_eq!(shown[0]["original_due"], introduction["due"]);
    assert_ne!(shown[0]["due"], introduction["due"]);
    let after = ["obligations", "list", "--due", "after", "2026-12-01"];
    refused(service, OFFICER, &after, "", 2, "--due before");
}

on_both!(
    async fn an_officer_does_a_days_work_on_the_command_line(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        let now = service.flows.now();
        let import = ["cases", "import", &file(&service, "cases.jsonl", &cases(now))];
        refused(
            &service,
            "operator",
            &import,
            "",
            1,
            "unit: this Area has no such unit",
        );
        let import = ["events", "import", &file(&service, "events.jsonl", &events(now))];
        ok(&service, "operator", &import, "");
        let child = service.start();
        let decisions = read_and_approve(&service).await;
        let by_hand = post_by_hand(&service, &decisions).await;
        change_number(&service, text(&by_hand, "victim"));
        move_due_time(&service).await;
        stop(&service, child);
        ok(&service, "operator", &["outbox", "run", "--until-empty"], "");
        let verified = service.flows.verify_log().await.expect("the log holds");
        assert_eq!(verified.root, service.seal().await.root);
        service.close().await;
    }
);

fn assigned(now: Timestamp) -> String {
    let at = now - SignedDuration::from_mins(20);
    format!(
        "{{\"source\":\"cms\",\"source_event_id\":\"CMS-3\",\"urn\":\"01NE0000126\",\"victim_ref\":\"V-1\",\"occurred_at\":\"{at}\",\"kind\":\"vlo-assigned\"}}\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_service_the_outbox_is_emptied_by_hand() {
    let service = Service::new(sqlite().await, Faults::Each(vec![Fault::RefuseRecipient])).await;
    service.queue(3).await;
    let output = run(&service, "operator", &["outbox", "run", "--until-empty"], "");
    assert_eq!(
        output.status.code(),
        Some(1),
        "one was refused: {}",
        said(&output)
    );
    let done: Value = serde_json::from_slice(&output.stdout).expect("one JSON value");
    assert_eq!(
        (&done["accepted"], &done["failed"]),
        (&Value::from(2), &Value::from(1))
    );
    let ids = service.arrived().into_keys().collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), 2);
    service.close().await;
}
