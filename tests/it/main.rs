//! The one test binary: what the rooms show together, on both databases.

mod architecture;
mod bad_input;
mod decisions;
mod delivery;
mod demo;
mod end_to_end;
mod envelopes;
mod foreign;
mod incidents;
mod killed;
mod kills;
mod oracle;
mod orders;
mod postfix;
mod served;
mod sizes;
mod soak;
mod sources;
mod store_log;
mod twins;
