//! `kill -9` at any moment: every message has arrived once, or stands as `unknown` because its end was not
//! seen; none arrives twice; the contact log verifies every time.
//!
//! The short version. Each round kills the demo at another moment and starts it again on what it left.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use harness::service::{Running, program};
use mail_parser::MessageParser;
use sqlx::{Connection as _, Row as _, SqliteConnection};
use tempfile::TempDir;

/// How many entries the log holds when the process is killed, round by round: spread over the whole story.
const KILLED_AT_ENTRIES: [i64; 6] = [250, 700, 1100, 1700, 2600, 3600];
/// The longest time between reaching a size and the kill, in microseconds: a few batches.
const LATER_MAX_US: u64 = 60_000;
const PATIENCE: Duration = Duration::from_mins(2);

fn start(dir: &Path) -> Running {
    let mut command = program();
    let dir = dir.to_str().expect("a plain path");
    command
        .args(["--dir", dir, "--json", "demo", "--headless"])
        .stdout(Stdio::null());
    Running::start(command)
}

/// The number of log entries that are durable now; none while the database is not there yet.
async fn entries(dir: &Path) -> Option<i64> {
    let address = format!("sqlite:{}?mode=ro", dir.join("gateway.sqlite").display());
    let mut reader = SqliteConnection::connect(&address).await.ok()?;
    let row = sqlx::query("SELECT size FROM log_head")
        .fetch_one(&mut reader)
        .await
        .ok()?;
    row.try_get(0).ok()
}

/// Message-IDs that arrived, with how often.
fn arrived(dir: &Path) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(dir.join("caught")).expect("caught mail") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            let bytes = std::fs::read(&path).expect("a mail");
            let mail = MessageParser::default().parse(&bytes).expect("a mail parses");
            let id = mail.message_id().expect("a Message-ID");
            let id = id.split('@').next().expect("its first part").to_owned();
            *found.entry(id).or_default() += 1;
        }
    }
    found
}

async fn outbox(dir: &Path) -> BTreeMap<String, String> {
    let address = format!("sqlite:{}?mode=ro", dir.join("gateway.sqlite").display());
    let mut reader = SqliteConnection::connect(&address).await.expect("the database");
    let rows = sqlx::query("SELECT message_id, state FROM outbox")
        .fetch_all(&mut reader)
        .await
        .expect("the outbox");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Plays the demo, killed whenever the log has grown to the next of these sizes, and looks at what is left.
/// Answers how many messages arrived and how many stand as `unknown`.
pub(crate) async fn play_killed(moments: impl IntoIterator<Item = i64>) -> (usize, usize) {
    let dir = TempDir::new().expect("a folder");
    for wanted in moments {
        let mut demo = start(dir.path());
        let began = Instant::now();
        while entries(dir.path()).await.is_none_or(|size| size < wanted) {
            assert!(
                demo.try_wait().expect("its state").is_none(),
                "the demo ended before entry {wanted}"
            );
            assert!(
                began.elapsed() < PATIENCE,
                "the demo never reached entry {wanted}"
            );
            tokio::task::yield_now().await;
        }
        // The log grows at commits; a little later, by another amount each time, the kill also falls between
        // the mark and the answer, where the end of a message is not seen.
        let reached = Instant::now();
        while reached.elapsed() < Duration::from_micros(wanted.unsigned_abs() * 7919 % LATER_MAX_US) {
            tokio::task::yield_now().await;
        }
        demo.kill().expect("SIGKILL");
        demo.wait().expect("it is gone");
    }
    // The demo itself verifies the whole log at its end and fails when an entry does not hold.
    assert!(start(dir.path()).wait().expect("it ends").success());
    let (arrived, outbox) = (arrived(dir.path()), outbox(dir.path()).await);
    for (id, times) in &arrived {
        assert_eq!(*times, 1, "message {id} arrived {times} times");
        let state = outbox.get(id).expect("what arrived was queued");
        assert!(
            state == "delivered" || state == "unknown",
            "message {id} arrived and stands as {state}"
        );
    }
    for (id, state) in &outbox {
        assert!(
            state != "delivered" || arrived.contains_key(id),
            "message {id} is called delivered and never arrived"
        );
        assert_ne!(state, "sending", "message {id} is stuck");
    }
    (
        arrived.len(),
        outbox.values().filter(|state| *state == "unknown").count(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_arrives_twice() {
    let (arrived, unknown) = play_killed(KILLED_AT_ENTRIES).await;
    assert!(
        arrived > 250,
        "{arrived} messages arrived, {unknown} stand as unknown"
    );
}
