//! Witnesses (C2SP tlog-witness v1.0.0): somebody else who has seen a log grow and says so, so that its owner cannot
//! show two histories to two people.
//!
//! Here is what both sides must agree on: the [request](AddCheckpoint), the witness's [decision](Witness::cosign), and
//! what an [answer](cosignature_in) is worth. Sending, keeping and the time are the caller's.
//!
//! **Invariant:** a witness signs nothing smaller than what it has signed of a log, nothing that does not begin with
//! it, and nothing before its time. Its caller keeps [`Seen`] on disk before the signature leaves.

mod answer;
mod decision;
mod request;

pub use answer::{AnswerError, cosignature_in, size_in, size_text};
pub use decision::{Cosigned, Refusal, Seen, SeenError, Witness, WitnessError, log_id};
pub use request::{AddCheckpoint, PROOF_HASHES_MAX, REQUEST_BYTES_MAX, RequestError};
