//! The law of the house: pure types and rules.
//!
//! What a Victim Liaison Officer owes whom, by when, and whether a message may leave at all, is decided
//! here and nowhere else. The other rooms fetch, keep, render and carry; they never decide.
//!
//! **Invariant:** no input or output, no async, no clock reading, no randomness. Instants and random bytes
//! come in as arguments ([`time::Clock`] and [`time::Entropy`] are only declared here).
//! **Invariant:** this room uses none of ours.
//!
//! To add an event kind: a variant in [`event`], its documentation in `docs/events.md`, and a row in
//! `config/victims-code.toml` whose `trigger` names it.

pub mod account;
pub mod address;
pub mod adviser;
pub mod area;
pub mod breach;
pub mod calendar;
pub mod contact;
pub mod deadline;
pub mod draft;
pub mod event;
pub mod id;
pub mod mailbox;
pub mod masked;
pub mod meeting;
pub mod obligation;
pub mod people;
pub mod reach;
pub mod retention;
pub mod rulebook;
pub mod safety;
pub mod scope;
pub mod scrutiny;
pub mod silence;
pub mod single_sign_on;
pub mod supporter;
pub mod time;
pub mod urn;
pub mod window;
