//! What was acknowledged is there: after a kill, after a fault of the disk, and in the order of system calls.
//!
//! The writers are a program of their own (`tests/writers`). The ledger of what it acknowledged is kept here, outside,
//! together with every checkpoint that was seen: no later log may disagree with one of them.

mod faults;
mod kills;
mod restart;
mod trace;

pub(crate) use faults::survive_faults;
pub(crate) use kills::survive_kills;
pub(crate) use restart::restart;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use audit::entry::Entry;
use audit::folder::Folder;
use audit::note::Note;
use audit::verification;
use domain::time::random;
use harness::chance::SeededEntropy;
use harness::contact_log::{folder, policy};
use harness::database::Database;
use harness::service::Running;
use store::log;
use tempfile::TempDir;

/// Writers side by side, as the issue asks for.
const WRITERS: u64 = 64;
/// No run takes so long, in seconds.
const PATIENCE_S: &str = "300";
/// Numbers that one run may use.
const RUN: u64 = 10_000_000;

/// A log, and what an outsider knows of it.
struct Ledger {
    database: Database,
    dir: TempDir,
    runs: u64,
    /// Numbers of the entries that were acknowledged.
    acknowledged: BTreeSet<u64>,
    /// Numbers that were found in the log, up to `read`.
    found: BTreeSet<u64>,
    read: u64,
    checkpoints: Vec<Note>,
    chance: SeededEntropy,
}

impl Ledger {
    fn new(database: Database, seed: u64) -> Self {
        Self {
            database,
            dir: TempDir::new().expect("a folder"),
            runs: 0,
            acknowledged: BTreeSet::new(),
            found: BTreeSet::new(),
            read: 0,
            checkpoints: Vec::new(),
            chance: SeededEntropy::new(seed),
        }
    }

    fn below(&self, most: u64) -> u64 {
        u64::from_be_bytes(random(&self.chance)) % most
    }

    fn folder(&self) -> PathBuf {
        folder(self.dir.path())
    }

    /// The program of the writers, with `before` in front of it, such as a tracer.
    fn writers(&mut self, before: &[&str], writers: u64) -> Command {
        let program = env!("CARGO_BIN_EXE_log-writers");
        // One that hangs ends too, and is no success.
        let words = [&["timeout", "-s", "KILL", PATIENCE_S], before, &[program]].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(&self.database.address);
        command.arg(self.folder());
        command.args([(self.runs * RUN).to_string(), writers.to_string()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: whoever stands in front of the program ends with it.
        command.process_group(0);
        self.runs += 1;
        command
    }

    /// Lets the writers write until `most` entries are acknowledged, kills them, and notes what was acknowledged.
    /// Answers how they ended, where they ended before that, and what they said.
    fn run(&mut self, command: Command, most: u64) -> (Option<ExitStatus>, String) {
        let mut child = Running::start(command);
        let told = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = told.lines();
        let mut count = 0;
        while count < most {
            let Some(Ok(line)) = lines.next() else { break };
            self.acknowledge(&line);
            count += 1;
        }
        let ended = if count < most {
            Some(child.wait().expect("its end"))
        } else {
            None
        };
        kill_group(&child);
        child.wait().expect("it is gone");
        // What it had written before it was killed was said too; a line that was torn was not.
        for line in lines.map_while(Result::ok) {
            self.acknowledge(&line);
        }
        let mut said = String::new();
        let mut errors = child.stderr.take().expect("its errors");
        std::io::Read::read_to_string(&mut errors, &mut said).expect("text");
        if let Some(note) = Folder::new(self.folder())
            .checkpoint()
            .expect("whole or not there")
        {
            self.checkpoints.push(note);
        }
        (ended, said)
    }

    fn acknowledge(&mut self, line: &str) {
        let number = line.parse().expect("a line is a number");
        assert!(self.acknowledged.insert(number), "{number} is acknowledged once");
    }

    /// Every acknowledged entry is in the log, once.
    async fn check(&mut self) {
        loop {
            let mut tx = self.database.pool.read().await.expect("a reader");
            let entries = log::list_from(&mut tx, self.read, 5000).await.expect("entries");
            if entries.is_empty() {
                break;
            }
            for stored in entries {
                let entry = Entry::parse(&stored.body).expect("an entry");
                let number = entry.facts()["n"].parse().expect("a number");
                assert!(self.found.insert(number), "{number} is in the log once");
                self.read += 1;
            }
        }
        let lost = self.acknowledged.difference(&self.found).count();
        assert_eq!(lost, 0, "acknowledged entries are missing");
    }

    /// The whole log holds, and no checkpoint that was ever seen disagrees with it.
    fn verify(&self) -> u64 {
        let folder = Folder::new(self.folder());
        let verified = verification::verify(&folder, &policy(), &self.checkpoints, &mut |_, _| {});
        verified.expect("no fork, no gap").checkpoint.size
    }

    /// Seals what is there, as the next start does.
    async fn seal(&self) {
        let flows = harness::house::bare_gateway(self.database.pool.clone());
        harness::contact_log::seal(&flows, self.dir.path()).await;
    }
}

/// Kills a process and everything that it has started.
fn kill_group(child: &Child) {
    // None may be left of a program that has ended by itself; then there is nothing to kill.
    let kill = format!("kill -9 -{} 2>/dev/null || true", child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status();
    assert!(sent.expect("the shell runs").success());
}
