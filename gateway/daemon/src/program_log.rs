//! The program's own log, on standard error; `docs/logging.md` says what stands in it and what never does.

use tracing::level_filters::LevelFilter;

use crate::config::{Format, Level};

/// Starts it, once. Only our own lines: a library's may hold what ours never do.
pub fn start(level: Level, format: Format) {
    use tracing_subscriber::filter::filter_fn;
    use tracing_subscriber::prelude::*;
    let most = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let ours = filter_fn(|line| {
        let room = line.target().split("::").next().unwrap_or_default();
        ["gateway", "flows", "mail", "store"].contains(&room)
    });
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(most);
    // A second start, in a test say, keeps the first.
    let started = match format {
        Format::Text => registry.with(lines.with_filter(ours)).try_init(),
        Format::Json => registry
            .with(lines.json().flatten_event(true).with_filter(ours))
            .try_init(),
    };
    drop(started);
}
