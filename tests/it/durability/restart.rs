//! How long a start takes on a long log, after a kill.

use std::time::{Duration, Instant};

use audit::entry::{Act, Entry};
use harness::database::Database;

use super::{Ledger, WRITERS};

const TOGETHER: u64 = 1000;

/// Fills a log with so many entries, kills its writers, and answers how long the next start takes until the first
/// acknowledgement.
pub(crate) async fn restart(database: Database, entries: u64) -> Duration {
    let mut ledger = Ledger::new(database, 23);
    for first in (0..entries).step_by(usize::try_from(TOGETHER).expect("few")) {
        let numbers = first..(first + TOGETHER).min(entries);
        let batch = numbers.map(|number| {
            let at = i64::try_from(number).expect("a number");
            let entry = Entry::new(
                1_795_424_400_000_000 + at,
                "system:test",
                Act::System,
                "test-written",
            );
            entry
                .expect("an entry")
                .with_fact("n", (u64::MAX / 2 + number).to_string())
        });
        let tx = ledger.database.pool.begin().await.expect("a transaction");
        tx.commit(&batch.collect::<Vec<_>>()).await.expect("a commit");
    }
    ledger.seal().await;
    let killed = ledger.writers(&[], WRITERS);
    ledger.run(killed, 500);
    let again = ledger.writers(&[], WRITERS);
    let begun = Instant::now();
    ledger.run(again, 1);
    let took = begun.elapsed();
    ledger.check().await;
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_after_a_kill_goes_on_where_the_log_was() {
    // How fast is measured by `make soak`; here only that it goes on.
    restart(harness::database::sqlite().await, 2000).await;
}
