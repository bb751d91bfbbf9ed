//! `[log]`: the program's own log.

use serde::Deserialize;

/// The program's own log.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// error, warn, info or debug.
    pub level: Level,
    /// For people or for machines.
    pub format: Format,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: Level::Info,
            format: Format::Text,
        }
    }
}

/// How much the program's log says.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Somebody must act now.
    Error,
    /// Somebody should look today.
    Warn,
    /// One line for each worker's round that changed something.
    Info,
    /// Steps; off in production.
    Debug,
}

/// How a line of the program's log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
