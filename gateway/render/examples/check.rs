//! Checks a folder of templates: `cargo run -p render --example check -- templates/messages [--write-digests]`.
//! Prints findings and exits 1 when one of them is an error.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use render::{Level, lint};

fn main() -> std::io::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let dir = arguments
        .iter()
        .find(|it| !it.starts_with("--"))
        .map_or("templates/messages", String::as_str);
    let dir = PathBuf::from(dir);
    if arguments.iter().any(|it| it == "--write-digests") {
        for file in lint::write_digests(&dir)? {
            writeln!(out, "{file}: digests written")?;
        }
    }
    let findings = lint::check(&dir);
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    let errors = findings.iter().filter(|it| it.level == Level::Error).count();
    writeln!(out, "{errors} errors, {} warnings", findings.len() - errors)?;
    Ok(if errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
