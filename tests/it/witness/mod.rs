//! `gateway witness` as an auditor runs it: a process of its own on loopback, with a key, a folder and a policy.

mod bad_input;
mod crash;
mod protocol;
mod serving;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use audit::key::{KeyKind, SigningKey, VerifierKey};
use audit::merkle::Hash;
use audit::witness::{AddCheckpoint, cosignature_in, log_id};
use harness::sample_log::{SampleLog, key};
use harness::service::{Running, program, secret as write_secret};
use tempfile::TempDir;

const ORIGIN: &str = "gateway.example/contact-log";
const NAME: &str = "witness.example/w1";
/// The secret of the witness's key.
const SECRET: u8 = 21;
const ANY_PORT: &str = "127.0.0.1:0";
const PATIENCE: Duration = Duration::from_mins(1);

/// The files of a witness.
struct Files {
    dir: TempDir,
    verifier: VerifierKey,
}

/// A witness that runs.
struct Process {
    running: Running,
    address: SocketAddr,
}

/// An answer over HTTP.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    kind: String,
    body: String,
}

fn verifier() -> VerifierKey {
    key(NAME, KeyKind::Cosignature, SECRET).verifier().clone()
}

impl Files {
    /// A witness's key, an empty folder, and a policy that names the sample log.
    fn new() -> Self {
        let log = SampleLog::new(ORIGIN, 0);
        Self::of(NAME, SECRET, &format!("log {}\nquorum none\n", log.verifier()))
    }

    /// The files of a witness of this name and secret, which knows the logs of this policy.
    fn of(name: &str, secret: u8, policy: &str) -> Self {
        let files = Self {
            dir: TempDir::new().expect("a folder"),
            verifier: key(name, KeyKind::Cosignature, secret).verifier().clone(),
        };
        let text = SigningKey::new_text(name, KeyKind::Cosignature, &[secret; 32]).expect("a key");
        write_secret(&files.path("key"), &text);
        fs::create_dir(files.path("state")).expect("a folder for its state");
        fs::write(files.path("policy"), policy).expect("a policy");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The file that holds what was cosigned last.
    fn state(&self) -> PathBuf {
        self.path("state").join(log_id(ORIGIN))
    }

    fn command(&self, listen: &str) -> Command {
        let mut command = program();
        command.args(["witness", "--listen", listen]);
        for name in ["key", "state", "policy"] {
            command.arg(format!("--{name}")).arg(self.path(name));
        }
        command
    }

    /// Starts it, and waits until it listens.
    fn start(&self) -> Process {
        let mut command = self.command(ANY_PORT);
        let log = fs::File::create(self.path("log")).expect("a file for its log");
        command.stdout(Stdio::piped()).stderr(log);
        let mut running = Running::start(command);
        let mut line = String::new();
        let output = running.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit(' ').next().and_then(|word| word.parse().ok());
        let address = address.unwrap_or_else(|| panic!("it does not listen: {line}{}", self.log()));
        assert!(line.starts_with(&self.verifier.to_string()), "{line}");
        Process { running, address }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Starts it where it must not run, and waits for its end.
    fn run(&self) -> Output {
        self.command(ANY_PORT)
            .output()
            .expect("the program runs; `make test` has built it")
    }
}

impl Process {
    /// Sends these bytes and reads until the other side closes.
    fn raw(&self, question: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        // A door that refuses early closes before it has read everything.
        let _ = stream.write_all(question);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("its answer");
        answer
    }

    /// Sends a question and reads the answer.
    fn exchange(&self, question: &[u8]) -> Answer {
        let answer = self.raw(question);
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
        Answer {
            status: head[9..12].parse().expect("a status"),
            kind: kind.unwrap_or_default().to_owned(),
            body: body.to_owned(),
        }
    }

    fn post(&self, body: &[u8]) -> Answer {
        self.exchange(&question(body))
    }

    fn get(&self, path: &str) -> Answer {
        self.exchange(format!("GET {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\n\r\n").as_bytes())
    }

    /// Asks it to follow the log from one size to another.
    fn ask(&self, log: &SampleLog, old: u64, new: u64) -> Answer {
        self.post(&request(log, old, new))
    }

    /// The same, which it does.
    fn follow(&self, log: &SampleLog, old: u64, new: u64) {
        let answer = self.ask(log, old, new);
        assert_eq!(answer.status, 200, "{answer:?}");
        let note = log.checkpoint(new);
        let cosigned = cosignature_in(answer.body.as_bytes(), note.text(), &verifier());
        assert!(cosigned.is_ok(), "{cosigned:?}");
    }

    /// What monitors are shown.
    fn shown(&self) -> Answer {
        self.get(&format!("/{}/checkpoint", log_id(ORIGIN)))
    }

    /// The size of the checkpoint that monitors are shown; 0 where there is none.
    fn shown_size(&self) -> u64 {
        let shown = self.shown();
        match shown.status {
            200 => shown
                .body
                .lines()
                .nth(1)
                .and_then(|line| line.parse().ok())
                .expect("a size"),
            status => {
                assert_eq!(status, 404);
                0
            }
        }
    }

    fn kill(mut self) {
        self.running.kill().expect("SIGKILL");
        self.running.wait().expect("it is gone");
    }
}

/// A POST of this body.
fn question(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The request to follow a log from one size to another.
fn request(log: &SampleLog, old: u64, new: u64) -> Vec<u8> {
    let proof = if old == 0 || old >= new {
        Vec::new()
    } else {
        log.consistency(old, new)
    };
    with_proof(log, old, new, proof)
}

fn with_proof(log: &SampleLog, old: u64, new: u64, proof: Vec<Hash>) -> Vec<u8> {
    AddCheckpoint::new(old, proof, log.checkpoint(new))
        .expect("a request")
        .to_bytes()
}

/// A log of the same key and name whose entries are others from number 5 on.
fn fork(count: usize) -> SampleLog {
    let entry = |index: usize| format!("{} {index}", if index < 5 { "record" } else { "another" });
    let entries = (0..count).map(|index| entry(index).into_bytes()).collect();
    SampleLog::of(key(ORIGIN, KeyKind::Ed25519, 3), entries)
}
