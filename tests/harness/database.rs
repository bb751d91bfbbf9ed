//! Both databases, fresh for every test.
//!
//! `GATEWAY_TEST_POSTGRES` names a cluster on which databases may be made; `make test` starts one and sets
//! it. Without it the PostgreSQL half of a test fails: it never skips.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::Pool;
use tempfile::TempDir;

use crate::house::repository;
use crate::service::Running;

static MADE: AtomicU32 = AtomicU32::new(0);

/// A migrated database of a test's own. Its files go with it.
pub struct Database {
    /// The store on it.
    pub pool: Pool,
    /// Its address, to open it a second time.
    pub address: String,
    _dir: Option<TempDir>,
}

/// A fresh SQLite database.
pub async fn sqlite() -> Database {
    let dir = TempDir::new().expect("a folder for the test");
    let address = format!("sqlite:{}", dir.path().join("test.sqlite").display());
    ready(address, Some(dir)).await
}

/// A PostgreSQL cluster of one test's own, for what the others would disturb. It ends with the value.
pub struct Cluster {
    /// Its address.
    pub address: String,
    _server: Running,
}

/// Starts a cluster of a test's own.
pub fn own_cluster() -> Cluster {
    let mut command = Command::new("tools/with-postgres.sh");
    command.args(["sh", "-c", "echo \"$GATEWAY_TEST_POSTGRES\"; exec cat"]);
    command.current_dir(repository());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = Running::start(command);
    let mut address = String::new();
    let said = BufReader::new(server.stdout.take().expect("its output")).read_line(&mut address);
    said.expect("its address");
    Cluster {
        address: address.trim().to_owned(),
        _server: server,
    }
}

/// A fresh PostgreSQL database on the cluster of `GATEWAY_TEST_POSTGRES`.
pub async fn postgres() -> Database {
    let cluster = std::env::var("GATEWAY_TEST_POSTGRES").expect(
        "GATEWAY_TEST_POSTGRES names a PostgreSQL cluster for the tests; `make test` starts one and sets it",
    );
    postgres_on(&cluster).await
}

/// A fresh PostgreSQL database on this cluster.
pub async fn postgres_on(cluster: &str) -> Database {
    let name = format!(
        "test_{}_{}",
        std::process::id(),
        MADE.fetch_add(1, Ordering::SeqCst)
    );
    let mut admin = PgConnection::connect(cluster)
        .await
        .expect("the tests' PostgreSQL answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .expect("a fresh database");
    let (base, _) = cluster
        .rsplit_once('/')
        .expect("the address ends in a database's name");
    ready(format!("{base}/{name}"), None).await
}

async fn ready(address: String, dir: Option<TempDir>) -> Database {
    let pool = Pool::open(&address).await.expect("the database opens");
    pool.migrate().await.expect("the migrations run");
    Database {
        pool,
        address,
        _dir: dir,
    }
}

/// Makes two tests of one: `on_both!(async fn what_it_shows(database: Database) { … });`
#[macro_export]
macro_rules! on_both {
    (async fn $name:ident($database:ident: Database $(,)?) $body:block) => {
        mod $name {
            use super::*;

            async fn body($database: $crate::database::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                body($crate::database::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                body($crate::database::postgres().await).await;
            }
        }
    };
}
