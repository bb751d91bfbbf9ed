//! The only place that writes to the terminal.
#![expect(clippy::print_stderr, reason = "a command line prints; nothing else does")]

use std::io::Write as _;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

/// Why a command ends early: a plain sentence, and the exit code (1: the answer is no; 2: wrong use or input).
#[derive(Debug)]
pub struct Fault {
    /// Where, what, and what would be right.
    pub sentence: String,
    /// 1 or 2.
    pub exit: u8,
}

impl Fault {
    /// Wrong use or bad input.
    pub fn input(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            exit: 2,
        }
    }

    /// The answer is no.
    pub fn no(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            exit: 1,
        }
    }
}

impl From<flows::Error> for Fault {
    fn from(fault: flows::Error) -> Self {
        let exit = match fault.kind() {
            flows::Kind::Invalid | flows::Kind::NotAllowed => 2,
            _ => 1,
        };
        Self {
            sentence: fault.to_string(),
            exit,
        }
    }
}

impl From<store::Error> for Fault {
    fn from(fault: store::Error) -> Self {
        Self::no(fault.to_string())
    }
}

/// Prints a line; a reader that went away ends the program quietly.
pub fn line(text: &str) {
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// An instant as London's clocks show it.
pub fn london(at: jiff::Timestamp) -> String {
    at.to_zoned(domain::calendar::london())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// Prints one JSON value on a line.
pub fn json(value: &impl serde::Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(&text),
        Err(fault) => note(&format!("cannot be shown as JSON: {fault}")),
    }
}

/// Prints a line for the person at the terminal, beside the output.
pub fn note(text: &str) {
    eprintln!("{text}");
}

/// Prints why a command failed and gives its exit code.
pub fn failed(sentence: &str, exit: u8) -> ExitCode {
    eprintln!("gateway: {sentence}");
    ExitCode::from(exit)
}

/// A progress bar for long work, on the terminal's standard error.
pub fn bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
