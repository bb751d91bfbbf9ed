//! What the tests share: both databases, a clock that is set by hand, chance that repeats.

pub mod bytes;
pub mod case;
pub mod chance;
pub mod clamd;
pub mod contact_log;
pub mod counting;
pub mod database;
mod dovecot;
pub mod gateway;
pub mod house;
pub mod imap;
pub mod key_files;
pub mod mails;
mod plans;
pub mod post_office;
pub mod postfix;
pub mod provider;
pub mod python;
pub mod queue;
pub mod sample_log;
pub mod service;
pub mod site;
pub mod taking_mail;
pub mod web;
pub mod zone;
