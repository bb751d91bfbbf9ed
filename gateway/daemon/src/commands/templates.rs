//! `gateway templates`: check, render, vet.

use std::path::PathBuf;

use render::{Language, Level, Values, lint};
use serde_json::json;

use super::Context;
use crate::house;
use crate::print::{self, Fault};

/// What to do with the words.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Read every template as a linter: each finding names file and line.
    Check {
        /// Another folder than the house's own.
        folder: Option<PathBuf>,
    },
    /// One rendering, as JSON {subject,text,html}.
    Render {
        /// The message kind.
        kind: String,
        /// `en` or `cy`.
        #[arg(long, default_value = "en", value_parser = ["en", "cy"])]
        language: String,
        /// A JSON file with the values.
        #[arg(long)]
        data: PathBuf,
    },
    /// Record that two people read the words.
    Vet {
        /// The second person.
        #[arg(long)]
        second: String,
        /// Only this kind.
        #[arg(long)]
        kind: Option<String>,
    },
}

/// Runs the command.
pub async fn run(context: &Context, command: Command) -> Result<u8, Fault> {
    match command {
        Command::Check { folder } => check(context, folder),
        Command::Render { kind, language, data } => render(context, &kind, &language, &data),
        Command::Vet { second, kind } => {
            let gateway = context.open().await?;
            let vetted = gateway
                .vet_templates(&context.user, &second, kind.as_deref())
                .await?;
            print::line(&format!(
                "{} versions vetted now, {} before",
                vetted.now, vetted.before
            ));
            Ok(0)
        }
    }
}

fn check(context: &Context, folder: Option<PathBuf>) -> Result<u8, Fault> {
    let findings = lint::check(&match folder {
        Some(folder) => folder,
        None => context.paths()?.messages,
    });
    for finding in &findings {
        print::line(&finding.to_string());
    }
    let errors = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .count();
    print::line(&format!("{errors} errors, {} warnings", findings.len() - errors));
    Ok(u8::from(errors > 0))
}

fn render(context: &Context, kind: &str, language: &str, data: &std::path::Path) -> Result<u8, Fault> {
    let library = house::library(&context.paths()?)?;
    let language = if language == "cy" {
        Language::Welsh
    } else {
        Language::English
    };
    let version = library.find(kind, language).ok_or_else(|| {
        Fault::input("there is no such kind in this language; `gateway templates check` lists none of it")
    })?;
    let text = std::fs::read_to_string(data)
        .map_err(|fault| Fault::input(format!("{}: {fault}", data.display())))?;
    let map =
        serde_json::from_str(&text).map_err(|fault| Fault::input(format!("{}: {fault}", data.display())))?;
    let values = Values::from_json(version, &map).map_err(|faults| {
        Fault::input(
            faults
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n"),
        )
    })?;
    let rendered = library
        .render(version, &values)
        .map_err(|fault| Fault::no(fault.to_string()))?;
    print::json(&json!({ "subject": rendered.subject, "text": rendered.text, "html": rendered.html }));
    Ok(0)
}
