//! Statements of the store's catalogue, run by themselves: nothing stands between them and the database.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sqlx::{Postgres, Sqlite, Transaction};
use store::{Arg, Pool, Row, Statement, catalogue};

static BY_NAME: LazyLock<BTreeMap<&str, &Statement>> =
    LazyLock::new(|| catalogue().map(|statement| (statement.name, statement)).collect());

/// A transaction of the driver's own.
pub(super) enum Raw {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($text:expr, $args:expr) => {{
        let mut query = sqlx::query($text);
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
                Arg::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Raw {
    pub(super) async fn begin(pool: &Pool) -> Self {
        match pool {
            Pool::Sqlite { writer, .. } => {
                Self::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.expect("a transaction"))
            }
            Pool::Postgres(pool) => Self::Postgres(pool.begin().await.expect("a transaction")),
        }
    }

    /// Runs the statement of this name in the catalogue and fetches every row of its answer.
    pub(super) async fn run(&mut self, name: &str, args: impl IntoIterator<Item = Arg>) -> Vec<Row> {
        let statement = BY_NAME[name];
        let rows = match self {
            Self::Sqlite(tx) => bound!(statement.sqlite, args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Self::Postgres(tx) => bound!(statement.postgres, args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        };
        rows.expect("the statement runs")
    }

    pub(super) async fn commit(self) {
        let done = match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        };
        done.expect("a durable commit");
    }
}
