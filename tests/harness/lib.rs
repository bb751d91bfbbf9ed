//! What the tests share: both databases, a clock that is set by hand, chance that repeats.

pub mod chance;
pub mod counting;
pub mod database;
pub mod gateway;
pub mod post_office;
pub mod postfix;
pub mod queue;
pub mod service;
