//! The connections to one database.

use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Executor, SqlSafeStr};

use crate::{Error, Result, Tx, catalogue};

const SQLITE_READERS_MAX: u32 = 4;
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// The writer's cache, as a negative number of KiB. Identifiers are random, so each row falls on another page of its
/// index: with the 2 MiB that SQLite takes by itself, a row costs the more the larger its table is.
const WRITER_CACHE: &str = "-131072";
/// Pages in the write-ahead log before they are carried over into the file (256 MiB; SQLite by itself takes 4): a page
/// that changed often in between is carried over once, and pages that lie together are written together.
const WAL_PAGES: &str = "65536";
/// The tables that `erasure::erase` touches.
const VACUUM: &str = "VACUUM data_keys, openings, point_indexes, name_indexes, defendants, victims, events, drafts, \
                      messages, contacts, plan_proposals, meetings, inbound, inbound_files, referrals, thread_references, \
                      detail_changes, scrutiny_samples, scrutiny_scores, advisers, adviser_addresses, consents, supporters";
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A pool whose connections have no end of their own, so that no task of `sqlx` 0.9 goes over the idle ones. That task
/// counts them with a counter that is lowered before it is raised when a connection comes back and leaves again at
/// once; reading it in between, the task goes round for ever: it takes a whole core, and a program that has done its
/// work never ends. A connection that a server has closed meanwhile is found when it is asked for.
fn unreaped<DB: sqlx::Database>(options: PoolOptions<DB>) -> PoolOptions<DB> {
    options.idle_timeout(None).max_lifetime(None)
}

/// The connections to one database.
#[derive(Clone)]
pub enum Pool {
    /// Embedded: one writer, so that writes queue here and never meet SQLITE_BUSY, and read-only readers.
    Sqlite {
        /// The one writer.
        writer: SqlitePool,
        /// Readers that could not write if they tried.
        readers: SqlitePool,
    },
    /// A server, shared by several gateway processes.
    Postgres(PgPool),
}

impl Pool {
    /// Opens `sqlite:PATH` (made when absent) or `postgres://…`. Nothing is migrated.
    pub async fn open(address: &str) -> Result<Self> {
        if address.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(address)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT);
            // Nothing here ever reaps connections (see `unreaped`).
            let pool = || unreaped(SqlitePoolOptions::new());
            let writer_options = options
                .clone()
                .pragma("cache_size", WRITER_CACHE)
                .pragma("wal_autocheckpoint", WAL_PAGES)
                // What is deleted or overwritten is written over with zeros in the file: an erasure leaves nothing
                // in free space.
                .pragma("secure_delete", "ON");
            let writer = pool()
                .max_connections(1)
                // On a full disk SQLite rolls back by itself, and the library goes on counting a transaction that is
                // none: such a connection would refuse every later one.
                .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
                .connect_with(writer_options)
                .await?;
            let readers = pool()
                .max_connections(SQLITE_READERS_MAX)
                .connect_with(options.create_if_missing(false).read_only(true))
                .await?;
            Ok(Self::Sqlite { writer, readers })
        } else if address.starts_with("postgres:") || address.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(address)?.options([
                ("synchronous_commit", "on"),
                // No statement of ours is long enough for other processes to be started for it: that takes 6 ms.
                ("max_parallel_workers_per_gather", "0"),
            ]);
            Ok(Self::Postgres(
                unreaped(PgPoolOptions::new())
                    .max_connections(POSTGRES_CONNECTIONS_MAX)
                    .connect_with(options)
                    .await?,
            ))
        } else {
            Err(Error::Address)
        }
    }

    /// Brings the schema up to date; applied files never change, so running it again does nothing.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite { writer, .. } => sqlx::migrate!("../../migrations/sqlite").run(writer).await?,
            Self::Postgres(pool) => sqlx::migrate!("../../migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// Prepares every statement of the catalogue, so that a program older or newer than its database stops
    /// here and not in the middle of somebody's message.
    pub async fn prepare_all(&self) -> Result<usize> {
        let mut prepared = 0;
        for statement in catalogue() {
            let outcome = match self {
                Self::Sqlite { writer, .. } => {
                    writer.prepare(statement.sqlite.into_sql_str()).await.map(|_| ())
                }
                Self::Postgres(pool) => pool.prepare(statement.postgres.into_sql_str()).await.map(|_| ()),
            };
            outcome.map_err(|fault| Error::Prepare {
                statement: statement.name,
                fault: fault.to_string(),
            })?;
            prepared += 1;
        }
        Ok(prepared)
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            // In so many words: whoever gives up waiting for `read` may leave a connection in a transaction that only
            // reads, which the driver does not know of.
            Self::Postgres(pool) => Tx::postgres(pool.begin_with("BEGIN READ WRITE").await?),
        })
    }

    /// The same for a flow that finds every row by its keys. PostgreSQL then keeps one plan of each statement, and does not make
    /// one for the values of each run: of a join of six tables that costs more than the run itself.
    pub async fn begin_by_keys(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { .. } => self.begin().await,
            Self::Postgres(pool) => {
                let begin = "BEGIN READ WRITE; SET LOCAL plan_cache_mode = force_generic_plan";
                Ok(Tx::postgres(pool.begin_with(begin).await?))
            }
        }
    }

    /// Begins a transaction that only reads; dropping it ends it.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::sqlite(readers.begin().await?),
            Self::Postgres(pool) => Tx::postgres(pool.begin_with("BEGIN READ ONLY").await?),
        })
    }

    /// The same for what goes no further than a limit: counts, and pages in the order of an index. PostgreSQL, which does not know how many rows a kept plan will meet,
    /// would collect all of them from an index first (200,000 for the first 1,000): here it walks the index and stops.
    pub async fn read_to_a_limit(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { .. } => self.read().await,
            Self::Postgres(pool) => {
                let begin = "BEGIN READ ONLY; SET LOCAL enable_bitmapscan = off";
                Ok(Tx::postgres(pool.begin_with(begin).await?))
            }
        }
    }

    /// Clears away what a committed erasure left of the old rows; false when somebody is still reading them, and it has
    /// to be done again.
    ///
    /// SQLite has written zeros over the old rows (`secure_delete`), but its write-ahead log still holds them: it is
    /// carried over and cut to nothing. PostgreSQL keeps old versions of rows until nobody can see them: they are
    /// removed; what stays in free space and in its write-ahead log is sealed (see `docs/decisions/0014-erasure.md`).
    pub async fn clear_away(&self) -> Result<bool> {
        match self {
            Self::Sqlite { writer, .. } => {
                let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                    .fetch_one(writer)
                    .await?;
                Ok(sqlx::Row::try_get::<i64, _>(&row, 0)? == 0)
            }
            Self::Postgres(pool) => {
                sqlx::query(VACUUM).execute(pool).await?;
                Ok(true)
            }
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
