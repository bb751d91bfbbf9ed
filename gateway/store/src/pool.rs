//! The connections to one database.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Executor, SqlSafeStr};

use crate::{Error, Result, Tx, catalogue};

const SQLITE_READERS_MAX: u32 = 4;
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// The writer's cache, as a negative number of KiB. Identifiers are random, so each row falls on another page of its
/// index: with the 2 MiB that SQLite takes by itself, a row costs the more the larger its table is.
const WRITER_CACHE: &str = "-65536";
/// Pages in the write-ahead log before they are carried over into the file (32 MiB; SQLite by itself takes 4): a page
/// that changed often in between is carried over once.
const WAL_PAGES: &str = "8192";
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

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
            let writer_options = options
                .clone()
                .pragma("cache_size", WRITER_CACHE)
                .pragma("wal_autocheckpoint", WAL_PAGES);
            let writer = SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(writer_options)
                .await?;
            let readers = SqlitePoolOptions::new()
                .max_connections(SQLITE_READERS_MAX)
                .connect_with(options.create_if_missing(false).read_only(true))
                .await?;
            Ok(Self::Sqlite { writer, readers })
        } else if address.starts_with("postgres:") || address.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(address)?.options([("synchronous_commit", "on")]);
            Ok(Self::Postgres(
                PgPoolOptions::new()
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
            Self::Postgres(pool) => Tx::postgres(pool.begin().await?),
        })
    }

    /// Begins a transaction that only reads; dropping it ends it.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::sqlite(readers.begin().await?),
            Self::Postgres(pool) => Tx::postgres(pool.begin_with("BEGIN READ ONLY").await?),
        })
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
