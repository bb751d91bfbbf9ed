//! A disk whose writes and syncs fail, and one that is full: libfiu stands between the program and its system calls.

use harness::database::{Database, sqlite};

use super::{Ledger, WRITERS};

/// What fails, and with which `errno`: 5 is EIO, 28 is ENOSPC.
const FAULTS: [(&str, u32); 6] = [
    ("posix/io/sync/fsync", 5),
    ("posix/io/sync/fdatasync", 5),
    ("posix/io/rw/pwrite", 5),
    ("posix/io/rw/pwrite", 28),
    // Not `write`: the runtime wakes its threads by it, and no disk fails that.
    ("posix/io/oc/open", 28),
    ("posix/io/dir/rename", 5),
];
/// How often, of a thousand calls.
const OFTEN: [u32; 4] = [1, 5, 20, 100];
/// Acknowledgements after which a run that met no fault is ended.
const ACKNOWLEDGED_MAX: u64 = 2000;

/// What runs with a failing disk came to.
#[derive(Debug, Default)]
pub(crate) struct Survived {
    pub(crate) acknowledged: usize,
    /// Runs that a fault ended.
    pub(crate) ended: u64,
}

pub(crate) async fn survive_faults(database: Database, runs: u64, seed: u64) -> Survived {
    let mut ledger = Ledger::new(database, seed);
    let mut survived = Survived::default();
    for run in 0..runs {
        let (what, errno) = FAULTS[usize::try_from(run).expect("few") % FAULTS.len()];
        let often = OFTEN[usize::try_from(ledger.below(4)).expect("few")];
        let fault = format!(
            "enable_random name={what},probability={},failinfo={errno}",
            f64::from(often) / 1000.0
        );
        let command = ledger.writers(&["fiu-run", "-x", "-c", &fault], WRITERS);
        let (ended, said) = ledger.run(command, ACKNOWLEDGED_MAX);
        assert!(
            !said.contains("not found"),
            "tools/install.sh test installs fiu-run: {said}"
        );
        if let Some(ended) = ended {
            assert!(!ended.success(), "{fault}: a fault is no success");
            survived.ended += 1;
        }
        ledger.check().await;
        // The next start, on a disk that works, makes good what was left.
        ledger.seal().await;
        assert_eq!(ledger.verify(), ledger.found.len() as u64, "{fault}: {said}");
    }
    survived.acknowledged = ledger.acknowledged.len();
    survived
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failing_writes_and_syncs_and_a_full_disk_lose_nothing_and_sign_no_fork() {
    let survived = survive_faults(sqlite().await, 14, 22).await;
    assert!(survived.acknowledged > 0, "some of it works");
    assert!(survived.ended > 0, "some of it ends the program: {survived:?}");
}
