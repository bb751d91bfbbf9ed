//! The room from outside: templates on disk in, findings or messages out.

mod anonymous;
mod attack_12;
mod harness;
mod lint_rules;
mod rendering;
