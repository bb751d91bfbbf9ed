//! What can go wrong between us and the database.

use std::sync::Arc;

/// A fault of the store. None of them carries a value of a row.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused or went away.
    #[error("the database answered: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A statement of the catalogue does not fit the schema: the program and the database differ in age.
    #[error(
        "statement {statement} does not fit this database ({fault}); run `gateway migrate` with this version of the program"
    )]
    Prepare {
        /// The statement's name.
        statement: &'static str,
        /// What the database said.
        fault: String,
    },
    /// The address is neither `sqlite:` nor `postgres:`.
    #[error("a database address begins with `sqlite:` or `postgres:`; this one does not")]
    Address,
    /// A row holds what should be impossible.
    #[error("column {column} of {table} holds something that it cannot hold: {fault}")]
    Impossible {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What is wrong, without the value.
        fault: String,
    },
    /// A change met another number of rows than it had to.
    #[error(
        "{statement} changed {rows} rows instead of one: somebody else was faster, or the state was another"
    )]
    Changed {
        /// The statement's name.
        statement: &'static str,
        /// How many rows it met.
        rows: u64,
    },
    /// The group of entries that this one was committed with could not be written.
    #[error(transparent)]
    Group(Arc<Error>),
    /// The program stops, and whether the entry was written is not known.
    #[error("the program stops; whether the entry was written is not known")]
    Unanswered,
    /// A log entry could not be written.
    #[error("log entry: {0}")]
    Entry(#[from] audit::entry::EntryError),
}

impl Error {
    /// Whether a row with the same unique key is there already.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(fault)) => fault.is_unique_violation(),
            _ => false,
        }
    }

    /// Whether trying the same again later may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Group(fault) => fault.is_passing(),
            Self::Changed { .. } => true,
            Self::Database(fault) => matches!(
                fault,
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            _ => false,
        }
    }

    /// Whether the database says that its disk failed, or that its file is damaged: `SQLITE_IOERR`, `SQLITE_CORRUPT` and
    /// `SQLITE_NOTADB` with their extended codes; PostgreSQL's `io_error` and class XX. A full disk is another matter:
    /// what did not fit was rolled back.
    pub fn is_of_the_disk(&self) -> bool {
        /// The low byte of an extended code is the code (sqlite3.h).
        const SQLITE: [i64; 3] = [10, 11, 26];
        let fault = match self {
            Self::Database(sqlx::Error::Database(fault)) => fault,
            Self::Group(fault) => return fault.is_of_the_disk(),
            _ => return false,
        };
        let Some(code) = fault.code() else { return false };
        if fault.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
            code.parse()
                .is_ok_and(|code: i64| SQLITE.contains(&(code & 0xff)))
        } else {
            matches!(&*code, "58030" | "XX001" | "XX002")
        }
    }
}
