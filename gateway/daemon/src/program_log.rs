//! The program's own log, on standard error; `docs/logging.md` says what stands in it and what never does.

use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;

use crate::config::{Format, Level};
use crate::print::note;

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

/// From here on a panic says where it happened and nothing else: its own words may quote what a stranger sent, or a person's
/// data (law 11).
pub fn mask_panics() {
    std::panic::set_hook(Box::new(|panic| note(&place_of(panic))));
}

fn place_of(panic: &PanicHookInfo<'_>) -> String {
    let place = panic.location().map_or_else(String::new, ToString::to_string);
    format!(
        "gateway: something broke down at {place}; what it says is not shown, since it may be about a person"
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    static SAID: Mutex<String> = Mutex::new(String::new());

    #[test]
    fn a_panic_says_where_and_not_what() {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(|panic| SAID.lock().unwrap().push_str(&place_of(panic))));
        let broke = std::thread::spawn(|| panic!("Maren Holloway")).join();
        std::panic::set_hook(before);
        assert!(broke.is_err());
        let said = SAID.lock().unwrap();
        assert!(
            said.contains("program_log.rs:") && !said.contains("Maren"),
            "{said}"
        );
    }
}
