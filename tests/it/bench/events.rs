//! Events of many cases through `gateway events import`: how long it takes, and how much memory.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use domain::time::Clock as _;
use flows::import::{self, Format};
use harness::chance::MachineClock;
use harness::database::Database;
use harness::queue::victim;
use harness::service::{Service, program};
use jiff::{SignedDuration, Timestamp};
use mail::catcher::{Fault, Faults};

use super::delivery::{median, relax};

/// What happens in every case, in this order: the source, and the kind with its fields.
const STORY: [(&str, &str); 10] = [
    ("cms", r#""kind":"vlo-assigned""#),
    ("police", r#""kind":"police-update","what":"interviewed""#),
    (
        "cms",
        r#""kind":"charge-decision","decision":"charge","decided_by":"cps","charges":["Rape"]"#,
    ),
    (
        "wcu",
        r#""kind":"hearing-listed","court":"Southmere Crown Court""#,
    ),
    ("wcu", r#""kind":"bail-outcome","outcome":"Remanded in custody""#),
    (
        "wcu",
        r#""kind":"plea","plea":"not-guilty","must_give_evidence":true"#,
    ),
    ("cms", r#""kind":"trial-set","after_not_guilty_plea":true"#),
    (
        "wcu",
        r#""kind":"update-impossible","reason":"the number that we hold does not ring""#,
    ),
    ("cms", r#""kind":"safety-check-due""#),
    ("wcu", r#""kind":"case-outcome","outcome":"convicted""#),
];
const DAYS_BETWEEN: i64 = 3;

/// Events of one victim.
pub(super) const EVENTS_EACH: usize = STORY.len();

/// What one import came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Imported {
    pub(super) events: usize,
    /// From the first line to the last commit: without the start of the program.
    pub(super) took: Duration,
    pub(super) obligations: i64,
    pub(super) peak_kib: u64,
}

/// Imports the events of so many victims into this database.
pub(super) async fn import(database: Database, victims: usize) -> Imported {
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    let now = MachineClock.now();
    relax(&service.database.pool, true).await;
    add_victims(&service, victims, now).await;
    relax(&service.database.pool, false).await;
    let events = victims * EVENTS_EACH;
    let (none, all) = (service.dir().join("none.jsonl"), service.dir().join("all.jsonl"));
    fs::write(&none, "").expect("a file");
    write_events(&all, victims, now);

    let mut starts = Vec::new();
    for _ in 0..3 {
        starts.push(run(&service, &none, 0).await.0);
    }
    let (took, peak_kib) = run(&service, &all, events).await;
    let counts = service.flows.counts().await.expect("the counts");
    service.flows.verify_log().await.expect("the log holds");
    service.close().await;
    Imported {
        events,
        took: took.saturating_sub(median(&mut starts)),
        obligations: counts.obligations.raised,
        peak_kib,
    }
}

/// Delivers so many messages with a running service; answers its peak memory.
pub(super) async fn deliver(database: Database, messages: usize) -> u64 {
    let service = Service::new(database, Faults::Always(Fault::None)).await;
    relax(&service.database.pool, true).await;
    service.queue(messages).await;
    relax(&service.database.pool, false).await;
    let mut child = service.start();
    crate::served::until_quiet(&service, &mut child).await;
    let peak_kib = peak_kib(&child).expect("the service runs");
    crate::served::stop(&service, child);
    assert_eq!(service.arrived().len(), messages);
    service.close().await;
    peak_kib
}

async fn add_victims(service: &Service, victims: usize, now: Timestamp) {
    /// Cases that come in side by side: PostgreSQL commits them together.
    const SIDE_BY_SIDE: usize = 8;
    let add = |first: usize| async move {
        for number in (first..victims).step_by(SIDE_BY_SIDE) {
            let line = victim(number, now);
            let mut records = import::cases(line.as_bytes(), Format::JsonLines);
            let (_, record) = records.next().expect("a line").expect("a case that can be read");
            let added = service.flows.add_case("operator", &record).await;
            added.expect("the case comes in");
        }
    };
    futures_util::future::join_all((0..SIDE_BY_SIDE).map(add)).await;
}

/// The first thing that happens in each case, then the second in each, and so on.
fn write_events(file: &Path, victims: usize, now: Timestamp) {
    let mut out = BufWriter::new(File::create(file).expect("a file"));
    let mut line = String::new();
    for (nth, (source, what)) in (0_i64..).zip(STORY) {
        let days_ago = DAYS_BETWEEN * (i64::try_from(EVENTS_EACH).expect("few") - nth);
        let at = now - SignedDuration::from_hours(24 * days_ago);
        for number in 0..victims {
            line.clear();
            writeln!(
                line,
                r#"{{"source":"{source}","source_event_id":"E-{nth}-{number:07}","urn":"01NE{number:07}","victim_ref":"V-{number:07}","occurred_at":"{at}",{what}}}"#
            )
            .expect("text grows");
            out.write_all(line.as_bytes()).expect("the file grows");
        }
    }
    out.flush().expect("the file is whole");
}

/// Runs `gateway events import` on a file; how long it took, and its peak memory.
async fn run(service: &Service, file: &Path, events: usize) -> (Duration, u64) {
    let mut command = program();
    command
        .arg("--config")
        .arg(service.config())
        .args(["--as", "operator"]);
    command.args(["events", "import"]).arg(file);
    let begun = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs; it was built first");
    let mut peak = 0;
    while child.try_wait().expect("its state").is_none() {
        // The kernel keeps the peak; it is gone with the process, so the last look before that counts.
        peak = peak_kib(&child).unwrap_or(peak);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = begun.elapsed();
    let output = child.wait_with_output().expect("its output");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        said.trim(),
        format!("{events} events taken, 0 known before, 0 refused")
    );
    (took, peak)
}

/// The most memory that a process has held so far (`VmHWM`).
fn peak_kib(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
