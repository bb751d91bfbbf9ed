//! What can go wrong between us and the database.

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
}
