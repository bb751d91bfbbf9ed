//! How one victim may safely be reached: the contact plan, its changes, and the calls made under it.
//!
//! "Preferred" is not "safe". A point is used only while somebody has said that it is safe, how and when,
//! and until the day by which that has to be asked again (requirement A3).
//!
//! **Invariant:** a value that bounced or was called unsafe becomes safe again only through a proposal that
//! is verified by another path and approved by a second person ([`change`]); no edit in one step (A5, A6).
//! **Invariant:** the points of a plan change only through [`Plan`]'s own methods and [`change`].

mod call;
pub mod change;
mod ladder;
mod made;
mod plan;
mod point;

pub use call::{
    CallContext, CallFault, CallFlag, CallOutcome, CallRecord, Direction, MessageLeft, PersonContacted,
};
pub use ladder::{Attempt, AttemptVia, CALL_GAP_HOURS, NextStep, next_step};
pub use made::{ContactFault, ContactFlag, MadeContact, Method, Support};
pub use plan::{Plan, PlanFault, TextRule, VoicemailRule};
pub use point::{Point, PointMismatch, PointValue, Route, Safety, Unusable, Why};

#[cfg(test)]
mod tests;
