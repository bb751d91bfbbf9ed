//! What the tests share: both databases, a clock that is set by hand, chance that repeats.

pub mod chance;
pub mod database;
mod dovecot;
pub mod gateway;
pub mod postfix;
pub mod service;
