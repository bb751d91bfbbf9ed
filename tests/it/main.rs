//! The one test binary: what the rooms show together, on both databases.

mod architecture;
mod bench;
mod decisions;
mod delivery;
mod demo;
mod end_to_end;
mod foreign;
mod killed;
mod kills;
mod oracle;
mod overtaken;
mod postfix;
mod served;
mod sizes;
mod soak;
mod sources;
mod store_log;
mod twins;
