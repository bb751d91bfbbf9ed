//! `kill -9` under 64 writers.

use harness::database::Database;
use harness::on_both;

use super::{Ledger, WRITERS};

/// At most so many acknowledgements before a kill.
const BEFORE_KILL_MAX: u64 = 3000;

/// Kills the writers so many times; answers how many entries were acknowledged.
pub(crate) async fn survive_kills(database: Database, kills: u64, seed: u64) -> usize {
    let mut ledger = Ledger::new(database, seed);
    for _ in 0..kills {
        let most = 1 + ledger.below(BEFORE_KILL_MAX);
        let command = ledger.writers(&[], WRITERS);
        let (ended, said) = ledger.run(command, most);
        assert_eq!(ended, None, "nothing but the kill ends it: {said}");
        ledger.check().await;
    }
    ledger.seal().await;
    let size = ledger.verify();
    assert_eq!(size, ledger.found.len() as u64, "all of it is sealed");
    ledger.acknowledged.len()
}

on_both!(
    async fn no_acknowledged_entry_is_lost_and_no_fork_is_signed_when_the_process_is_killed(
        database: Database,
    ) {
        let acknowledged = survive_kills(database, 4, 21).await;
        assert!(acknowledged > 0);
    }
);
