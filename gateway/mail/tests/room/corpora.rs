//! Every message of the collections that others test with, and bombs between them, read by one process: no panic, each in
//! two seconds, the memory bounded, and healthy mail read in between as ever (attacks 8 and 9).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use domain::mailbox::FileKind;
use mail::attachments::{self, Allowed};
use mail::inbound::{self, Bounds, Doubt};

use crate::bombs;

/// Longest that one message may take of a processor: the tests beside this one take some of the time on the clock.
const READ_MAX: Duration = Duration::from_secs(2);
/// Most memory of the process that reads them all, in KiB.
const MEMORY_KIB_MAX: u64 = 256 * 1024;
/// Messages that the collections hold together at the least.
const MESSAGES_MIN: usize = 550;
/// Messages that are compared with another library at the least.
const COMPARED_MIN: usize = 50;
const HEALTHY: &str = "From: Dana Example <dana@isva.example>\r\nTo: north-east@isva.gateway.test\r\nSubject: A question\r\n\
    Message-ID: <1@isva.example>\r\nReferences: <a@gateway.test> <b@gateway.test>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\nCan she sit at the back? Si=C3=A2n\r\n\
    --b\r\nContent-Type: text/html\r\n\r\n<p>Can she sit at the back?</p>\r\n--b--\r\n";

#[test]
fn every_message_of_the_collections_and_every_bomb_is_answered_in_two_seconds_and_256_mib() {
    let read = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "corpora::read_them_all", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&read.stdout).into_owned() + &String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{said}");
    let peak = said.lines().find_map(|line| line.strip_prefix("peak KiB: "));
    let peak: u64 = peak
        .unwrap_or_else(|| panic!("no peak in {said}"))
        .parse()
        .unwrap();
    assert!(peak < MEMORY_KIB_MAX, "{peak} KiB");
}

/// In a process of its own, so that its memory is what they took.
#[test]
#[ignore = "started by the test above in a process of its own"]
#[expect(clippy::print_stdout, reason = "it tells the test above what it took")]
fn read_them_all() {
    let usual = healthy();
    let files = collections();
    assert!(files.len() >= MESSAGES_MIN, "{} messages", files.len());
    let (mut doubted, mut slowest) = (0, Duration::ZERO);
    for path in &files {
        let raw = std::fs::read(path).unwrap();
        let (doubtful, took) = read(&raw, &path.display().to_string());
        doubted += usize::from(doubtful);
        slowest = slowest.max(took);
        assert_eq!(healthy(), usual, "after {}", path.display());
    }
    // Most of them are odd by design; a reader that doubts nothing or everything would be broken.
    assert!(
        (1..files.len()).contains(&doubted),
        "{doubted} of {}",
        files.len()
    );
    for (name, bomb) in bombs::ALL {
        let (_, took) = read(bomb().as_bytes(), name);
        println!("{name}: {} ms", took.as_millis());
        slowest = slowest.max(took);
        assert_eq!(healthy(), usual, "after {name}");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    println!("slowest: {} ms of {} messages", slowest.as_millis(), files.len());
    println!("peak KiB: {}", peak.trim().trim_end_matches(" kB"));
}

/// What we do not doubt, Python's library reads alike: the same sender, and as many parts that hold something. Where programs
/// differ about a message, it waits for a person (attack 9).
#[test]
fn what_is_not_doubted_another_library_reads_alike() {
    let mut ours = std::collections::BTreeMap::new();
    for path in collections() {
        let raw = std::fs::read(&path).unwrap();
        let Ok(mail) = inbound::read(&raw, Some("dana@isva.example"), &Bounds::default()) else {
            continue;
        };
        // Without one sender nothing is filed.
        let Some(from) = mail.from.filter(|_| mail.doubts.is_empty()) else {
            continue;
        };
        let leaves = inbound::look(&raw, &Bounds::default()).unwrap().leaves;
        ours.insert(path.display().to_string(), (from.reveal().to_lowercase(), leaves));
    }
    let mut python = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/room/read_alike.py"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3; tools/install.sh test installs it");
    let paths = ours.keys().cloned().collect::<Vec<_>>().join("\n");
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), paths.as_bytes()).unwrap();
    let said = python.wait_with_output().unwrap();
    assert!(said.status.success());
    let mut compared = 0;
    let mut differing = Vec::new();
    for line in String::from_utf8(said.stdout).unwrap().lines() {
        let theirs: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = theirs["path"].as_str().unwrap();
        let (from, leaves) = &ours[path];
        compared += 1;
        if theirs["from"] != serde_json::json!([from]) || theirs["leaves"] != serde_json::json!(leaves) {
            differing.push(format!("{line} and ours: {from}, {leaves}"));
        }
    }
    assert_eq!(compared, ours.len());
    assert!(compared >= COMPARED_MIN, "{compared} compared");
    assert!(
        differing.is_empty(),
        "{} of {compared}:\n{}",
        differing.len(),
        differing.join("\n")
    );
}

/// Whether it is refused or doubted, and how long that took.
fn read(raw: &[u8], name: &str) -> (bool, Duration) {
    let started = busy();
    let read = inbound::read(raw, Some("dana@isva.example"), &Bounds::default());
    let took = busy().saturating_sub(started);
    assert!(took < READ_MAX, "{name} took {took:?}");
    let Ok(mail) = read else { return (true, took) };
    let taken = attachments::take(raw, &Bounds::default(), &every_file()).unwrap();
    if !mail.doubts.contains(&Doubt::Unreadable) {
        assert_eq!(taken.len(), mail.attachments.len(), "{name}");
    }
    let strange = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!mail.text.chars().any(strange), "{name}");
    assert!(mail.text.chars().count() <= inbound::TEXT_CHARS_MAX, "{name}");
    (!mail.doubts.is_empty(), took)
}

fn every_file() -> Allowed {
    Allowed {
        kinds: FileKind::ALL.to_vec(),
        bytes_each: usize::MAX,
        bytes_all: usize::MAX,
        files: usize::MAX,
    }
}

/// How long this thread has had a processor.
fn busy() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// What an ordinary message is read as.
fn healthy() -> (String, String, Vec<String>, usize) {
    let mail = inbound::read(HEALTHY.as_bytes(), Some("dana@isva.example"), &Bounds::default()).unwrap();
    let from = mail.from.unwrap().reveal().to_owned();
    (from, mail.text, mail.references, mail.doubts.len())
}

/// The messages that come with the sources of parsers: two libraries of ours, Python's own and two of its libraries.
fn collections() -> Vec<PathBuf> {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/corpora");
    let python = std::fs::read_dir("/usr/lib")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let python = python
        .map(|path| path.join("test/test_email/data"))
        .find(|path| path.is_dir());
    let folders = [
        sources_of("mail-parser").join("resources/eml"),
        sources_of("mail-auth").join("resources"),
        corpora.join("dkimpy-1.1.8/dkim/tests/data"),
        corpora.join("authheaders-0.16.3/authheaders/test"),
        python.expect("Python's own tests; tools/install.sh test installs them"),
    ];
    let mut found = Vec::new();
    for folder in &folders {
        assert!(
            folder.is_dir(),
            "{} is missing; tools/install.sh test makes it",
            folder.display()
        );
        files(folder, &mut found);
    }
    found
}

/// All that may be a message: also what has lost its form, and what never was one.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Where cargo keeps the source of a library that we use.
fn sources_of(library: &str) -> PathBuf {
    let asked = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(
        asked.status.success(),
        "{}",
        String::from_utf8_lossy(&asked.stderr)
    );
    let answer: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap();
    let packages = answer["packages"].as_array().unwrap();
    let found = packages
        .iter()
        .find(|package| package["name"] == library)
        .unwrap();
    Path::new(found["manifest_path"].as_str().unwrap())
        .parent()
        .unwrap()
        .to_owned()
}
