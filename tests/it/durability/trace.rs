//! The sync before the acknowledgement, as the kernel saw it.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use harness::database::{own_cluster, postgres_on, sqlite};
use sqlx::{Connection as _, PgConnection, Row as _};

use super::Ledger;

const ENTRIES: u64 = 40;
const CONNECTIONS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);
const CALLS: &str = "trace=write,pwrite64,fsync,fdatasync,sendto";

/// A call that a tracer saw: its name, what its file is called, and the whole line.
struct Call<'t> {
    name: &'t str,
    line: &'t str,
}

/// Lines of a trace that are shown before the one that broke the rule.
const SHOWN: usize = 30;

/// The end of what was seen so far: of two threads, one line does not tell why.
fn before(trace: &str, line: &str) -> String {
    let upto = trace
        .lines()
        .position(|one| std::ptr::eq(one, line))
        .unwrap_or_default();
    let lines: Vec<&str> = trace
        .lines()
        .skip((upto + 1).saturating_sub(SHOWN))
        .take(SHOWN)
        .collect();
    lines.join("\n")
}

/// The finished calls of a trace with one process or several, in order.
fn calls(trace: &str) -> Vec<Call<'_>> {
    let call = |line: &'_ str| -> Option<(usize, usize)> {
        let begins = line.find(|c: char| c.is_ascii_alphabetic())?;
        let ends = line[begins..].find('(')? + begins;
        Some((begins, ends))
    };
    let named = trace.lines().filter_map(|line| {
        let (begins, ends) = call(line)?;
        Some(Call {
            name: &line[begins..ends],
            line,
        })
    });
    named.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_log_is_synced_between_the_write_and_the_acknowledgement() {
    let mut ledger = Ledger::new(sqlite().await, 24);
    let trace = ledger.dir.path().join("trace");
    let file = trace.to_str().expect("a plain path").to_owned();
    let command = ledger.writers(&["strace", "-f", "-y", "-e", CALLS, "-o", &file], 1);
    ledger.run(command, ENTRIES);
    ledger.check().await;
    let text = fs::read_to_string(&trace).expect("a trace");
    let (mut written, mut synced, mut acknowledged) = (false, false, 0);
    for call in calls(&text) {
        let of_log = call.line.contains("-wal>");
        match call.name {
            // New pages of the log: what was synced before does not speak for them.
            "pwrite64" if of_log => (written, synced) = (true, false),
            "fsync" | "fdatasync" if of_log && written => synced = true,
            "write" if call.line.contains("write(1<pipe") => {
                assert!(
                    synced,
                    "acknowledged before it was synced:\n{}",
                    before(&text, call.line)
                );
                // The next entry needs a write and a sync of its own.
                (written, synced) = (false, false);
                acknowledged += 1;
            }
            _ => {}
        }
    }
    assert!(
        acknowledged >= ENTRIES,
        "{acknowledged} acknowledgements were seen"
    );
}

/// The processes of a database's connections, and the one that may write the cluster's log for them.
async fn backends(address: &str) -> Vec<i32> {
    let mut connection = PgConnection::connect(address).await.expect("the database");
    let rows = sqlx::query(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
         AND (datname = current_database() OR backend_type = 'walwriter')",
    )
    .fetch_all(&mut connection)
    .await
    .expect("its connections");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Waits until a tracer has said that it has these processes.
fn attached(errors: &Path, pids: usize) {
    let begun = Instant::now();
    while fs::read_to_string(errors)
        .unwrap_or_default()
        .matches("attached")
        .count()
        < pids
    {
        assert!(
            begun.elapsed() < PATIENCE,
            "strace attaches to the database's processes"
        );
        std::thread::yield_now();
    }
}

fn tracer(pids: &[i32], into: &Path, errors: &Path) -> Child {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-y", "-s", "80", "-e", CALLS, "-o"])
        .arg(into);
    for pid in pids {
        command.args(["-p", &pid.to_string()]);
    }
    command.stderr(Stdio::from(fs::File::create(errors).expect("a file")));
    command
        .spawn()
        .expect("strace runs; tools/install.sh test installs it")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_the_log_is_synced_between_the_commit_and_its_answer() {
    // A cluster of its own: in a shared one, another's sync makes ours needless now and then.
    let cluster = own_cluster();
    let ledger = Ledger::new(postgres_on(&cluster.address).await, 25);
    let (trace, errors) = (ledger.dir.path().join("trace"), ledger.dir.path().join("errors"));
    // As many connections as may come into use: a new one would not be traced.
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        open.push(ledger.database.pool.begin().await.expect("a transaction"));
    }
    drop(open);
    let pids = backends(&ledger.database.address).await;
    assert!(pids.len() > CONNECTIONS, "{pids:?}");
    let mut tracing = tracer(&pids, &trace, &errors);
    attached(&errors, pids.len());
    for number in 0..ENTRIES {
        let entry = audit::entry::Entry::new(
            1_795_424_400_000_000,
            "system:test",
            audit::entry::Act::System,
            "test-written",
        );
        let entry = entry.expect("an entry").with_fact("n", number.to_string());
        let appender = store::Appender::new(ledger.database.pool.clone());
        appender.append(entry).await.expect("appended");
    }
    harness::service::terminate(&tracing);
    tracing.wait().expect("strace ends");
    let text = fs::read_to_string(&trace).expect("a trace");
    let (mut inserted, mut synced, mut commits) = (false, false, 0);
    for call in calls(&text) {
        match call.name {
            "fsync" | "fdatasync" if call.line.contains("pg_wal") => synced = true,
            "sendto" if call.line.contains("INSERT 0") => (inserted, synced) = (true, false),
            "sendto" if call.line.contains("COMMIT") && inserted => {
                assert!(
                    synced,
                    "answered before it was synced:\n{}",
                    before(&text, call.line)
                );
                (inserted, synced) = (false, false);
                commits += 1;
            }
            _ => {}
        }
    }
    assert!(commits >= ENTRIES, "{commits} commits were seen");
}
