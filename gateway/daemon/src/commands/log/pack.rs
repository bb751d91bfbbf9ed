//! `gateway log pack`: one case for an auditor, to be checked without us.

use std::fmt::Write as _;
use std::path::Path;

use audit::entry::Entry;
use audit::instant;
use audit::proving::Prover;
use audit::tile::WIDTH;

use super::export::POLICY;
use super::prove::pair;
use super::{bar, new_folder, no, source, write};
use crate::commands::Context;
use crate::config::ContactLog;
use crate::print::{self, Fault};

/// The columns of the table, and nothing else (requirement E3): a field that is added to an entry does not get into the
/// hands of whoever reads the table before somebody has put it here.
const COLUMNS: [&str; 18] = [
    "index",
    "at",
    "actor",
    "act",
    "verb",
    "reason",
    "area",
    "victim",
    "obligation",
    "draft",
    "message",
    "attempt",
    "contact",
    "template",
    "channel",
    "result",
    "rule",
    "facts",
];

/// Runs the command.
pub async fn run(
    context: &Context,
    log: &ContactLog,
    urn: &str,
    reason: &str,
    dir: &Path,
) -> Result<u8, Fault> {
    new_folder(dir)?;
    let gateway = context.open().await?;
    let case = gateway.record_case_pack(&context.user, urn, reason).await?;
    let (folder, checkpoint, note, policy) = source(log)?;
    let prover = Prover::new(&folder, checkpoint.size);
    let mut table = COLUMNS.join(",") + "\r\n";
    let mut found = 0_u64;
    let progress = bar("reading", checkpoint.size);
    for bundle in 0..checkpoint.size.div_ceil(WIDTH) {
        let entries = prover.bundle(bundle).map_err(no)?;
        progress.inc(entries.len() as u64);
        for (index, bytes) in (bundle * WIDTH..).zip(entries) {
            let entry = Entry::parse(&bytes).map_err(|fault| no(format!("entry {index}: {fault}")))?;
            if entry.case() != Some(case.as_str()) {
                continue;
            }
            let proof = prover.inclusion(index, note.clone()).map_err(no)?;
            proof
                .check(&bytes)
                .map_err(|fault| no(format!("entry {index}: {fault}")))?;
            pair(&dir.join("entries"), index, &bytes, &proof.to_bytes())?;
            table.push_str(&row(index, &entry));
            found += 1;
        }
    }
    progress.finish_and_clear();
    write(&dir.join("entries.csv"), table.as_bytes())?;
    write(&dir.join("checkpoint"), &note.to_bytes())?;
    write(&dir.join(POLICY), &policy)?;
    let readme = readme(found, &case, checkpoint.size, &checkpoint.origin);
    write(&dir.join("README.txt"), readme.as_bytes())?;
    print::line(&format!("{found} entries of the case, each with its proof"));
    Ok(0)
}

fn row(index: u64, entry: &Entry) -> String {
    let facts = entry
        .facts()
        .iter()
        .fold(String::new(), |mut facts, (name, value)| {
            let gap = if facts.is_empty() { "" } else { "; " };
            // Writing to a String does not fail.
            let _ = write!(facts, "{gap}{name}={value}");
            facts
        });
    let template = entry.template().map(|template| {
        format!(
            "{} v{} {} {}",
            template.kind, template.version, template.language, template.digest
        )
    });
    let cells = [
        Some(index.to_string()),
        instant::to_text(entry.at()),
        Some(entry.actor().to_owned()),
        Some(entry.act().as_str().to_owned()),
        Some(entry.verb().to_owned()),
        entry.reason().map(str::to_owned),
        entry.area().map(str::to_owned),
        entry.victim().map(str::to_owned),
        entry.obligation().map(str::to_owned),
        entry.draft().map(str::to_owned),
        entry.message().map(str::to_owned),
        entry.attempt().map(str::to_owned),
        entry.contact().map(str::to_owned),
        template,
        entry.channel().map(str::to_owned),
        entry.result().map(str::to_owned),
        entry.rule().map(str::to_owned),
        Some(facts),
    ];
    let cells: [String; COLUMNS.len()] = cells.map(|text| cell(&text.unwrap_or_default()));
    cells.join(",") + "\r\n"
}

/// One cell (RFC 4180), which no program takes for a formula.
fn cell(text: &str) -> String {
    let harmless = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\0') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if harmless.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless
    }
}

fn readme(found: u64, case: &str, size: u64, origin: &str) -> String {
    format!(
        "THE CONTACT LOG OF ONE CASE\n\
         \n\
         This folder holds the {found} entries about one case, out of the {size} entries of the contact log\n\
         {origin}. In them the case is called {case}.\n\
         \n\
         entries.csv       the entries as a table, for reading\n\
         entries/          each entry as it stands in the log (.json), with the proof that it stands there (.tlog-proof)\n\
         checkpoint        the signed state of the whole log\n\
         policy            whose signatures are to be believed\n\
         \n\
         HOW TO CHECK IT\n\
         \n\
         You need not trust whoever gave you this folder. Take the program contact-log-verify from a source of your own,\n\
         and the policy from the body that you trust, not from this folder. Then, for each entry:\n\
         \n\
         contact-log-verify proof entries/entry-N.tlog-proof --entry entries/entry-N.json --policy POLICY\n\
         \n\
         It says \"holds\", or what does not. The formats are public (C2SP tlog-proof, tlog-policy, signed-note), so other\n\
         programs can check the same files.\n\
         \n\
         WHAT IT SHOWS, AND WHAT NOT\n\
         \n\
         A proof shows that an entry was in the log when the checkpoint was signed, in these very words, at this place.\n\
         It does not show that this folder holds every entry of the case: for that, ask for the whole log\n\
         (gateway log export) and look for the case's name above.\n\
         Keep the file checkpoint. With it you can show later whether the log was shortened or rewritten since today.\n\
         \n\
         Entries hold no name, no address and no words of a message. Where one says \"commitments\", the value is proved by\n\
         it and kept elsewhere; it can be opened for you, unless it was erased.\n"
    )
}
