//! Key-stage events: the fact that a point in a case was reached.
//!
//! Imports, the API and the database share one form: a flat JSON object with the envelope (`source`,
//! `source_event_id`, `urn`, `victim_ref`, `occurred_at`, `received_at`), a `kind`, and the fields of that
//! kind. `docs/events.md` lists them for people, [`schema::KINDS`] for programs; a test holds the two and the
//! code together.
//!
//! **Invariant:** an [`Event`] that was parsed is bounded and its fields agree with its kind.
//! **Invariant:** an [`EventFault`] never repeats a value from the event (law 11).
//!
//! To add a kind: a variant in [`detail`], its rows in [`schema`], its facts in [`facts`] if rules ask for
//! them, a row in `docs/events.md`, and a rule in `config/victims-code.toml` whose trigger names it.

mod check;
mod consequences;
pub mod detail;
pub mod facts;
mod read;
mod recompute;
pub mod schema;
pub mod words;

#[cfg(test)]
mod tests;

pub use check::EventFault;
pub use consequences::{
    Consequence, ConsequenceError, NewObligation, OpenObligation, Situation, consequences, sets_dates,
};
pub use detail::Detail;
pub use recompute::{Recompute, recompute};
pub use words::Stage;

use jiff::Timestamp;
use serde::Serialize;

use crate::urn::Urn;

/// The longest free text, in characters.
pub const TEXT_CHARS_MAX: usize = 4000;
/// The most items in a list.
pub const LIST_ITEMS_MAX: usize = 20;
/// The longest item of a list, in characters.
pub const ITEM_CHARS_MAX: usize = 200;
/// The longest name: an author, a court, a place, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// The longest reference in the envelope, in characters.
pub const REFERENCE_CHARS_MAX: usize = 100;

/// One event as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The system it came from.
    pub source: String,
    /// That system's own id for it; the same id twice changes nothing.
    pub source_event_id: String,
    /// The case.
    pub urn: Urn,
    /// The source's reference for the victim; a URN alone never selects a case.
    pub victim_ref: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the agency that owes the news received it (the second leg of the two-leg clocks).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// What happened.
    #[serde(flatten)]
    pub detail: Detail,
}
