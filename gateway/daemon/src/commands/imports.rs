//! `gateway cases import` and `gateway events import`: a row is taken whole or refused with its reason.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use flows::import::{self, Format};
use flows::{Gateway, Recorded};
use indicatif::ProgressBar;

use super::Context;
use crate::print::{self, Fault};

/// Cases.
#[derive(clap::Subcommand)]
pub enum Cases {
    /// From CSV or JSON lines; see docs/imports.md.
    Import {
        /// A file ending in .csv or .jsonl.
        file: PathBuf,
    },
}

/// Key-stage events.
#[derive(clap::Subcommand)]
pub enum Events {
    /// From CSV or JSON lines; see docs/imports.md and docs/events.md.
    Import {
        /// A file ending in .csv or .jsonl.
        file: PathBuf,
    },
}

const BATCH: usize = 512;

fn open(file: &Path) -> Result<(BufReader<impl std::io::Read + use<>>, Format, ProgressBar), Fault> {
    let named = |fault: &dyn std::fmt::Display| Fault::input(format!("{}: {fault}", file.display()));
    let format = Format::of(file).ok_or_else(|| named(&"the name of an import ends in .csv or .jsonl"))?;
    let opened = File::open(file).map_err(|fault| named(&fault))?;
    let size = opened.metadata().map_err(|fault| named(&fault))?.len();
    let bar = print::bar(size, "{bar:40} {bytes} of {total_bytes}, {eta} left");
    Ok((BufReader::new(bar.wrap_read(opened)), format, bar))
}

struct Tally {
    new: usize,
    before: usize,
    refused: usize,
}

impl Tally {
    fn show(&self, what: &str) -> u8 {
        print::line(&format!(
            "{} {what} taken, {} known before, {} refused",
            self.new, self.before, self.refused
        ));
        u8::from(self.refused > 0)
    }
}

/// `gateway cases import`.
pub async fn cases(context: &Context, command: Cases) -> Result<u8, Fault> {
    let Cases::Import { file } = command;
    let gateway = context.open().await?;
    let (reader, format, bar) = open(&file)?;
    let mut tally = Tally {
        new: 0,
        before: 0,
        refused: 0,
    };
    for record in import::cases(reader, format) {
        match record {
            Ok((line, case)) => match gateway.add_case(&context.user, &case).await {
                Ok(flows::Added::New) => tally.new += 1,
                Ok(flows::Added::Before) => tally.before += 1,
                Err(fault @ flows::Error::Invalid(_)) => {
                    tally.refused += 1;
                    print::note(&format!("line {line}: {fault}"));
                }
                Err(fault) => return Err(fault.into()),
            },
            Err(refused) => {
                tally.refused += 1;
                print::note(&refused.to_string());
            }
        }
    }
    bar.finish_and_clear();
    Ok(tally.show("cases"))
}

/// `gateway events import`.
pub async fn events(context: &Context, command: Events) -> Result<u8, Fault> {
    let Events::Import { file } = command;
    let gateway = context.open().await?;
    let (reader, format, bar) = open(&file)?;
    let mut tally = Tally {
        new: 0,
        before: 0,
        refused: 0,
    };
    let mut batch = Vec::with_capacity(BATCH);
    for record in import::events(reader, format) {
        match record {
            Ok(numbered) => batch.push(numbered),
            Err(refused) => {
                tally.refused += 1;
                print::note(&refused.to_string());
            }
        }
        if batch.len() == BATCH {
            record_batch(&gateway, context, &mut batch, &mut tally).await?;
        }
    }
    record_batch(&gateway, context, &mut batch, &mut tally).await?;
    bar.finish_and_clear();
    Ok(tally.show("events"))
}

async fn record_batch(
    gateway: &Gateway,
    context: &Context,
    batch: &mut Vec<(usize, domain::event::Event)>,
    tally: &mut Tally,
) -> Result<(), Fault> {
    let (lines, events): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
    for (line, answer) in lines
        .iter()
        .zip(gateway.record_events(&context.user, &events).await?)
    {
        match answer {
            Recorded::New { .. } => tally.new += 1,
            Recorded::Duplicate => tally.before += 1,
            Recorded::Refused(why) => {
                tally.refused += 1;
                print::note(&format!("line {line}: {why}"));
            }
        }
    }
    Ok(())
}
