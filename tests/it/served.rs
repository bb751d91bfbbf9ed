//! `gateway serve` as a process: it delivers, stops when asked, and says what is wrong before it begins.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Output};
use std::time::{Duration, Instant};

use harness::database::sqlite;
use harness::on_both;
use harness::service::{Running, Service, program, terminate};
use mail::catcher::{Fault, Faults};
use store::outbox;

const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until the service works and nothing in the outbox wants to be looked at any more.
pub(crate) async fn until_quiet(service: &Service, child: &mut Child) {
    let began = Instant::now();
    loop {
        let mut tx = service.database.pool.read().await.expect("a reader");
        let next = outbox::next_at(&mut tx).await.expect("the outbox answers");
        if next.is_none() && service.log().contains("working") {
            return;
        }
        drop(tx);
        assert!(
            child.try_wait().expect("its state").is_none(),
            "the service ended by itself: {}",
            service.log()
        );
        assert!(
            began.elapsed() < PATIENCE,
            "the outbox never became quiet: {}",
            service.log()
        );
        tokio::task::yield_now().await;
    }
}

/// Waits until the service has said this in its log.
pub(crate) async fn until_said(service: &Service, sentence: &str) {
    let began = Instant::now();
    while !service.log().contains(sentence) {
        assert!(began.elapsed() < PATIENCE, "never said: {}", service.log());
        tokio::task::yield_now().await;
    }
}

pub(crate) fn stop(service: &Service, mut child: Running) {
    terminate(&child);
    let status = child.wait().expect("it ends");
    assert!(
        status.success(),
        "a service that is asked to stop ends well, not with {status}: {}",
        service.log()
    );
}

on_both!(
    async fn the_running_service_delivers_what_was_approved_and_stops_when_asked(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        service.queue(20).await;
        let mut child = service.start();
        until_quiet(&service, &mut child).await;
        stop(&service, child);
        let arrived = service.arrived();
        assert_eq!(arrived.len(), 20);
        assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
        let counts = service.flows.counts().await.expect("the counts");
        assert_eq!(counts.messages.delivered, 20);
        assert_eq!(
            service.flows.verify_log().await.expect("the log holds").root,
            counts.log.root
        );
        service.close().await;
    }
);

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_looks_at_everything_and_connects_to_the_relay() {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let output = service.run(&["check"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains("relay      answers, over TLS with its name verified"),
        "{}",
        said(&output)
    );
    fs::write(service.dir().join("relay-ca.pem"), "no certificate").expect("a file");
    let staff = fs::read_to_string(service.dir().join("staff.toml")).expect("the staff");
    fs::write(
        service.dir().join("staff.toml"),
        staff.replace("\"tom.ellis\"", "\"system:outbox\""),
    )
    .expect("a file");
    let output = service.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    for fault in ["relay: ", "`user` is 1 to 64 lower-case letters"] {
        assert!(said(&output).contains(fault), "{fault}: {}", said(&output));
    }
    service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_cannot_be_right_is_refused_with_its_place() {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let good = fs::read_to_string(service.config()).expect("the configuration");
    let bad = [
        (
            "stuck_s = 60",
            "stuck_s = 60\nplaintext = true",
            "unknown field `plaintext`",
        ),
        (
            "lease_s = 18",
            "lease_s = 17",
            "outbox.lease_s: a claim must outlast its batch",
        ),
        (
            "batch_max = 8",
            "batch_max = 0",
            "outbox.batch_max: must be between 1 and 1000",
        ),
        (
            "[database]\n",
            "[database]\naddress_file = \"x\"\n",
            "database: name exactly one of",
        ),
        ("active = \"test-1\"", "active = \"another\"", "keys.txt"),
        (
            "attention_hours = [24, 4]",
            "attention_hours = [24, 4]\nconfirmed = [{ rule = \"R9-99\", by = \"Nobody\", on = \"2026-11-02\" }]",
            "R9-99 is not a rule",
        ),
    ];
    for (right, wrong, sentence) in bad {
        fs::write(service.config(), good.replace(right, wrong)).expect("the configuration");
        let output = service.run(&["serve"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {}", said(&output));
        assert!(said(&output).contains(sentence), "{wrong}: {}", said(&output));
    }
    let password = good.replacen(
        &format!("address = \"{}\"", service.database.address),
        "address = \"postgres://gateway:hunter2@127.0.0.1/gateway\"",
        1,
    );
    fs::write(service.config(), password).expect("the configuration");
    let output = service.run(&["serve"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("a password does not belong here"),
        "{}",
        said(&output)
    );
    assert!(!said(&output).contains("hunter2"), "an error quotes no secret");
    service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_others_may_read_is_refused() {
    let service = Service::new(sqlite().await, Faults::Always(Fault::None)).await;
    let keys = service.dir().join("keys.txt");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o640)).expect("a mode");
    let output = service.run(&["serve"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("others than its owner may read this secret (mode 640)"));
    service.close().await;
}

#[test]
fn a_new_service_is_set_up_with_the_sample_configuration() {
    let dir = tempfile::TempDir::new().expect("a folder");
    let folder = dir.path().join("config");
    fs::create_dir(&folder).expect("a folder");
    let repository = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in fs::read_dir(repository.join("config")).expect("the samples") {
        let path = file.expect("a file").path();
        fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("a copy");
    }
    let sample = fs::read_to_string(folder.join("gateway.toml")).expect("the sample");
    let house = fs::canonicalize(&repository).expect("the repository");
    let words = format!("folder = \"{}/templates/messages\"", house.display());
    fs::write(
        folder.join("gateway.toml"),
        sample.replace("folder = \"../templates/messages\"", &words),
    )
    .expect("the configuration");
    let run = |words: &[&str]| {
        let mut command = program();
        let output = command
            .arg("--config")
            .arg(folder.join("gateway.toml"))
            .args(words)
            .output();
        output.expect("the program runs; `make test` has built it")
    };
    let output = run(&["serve"]);
    assert_eq!(output.status.code(), Some(2), "no keys yet: {}", said(&output));
    let output = run(&["vault", "make"]);
    assert!(output.status.success(), "{}", said(&output));
    let mode = fs::metadata(dir.path().join("var/keys.txt"))
        .expect("the keys")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let output = run(&["serve"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("gateway migrate"), "{}", said(&output));
    let output = run(&["migrate"]);
    assert!(output.status.success(), "{}", said(&output));
    let output = run(&["check"]);
    assert_eq!(output.status.code(), Some(1), "the sample's relay does not exist");
    assert!(
        said(&output).contains("database   up to date"),
        "{}",
        said(&output)
    );
    let before = fs::read(dir.path().join("var/keys.txt")).expect("the keys");
    assert!(run(&["vault", "make"]).status.success());
    assert_eq!(
        fs::read(dir.path().join("var/keys.txt")).expect("the keys"),
        before,
        "keys that are there stay"
    );
}

on_both!(
    async fn a_changed_rulebook_or_role_is_in_the_log_from_the_next_start_on(database: Database) {
        let service = Service::new(database, Faults::Always(Fault::None)).await;
        let verbs = async |service: &Service| {
            let mut tx = service.database.pool.read().await.expect("a reader");
            let stored = store::log::list_from(&mut tx, 0, 10_000).await.expect("entries");
            let verbs = stored.iter().map(|stored| {
                let entry = audit::entry::Entry::parse(&stored.body).expect("an entry");
                (entry.verb().to_owned(), entry.facts().contains_key("from"))
            });
            verbs
                .filter(|(verb, _)| verb.ends_with("-changed"))
                .collect::<Vec<_>>()
        };
        let run = async || {
            let child = service.start();
            until_said(&service, "working").await;
            stop(&service, child);
        };
        run().await;
        let first = verbs(&service).await;
        // The calendar has an entry of its own kind.
        assert_eq!(first.len(), 7, "{first:?}");
        assert!(first.iter().all(|(_, known_before)| !known_before));
        run().await;
        assert_eq!(verbs(&service).await, first, "nothing was changed");
        let staff = service.dir().join("staff.toml");
        let file = std::fs::read_to_string(&staff).expect("the staff file");
        std::fs::write(&staff, file.replacen("\"vlo-manager\"", "\"administrator\"", 1))
            .expect("a role is changed");
        run().await;
        let after = verbs(&service).await;
        assert_eq!(after[first.len()..], [("roles-changed".to_owned(), true)]);
        service.close().await;
    }
);
