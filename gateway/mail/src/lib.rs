//! Mail protocols, without a word of the product: compose a message, sign it, hand it to a relay over TLS, take
//! mail in ([`receiving`]) or fetch it from a mailbox elsewhere ([`fetching`]) and reduce it to a small typed record
//! ([`inbound`], and [`dsn`] for what became of a message), take the files that come with it ([`attachments`]) and have them
//! looked through ([`scanning`]); and a small real SMTP server to catch what we sent.
//!
//! Deliberately absent: queues and retries (they belong to whoever keeps state), plaintext delivery, tracking of
//! any kind, and every log line (an address must not reach one, law 11).
//!
//! **Invariant:** every value that reaches a header is checked here before `lettre` sees it ([`header`]).
//! **Invariant:** [`compose::Composed`] holds one recipient and nothing can give it a second.
//! **Invariant:** what goes on the wire is 7-bit, with CRLF line ends and no other CR or LF.
//! **Invariant:** no message and no envelope leaves before TLS stands and the server's name is verified.
//! **Invariant:** once the first byte of a message may have left, only an answer of the server makes an
//! outcome other than [`relay::Outcome::Unknown`].
//!
//! To add a header: a field in [`compose::Outgoing`], its check in [`header`], and its name in
//! `dkim::SIGNED`. To add a fault for tests: a variant of [`catcher::Fault`].

pub mod attachments;
pub mod catcher;
pub mod compose;
mod dial;
pub mod dkim;
pub mod dsn;
pub mod fetching;
pub mod header;
pub mod inbound;
pub mod origin;
pub mod receiving;
pub mod relay;
mod resolver;
pub mod return_path;
pub mod scanning;
pub mod sending_domain;
mod spf;
pub mod tls;
mod wire;
