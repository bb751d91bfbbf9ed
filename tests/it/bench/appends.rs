//! Appends to the contact log: how many are acknowledged a second, how long one waits, when it can be seen from
//! outside.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use audit::checkpoint::Checkpoint;
use audit::entry::{Act, Entry};
use audit::folder::Folder;
use audit::merkle::leaf_hash;
use harness::contact_log::{folder, keys};
use harness::database::Database;
use harness::house::bare_gateway;
use store::{Appender, Arg, log};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::raw::Raw;

const WRITERS: usize = 64;
/// The pace of the service's sealer.
const SEAL_EVERY: Duration = Duration::from_secs(1);
/// How often somebody outside looks for a newer checkpoint.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// An entry as long as those of a delivery.
pub(super) fn entry(number: u64) -> Entry {
    let id = "00112233445566778899aabbccddeeff";
    let at = 1_795_424_400_000_000 + i64::try_from(number).expect("a number");
    let entry = Entry::new(at, "priya.shah", Act::Consultation, "draft-read").expect("an entry");
    let entry = entry
        .with_case(id)
        .with_victim(id)
        .with_obligation(id)
        .with_draft(id);
    entry
        .with_area("north-east")
        .with_reason("checked-before-sending")
        .with_fact("n", number.to_string())
}

/// Acknowledged appends a second, of so many writers who each wait for theirs, while the log is sealed.
pub(super) async fn acknowledged(database: &Database, for_: Duration) -> f64 {
    let dir = TempDir::new().expect("a folder");
    let sealing = seal(database, dir.path());
    let appender = Appender::new(database.pool.clone());
    let (count, until) = (Arc::new(AtomicU64::new(0)), Instant::now() + for_);
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (appender, count) = (appender.clone(), Arc::clone(&count));
        writers.spawn(async move {
            while Instant::now() < until {
                let number = count.fetch_add(1, Ordering::Relaxed);
                appender.append(entry(number)).await.expect("appended");
            }
        });
    }
    let begun = Instant::now();
    writers.join_all().await;
    let took = begun.elapsed();
    sealing.abort();
    per_second(count.load(Ordering::Relaxed), took)
}

/// Seals as the service does.
fn seal(database: &Database, dir: &Path) -> tokio::task::JoinHandle<()> {
    let (flows, place) = (bare_gateway(database.pool.clone()), folder(dir));
    tokio::spawn(async move {
        let mut sealer = flows
            .open_sealer(Folder::new(place), keys())
            .await
            .expect("nobody else seals");
        loop {
            flows.seal_log(&mut sealer).await.expect("sealed");
            tokio::time::sleep(SEAL_EVERY).await;
        }
    })
}

fn per_second(count: u64, took: Duration) -> f64 {
    f64::from(u32::try_from(count).expect("fewer than four thousand million")) / took.as_secs_f64()
}

/// Writes of 4 KiB, each synced, a second: what the disk itself does.
pub(super) fn syncs(for_: Duration) -> f64 {
    use std::io::Write as _;
    let mut file = tempfile::tempfile().expect("a file");
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < for_ {
        file.write_all(&[1; 4096]).expect("written");
        file.sync_data().expect("synced");
        count += 1;
    }
    per_second(count, begun.elapsed())
}

/// The same rows a second by the bare driver, `together` in one transaction: what the database does by itself. The
/// bytes of the entries are made before.
pub(super) async fn batched(database: &Database, together: usize, for_: Duration) -> f64 {
    let bodies = (0..1024)
        .map(|n| entry(n).to_canonical().expect("bytes"))
        .collect::<Vec<_>>();
    let mut tx = database.pool.read().await.expect("a reader");
    let mut next = i64::try_from(log::size(&mut tx).await.expect("its size")).expect("a number");
    drop(tx);
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < for_ {
        let mut raw = Raw::begin(&database.pool).await;
        let size = i64::try_from(together).expect("a number");
        raw.run("log_head.take", [Arg::from(size)]).await;
        for rows in bodies[..together].chunks(8) {
            let args = rows.iter().enumerate().flat_map(|(at, body)| {
                let leaf = leaf_hash(body);
                let index = next + i64::try_from(at).expect("a number");
                [index.into(), leaf.as_bytes().as_slice().into(), body.into()]
            });
            raw.run("log_entries.add_rows", args.collect::<Vec<Arg>>()).await;
            next += 8;
        }
        raw.commit().await;
        count += together as u64;
    }
    per_second(count, begun.elapsed())
}

/// Milliseconds at the median and the 99th percentile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    pub(super) median_ms: f64,
    pub(super) p99_ms: f64,
}

impl Waits {
    fn of(mut waits: Vec<Duration>) -> Self {
        waits.sort();
        let at = |part: usize| waits[(waits.len() * part / 100).min(waits.len() - 1)].as_secs_f64() * 1000.0;
        Self {
            median_ms: at(50),
            p99_ms: at(99),
        }
    }
}

/// At `rate` appends a second: how long each waits for its acknowledgement, and from then until a checkpoint that
/// covers it is published.
pub(super) async fn waits(database: &Database, rate: u32, for_: Duration) -> (Waits, Waits) {
    let dir = TempDir::new().expect("a folder");
    let mut tx = database.pool.read().await.expect("a reader");
    let base = log::size(&mut tx).await.expect("its size");
    drop(tx);
    let sealing = seal(database, dir.path());
    let watched = watch(dir.path(), for_ + 3 * SEAL_EVERY);
    let appender = Appender::new(database.pool.clone());
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    let (begun, mut asked, mut waiting) = (Instant::now(), 0, JoinSet::new());
    while begun.elapsed() < for_ {
        tick.tick().await;
        asked += 1;
        let (appender, covered) = (appender.clone(), base + asked);
        waiting.spawn(async move {
            let asked_at = Instant::now();
            appender.append(entry(covered)).await.expect("appended");
            // Whatever was asked for so far: its own index is no higher, unless another overtook it by a few.
            (asked_at.elapsed(), Instant::now(), covered)
        });
    }
    let told = waiting.join_all().await;
    let seen = watched.await.expect("somebody looked");
    sealing.abort();
    let visible = told.iter().filter_map(|(_, at, covered)| {
        let (first, _) = seen.iter().find(|(_, size)| size >= covered)?;
        Some(first.saturating_duration_since(*at))
    });
    let visible = visible.collect::<Vec<_>>();
    assert_eq!(visible.len(), told.len(), "every one is published in the end");
    (
        Waits::of(told.iter().map(|(wait, _, _)| *wait).collect()),
        Waits::of(visible),
    )
}

/// When each newer checkpoint was first seen, and its size.
fn watch(dir: &Path, for_: Duration) -> tokio::task::JoinHandle<Vec<(Instant, u64)>> {
    let place = Folder::new(folder(dir));
    tokio::spawn(async move {
        let (begun, mut seen) = (Instant::now(), Vec::new());
        while begun.elapsed() < for_ {
            if let Some(note) = place.checkpoint().expect("whole or not there") {
                let size = Checkpoint::parse(note.text()).expect("a checkpoint").size;
                if seen.last().is_none_or(|(_, last)| *last < size) {
                    seen.push((Instant::now(), size));
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        seen
    })
}
