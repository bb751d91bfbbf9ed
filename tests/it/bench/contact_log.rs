//! The tables of the contact log.

use std::time::Duration;

use harness::database::{Database, postgres, sqlite};
use harness::on_both;

use super::appends::{acknowledged, batched, syncs, waits};
use super::proofs::{proofs, verification};

const MOMENT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(10);
/// Rows in one transaction of the bare driver: as many as there are writers, and far more.
const TOGETHER: [usize; 3] = [64, 256, 1024];
const RATE: u32 = 200;
const VERIFIED: u64 = 1_000_000;
const LEAVES: u64 = 10_000_000;

on_both!(
    async fn appends_are_acknowledged_and_published(database: Database) {
        assert!(acknowledged(&database, MOMENT).await > 0.0);
        assert!(batched(&database, 64, MOMENT).await > 0.0);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_append_becomes_visible() {
    let (told, visible) = waits(&sqlite().await, RATE, MOMENT).await;
    assert!(told.p99_ms > 0.0 && visible.p99_ms >= visible.median_ms);
}

#[test]
fn a_log_verifies_and_gives_proofs() {
    assert!(verification(600).bytes > 0);
    assert_eq!(proofs(70_000, 10).longest, 17);
}

async fn print_appends(name: &str, fresh: impl AsyncFn() -> Database) {
    let database = fresh().await;
    // The three take turns, so that a slower minute of the machine is everybody's.
    let (mut ours, mut disk, mut bare) = (Vec::new(), Vec::new(), [const { Vec::new() }; 3]);
    for _ in 0..3 {
        ours.push(acknowledged(&fresh().await, LONG / 2).await);
        disk.push(syncs(LONG / 4));
        for (rates, together) in bare.iter_mut().zip(TOGETHER) {
            rates.push(batched(&database, together, LONG / 4).await);
        }
    }
    let ours = middle(&mut ours);
    println!(
        "\n{name}: appends a second by 64 writers, each told when its entry is durable; medians of 3 rounds"
    );
    println!("{:<66}{:>8}{:>18}", "", "a second", "ours is");
    println!("{:<66}{ours:>8.0}", "acknowledged");
    let row = |words: &str, rate: f64| println!("{words:<66}{rate:>8.0}{:>12.2} times", ours / rate);
    row("the disk: writes of 4 KiB, each synced", middle(&mut disk));
    for (rates, together) in bare.iter_mut().zip(TOGETHER) {
        row(
            &format!("the bare driver, the same rows, {together} in a transaction"),
            middle(rates),
        );
    }
    println!("aim: at least 0.80 of the best batched rate, and 1,000 a second");
    let (told, visible) = waits(&fresh().await, RATE, 2 * LONG).await;
    println!(
        "at {RATE} a second: acknowledged after {:.1} ms, 99 % within {:.1} (aim: 250); published {:.0} ms later, 99 % \
         within {:.0} (aim: 1,000)",
        told.median_ms, told.p99_ms, visible.median_ms, visible.p99_ms
    );
}

fn middle(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn c_appends_on_sqlite() {
    print_appends("SQLite", sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: make bench"]
async fn c_appends_on_postgresql() {
    print_appends("PostgreSQL", postgres).await;
}

#[test]
#[ignore = "long: make bench"]
fn d_verification_and_proofs() {
    let verified = verification(VERIFIED);
    println!(
        "\nverification of {VERIFIED} entries, {} MiB: {:.2} s; SHA-256 of the same bytes in one go {:.2} s: {:.2} of its \
         speed (aim: at least 0.50)",
        verified.bytes / (1 << 20),
        verified.took.as_secs_f64(),
        verified.plain.as_secs_f64(),
        verified.plain.as_secs_f64() / verified.took.as_secs_f64()
    );
    let proofs = proofs(LEAVES, 1000);
    println!(
        "proofs at {LEAVES} entries: at most {} hashes; {} us for one entry, {} us between two sizes",
        proofs.longest,
        proofs.each.as_micros(),
        proofs.consistency.as_micros()
    );
}
