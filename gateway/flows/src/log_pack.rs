//! An auditor's pack of one case, and the flat table of entries: for the command line and for the pages alike. A pack is
//! checked without us.

use std::fmt::Write as _;

use audit::checkpoint::Checkpoint;
use audit::entry::Entry;
use audit::instant;
use audit::note::Note;

use crate::{Error, PublishedLog, Result};

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

/// The first line of a table.
pub(crate) fn head() -> String {
    COLUMNS.join(",") + "\r\n"
}

/// A pack in the making: entries go in one by one, each with its proof.
pub struct LogPack {
    log: PublishedLog,
    checkpoint: Checkpoint,
    note: Note,
    case: String,
    table: String,
    found: u64,
}

/// A file of a pack: its name and its bytes.
pub type PackFile = (String, Vec<u8>);

impl LogPack {
    /// Begins the pack of one case, by its identifier in entries, at the newest checkpoint.
    pub fn begin(log: &PublishedLog, case: &str) -> Result<Self> {
        let (checkpoint, note) = log.checkpoint()?.ok_or(Error::NotFound("checkpoint"))?;
        Ok(Self {
            log: log.clone(),
            checkpoint,
            note,
            case: case.to_owned(),
            table: head(),
            found: 0,
        })
    }

    /// Entries up to here have proofs.
    pub const fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// How many entries have gone in.
    pub const fn found(&self) -> u64 {
        self.found
    }

    /// Takes the entry with this index in, if it is about the case: the files to write.
    pub fn add(&mut self, index: u64, bytes: &[u8]) -> Result<Vec<PackFile>> {
        let broken = |fault: &dyn std::fmt::Display| {
            Error::broken("the contact log", format!("entry {index}: {fault}"))
        };
        let entry = Entry::parse(bytes).map_err(|fault| broken(&fault))?;
        if entry.case() != Some(self.case.as_str()) {
            return Ok(Vec::new());
        }
        let (published, proof) = self.log.prove(&self.checkpoint, &self.note, index)?;
        if published != bytes {
            return Err(broken(&"is not the one that was published"));
        }
        self.table.push_str(&row(index, &entry));
        self.found += 1;
        Ok(vec![
            (format!("entries/entry-{index}.json"), published),
            (format!("entries/entry-{index}.tlog-proof"), proof.to_bytes()),
        ])
    }

    /// What stands beside the entries.
    pub fn finish(self) -> Vec<PackFile> {
        let readme = readme(
            self.found,
            &self.case,
            self.checkpoint.size,
            &self.checkpoint.origin,
        );
        vec![
            ("entries.csv".to_owned(), self.table.into_bytes()),
            ("checkpoint".to_owned(), self.note.to_bytes()),
            ("policy".to_owned(), self.log.policy_text().to_vec()),
            ("README.txt".to_owned(), readme.into_bytes()),
        ]
    }
}

pub(crate) fn row(index: u64, entry: &Entry) -> String {
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
