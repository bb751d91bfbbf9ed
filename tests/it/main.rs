//! The one test binary: what the rooms show together, on both databases.

mod architecture;
mod sizes;
mod store_log;
mod twins;
