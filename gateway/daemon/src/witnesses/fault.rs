//! Why a witness has not cosigned.

use std::time::Duration;

use audit::witness::AnswerError;

/// Why there is no cosignature of a witness. It quotes nothing that the witness sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WitnessFault {
    /// Nobody answers at its address, or the answer broke off.
    #[error("it cannot be reached, or broke off")]
    Away,
    /// It took too long.
    #[error("it did not answer within {0:?}")]
    Late(Duration),
    /// It answered with this HTTP status.
    #[error("it refused with status {0}")]
    Refused(u16),
    /// It says that it has seen another size, and not which.
    #[error("it says that it has seen another size, and not which")]
    NoSize,
    /// It has cosigned more than this log has: the log went back, or there are two.
    #[error(
        "it has seen {seen} entries of this log, which has {size}: an older state was brought back, or there are two logs"
    )]
    Ahead {
        /// What it has seen.
        seen: u64,
        /// What the log has.
        size: u64,
    },
    /// Its answer is longer than any.
    #[error("its answer is too long")]
    TooLong,
    /// Its answer bears no cosignature of its key that holds.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// It could not even be asked.
    #[error("it could not be asked: {0}")]
    Ours(String),
}
