//! The contact log as an auditor meets it: sealed, published, exported, proved, and changed by somebody who should not.

mod commands;
mod mutations;
mod sealing;

use std::fs;
use std::path::Path;

use audit::entry::{Act, Entry};
use audit::folder::Folder;
use audit::verification::{self, Broken, Verified};
use harness::contact_log::policy;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _};
use store::Pool;

/// When the first entry of a test's log was written.
const FIRST_AT_US: i64 = 1_795_424_400_000_000;

/// Appends `count` entries, some of them together.
pub(crate) async fn append(pool: &Pool, first: u64, count: u64) {
    let mut entries = Vec::new();
    for n in first..first + count {
        let at = FIRST_AT_US + i64::try_from(n).expect("a small number");
        let entry = Entry::new(at, "priya.shah", Act::System, "test-written").expect("an entry");
        entries.push(entry.with_fact("n", n.to_string()));
    }
    for together in entries.chunks(50) {
        let tx = pool.begin().await.expect("a transaction");
        tx.commit(together).await.expect("a commit");
    }
}

/// Checks a folder under the policy of every test's log.
fn verify(folder: &Path) -> Result<Verified, Broken> {
    verification::verify(&Folder::new(folder), &policy(), &[], &mut |_, _| {})
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for file in fs::read_dir(from).expect("a folder") {
        let path = file.expect("a file").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

fn instant(after_us: i64) -> Timestamp {
    Timestamp::from_microsecond(FIRST_AT_US + after_us).expect("an instant")
}

/// Runs a statement that our own program has no words for.
pub(crate) async fn by_hand(address: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if address.starts_with("sqlite:") {
        let mut connection = sqlx::SqliteConnection::connect(address)
            .await
            .expect("the database");
        sqlx::query(sql)
            .execute(&mut connection)
            .await
            .expect("the change");
    } else {
        let mut connection = sqlx::PgConnection::connect(address).await.expect("the database");
        sqlx::query(sql)
            .execute(&mut connection)
            .await
            .expect("the change");
    }
}
