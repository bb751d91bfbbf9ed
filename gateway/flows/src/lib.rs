//! One file per verb: the only place where a transaction begins.
//!
//! Every flow has the same five beats: authorise, load, decide, write, commit. What is decided, `domain`
//! decides; what is written is committed together with its log entries.
//!
//! **Invariant:** SMTP is never spoken with a transaction open.
//! **Invariant:** nothing personal leaves a flow in an error, a log line or a log entry.
//!
//! To add a verb: a file named after it, a method on [`Gateway`], and a line in `docs/architecture.md`.

mod add_case;
mod approve_draft;
mod carry_out;
mod change_calendar;
mod compose_draft;
mod context;
mod decide;
mod deliver;
mod entries;
mod error;
mod foreign;
mod gateway;
pub mod import;
mod outcome;
mod person;
mod record_event;
pub mod report;
mod seal_log;
mod sealing;
mod sweep;
mod vet_templates;
mod withheld;

pub use add_case::Added;
pub use approve_draft::Approved;
pub use change_calendar::CalendarChange;
pub use compose_draft::Composed;
pub use deliver::Delivered;
pub use error::{Error, Kind};
pub use gateway::{Gateway, Parts, Settings, Staff, StaffRole};
pub use record_event::Recorded;
pub use seal_log::Sealed;
pub use sweep::Swept;
pub use vet_templates::Vetted;

/// What every flow answers.
pub type Result<T> = std::result::Result<T, Error>;
