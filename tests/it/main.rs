//! The one test binary: what the rooms show together, on both databases.

mod architecture;
mod bad_input;
mod by_hand;
mod commands;
mod decisions;
mod delivery;
mod demo;
mod due_times;
mod end_to_end;
mod envelopes;
mod foreign;
mod incidents;
mod killed;
mod kills;
mod oracle;
mod orders;
mod plan_changes;
mod postfix;
mod relay_sign_in;
mod served;
mod signatures;
mod sizes;
mod soak;
mod sources;
mod store_log;
mod twins;
