//! `contact-log-verify`: checks a contact log, or one entry of it, with nothing but files. It uses no network and no
//! database, writes nothing but its answer, and has few dependencies, so that an auditor can read all of it.
//!
//! Exit code 0: it holds. 1: it does not. 2: wrong use, or a file that cannot be read.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use audit::folder::Folder;
use audit::note::Note;
use audit::offline_proof::OfflineProof;
use audit::policy::Policy;
use audit::verification;

const USAGE: &str = "usage:
  contact-log-verify DIR --policy FILE [--kept CHECKPOINT]...
      a whole log, as `gateway log export` writes it; --kept: checkpoints that you kept from before
  contact-log-verify proof FILE --entry FILE --policy FILE
      one entry of it";

/// No longer file is read for a proof or an entry, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The answer is no, or the question was wrong.
enum Ended {
    No(String),
    Wrong(String),
}

/// What was asked.
#[derive(Default)]
struct Asked {
    files: Vec<PathBuf>,
    policy: Option<PathBuf>,
    entry: Option<PathBuf>,
    kept: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(sentence) => {
            // A reader that went away does not change the answer.
            let _ = writeln!(std::io::stdout(), "{sentence}");
            ExitCode::SUCCESS
        }
        Err(Ended::No(sentence)) => told(&sentence, 1),
        Err(Ended::Wrong(sentence)) => told(&sentence, 2),
    }
}

fn told(sentence: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "contact-log-verify: {sentence}");
    ExitCode::from(code)
}

fn run(args: impl Iterator<Item = String>) -> Result<String, Ended> {
    let asked = read_args(args)?;
    let wrong = || Ended::Wrong(USAGE.to_owned());
    let policy = asked.policy.as_deref().ok_or_else(wrong)?;
    let policy = Policy::parse(&read(policy)?)
        .map_err(|fault| Ended::Wrong(format!("{}: {fault}", policy.display())))?;
    match (&asked.files[..], &asked.entry) {
        ([word, file], Some(entry)) if word == Path::new("proof") => proof(file, entry, &policy),
        ([dir], None) => log(dir, &policy, &asked.kept),
        _ => Err(wrong()),
    }
}

fn read_args(mut args: impl Iterator<Item = String>) -> Result<Asked, Ended> {
    let mut asked = Asked::default();
    while let Some(arg) = args.next() {
        let mut value = || {
            let missing = || Ended::Wrong(format!("{arg} needs a file\n{USAGE}"));
            args.next().map(PathBuf::from).ok_or_else(missing)
        };
        match arg.as_str() {
            "--policy" => asked.policy = Some(value()?),
            "--entry" => asked.entry = Some(value()?),
            "--kept" => asked.kept.push(value()?),
            option if option.starts_with('-') => return Err(Ended::Wrong(USAGE.to_owned())),
            _ => asked.files.push(arg.into()),
        }
    }
    Ok(asked)
}

fn read(file: &Path) -> Result<Vec<u8>, Ended> {
    use std::io::Read as _;
    let named = |fault: &dyn std::fmt::Display| Ended::Wrong(format!("{}: {fault}", file.display()));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(|fault| named(&fault))?;
    let read = opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|fault| named(&fault))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(named(&"is longer than 1 MiB"));
    }
    Ok(bytes)
}

fn log(dir: &Path, policy: &Policy, kept: &[PathBuf]) -> Result<String, Ended> {
    let mut notes = Vec::new();
    for file in kept {
        let note = Note::parse(&read(file)?);
        notes.push(note.map_err(|fault| Ended::Wrong(format!("{}: {fault}", file.display())))?);
    }
    let shown = std::io::stderr().is_terminal();
    let mut progress = |done: u64, all: u64| {
        if shown {
            let _ = write!(std::io::stderr(), "\rchecked {done} of {all} entries ");
        }
    };
    let checked = verification::verify(&Folder::new(dir), policy, &notes, &mut progress);
    if shown {
        let _ = writeln!(std::io::stderr());
    }
    let verified = checked.map_err(|broken| Ended::No(broken.to_string()))?;
    if !verified.has_quorum {
        return Err(Ended::No(
            "the log holds, but too few witnesses have cosigned for the policy: nobody else vouches that it was never another"
                .to_owned(),
        ));
    }
    let (checkpoint, backwards) = (&verified.checkpoint, &verified.backwards);
    let holds = format!(
        "{} holds: {} entries, root {}, {} witnesses",
        checkpoint.origin,
        checkpoint.size,
        checkpoint.root,
        verified.witnessed.len()
    );
    let Some(worst) = backwards.worst else {
        return Ok(holds);
    };
    Ok(format!(
        "{holds}\n{} entries are dated before one that stands before them; furthest back lies entry {worst}, by {} ms",
        backwards.count,
        backwards.by_us / 1000
    ))
}

fn proof(file: &Path, entry: &Path, policy: &Policy) -> Result<String, Ended> {
    let wrong = |fault: &dyn std::fmt::Display| Ended::Wrong(format!("{}: {fault}", file.display()));
    let no = |fault: &dyn std::fmt::Display| Ended::No(format!("{}: {fault}", file.display()));
    let proof = OfflineProof::parse(&read(file)?).map_err(|fault| wrong(&fault))?;
    let trusted = policy.trust(&proof.note).map_err(|fault| no(&fault))?;
    proof.check(&read(entry)?).map_err(|fault| no(&fault))?;
    Ok(format!(
        "entry {} holds: it stands in {} among {} entries",
        proof.index, trusted.checkpoint.origin, trusted.checkpoint.size
    ))
}
