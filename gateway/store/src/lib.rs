//! All SQL: one set of queries for SQLite and PostgreSQL.
//!
//! A query is a [`Statement`] in the catalogue of its module, written once with `$1` placeholders. Start-up
//! prepares every one of them and refuses to run when one fails ([`Pool::prepare_all`]); the tests do so on
//! both databases. Records are plain rows: personal values arrive and leave sealed, as bytes.
//!
//! **Invariant:** the only way to end a transaction is [`Tx::commit`], which takes the log entries of what
//! changed, or [`Tx::commit_unlogged`], which takes the reason why there is none.
//! **Invariant:** no SQL is built at run time.
//!
//! To add a query: a `Statement` in the `statements!` block of the module whose table it touches, and a
//! function beside it. To add a column: a new pair of files in `migrations/`, never a change of an old one.

pub mod accounts;
pub mod adviser_accounts;
pub mod adviser_reading;
pub mod adviser_updates;
pub mod api;
mod appender;
mod arg;
pub mod bounces;
pub mod breaches;
pub mod calendar;
pub mod checks;
pub mod consents;
pub mod contacts;
pub mod covers;
pub mod details;
pub mod drafts;
pub mod due_requests;
pub mod erasure;
mod error;
pub mod events;
pub mod evidence;
pub mod fetched;
pub mod flags;
pub mod glasses;
pub mod house;
pub mod inbound_files;
pub mod kept_words;
pub mod keys;
pub mod known_texts;
pub mod log;
pub mod log_search;
pub mod mailboxes;
pub mod meetings;
pub mod notices;
pub mod obligations;
pub mod openings;
pub mod outbox;
pub mod people;
mod pool;
pub mod proposals;
pub mod provider_accounts;
pub mod reach;
pub mod recovery;
pub mod referrals;
mod row;
pub mod scrutiny;
pub mod search;
pub mod sessions;
pub mod sign_in;
pub mod silences;
mod statement;
pub mod subjects;
pub mod supporters;
pub mod team;
pub mod threads;
pub mod tiles;
mod tx;
pub mod vettings;
pub mod webhooks;
pub mod whole_victim;
pub mod worklist;

pub use appender::Appender;
pub use arg::Arg;
pub use error::Error;
pub use pool::Pool;
pub use reach::Scope;
pub use row::Row;
pub use statement::{Statement, catalogue};
pub use tx::Tx;

/// What every function of this room answers.
pub type Result<T> = std::result::Result<T, Error>;
