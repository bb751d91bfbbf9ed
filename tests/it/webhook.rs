//! Another system is told of changes: signed, in order, at least once, whatever happens in between.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use audit::entry::Entry;
use domain::time::Clock as _;
use flows::{Persistence, TOLD, Told};
use harness::case::{assigned as assigned_here, case, event};
use harness::chance::MachineClock;
use harness::database::Database;
use harness::gateway::TestGateway;
use harness::on_both;
use harness::queue::{assigned, victim};
use harness::service::{Running, Service, secret};
use jiff::SignedDuration;
use mail::catcher::{Fault, Faults};
use serde_json::{Value, json};

use crate::served::{said, stop, until_said};

const SECRET: &str = "6b657920666f72207468652074657374732c20616e6420666f72206e6f742065";
/// A claim of a killed service lasts a minute.
const PATIENCE: Duration = Duration::from_mins(2);
/// Words that a body could show of the victims of `harness::queue` and `harness::case`.
const PERSONAL: [&str; 4] = ["example", "@", "Maren", "+44"];

/// A receiver of other people's making, in a process of its own.
struct Receiver {
    port: u16,
    _running: Running,
}

impl Receiver {
    fn start(port: u16, log: &Path, refuse: usize) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("receiver/receiver.py");
        let mut command = Command::new("/usr/bin/python3");
        command
            .arg(script)
            .arg(port.to_string())
            .arg(SECRET)
            .arg(log)
            .arg(refuse.to_string());
        command.stdout(Stdio::piped());
        let mut running = Running::start(command);
        let mut line = String::new();
        let said = running.stdout.take().expect("what it says");
        BufReader::new(said).read_line(&mut line).expect("its port");
        Self {
            port: line.trim().parse().expect("a port"),
            _running: running,
        }
    }
}

/// What the receiver has written down.
fn received(log: &Path) -> Vec<Value> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

fn taken(log: &Path) -> Vec<Value> {
    received(log)
        .into_iter()
        .filter(|line| line["status"] == 204)
        .collect()
}

/// A service that tells a receiver, and what that has written down.
struct House {
    service: Service,
    log: PathBuf,
}

async fn told(database: Database, port: u16, log: &Path) -> House {
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    secret(&service.dir().join("webhook.secret"), SECRET);
    service.configure(&format!(
        "[webhook]\nurl = \"http://127.0.0.1:{port}/changes\"\nsecret_file = \"webhook.secret\"\n\
         retry_first_s = 1\nretry_max_s = 2\ngive_up_s = 600\n"
    ));
    House {
        service,
        log: log.to_owned(),
    }
}

impl House {
    /// Starts the service and waits until it has begun to read the log.
    async fn start(&self) -> Running {
        let child = self.service.start();
        let began = Instant::now();
        loop {
            let mut tx = self.service.database.pool.read().await.expect("a reader");
            if store::webhooks::size(&mut tx).await.expect("its head").is_some() {
                break;
            }
            drop(tx);
            assert!(began.elapsed() < PATIENCE, "{}", self.service.log());
            tokio::task::yield_now().await;
        }
        until_said(&self.service, "working").await;
        child
    }

    /// Victims to each of whom something is owed from now on.
    async fn change(&self, numbers: std::ops::Range<usize>) {
        let now = MachineClock.now();
        for number in numbers {
            self.service.add_victim(&victim(number, now)).await;
            self.service.event(&assigned(number, now)).await;
        }
    }

    /// The indexes of what is to be told, as the log has them.
    async fn expected(&self, from: u64) -> BTreeSet<u64> {
        let mut tx = self.service.database.pool.read().await.expect("a reader");
        let stored = store::log::list_from(&mut tx, from, 10_000)
            .await
            .expect("entries");
        let is_told = |body: &[u8]| TOLD.contains(&Entry::parse(body).expect("an entry").verb());
        stored
            .iter()
            .filter(|one| is_told(&one.body))
            .map(|one| one.index)
            .collect()
    }

    async fn size(&self) -> u64 {
        let mut tx = self.service.database.pool.read().await.expect("a reader");
        store::log::size(&mut tx).await.expect("a size")
    }

    /// Waits until everything since `from` was taken.
    async fn until_told(&self, from: u64) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let taken = taken(&self.log);
            let indexes = taken.iter().map(index).collect::<BTreeSet<_>>();
            let expected = self.expected(from).await;
            if !expected.is_empty() && indexes == expected {
                return taken;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{indexes:?} of {expected:?}: {}",
                self.service.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn index(line: &Value) -> u64 {
    line["body"]["entry"].as_u64().expect("an index")
}

on_both!(
    async fn changes_are_told_signed_and_in_order_also_to_one_who_refuses_at_first(database: Database) {
        let folder = tempfile::TempDir::new().expect("a folder");
        let log = folder.path().join("received.jsonl");
        let receiver = Receiver::start(0, &log, 2);
        let house = told(database, receiver.port, &log).await;
        let child = house.start().await;
        let from = house.size().await;
        house.change(0..3).await;
        let taken = house.until_told(from).await;
        stop(&house.service, child);
        let all = received(&house.log);
        assert!(all.iter().all(|line| line["signed"] == true), "{all:?}");
        let refused = all
            .iter()
            .filter(|line| line["status"] == 503)
            .collect::<Vec<_>>();
        assert_eq!(refused.len(), 2);
        for line in refused {
            assert!(
                taken.iter().any(|other| other["key"] == line["key"]),
                "told again under its own key"
            );
        }
        let mut streams: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for line in &taken {
            let body = &line["body"];
            assert_eq!(line["key"], body["id"]);
            let text = body.to_string();
            assert!(PERSONAL.iter().all(|word| !text.contains(word)), "{text}");
            let stream = body["obligation"].as_str().expect("an obligation").to_owned();
            streams.entry(stream).or_default().push(index(line));
        }
        assert!(streams.len() >= 3, "{streams:?}");
        assert!(streams.values().all(|told| told.is_sorted()), "{streams:?}");
        assert!(
            taken
                .iter()
                .any(|line| line["body"]["kind"] == "obligation-raised")
        );
        house.service.close().await;
    }
);

on_both!(
    async fn nothing_is_lost_by_a_receiver_that_is_gone_or_a_service_that_is_killed(database: Database) {
        let folder = tempfile::TempDir::new().expect("a folder");
        let log = folder.path().join("received.jsonl");
        let refusing = Receiver::start(0, &log, usize::from(u16::MAX));
        let port = refusing.port;
        let house = told(database, port, &log).await;
        let child = house.start().await;
        let from = house.size().await;
        house.change(0..2).await;
        let began = Instant::now();
        while received(&house.log).is_empty() {
            assert!(began.elapsed() < PATIENCE, "{}", house.service.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Killed, not asked.
        drop(child);
        drop(refusing);
        let child = house.start().await;
        house.change(2..3).await;
        until_said(&house.service, "is not told").await;
        stop(&house.service, child);
        assert!(taken(&house.log).is_empty());
        let receiver = Receiver::start(port, &house.log, 0);
        assert_eq!(receiver.port, port);
        let child = house.start().await;
        house.until_told(from).await;
        stop(&house.service, child);
        house.service.close().await;
    }
);

on_both!(
    async fn one_waits_behind_another_of_its_obligation_and_is_not_given_up_with_it(database: Database) {
        let house = TestGateway::new(&database, Faults::Always(Fault::None)).await;
        let flows = house.door().flows;
        assert!(!flows.note_changes().await.expect("it begins"));
        house.add_victim(&case(&json!({}))).await;
        house.event(&event(1, &assigned_here())).await;
        house.draft_and_approve().await;
        house.clock().set_to(flows.now() + SignedDuration::from_mins(20));
        house.deliver_all().await;
        while flows.note_changes().await.expect("it goes on") {}
        let waiting = flows.count_waiting_changes().await.expect("a count");
        let first = flows.claim_changes().await.expect("a claim");
        let streams = first
            .iter()
            .map(|one| obligation(&one.body))
            .collect::<BTreeSet<_>>();
        assert_eq!(streams.len(), first.len(), "one of each");
        assert!(
            i64::try_from(first.len()).expect("few") < waiting,
            "others wait behind them"
        );
        assert!(
            flows.claim_changes().await.expect("a claim").is_empty(),
            "they are claimed"
        );
        let persistence = Persistence {
            retry_first_s: 10,
            retry_max_s: 60,
            give_up_s: 120,
        };
        for one in &first {
            let told = flows.end_telling(one, false, &persistence).await.expect("kept");
            assert_eq!(told, Told::Again);
        }
        assert!(
            flows.claim_changes().await.expect("a claim").is_empty(),
            "not before its time"
        );
        let mut given_up = Vec::new();
        for _ in 0..10 {
            house.clock().set_to(flows.now() + SignedDuration::from_secs(60));
            for one in flows.claim_changes().await.expect("a claim") {
                let is_first = first.iter().any(|other| other.id == one.id);
                assert!(is_first || !given_up.is_empty(), "it does not overtake");
                match flows
                    .end_telling(&one, !is_first, &persistence)
                    .await
                    .expect("kept")
                {
                    Told::GivenUp => given_up.push(one.id),
                    told => assert_eq!(told == Told::Delivered, !is_first),
                }
            }
        }
        assert_eq!(given_up.len(), first.len());
        assert_eq!(flows.count_waiting_changes().await.expect("a count"), 0);
    }
);

fn obligation(body: &str) -> String {
    let body: Value = serde_json::from_str(body).expect("JSON");
    body["obligation"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_change_of_an_obligation_or_contact_is_told_and_nothing_is_told_that_never_happens() {
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gateway/flows/src");
    let mut text = String::new();
    let mut folders = vec![flows];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tell_changes.rs") {
                text.push_str(&fs::read_to_string(path).expect("a source file"));
            }
        }
    }
    let verbs = text.split('"').skip(1).step_by(2).collect::<BTreeSet<_>>();
    for verb in TOLD {
        assert!(text.contains(&format!("\"{verb}\"")), "{verb} never happens");
    }
    let is_change = |verb: &str| verb.starts_with("obligation-") || verb.starts_with("due-time-");
    for verb in verbs.into_iter().filter(|verb| is_change(verb)) {
        assert!(TOLD.contains(&verb), "{verb} is told to nobody");
    }
}

on_both!(
    async fn a_webhook_that_cannot_be_right_is_refused(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        secret(&service.dir().join("webhook.secret"), SECRET);
        let good = fs::read_to_string(service.config()).expect("the configuration");
        for (url, times, sentence) in [
            (
                "http://cases.example/x",
                "1\nretry_max_s = 2\ngive_up_s = 600",
                "webhook.url: must be https://",
            ),
            (
                "https://a@cases.example/x",
                "1\nretry_max_s = 2\ngive_up_s = 600",
                "webhook.url: must be https://",
            ),
            (
                "https://cases.example/x",
                "3\nretry_max_s = 2\ngive_up_s = 600",
                "webhook.retry_first_s",
            ),
            (
                "https://cases.example/x",
                "1\nretry_max_s = 2\ngive_up_s = 1",
                "webhook.give_up_s",
            ),
        ] {
            let table = format!(
                "[webhook]\nurl = \"{url}\"\nsecret_file = \"webhook.secret\"\nretry_first_s = {times}\n"
            );
            fs::write(service.config(), format!("{good}{table}")).expect("the configuration");
            let output = service.run(&["serve"]);
            assert_eq!(output.status.code(), Some(2), "{url}: {}", said(&output));
            assert!(said(&output).contains(sentence), "{sentence}: {}", said(&output));
        }
        service.close().await;
    }
);
