//! The contact log's mathematics: what an entry is, how entries form a Merkle tree, and how anybody can
//! check that none was changed, moved or taken out. It builds and verifies without the server.
//!
//! The byte formats are specified in `docs/contact-log-format.md`; its vectors are checked by this room's
//! tests, so text and code cannot part.
//!
//! **Invariant:** an entry holds no name, no address and no message text. It holds random references,
//! codes from short lists, bounded facts, and commitments that tell nothing once their key is erased.
//!
//! **Invariant:** one entry has one encoding (RFC 8785). [`entry::Entry::parse`] refuses every other
//! spelling of the same entry, so a leaf hash names an entry and not one of its spellings.
//!
//! **Invariant:** the tree is RFC 6962's. Nothing of ours is mixed into the hashes, so a verifier written
//! by somebody else can check it.
//!
//! **Invariant:** no clock and no randomness: instants and nonces are arguments (law 12). Files are read and written by
//! [`folder`] alone.
//!
//! To add a field to the entry: add it to [`entry::Entry`] as an `Option` that is left out when absent,
//! give it a rule in `entry/check.rs`, describe it in `docs/contact-log-format.md` and add a vector there.
//! A field that changes the meaning of an old one needs a new `v`, and `parse` must go on reading the old.

#[cfg(test)]
mod canonical;
pub mod checkpoint;
pub mod edge;
pub mod entry;
pub mod folder;
pub mod frontier;
pub mod instant;
pub mod key;
pub mod merkle;
pub mod note;
pub mod offline_proof;
pub mod policy;
pub mod proving;
pub mod tile;
pub mod tree;
pub mod verification;
pub mod witness;
