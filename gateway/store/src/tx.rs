//! One transaction.

use audit::entry::Entry;
use sqlx::query::Query;
use sqlx::{Database, Encode, Postgres, Sqlite, Transaction, Type};

use crate::log::{self, Prepared};
use crate::{Arg, Error, Result, Row, Statement};

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction. Dropped without a commit, it leaves nothing behind.
pub struct Tx {
    inner: Inner,
}

fn bind<'q, DB: Database>(
    mut query: Query<'q, DB, DB::Arguments>,
    args: &[Arg],
) -> Query<'q, DB, DB::Arguments>
where
    Option<i64>: Encode<'q, DB> + Type<DB>,
    Option<String>: Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: Encode<'q, DB> + Type<DB>,
{
    for arg in args {
        query = match arg.clone() {
            Arg::Int(value) => query.bind(value),
            Arg::Text(value) => query.bind(value),
            Arg::Bytes(value) => query.bind(value),
        };
    }
    query
}

impl Tx {
    pub(crate) fn sqlite(tx: Transaction<'static, Sqlite>) -> Self {
        Self {
            inner: Inner::Sqlite(tx),
        }
    }

    pub(crate) fn postgres(tx: Transaction<'static, Postgres>) -> Self {
        Self {
            inner: Inner::Postgres(tx),
        }
    }

    /// Runs a statement; answers how many rows it changed.
    pub(crate) async fn execute(&mut self, statement: &'static Statement, args: &[Arg]) -> Result<u64> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bind(sqlx::query(statement.sqlite), args)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
            Inner::Postgres(tx) => bind(sqlx::query(statement.postgres), args)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
        })
    }

    /// Runs a statement that has to change exactly one row: the compare in compare-and-swap.
    pub(crate) async fn execute_one(&mut self, statement: &'static Statement, args: &[Arg]) -> Result<()> {
        match self.execute(statement, args).await? {
            1 => Ok(()),
            rows => Err(Error::Changed {
                statement: statement.name,
                rows,
            }),
        }
    }

    /// The one row of an answer, or none.
    pub(crate) async fn find(&mut self, statement: &'static Statement, args: &[Arg]) -> Result<Option<Row>> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bind(sqlx::query(statement.sqlite), args)
                .fetch_optional(&mut **tx)
                .await?
                .map(Row::Sqlite),
            Inner::Postgres(tx) => bind(sqlx::query(statement.postgres), args)
                .fetch_optional(&mut **tx)
                .await?
                .map(Row::Postgres),
        })
    }

    /// Every row of an answer.
    pub(crate) async fn list(&mut self, statement: &'static Statement, args: &[Arg]) -> Result<Vec<Row>> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => {
                let rows = bind(sqlx::query(statement.sqlite), args)
                    .fetch_all(&mut **tx)
                    .await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Inner::Postgres(tx) => {
                let rows = bind(sqlx::query(statement.postgres), args)
                    .fetch_all(&mut **tx)
                    .await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Writes the entries of what this transaction changed and commits: answered only when durable. A
    /// change that nobody logged does not get past here (law 4).
    ///
    /// A crash before the commit leaves neither the change nor its entries; after it, both.
    pub async fn commit(self, entries: &[Entry]) -> Result<()> {
        let prepared = entries.iter().map(Prepared::new).collect::<Result<Vec<_>>>()?;
        self.commit_prepared(&prepared).await
    }

    /// The same, of entries that were prepared before the transaction began.
    pub(crate) async fn commit_prepared(mut self, entries: &[Prepared]) -> Result<()> {
        log::append(&mut self, entries).await?;
        self.end().await
    }

    /// Commits housekeeping that changes nothing about a person or a duty, for the reason given.
    pub async fn commit_unlogged(self, reason: &'static str) -> Result<()> {
        tracing::trace!(reason, "commit without an entry");
        self.end().await
    }

    async fn end(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
