//! Keys, and what is done with them: sealing values, wrapping data keys, blind indexes, commitments.
//!
//! Three layers: a **key-encrypting key** ([`Kek`]) stands in a key file outside the database; it wraps one
//! **data key** ([`DataKey`]) for each person; the data key seals that person's values. Destroying the
//! wrapped data key makes every sealed value of that person unreadable, also in backups.
//!
//! **Invariant:** a sealed value opens only in the cell it was sealed for: table, column and row are
//! authenticated. A row copied over another person's does not open.
//!
//! **Invariant:** the length of what is sealed or committed to shows only as its bucket ([`padding`]).
//!
//! **Invariant:** errors name the place and never the data; `Debug` of a key shows nothing of it.
//!
//! **Invariant:** no randomness of its own: keys and nonces are arguments (law 12). A nonce must never be
//! used twice under one key. With random 96-bit nonces one key may seal 2^32 values (NIST SP 800-38D
//! section 8.3); a data key belongs to one person and a key-encrypting key wraps one key a person, so both
//! stay far below.
//!
//! **Limit:** key bytes held here are wiped on drop; the expanded keys inside `ring` live on the stack of
//! one call and are not.
//!
//! To add a way to use a key: give it a label of its own (`gateway-<use>-v1`) in the authenticated data or
//! the derivation, so that what one use makes never passes for another's, and a test that shows it.
//!
//! Rotation wraps data keys again under the ring's new active key; erasure deletes a wrapped key and the openings of
//! the commitments. Both are flows (`rotate_keys`, `erase_victim`) and change no format here.

mod blind_index;
pub mod commitment;
mod error;
mod key;
mod key_file;
mod key_ring;
pub mod one_time_code;
pub mod padding;
pub mod password;
mod sealing;
pub mod token;
mod wrapping;

pub use blind_index::BlindIndex;
pub use error::{Place, VaultError};
pub use key::{CommitmentKey, DataKey, Kek};
pub use key_file::KeyFile;
pub use key_ring::KeyRing;
pub use sealing::{PLAIN_MAX, open, seal};
pub use wrapping::{WrappedKey, unwrap, wrap};
